"""Reads the texts of the compile options into a Request."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypedDict, TypeVar

from symhdl.arguments import dsp_of
from symhdl.data.ranges import RangeOptions
from symhdl.design import DEFAULT_WIDTH, Request, Undefined
from symhdl.errors import Diagnostic, Source, Span, SymhdlError, UsageError
from symhdl.grammar import parse_constant
from symhdl.ir.datapath import DspUse
from symhdl.names.canonical import canonical
from symhdl.numeric.fixed import FixedFormat, format_problem, parse_format

Range = tuple[Fraction, Fraction]
Value = TypeVar("Value")


class CompileOptions(TypedDict):
    """The options of `symhdl compile`, as the command line gives them."""

    source: str | None
    expr: str | None
    dialect: str
    select: str
    combine: str | None
    target: str
    output: str | None
    top: str | None
    define: tuple[str, ...]
    ranges: tuple[str, ...]
    data: tuple[str, ...]
    margin: str | None
    quantiles: str | None
    missing: str
    decimal: str
    input_formats: tuple[str, ...]
    width: int | None
    output_format: str | None
    output_width: int | None
    error: str | None
    device: str
    freq: float
    dsp: str
    interface: str
    undefined: Undefined
    opt: int
    json: bool
    print_after: tuple[str, ...]
    time_passes: bool


def request_of(options: CompileOptions, top: str, text: str) -> Request:
    """What the options ask for; raises UsageError for those that make no sense."""
    ranges, general_range = _by_name("--range", options["ranges"], read_range)
    formats, general_format = _by_name("--input-format", options["input_formats"], read_format)
    if not math.isfinite(options["freq"]):
        raise usage("--freq is a number of MHz")
    if options["output_format"] is not None and options["output_width"] is not None:
        raise _clash("--output-format", "--output-width")
    if general_format is not None and options["width"] is not None:
        raise _clash("--input-format", "--width")
    output_format, error = options["output_format"], options["error"]
    return Request(
        top=top,
        source=text,
        ranges=ranges,
        input_formats=formats,
        range=general_range,
        input_format=general_format,
        width=options["width"] or DEFAULT_WIDTH,
        output_format=read_format("--output-format", output_format) if output_format else None,
        output_width=options["output_width"],
        error=read_error(error) if error is not None else None,
        frequency_mhz=options["freq"],
        dsp=read_dsp(options["dsp"]),
        level=options["opt"],
        undefined=options["undefined"],
    )


def usage(message: str, span: Span | None = None, help: str | None = None) -> UsageError:
    """An error of the command line."""
    return UsageError(Diagnostic("bad-option", message, span, help=help))


def _clash(one: str, other: str) -> UsageError:
    return usage(f"{one} and {other} say the same thing twice", help="leave one of them out")


def _by_name(
    option: str, texts: Sequence[str], read: Callable[[str, str], Value]
) -> tuple[tuple[tuple[str, Value], ...], Value | None]:
    """The values given as NAME=VALUE, and the one given for all."""
    named: dict[str, Value] = {}
    general: Value | None = None
    for text in texts:
        name, equals, value = text.partition("=")
        name = canonical(name.strip())
        if not equals:
            if general is not None:
                raise usage(f"{option} is given twice for all inputs", _whole(option, text))
            general = read(option, text)
        elif not name:
            raise usage("the name before `=` is missing", _whole(option, text))
        elif name in named:
            raise usage(f"{option} is given twice for `{name}`", _whole(option, text))
        else:
            named[name] = read(f"{option} {name}", value)
    return tuple(named.items()), general


def _whole(option: str, text: str) -> Span:
    source = Source(option, text)
    return Span(source, 0, len(text))


def read_range(option: str, text: str) -> Range:
    """LO:HI, both constant expressions."""
    low_text, colon, high_text = text.partition(":")
    if not colon:
        help = f"write LO:HI, for example {option}{'=' if ' ' in option else ' '}-1:1"
        raise usage("a range has two ends with a colon between them", _whole(option, text), help)
    low, high = _constant(option, low_text)[0], _constant(option, high_text)[1]
    if low > high:
        help = "exchange the ends"
        raise usage("the lower end lies above the upper end", _whole(option, text), help)
    return low, high


def read_format(option: str, text: str) -> FixedFormat:
    """A fixed-point format."""
    found = parse_format(text)
    if found is None:
        help = "write fixed<W,I>, ufixed<W,I>, SQ(i,f) or UQ(i,f), for example fixed<12,3>"
        raise usage(f"`{text}` is no fixed-point format", _whole(option, text), help)
    problem = format_problem(found)
    if problem is not None:
        raise usage(problem, _whole(option, text))
    return found


def read_error(text: str) -> Fraction:
    """The largest absolute error: a positive constant expression; rounded down if it is irrational."""
    value = _constant("--error", text)[0]
    if value <= 0:
        raise usage("an error bound is greater than 0", _whole("--error", text))
    return value


DECIMAL_MARKS = {"auto": None, "comma": ",", "point": "."}


def range_options_of(options: CompileOptions) -> RangeOptions:
    """How the data become ranges; raises UsageError for what makes no sense."""
    margin, quantiles = options["margin"], options["quantiles"]
    for option, value in (("--margin", margin), ("--quantiles", quantiles)):
        if value is not None and not options["data"]:
            raise usage(
                f"{option} says what to make of data, and there are none", help="give --data"
            )
    return RangeOptions(
        margin=read_share("--margin", margin) if margin is not None else Fraction(0),
        quantiles=read_quantiles(quantiles) if quantiles is not None else None,
        missing="skip" if options["missing"] == "skip" else "refuse",
    )


def read_share(option: str, text: str) -> Fraction:
    """A share that is not negative: `0.1` or `10%`."""
    number, percent, rest = text.partition("%")
    if rest.strip():
        raise usage("a share is a number or a percentage, such as 10%", _whole(option, text))
    share = _constant(option, number)[0] / (100 if percent else 1)
    if share < 0:
        raise usage("a share is not negative", _whole(option, text))
    return share


def read_quantiles(text: str) -> Range:
    """LO:HI, both shares between 0 and 1."""
    option = "--quantiles"
    low_text, colon, high_text = text.partition(":")
    help = "write LO:HI, for example --quantiles 0.1%:99.9%"
    if not colon:
        raise usage("there are two quantiles with a colon between them", _whole(option, text), help)
    low, high = read_share(option, low_text), read_share(option, high_text)
    if not low < high <= 1:
        raise usage("the quantiles rise, from 0 to 1", _whole(option, text), help)
    return low, high


def read_dsp(text: str) -> DspUse:
    """Whether DSP blocks may be used."""
    try:
        return dsp_of(text)
    except SymhdlError as problem:
        span = _whole("--dsp", text)
        raise UsageError(*(replace(d, span=span) for d in problem.diagnostics)) from None


def _constant(option: str, text: str) -> Range:
    """The fractions between which a constant expression lies.

    It is read by the grammar; its mistakes are mistakes of the command line.
    """
    try:
        low, high = parse_constant(Source(option, text))
    except SymhdlError as problem:
        raise UsageError(*problem.diagnostics) from None
    return low, high
