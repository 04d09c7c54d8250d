"""By how much a decision must be clear so that the hardware provably takes it as the mathematics does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from symhdl.analysis.hardware_bounds import proved_lead, proved_switch
from symhdl.data.fixed import quantise, scaled
from symhdl.design import Design
from symhdl.empirical.samples import Floats, Samples
from symhdl.evaluate import evaluate
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import Graph, GraphBuilder, OutputDeclaration, without_dead_nodes
from symhdl.judgement import ProvedDecisions
from symhdl.numeric.ball import float_above
from symhdl.passes.expand import Expand
from symhdl.passes.fold import Fold

CUTS = frozenset({Operation.LESS, Operation.LESS_EQUAL})


@dataclass(frozen=True, slots=True)
class _Scores:
    """A graph of what is compared: the scores of classes, or for a cut the number whose sign decides."""

    graph: Graph
    is_cut: bool


def margins(design: Design, samples: Samples, work: int) -> ProvedDecisions | None:
    """The margin of the decisions of a design with a datapath, and which share of the samples is inside.

    Several outputs are scores of which the greatest wins, a single one is an `argmax` or a comparison. None for other
    outputs, and where nothing is proved within the work (operations on boxes).
    """
    found = _scores(design.written)
    datapath = design.operators or design.datapath
    if found is None or datapath is None:
        return None
    graph = _expanded(design, found.graph)
    prove = proved_switch if found.is_cut else proved_lead
    known = (prove(graph, datapath, work, design.inputs), _by_errors(design, datapath))
    lead = min((each for each in known if each is not None), default=None)
    if lead is None:
        return None
    values = np.stack(
        np.broadcast_arrays(*evaluate(graph, _as_read(datapath, samples.inputs)).values()), axis=1
    )
    clear = np.abs(values[:, 0]) if found.is_cut else _leads(values)
    inside = np.average(~(clear > lead), weights=samples.weights)
    return ProvedDecisions(lead, float(inside))


def _by_errors(design: Design, datapath: Datapath) -> float | None:
    """The lead that outweighs the errors of any two outputs; None where not all are proved everywhere.

    Of numbers that are held at the ends of a format errors are proved between these alone.
    """
    if design.request.undefined == "saturate":
        return None
    bounds = [port.error_bound for port in datapath.outputs]
    errors = sorted(bound for bound in bounds if bound is not None)
    if len(errors) < len(bounds) or len(errors) < 2:
        return None
    return float_above(Fraction(errors[-1]) + Fraction(errors[-2]))


def _leads(scores: Floats) -> Floats:
    """By how much the greatest number of each row is above the next one."""
    ordered = np.sort(scores, axis=1)
    leads: Floats = ordered[:, -1] - ordered[:, -2]
    return leads


def _scores(graph: Graph) -> _Scores | None:
    """What the outputs decide between; None where they are no decisions."""
    nodes = graph.nodes
    outputs = [output.node for output in graph.outputs]
    if len(outputs) > 1:
        return _Scores(graph, is_cut=False)
    (only,) = (nodes[k] for k in outputs)
    if only.operation is Operation.ARGMAX:
        declared = tuple(
            OutputDeclaration(f"score{k}", operand) for k, operand in enumerate(only.operands)
        )
        return _Scores(without_dead_nodes(replace(graph, outputs=declared)), is_cut=False)
    negated = only.operation is Operation.NOT
    cut = nodes[only.operands[0]] if negated else only
    if cut.operation not in CUTS:
        return None
    builder = GraphBuilder()
    for node, span in zip(graph.nodes, graph.spans, strict=True):
        builder.append(node, span)
    smaller, larger = cut.operands
    ends = (smaller, larger) if negated else (larger, smaller)
    difference = builder.apply(Operation.SUBTRACT, *ends)
    return _Scores(
        builder.build(graph.inputs, (OutputDeclaration("difference", difference),)), is_cut=True
    )


def _expanded(design: Design, graph: Graph) -> Graph:
    """The graph in the operations of which bounds are known."""
    drafted = replace(design, mathematics=graph).with_graph(graph)
    return Fold().run(Expand().run(Fold().run(drafted))).graph


def _as_read(datapath: Datapath, inputs: Mapping[str, Floats]) -> dict[str, Floats]:
    """Inputs as the ports have them; others as they are."""
    held = {
        port.name: scaled(
            quantise(inputs[port.name], port)[0].astype(np.float64), -port.format.fraction
        )
        for port in datapath.inputs
    }
    return {**inputs, **held}
