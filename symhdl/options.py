"""The table of all options, of the library and the command line alike: the one place to add one.

`Options` says what the library accepts. `Chosen` says what becomes of it, and holds for every option its flag, how it
is read, its default and what it is for; the command line and the table of docs/commands.md are made of it.
"""

# ruff: noqa: RUF009 - the calls make fields

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar, cast

from symhdl.arguments import (
    LONGEST_LATENCY,
    MOST_STEPS,
    Definitions,
    FormatLike,
    Input,
    InputLike,
    Named,
    Number,
    Range,
    RangeLike,
    assigned_of,
    by_name,
    callable_of,
    choice,
    conditions_of,
    decimal_of,
    definitions_of,
    device_of,
    dialect_of,
    dsp_of,
    format_of,
    frequency_of,
    inputs_of,
    located,
    positive_of,
    quantiles_of,
    range_of,
    seconds_of,
    select_of,
    share_of,
    text_of,
    truth_of,
    whole,
)
from symhdl.choices import (
    DEFAULT_FREQUENCY_MHZ,
    DEFAULT_WIDTH,
    DONT_CARES,
    MINIMISED,
    PRIMITIVE_USES,
    UNDEFINED,
    Clock,
    DontCare,
    DspUse,
    Minimise,
    PrimitiveUse,
    Undefined,
)
from symhdl.clashes import clashes
from symhdl.data_goals import Goal, goal_of
from symhdl.errors import Diagnostic, SymhdlError
from symhdl.names.spelling import similar
from symhdl.numeric.assigned import AssignedFormat
from symhdl.numeric.fixed import FixedFormat

Value = TypeVar("Value")

WIDEST = 64  # bits that inputs and outputs get by a width alone
OPTION = "option"
NO_DEFINITIONS: Definitions = ()


class Options(TypedDict, total=False):
    """What `symhdl.compile` accepts beside the source; `Chosen` tells what each is for."""

    dialect: str | None
    select: str | int
    combine: str | None
    define: Definitions | str | Path
    assume: Sequence[str] | str
    top: str
    inputs: Mapping[str, InputLike] | None
    ranges: RangeLike | Mapping[str, RangeLike] | None
    input_formats: FormatLike | Mapping[str, FormatLike] | None
    width: int | None
    data: object
    margin: Number
    quantiles: RangeLike | None
    missing: Literal["refuse", "skip"]
    decimal: Literal["auto", "comma", "point"]
    goal: Goal | str | Mapping[str, Number] | None
    labels: str | None
    weights: str | None
    robust: Number
    dont_care: DontCare
    judge: object
    output_format: FormatLike | None
    output_width: int | None
    error: Number | None
    uniform: str | FixedFormat | AssignedFormat | None
    device: str | Path
    frequency: Clock
    latency: int | None
    refine: bool
    dsp: DspUse
    primitives: PrimitiveUse
    minimise: Minimise
    undefined: Undefined
    correctly_rounded: bool
    opt: int
    time_limit: float | None
    step_limit: int | None
    cache: bool
    observer: Callable[..., object] | None


@dataclass(frozen=True, slots=True)
class Option:
    """How an option is said and read.

    Without a `flag` it belongs to the library alone, without a `metavar` the flag says it all. `several`: its flag may
    be given more than once. `default` is what help shows of the default, "" for nothing. Options that are `swept` may
    be lists and ranges for `symhdl explore`, which makes a design of each value.
    """

    flag: str
    metavar: str
    help: str
    read: Callable[[str, object], object]
    several: bool = False
    default: str = ""
    swept: bool = False


