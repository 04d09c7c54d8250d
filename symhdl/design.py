"""The Design: a graph, what was asked for, what was found out about it, and the datapath it became."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Protocol

from symhdl.choices import (
    DEFAULT_FREQUENCY_MHZ,
    DEFAULT_WIDTH,
    DspUse,
    PrimitiveUse,
    Undefined,
)
from symhdl.documents import Json, document_digest
from symhdl.errors import Diagnostic, quotation, shortened
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import Graph
from symhdl.ir.graph_text import print_graph
from symhdl.numeric.fixed import FixedFormat
from symhdl.targets.target import Target
from symhdl.version import VERSION


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """What the user asks for beside the source text.

    A declaration in the source goes before what is said here by name, which goes before the general options.
    `input_formats` and `ranges` are pairs of an input's name and its value; `range` is for every input that has none.
    Inputs in `saturations` are held between two numbers before anything else happens to them.
    `input_format` and `width` serve inputs without a format of their own; `output_format`,
    `output_width` and `error` serve outputs that declare neither format nor error. If `undefined` is "ignore",
    nothing is promised at inputs at which the expression has no value, and they are no error; if it is "saturate",
    outputs are held at the ends of their formats besides.
    """

    top: str = "top"
    source: str = ""
    ranges: tuple[tuple[str, tuple[Fraction, Fraction]], ...] = ()
    saturations: tuple[tuple[str, tuple[Fraction, Fraction]], ...] = ()
    input_formats: tuple[tuple[str, FixedFormat], ...] = ()
    range: tuple[Fraction, Fraction] | None = None
    input_format: FixedFormat | None = None
    width: int = DEFAULT_WIDTH
    output_format: FixedFormat | None = None
    output_width: int | None = None
    error: Fraction | None = None
    frequency_mhz: float = DEFAULT_FREQUENCY_MHZ
    dsp: DspUse = "auto"
    primitives: PrimitiveUse = "auto"
    opt: int = 1
    undefined: Undefined = "error"

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


@dataclass(frozen=True, slots=True, repr=False)
class Design:
    """What passes work on. Replacing the graph drops all that was derived from the old one.

    `input_rounding` belongs to the user's function, which is the same whatever the graph: by how much each output's
    real value changes if real inputs are rounded to their formats, None for one that jumps. So does `mathematics`, the
    graph as it was written, before any pass. `operators` is the datapath as lowering leaves it, `datapath` what the
    passes behind make of it for the device; the integers at their outputs are equal. A design that is `cut` was made in
    a limited time: another run may give another one, so that it never stands for its source and options.
    """

    graph: Graph
    request: Request
    target: Target
    inputs: tuple[InputPlan, ...] = ()
    input_rounding: tuple[float | None, ...] = ()
    operators: Datapath | None = None
    datapath: Datapath | None = None
    warnings: tuple[Diagnostic, ...] = field(default=())
    mathematics: Graph | None = None
    cut: bool = False

    @property
    def written(self) -> Graph:
        """The graph in the user's operations, as far as it is known."""
        return self.mathematics or self.graph

    def digest(self) -> str | None:
        """The SHA-256 of what was asked for, the same on every machine; None for a design that is cut.

        It is of the source, of all options, of the device as data and of the version of symhdl. Designs of one digest
        have one datapath. Of a source its text and its mathematics count, not the name of its file; of data, the ranges
        that came of them.
        """
        if self.cut:
            return None
        source = self.written
        return document_digest(
            {
                "version": VERSION,
                "device": self.target.digest,
                "mathematics": print_graph(source),
                "words": [quotation(span) for span in source.spans],
                **{
                    f"request {f.name}": _plain(getattr(self.request, f.name))
                    for f in fields(Request)
                },
            }
        )

    def __repr__(self) -> str:
        made = self.graph if self.datapath is None else self.datapath
        return f"<design for {self.target.name}: {made!r}>"

    def with_graph(self, graph: Graph) -> Design:
        """The design with another graph and without what was derived from the old one; itself if the graph is equal."""
        if graph == self.graph:
            return self
        return replace(self, graph=graph, operators=None, datapath=None)

    def with_datapath(self, make: Callable[[Datapath], Datapath]) -> Design:
        """The design with what is made of its datapath; itself where there is none, or where it stays as it is."""
        if self.datapath is None:
            return self
        made = make(self.datapath)
        return self if made is self.datapath else replace(self, datapath=made)

    def with_warnings(self, *warnings: Diagnostic) -> Design:
        """The design with warnings added, each once."""
        new = tuple(w for w in dict.fromkeys(warnings) if w not in self.warnings)
        return replace(self, warnings=self.warnings + new)


def _plain(value: object) -> Json:
    """A value of a request as JSON."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Fraction):
        return f"{value.numerator:x}/{value.denominator:x}"  # decimal digits have a limit
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    assert isinstance(value, FixedFormat), "an option without a digest; please report this"
    return str(value)


class Pass(Protocol):
    """A step of the compiler: a frozen dataclass whose fields are its options."""

    @property
    def name(self) -> str:
        """The name under which `--print-after` knows the pass."""
        ...

    def run(self, design: Design) -> Design:
        """The design after the step, itself if there is nothing to do.

        Pure: the same design gives the same result. A pass that stands in the pipeline more than once works on the
        graph, and sees no more than graph, request, target and inputs.
        """
        ...
