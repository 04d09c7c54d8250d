"""What users say, as values: plain ways of saying it are accepted, all else is told before anything is done.

The command line gives texts and the library objects; both are read by the same functions. `what` is the thing's name in
messages: `width` of the library, `--width` of the command line.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TypeVar, cast

from symhdl.choices import DSP_WORDS, HIGHEST, Clock, DspUse
from symhdl.errors import Source, Span, SymhdlError, error, shortened
from symhdl.names.canonical import canonical
from symhdl.numeric.assigned import AssignedFormat, Overflow, Rounding, parse_assigned
from symhdl.numeric.fixed import FixedFormat, format_problem, parse_format
from symhdl.numeric.limits import MAXIMUM_EXPONENT

Word = TypeVar("Word", bound=str)
Value = TypeVar("Value")
Number = int | float | str | Fraction | Decimal
Range = tuple[Fraction, Fraction]
RangeLike = str | tuple[Number, Number]
FormatLike = str | FixedFormat
Named = tuple[tuple[str, Value], ...]
"""Values by the names of inputs; `EVERY` stands for those that are not named."""

EVERY = "*"
FASTEST_MHZ = 10_000
MOST_DSPS = 1_000_000
LONGEST_LATENCY = 1_000  # clock edges
LONGEST_SECONDS = 10**6
MOST_STEPS = 10**9
LARGEST_COMPLEXITY = 10**9
HUGE = 1 << 64  # beyond, a number is not shown


@dataclass(frozen=True, slots=True)
class Input:
    """An input's format (`"fixed<12,3>"`) and range, either of which may be left out."""

    format: FormatLike | None = None
    range: RangeLike | None = None


InputLike = Input | str | FixedFormat | tuple[Number, Number] | None
"""What may stand for an `Input`: a format alone, a range alone, or nothing."""


def unfit(what: str, value: object, wanted: str, help: str | None = None) -> SymhdlError:
    """The error that an argument is not what is wanted."""
    return error("bad-argument", f"{what} is {shown(value)}, not {wanted}", help=help)


def shown(value: object) -> str:
    """A value as a message may show it; only of plain ones that is what Python prints."""
    if isinstance(value, tuple | list):
        return shortened(f"({', '.join(map(_shown_plain, value[:4]))})")
    return _shown_plain(value)


def _shown_plain(value: object) -> str:
    if isinstance(value, int | Fraction) and not -HUGE < value < HUGE:
        return "a huge number"
    if value is None or isinstance(value, str | int | float | Fraction):
        return shortened(repr(value))
    return f"an object of the type {type(value).__qualname__}"


def located(read: Callable[[str, object], Value], what: str, value: object) -> Value:
    """What `read` makes of the value. Errors without a place show the text, where the value is one."""
    try:
        return read(what, value)
    except SymhdlError as problem:
        if not isinstance(value, str):
            raise
        span = Span(Source(what, value), 0, len(value))
        diagnostics = (d if d.span else replace(d, span=span) for d in problem.diagnostics)
        raise type(problem)(*diagnostics) from None


def text_of(what: str, value: object) -> str:
    """The text, which is not empty."""
    if not isinstance(value, str) or not value:
        raise unfit(what, value, "a text")
    return value


def choice(*words: Word) -> Callable[[str, object], Word]:
    """Reads one of a few words."""

    def read(what: str, value: object) -> Word:
        for word in words:
            if isinstance(value, str) and value == word:
                return word
        *others, last = (f'"{word}"' for word in words)
        raise unfit(what, value, f"{', '.join(others)} or {last}")

    return read


def truth_of(what: str, value: object) -> bool:
    """Whether or not; as a text `true` or `false`."""
    if isinstance(value, bool):
        return value
    return choice("true", "false")(what, value) == "true"


def whole(least: int, most: int) -> Callable[[str, object], int]:
    """Reads a whole number between two others."""

    def read(what: str, value: object) -> int:
        found = _number(value)
        if found is None or found.denominator != 1 or not least <= found <= most:
            raise unfit(what, value, f"a whole number from {least:,} to {most:,}")
        return int(found)

    return read


def frequency_of(what: str, value: object) -> Clock:
    """A clock in MHz, or the highest one."""
    if isinstance(value, str) and value == HIGHEST:
        return HIGHEST
    found = _number(value)
    if found is None or not 0 <= found <= FASTEST_MHZ:
        wanted = f"a number of MHz from 0 to {FASTEST_MHZ:,}, or `{HIGHEST}`"
        raise unfit(what, value, wanted, "0 is combinational logic")
    return float(found)


def seconds_of(what: str, value: object) -> float:
    """A time above zero."""
    found = _number(value)
    if found is None or not 0 < found <= LONGEST_SECONDS:
        raise unfit(what, value, f"a number of seconds above 0, at most {LONGEST_SECONDS:,}")
    return float(found)


