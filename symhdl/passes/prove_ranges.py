"""Bounds the value of every node, and refuses what leaves a domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import ClassVar

from symhdl.analysis.boxes import Aim
from symhdl.analysis.domain import explain
from symhdl.analysis.exact_ends import exact_ends
from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.need import Guards
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.refine import analysed, irrational_nodes
from symhdl.analysis.tighten import OfFormat, tightened
from symhdl.design import Design
from symhdl.errors import Severity, SymhdlError
from symhdl.functions.operation import DECISIONS
from symhdl.ir.graph import Graph
from symhdl.precision.goals import format_over
from symhdl.request import InputPlan

WORK = (1 << 18, 1 << 21, 1 << 26)
"""Operations over one box of the inputs that tightening may take, by optimisation level."""

MOST_GRAPHS, MOST_KEPT = 8, 2
"""Graphs of which ranges are kept, and ranges of each: searches for formats ask for those of two forms in turn."""
MOST_NODES = 1000  # of such a graph: ranges of larger ones take much memory

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ProveRanges:
    """Fills `Design.ranges`, by rigorous arithmetic over pieces of the inputs."""

    telling: bool = field(
        default=True,
        metadata={
            "description": "whether to tell what leaves a domain; not of a graph that stands for "
            "one of which it was told"
        },
    )

    level: int = field(
        default=1, metadata={"description": "how much is tried where bounds seem too wide"}
    )

    name: ClassVar[str] = "ranges"

    def run(self, design: Design) -> Design:
        """The design with ranges, and warnings. Raises `SymhdlError` for what leaves a domain.

        Inputs are followed integer by integer where a decision or a doubt needs it.
        """
        if design.ranges is not None:
            return design
        graph, request = design.graph, design.request
        ranges = _proved(
            graph, design.inputs, request.ignore_undefined, design.assumptions, self.level,
            [OfFormat(format_over(output, request)) for output in graph.outputs],
        )  # fmt: skip
        design = replace(design, ranges=ranges)
        if not self.telling:
            return design
        told = explain(graph, design.inputs, ranges, design.written, design.assumptions)
        problems = [d for d in told if d.severity is Severity.ERROR]
        if problems:
            raise SymhdlError(*problems)
        return design.with_warnings(*told)


@dataclass(frozen=True, slots=True, eq=False)
class _Noted:
    """An aim, and what it was asked and said."""

    aim: Aim
    said: dict[Span, Span] = field(default_factory=dict)

    def __call__(self, seen: Span) -> Span:
        """What the aim says."""
        found = self.said[seen] = self.aim(seen)
        return found

    def agrees(self, aim: Aim) -> bool:
        """Whether another aim would have said the same."""
        return all(aim(seen) == said for seen, said in self.said.items())


_Proofs = list[tuple[Sequence[_Noted], Ranges]]


def _proved(
    graph: Graph, inputs: tuple[InputPlan, ...], ignore_undefined: bool, assumptions: Graph | None,
    level: int, aims: Sequence[Aim],
) -> Ranges:  # fmt: skip
    """The ranges for aims of the outputs: those that were found for others, where these say the same."""
    known: _Proofs = []
    if len(graph.nodes) <= MOST_NODES:
        known = _proofs(graph, inputs, ignore_undefined, assumptions, level)
    for noted, ranges in known:
        if all(each.agrees(aim) for each, aim in zip(noted, aims, strict=True)):
            return ranges
    noted = [_Noted(aim) for aim in aims]
    by_node = {output.node: each for output, each in zip(graph.outputs, noted, strict=True)}
    found = _found(graph, inputs, ignore_undefined, assumptions, level, by_node)
    del known[MOST_KEPT - 1 :]
    known.insert(0, (noted, found))
    return found


@lru_cache(maxsize=MOST_GRAPHS)
def _proofs(
    _graph: Graph, _inputs: tuple[InputPlan, ...], _ignore_undefined: bool,
    _assumptions: Graph | None, _level: int,
) -> _Proofs:  # fmt: skip
    """What was proved of a graph last."""
    return []


def _found(
    graph: Graph, inputs: tuple[InputPlan, ...], ignore_undefined: bool, assumptions: Graph | None,
    level: int, aims: Mapping[int, Aim],
) -> Ranges:  # fmt: skip
    jumps = _jumps(graph)
    find = partial(
        analysed, graph, inputs, ignore_undefined=ignore_undefined, guards=Guards.THRESHOLDS,
        assumptions=assumptions,
    )  # fmt: skip
    ranges = find(fine=jumps)
    if ranges.violations and not jumps:
        ranges = find(fine=True)
    natural = natural_fractions(graph, {plan.name: plan.format for plan in inputs})
    ranges = tightened(
        graph, inputs, ranges, natural if ignore_undefined else None, Guards.THRESHOLDS,
        WORK[level], aims, only_domains=level == 0, assumptions=assumptions,
    )  # fmt: skip
    return replace(ranges, exact=exact_ends(graph, inputs, ranges, natural))


def _jumps(graph: Graph) -> bool:
    """Whether a decision hangs on more than sums and products of inputs and rational numbers."""
    irrational = irrational_nodes(graph)
    return any(
        node.operation in DECISIONS and any(irrational[operand] for operand in node.operands)
        for node in graph.nodes
    )
