"""What is asked of a design beside its mathematics, and its inputs as the hardware will have them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

from symhdl.choices import (
    DEFAULT_FREQUENCY_MHZ,
    HIGHEST,
    Clock,
    DspUse,
    Minimise,
    PrimitiveUse,
    Undefined,
)
from symhdl.errors import shortened
from symhdl.numeric.assigned import AssignedFormat
from symhdl.numeric.fixed import FixedFormat


@dataclass(frozen=True, slots=True)
class DataGoal:
    """What a design must reach on rows of data: a measure by its name, and its value.

    It holds under noise on the inputs of `robust` standard deviations. `rows` is the SHA-256 of all that the rows say;
    with `free_entries` tables may hold anything where no row reaches them. With `is_own` the measure is a function of
    the user's, and its name alone is known.
    """

    name: str
    value: Fraction
    rows: str
    robust: Fraction = Fraction(0)
    free_entries: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """What the user asks for beside the source text.

    A declaration in the source goes before what is said here by name, which goes before the general options.
    `input_formats` and `ranges` are pairs of an input's name and its value; `range` is for every input that has none.
    Inputs in `saturations` are held between two numbers before anything else happens to them.
    `input_format` and `width` serve inputs without a format of their own; `output_format`,
    `output_width` and `error` serve outputs that declare neither format nor error. A width that is None is left to the
    compiler: 16 bits, or with a goal on data what serves that. If `undefined` is "ignore",
    nothing is promised at inputs at which the expression has no value, and they are no error; if it is "saturate",
    outputs are held at the ends of their formats besides. With a `latency` the design has so many clock edges from its
    inputs to its outputs; else as few as the clock allows. With `correctly_rounded` outputs are the numbers of their
    formats that are nearest to the real values. `minimise` is what the design takes least of. With `uniform` every node
    has that format. A `goal` is one on rows of data. Where place and route is fed back, `refined_by` names the tools,
    on which the design then depends.
    """

    top: str = "top"
    source: str = ""
    ranges: tuple[tuple[str, tuple[Fraction, Fraction]], ...] = ()
    saturations: tuple[tuple[str, tuple[Fraction, Fraction]], ...] = ()
    input_formats: tuple[tuple[str, FixedFormat], ...] = ()
    range: tuple[Fraction, Fraction] | None = None
    input_format: FixedFormat | None = None
    width: int | None = None
    output_format: FixedFormat | None = None
    output_width: int | None = None
    error: Fraction | None = None
    uniform: AssignedFormat | None = None
    frequency_mhz: Clock = DEFAULT_FREQUENCY_MHZ
    latency: int | None = None
    dsp: DspUse = "auto"
    primitives: PrimitiveUse = "auto"
    minimise: Minimise = "auto"
    opt: int = 1
    undefined: Undefined = "error"
    correctly_rounded: bool = False
    goal: DataGoal | None = None
    refined_by: str = ""

    @property
    def clocked(self) -> bool:
        """Whether there is a clock."""
        return self.frequency_mhz == HIGHEST or self.frequency_mhz > 0

    @property
    def known_mhz(self) -> float:
        """The clock; 0 where there is none, and where the highest is looked for."""
        return 0.0 if self.frequency_mhz == HIGHEST else self.frequency_mhz

    @property
    def ignore_undefined(self) -> bool:
        """Whether inputs at which the expression has no value are no error."""
        return self.undefined != "error"

    def __repr__(self) -> str:
        """What differs from the defaults, texts and tables by their size alone."""
        changed = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
        shown = [
            f"{name}: {len(value):,}" if isinstance(value, str | tuple) else f"{name}={value}"
            for name, value in changed.items()
        ]
        return f"<request {shortened(', '.join(shown), 100)}>"


@dataclass(frozen=True, slots=True)
class InputPlan:
    """An input as the hardware will have it: integers from `minimum` to `maximum` of a format.

    At the port of a saturated input any integer of the format may arrive; the hardware holds it in this range first.
    `ends` are those of the real range that was asked for, if the numbers of the format do not hold them exactly.
    """

    name: str
    format: FixedFormat
    minimum: int
    maximum: int
    saturated: bool = False
    ends: tuple[Fraction, Fraction] | None = None

    @property
    def real_range(self) -> tuple[Fraction, Fraction]:
        """The real numbers that the user has, before they are rounded to the format."""
        return self.ends or (self.minimum * self.format.ulp, self.maximum * self.format.ulp)

    @property
    def port_range(self) -> tuple[int, int]:
        """The integers that may arrive at the port."""
        if self.saturated:
            return self.format.minimum, self.format.maximum
        return self.minimum, self.maximum