def _number(value: object) -> Fraction | None:
    """The number that a value is; None if it is none."""
    if isinstance(value, bool):
        return None
    try:
        return fraction_of("", value)
    except SymhdlError:
        return None


def dsp_of(what: str, value: object) -> DspUse:
    """How many DSP blocks products may take; 0 is `none`."""
    if _number(value) is not None:
        return whole(0, MOST_DSPS)(what, value) or "none"
    if not isinstance(value, str) or value not in DSP_WORDS:
        raise unfit(what, value, f"`auto`, `none` or a number of blocks up to {MOST_DSPS:,}")
    return "auto" if value == "auto" else "none"


def select_of(what: str, value: object) -> str:
    """Which equation is wanted; a bare number is a complexity."""
    plain = _plain(value)
    if isinstance(plain, int) and not isinstance(plain, bool) and 0 <= plain <= LARGEST_COMPLEXITY:
        return f"complexity={plain}"
    if not isinstance(plain, str):
        raise unfit(what, value, "a complexity or a text")
    return f"complexity={plain}" if plain.isascii() and plain.isdigit() else plain


DECIMAL_MARKS = {"auto": None, "comma": ",", "point": "."}


def decimal_of(what: str, value: object) -> str | None:
    """The decimal mark of texts; None if they decide."""
    return DECIMAL_MARKS[choice(*DECIMAL_MARKS)(what, value)]


def dialect_of(what: str, value: object) -> str | None:
    """The name of a dialect; None if the text decides."""
    name = text_of(what, value)
    return None if name == "auto" else name


def path_of(what: str, value: object) -> Path:
    """The path, which may be given as text."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise unfit(what, value, "a path")
    return Path(value)


def device_of(what: str, value: object) -> str:
    """The name of a device, or the path of its file."""
    return str(path_of(what, value))


def callable_of(what: str, value: object) -> Callable[..., object]:
    """A function."""
    if not callable(value):
        raise unfit(what, value, "a function")
    return value


def names_of(what: str, value: object) -> tuple[str, ...]:
    """Names; a single text is one."""
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, Iterable):
        raise unfit(what, value, "a list of names")
    return tuple(text_of(f"a name in {what}", entry) for entry in entries)


Definitions = Sequence[str | Path | Source] | Mapping[str, object]
"""Definitions of functions: texts, paths of files with some, or functions by name."""


def definitions_of(what: str, value: object) -> Definitions:
    """Definitions, which may be a single one."""
    if isinstance(value, Mapping):
        return value
    entries = [value] if isinstance(value, str | Path) else value
    if not isinstance(entries, Sequence):
        raise unfit(what, value, "a list of definitions", 'write define=["inv(x) = 1/x"]')
    for entry in entries:
        if not isinstance(entry, str | Path | Source):
            raise unfit("a definition", entry, "a text or a path")
    return entries


def conditions_of(what: str, value: object) -> tuple[str, ...]:
    """Conditions as texts, or a single one."""
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, Sequence):
        raise unfit(what, value, "a list of conditions", 'write assume=["x < y"]')
    return tuple(text_of("a condition", entry) for entry in entries)


def inputs_of(what: str, value: object) -> dict[str, Input]:
    """Inputs by name, each with what is said of it."""
    if not isinstance(value, Mapping):
        help = 'write inputs={"x": symhdl.Input(range=(-1, 1))}'
        raise unfit(what, value, "a dict of symhdl.Input by name", help)
    return {
        canonical(text_of(f"a name in {what}", name)): _input_of(name, entry)
        for name, entry in value.items()
    }


def _input_of(name: str, entry: object) -> Input:
    if entry is None:
        return Input()
    if isinstance(entry, str | FixedFormat):
        return Input(format_of(f"the format of `{name}`", entry))
    if isinstance(entry, Input):
        return entry
    if _row(entry) is None:
        help = f'write inputs={{"{name}": symhdl.Input(range=(-1, 1))}}, a format or a range'
        raise unfit(f"the entry of input `{name}`", entry, "a symhdl.Input", help)
    return Input(range=range_of(f"the range of `{name}`", entry))


def by_name(read: Callable[[str, object], Value]) -> Callable[[str, object], Named[Value]]:
    """Reads values by the names of inputs, in a dict, or one for all inputs that have none."""

    def read_all(what: str, value: object) -> Named[Value]:
        if not isinstance(value, Mapping):
            return ((EVERY, read(what, value)),)
        found: dict[str, Value] = {}
        for key, entry in value.items():
            name = canonical(text_of(f"a name in {what}", key))
            if name in found:
                raise error("bad-argument", f"{what} is given twice for `{name}`")
            found[name] = located(read, what if name == EVERY else f"{what} {name}", entry)
        return tuple(found.items())

    return read_all


def fraction_of(what: str, value: object) -> Fraction:
    """The number, exactly; NumPy's numbers are numbers, too, and so are texts such as `2^-8`, rounded down."""
    return _ends_of(what, value)[0]


