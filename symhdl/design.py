"""The Design: a graph, what was asked for, what was found out about it, and the datapath it became."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from symhdl.documents import Json, document_digest
from symhdl.errors import Diagnostic, quotation
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import Graph, without_dead_nodes
from symhdl.numeric.assigned import AssignedFormat
from symhdl.numeric.fixed import FixedFormat
from symhdl.request import DataGoal, InputPlan, Request
from symhdl.targets.target import Target
from symhdl.version import VERSION

if TYPE_CHECKING:
    from symhdl.analysis.backward import Acting
    from symhdl.analysis.output_table import OutputTable
    from symhdl.analysis.ranges import Ranges
    from symhdl.analysis.regions import Region
    from symhdl.approximation import Approximation, SmoothFunction
    from symhdl.approximation.witness import ApproximationWitness
    from symhdl.precision.allocation import Allocation
    from symhdl.precision.goals import OutputGoal
    from symhdl.witnesses import Witnesses

ANALYSES = frozenset({"ranges", "allocation", "approximations"})
"""What a design holds beside what it is: it follows from the graph and what was asked."""


@dataclass(frozen=True, slots=True, repr=False)
class Design:
    """What passes work on. Replacing the graph or the inputs drops all that was derived from the old ones.

    `ranges` bound the value of every node, `goals` say what each output must achieve, and `allocation` the format that
    every node gets for that; each is made by a pass of its own. `regions` are parts of the graph that become one
    function each, for which the allocation was made. `approximations` are what the functions among the
    nodes became in the datapath, and `tables` the outputs, by name, that are read off their inputs at once.

    `input_rounding` belongs to the user's function, which is the same whatever the graph: by how much each output's
    real value changes if real inputs are rounded to their formats, None for one that jumps. So does `mathematics`, the
    graph as it was written, before any pass. The outputs of `assumptions` are conditions over the same inputs: where
    one fails nothing is promised. `operators` is the datapath as lowering leaves it, `datapath` what the
    passes behind make of it for the device; the integers at their outputs are equal. A design that is `cut` was made in
    a limited time: another run may give another one, so that it never stands for its source and options.
    """

    graph: Graph
    request: Request
    target: Target
    inputs: tuple[InputPlan, ...] = ()
    input_rounding: tuple[float | None, ...] = ()
    ranges: Ranges | None = field(default=None, compare=False)
    goals: tuple[OutputGoal, ...] = ()
    regions: tuple[Region, ...] = ()
    allocation: Allocation | None = field(default=None, compare=False)
    approximations: Mapping[int, Approximation] | None = field(default=None, compare=False)
    tables: Mapping[str, OutputTable] = field(default_factory=dict, compare=False)
    operators: Datapath | None = None
    datapath: Datapath | None = None
    warnings: tuple[Diagnostic, ...] = field(default=())
    mathematics: Graph | None = None
    assumptions: Graph | None = None
    cut: bool = False

    @property
    def written(self) -> Graph:
        """The graph in the user's operations, as far as it is known."""
        return self.mathematics or self.graph

    @property
    def start(self) -> Graph:
        """The graph of which the passes make this design again: without assumptions where none was of use."""
        written = self.written
        if self.assumptions is not None or not written.assumptions:
            return written
        return without_dead_nodes(replace(written, assumptions=()))

    def contributions(self) -> tuple[Acting, ...]:
        """For each output the nodes that add to the error of its inside, and how much each adds at most: proved.

        Behind lowering they are of the cells as they were built, before of what the allocation allows. What the last
        rounding adds is not in it, and to an output that is a table nothing adds. Raises `ValueError` for a design
        without allocation.
        """
        from symhdl.analysis.backward import NOTHING_ACTS
        from symhdl.analysis.contributions import contributions

        ranges, found = self._analyses()
        added = contributions(
            self.graph, ranges, found.local, found.errors, found.slopes, found.meetings,
            found.regions,
        )  # fmt: skip
        if not self.tables:
            return added
        pairs = zip(self.graph.outputs, added, strict=True)
        return tuple(NOTHING_ACTS if o.name in self.tables else acting for o, acting in pairs)

    def witnesses(self) -> Witnesses:
        """What the range and the error of every node stand on, and what the functions in hardware do.

        Raises `ValueError` for a design without allocation; before lowering there are no functions in hardware.
        """
        from symhdl.analysis.witness import (
            assumptions_witness,
            error_witnesses,
            range_witnesses,
        )
        from symhdl.witnesses import Witnesses

        ranges, found = self._analyses()
        errors = error_witnesses(
            self.graph, ranges, found.local, found.errors, found.slopes, found.meetings,
            found.regions,
        )  # fmt: skip
        approximations: dict[int, ApproximationWitness] = {}
        for index, approximation in (self.approximations or {}).items():
            approximations[index] = approximation.witness(self.function_at(index))
        of_ranges = range_witnesses(self.graph, ranges)
        return Witnesses(
            self.graph, of_ranges, errors, approximations, found.truncations, found.divisions,
            found.angles, found.rotations, self.tables, assumptions_witness(self.graph, ranges),
        )  # fmt: skip

    def function_at(self, index: int) -> SmoothFunction:
        """What the approximation of a node approximates."""
        _, allocation = self._analyses()
        function = allocation.regions.function_at(self.graph, index)
        assert function is not None, "an approximation of no function; please report this"
        return function

    def _analyses(self) -> tuple[Ranges, Allocation]:
        if self.ranges is None or self.allocation is None:
            raise ValueError("a design without an allocation has no errors")
        return self.ranges, self.allocation

    def __getstate__(self) -> list[object]:
        """All but ranges, allocation and approximations, which are large, and which their passes find again."""
        return [None if f.name in ANALYSES else getattr(self, f.name) for f in fields(self)]

    def digest(self) -> str | None:
        """The SHA-256 of what was asked for, the same on every machine.

        None for a design that is cut, or whose goal is a function. It is of the source, of all options, of the device
        as data and of the version of symhdl. Designs of one digest have one datapath. Of a source its text and its
        mathematics count, not the name of its file; of data, the ranges that came of them, and with a goal all numbers.
        """
        if self.cut or (self.request.goal is not None and self.request.goal.is_own):
            return None
        from symhdl.ir.graph_text import print_graph

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
                    if f.name != "goal" or self.request.goal is not None
                },
            }
        )

    def __repr__(self) -> str:
        made = self.graph if self.datapath is None else self.datapath
        return f"<design for {self.target.name}: {made!r}>"

    def with_graph(self, graph: Graph) -> Design:
        """The design with another graph and without what was derived from the old one; itself if the graph is equal."""
        return self if graph == self.graph else self._anew(graph, self.inputs)

    def with_inputs(self, inputs: tuple[InputPlan, ...]) -> Design:
        """The design with other inputs and without what was derived from the old ones; itself if they are equal."""
        return self if inputs == self.inputs else self._anew(self.graph, inputs)

    def _anew(self, graph: Graph, inputs: tuple[InputPlan, ...]) -> Design:
        return replace(
            self, graph=graph, inputs=inputs,
            ranges=None, goals=(), regions=(), allocation=None, approximations=None, tables={},
            operators=None, datapath=None,
        )  # fmt: skip

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
    if isinstance(value, DataGoal):
        return [_plain(getattr(value, f.name)) for f in fields(DataGoal)]
    assert isinstance(value, FixedFormat | AssignedFormat), (
        "an option without a digest; please report this"
    )
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