def _option(
    flag: str,
    metavar: str,
    read: Callable[[str, object], Value],
    default: Value,
    help: str,
    *,
    several: bool = False,
    shown: str | None = None,
    swept: bool = False,
) -> Value:
    """A field of `Chosen`; `default` is what an option has that is not given, `shown` how help says it if otherwise."""
    if shown is None:
        shown = "" if default in (None, NO_DEFINITIONS) else str(default)
    made = Option(flag, metavar, help, read, several, shown, swept)
    made_field: Value = field(default=default, metadata={OPTION: made})
    return made_field


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: every option as the compiler wants it."""

    dialect: str | None = _option(
        "--dialect",
        "NAME",
        dialect_of,
        None,
        shown="auto",
        help="The language of the text, one of `symhdl dialects`; `auto` goes by the text.",
    )
    select: str = _option(
        "--select",
        "WHICH",
        select_of,
        "best",
        help="Of a PySR result: `best`, `accuracy`, `score`, a complexity, `loss<=L`, `row=N`; as one design with many "
        "outputs `all`, `pareto` (the front of complexity and loss) or one of each class, `g=20,q=best`. Of C, Python "
        "and FPCore text: the name of a function.",
    )
    combine: str | None = _option(
        "--combine",
        "RULE",
        text_of,
        None,
        help='Of a PySR template: what makes one expression of its parts, such as "f(x1, x2) + g(x1)".',
    )
    define: Definitions = _option(
        "--define",
        "DEF",
        definitions_of,
        NO_DEFINITIONS,
        several=True,
        help='A definition before the text, such as "inv2(x) = 1/x^2", or @FILE with several.',
    )
    assume: tuple[str, ...] = _option(
        "--assume",
        "CONDITION",
        conditions_of,
        (),
        several=True,
        help='What the inputs meet, such as "x < y": nothing is promised where it does not hold, as for '
        "`assume x < y` in the text.",
    )
    top: str = _option(
        "--top",
        "NAME",
        text_of,
        "top",
        shown="",
        help="Name of the module; by default that of the file, or `top`.",
    )
    inputs: Mapping[str, Input] | None = _option(
        "",
        "",
        inputs_of,
        None,
        help="Formats and ranges by name: a `symhdl.Input`, a format, or a range.",
    )
    ranges: Named[Range] | None = _option(
        "--range",
        "[NAME=]LO:HI",
        by_name(range_of),
        None,
        several=True,
        help="Range of an input, or of all inputs without one: `x=-pi:pi`, `0:exp(1)`.",
    )
    input_formats: Named[FixedFormat] | None = _option(
        "--input-format",
        "[NAME=]FORMAT",
        by_name(format_of),
        None,
        swept=True,
        several=True,
        help="Format of an input, or of all inputs without one: `fixed<12,3>`.",
    )
    width: int | None = _option(
        "--width",
        "W",
        whole(1, WIDEST),
        None,
        swept=True,
        shown=str(DEFAULT_WIDTH),
        help="Bits of inputs without a format; the integer bits follow from the range.",
    )
    data: object = _option(
        "--data",
        "FILE",
        lambda _, value: value,
        None,
        several=True,
        help="Rows of a CSV, NumPy or Parquet file: ranges of inputs without one, and what a --goal is measured on.",
    )
    margin: Fraction = _option(
        "--margin",
        "SHARE",
        share_of,
        Fraction(0),
        swept=True,
        help="Widens ranges from data at both ends by a share of their width: `10%`, `0.1`.",
    )
    quantiles: Range | None = _option(
        "--quantiles",
        "LO:HI",
        quantiles_of,
        None,
        swept=True,
        help="Holds the inputs between two quantiles of the data: `0.1%:99.9%`.",
    )
    missing: Literal["refuse", "skip"] = _option(
        "--missing",
        "refuse|skip",
        choice("refuse", "skip"),
        "refuse",
        help="Rows of the data with missing values: an error, or left out.",
    )
    decimal: str | None = _option(
        "--decimal",
        "auto|comma|point",
        decimal_of,
        None,
        shown="auto",
        help="The decimal mark in text files of data.",
    )
    goal: Goal | None = _option(
        "--goal",
        "NAME=VALUE",
        goal_of,
        None,
        swept=True,
        help="What the design must reach on the rows of the data, in place of a proved error: `rms=1e-3` or "
        "`max=0.01`, errors; `agreement=97%`, rows in which the greatest output is that of the real expressions; "
        "`accuracy=0.74` or `auc=0.9` against --labels.",
    )
    labels: str | None = _option(
        "--labels",
        "COLUMN",
        text_of,
        None,
        help="The column of the data with the class of each row: names of outputs, or their numbers from 0.",
    )
    weights: str | None = _option(
        "--weights",
        "COLUMN",
        text_of,
        None,
        help="The column of the data that says how much a row counts.",
    )
    robust: Fraction = _option(
        "--robust",
        "SIGMA",
        share_of,
        Fraction(0),
        swept=True,
        help="The goal holds under noise on the inputs of so many of their standard deviations: `0.1`.",
    )
    dont_care: DontCare = _option(
        "--dont-care",
        "none|data",
        choice(*DONT_CARES),
        "none",
        swept=True,
        help="With `data` entries of tables that no row reaches may be anything.",
    )
    judge: object = _option(
        "",
        "",
        lambda _, value: value,
        None,
        help="Rows of data that judge the design, and do nothing else; else a share of `data` does.",
    )
    output_format: FixedFormat | None = _option(
        "--output-format",
        "FORMAT",
        format_of,
        None,
        swept=True,
        help="Format of outputs without one.",
    )
    output_width: int | None = _option(
        "--output-width",
        "W",
        whole(1, WIDEST),
        None,
        swept=True,
        shown=str(DEFAULT_WIDTH),
        help="Bits of outputs without a format, over their proved range; of whole numbers as many as they need.",
    )
    error: Fraction | None = _option(
        "--error",
        "E",
        positive_of,
        None,
        swept=True,
        help="Largest absolute error of outputs without one: `0.001`, `1e-3`, `2^-10`.",
    )
    uniform: AssignedFormat | None = _option(
        "--uniform",
        "FORMAT",
        assigned_of,
        None,
        swept=True,
        help="One format for all nodes, computed operator by operator as variables of this type of HLS C++: "
        "`fixed<16,6>`, also with rounding and overflow, `fixed<16,6,AP_RND,AP_SAT>` (AP_TRN and AP_WRAP by default).",
    )
    device: str = _option(
        "--device",
        "NAME",
        device_of,
        "generic",
        swept=True,
        help="The device to build for, one of `symhdl devices`, or a TOML file of your own.",
    )
    frequency: Clock = _option(
        "--freq",
        "MHZ|max",
        frequency_of,
        DEFAULT_FREQUENCY_MHZ,
        swept=True,
        shown=f"{DEFAULT_FREQUENCY_MHZ:g}",
        help="The clock to reach; 0 for combinational logic, `max` for the highest that is found: sums, products and "
        "tables are cut for it, unless results would take more than twice as long.",
    )
    latency: int | None = _option(
        "--latency",
        "N",
        whole(1, LONGEST_LATENCY),
        None,
        swept=True,
        help="Clock edges from the inputs to the outputs; what is more than the clock needs is spread, so that paths "
        "are shorter. As few as the clock allows unless given.",
    )
    refine: bool = _option(
        "--refine",
        "",
        truth_of,
        False,
        shown="",
        help="Places and routes the design, and schedules it again with the delays that are found, in a few rounds, "
        "for the fewest cycles that meet the clock; takes Yosys, nextpnr and minutes.",
    )
    dsp: DspUse = _option(
        "--dsp",
        "auto|none|N",
        dsp_of,
        "auto",
        swept=True,
        help="How many DSP blocks products may take: as many as the device has, none, or at most N, where they save "
        "most; the design keeps it, up to what Yosys reports.",
    )
    primitives: PrimitiveUse = _option(
        "--primitives",
        "auto|none",
        choice(*PRIMITIVE_USES),
        "auto",
        swept=True,
        help="Whether the text may instance blocks of the device, such as MULT18X18D and DP16KD, with models of them "
        "for simulation; `none` gives portable text.",
    )
    minimise: Minimise = _option(
        "--minimise",
        "auto|luts|dsps|latency",
        choice(*MINIMISED),
        "auto",
        swept=True,
        help="What the design takes least of: LUTs, whatever blocks that takes; DSP blocks; or cycles, then LUTs. "
        "`auto` weighs LUTs, blocks and registers by what they are worth on the device.",
    )
    undefined: Undefined = _option(
        "--undefined",
        "error|ignore|saturate",
        choice(*UNDEFINED),
        "error",
        swept=True,
        help="Inputs at which the expression has no value, such as 0 in `1/x`: refuse; promise nothing for them, told "
        "as a warning (`ignore`); or that, and hold outputs at the ends of their formats where the real value lies "
        "beyond (`saturate`).",
    )
    correctly_rounded: bool = _option(
        "--correctly-rounded",
        "",
        truth_of,
        False,
        help="Outputs are the numbers of their formats nearest to the real values, for outputs that are functions of "
        "one input of at most 2^16 values, all of which are tried; others are refused.",
        shown="",
    )
    opt: int = _option(
        "--opt",
        "0|1|2",
        whole(0, 2),
        1,
        swept=True,
        help="Level of optimisation.",
    )
    time_limit: float | None = _option(
        "--time-limit",
        "S",
        seconds_of,
        None,
        help="Seconds after which searches end with the best that they have; the design is then marked as `cut`, and "
        "another run may give another one.",
    )
    step_limit: int | None = _option(
        "--step-limit",
        "N",
        whole(1, MOST_STEPS),
        None,
        help="Steps, which are candidates that searches look at, after which they end with the best that they have; "
        "the design is then marked as `cut`, and is the same on every machine.",
    )
    cache: bool = _option(
        "",
        "",
        truth_of,
        False,
        help="Keeps what functions become between runs, for the user alone; `symhdl compile` does so without being "
        "asked, unless `--no-cache` is given.",
    )
    observer: Callable[..., object] | None = _option(
        "",
        "",
        callable_of,
        None,
        help="Called after every pass with the pass, the design and the seconds.",
    )


DEFAULTS = Chosen()
TABLE: dict[str, Option] = {entry.name: entry.metadata[OPTION] for entry in fields(Chosen)}
"""Every option by its name."""

OF_ONE_DESIGN = frozenset({"select", "top", "refine"})
"""Options that make no sense for many designs at once."""


def choose(given: Mapping[str, object], *, flags: bool = False) -> Chosen:
    """The options as the compiler wants them; what is not given, or is None, has its default.

    With `flags` messages speak of the flags. All mistakes are told at once. Raises SymhdlError for what makes no sense.
    """
    mistakes: list[Diagnostic] = []
    chosen: dict[str, object] = {}
    for name, value in given.items():
        option = TABLE.get(name)
        if option is None:
            mistakes.append(_unknown(name))
        elif value is not None:
            try:
                chosen[name] = located(option.read, _called(name, flags), value)
            except SymhdlError as problem:
                mistakes += problem.diagnostics
    mistakes += clashes(chosen, DEFAULTS, lambda name: _called(name, flags))
    if mistakes:
        raise SymhdlError(*mistakes)
    made: Chosen = cast("Any", Chosen)(**chosen)  # its fields have the types of their readers
    return made


def _called(name: str, flags: bool) -> str:
    return (TABLE[name].flag if flags else "") or name


def _unknown(name: str) -> Diagnostic:
    guess = similar(name, TABLE)
    help = f"did you mean `{guess}`?" if guess else f"options are {', '.join(TABLE)}"
    return Diagnostic("bad-argument", f"there is no option `{name}`", help=help)