def positive_of(what: str, value: object) -> Fraction:
    """A number above zero."""
    if isinstance(value, str) and value.rstrip().endswith("%"):
        raise unfit(what, value, "a number without %", "write 0.01 or 2^-7")
    found = fraction_of(what, value)
    if found <= 0:
        raise unfit(what, value, "a number above 0")
    return found


def share_of(what: str, value: object) -> Fraction:
    """A share that is not negative: 0.1 or `10%`."""
    number, percent, rest = value.partition("%") if isinstance(value, str) else (value, "", "")
    if rest:
        raise unfit(what, value, "a number or a percentage, such as 10%")
    share = fraction_of(what, number) / (100 if percent else 1)
    if share < 0:
        raise unfit(what, value, "a share of 0 or more")
    return share


def quantiles_of(what: str, value: object) -> Range:
    """Two shares between 0 and 1, the lower one first: (0.001, 0.999) or `0.1%:99.9%`."""
    ends = _row(value)
    if ends is not None and len(ends) == 2:
        low, high = (share_of(what, end) for end in ends)
        if low < high <= 1:
            return low, high
    help = "write quantiles=(0.001, 0.999), or --quantiles 0.1%:99.9%"
    raise unfit(what, value, "two shares that rise, from 0 to 1", help)


def range_of(what: str, value: object) -> Range:
    """The ends of a range, the lower one first: (-1, 1) or `-1:1`."""
    ends = _row(value)
    if ends is None or len(ends) != 2:
        help = "write LO:HI, such as -1:1, or in the library (-1, 1)"
        raise unfit(what, value, "a range with two ends", help)
    low, high = _ends_of(what, ends[0])[0], _ends_of(what, ends[1])[1]
    if low > high:
        message = f"{what}: the lower end lies above the upper one"
        raise error("empty-range", message, help="write the smaller number first")
    return low, high


def _row(value: object) -> Sequence[object] | None:
    """What stands between colons, or the entries of a tuple, a list or an array of one dimension."""
    if isinstance(value, str):
        return value.split(":")
    if getattr(value, "ndim", None) == 1 and hasattr(value, "tolist"):
        return cast("Sequence[object]", value.tolist())
    return value if isinstance(value, tuple | list) else None


def _ends_of(what: str, value: object) -> Range:
    """Fractions between which the number lies; equal but for texts that say an irrational one."""
    plain = _plain(value)
    if isinstance(plain, float | numbers.Rational | Decimal) and _is_finite(plain):
        exact = Fraction(plain)
        return exact, exact
    if isinstance(plain, str):
        from symhdl.grammar import parse_constant

        low, high = parse_constant(Source(what, plain))
        return low, high
    raise error("bad-number", f"{shown(value)} is not a finite number")


def _is_finite(value: float | numbers.Rational | Decimal) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) <= MAXIMUM_EXPONENT
    return not isinstance(value, bool | float) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _plain(value: object) -> object:
    """The number of Python that a number of NumPy is."""
    if isinstance(value, numbers.Number) and getattr(value, "ndim", None) == 0:
        return cast("Callable[[], object]", value.item)()  # type: ignore[attr-defined] # numbers of NumPy have it
    return value


def format_of(what: str, value: object) -> FixedFormat:
    """The format, which may be given as text."""
    found = parse_format(value) if isinstance(value, str) else value
    if not isinstance(found, FixedFormat):
        help = "write fixed<W,I>, ufixed<W,I>, SQ(i,f) or UQ(i,f), for example fixed<12,3>"
        raise error("bad-format", f"{what} is {shown(value)}, not a fixed-point format", help=help)
    problem = format_problem(found)
    if problem is not None:
        raise error("bad-format", f"{what} is {shown(value)}: {problem}")
    return found


def assigned_of(what: str, value: object) -> AssignedFormat:
    """The format of variables, which may be given as text, or as a format without rounding or overflow."""
    found = parse_assigned(value) if isinstance(value, str) else value
    if isinstance(found, FixedFormat):
        found = AssignedFormat(found)
    if not isinstance(found, AssignedFormat):
        help = (
            "write fixed<W,I> or fixed<W,I,Q,O>, for example fixed<16,6,AP_RND,AP_SAT>; "
            f"Q is one of {', '.join(Rounding.__members__)}, O of {', '.join(Overflow.__members__)}"
        )
        raise error("bad-format", f"{what} is {shown(value)}, not a format of variables", help=help)
    problem = format_problem(found.format)
    if problem is not None:
        raise error("bad-format", f"{what} is {shown(value)}: {problem}")
    return found
