"""Holds outputs at the ends of their formats, where the user wants that rather than a wider format."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar

from symhdl.analysis.refine import analysed
from symhdl.design import Design
from symhdl.errors import Diagnostic, warning
from symhdl.functions.operation import Operation
from symhdl.ir.graph import GraphBuilder, OutputDeclaration
from symhdl.numeric.fixed import FixedFormat
from symhdl.precision.goals import asked_for
from symhdl.rewriting.rewrite import copy_node


@dataclass(frozen=True, slots=True)
class Saturate:
    """With `undefined="saturate"`, y becomes min(max(y, least), most) for the least and most number of its format.

    Only where the range does not fit; each such output is told. The error of a held value is no larger than that of
    the value, so that the bound is one for every input at which the real value lies within the format, and elsewhere
    the output is the nearest end, to within the bound.
    """

    name: ClassVar[str] = "saturate"

    def run(self, design: Design) -> Design:
        """The design with held outputs."""
        if design.request.undefined != "saturate":
            return design
        graph = design.graph
        ranges = analysed(
            graph, design.inputs, ignore_undefined=True, assumptions=design.assumptions
        )
        builder = GraphBuilder()
        places: list[int] = []
        for node, span in zip(graph.nodes, graph.spans, strict=True):
            operands = tuple(places[operand] for operand in node.operands)
            places.append(copy_node(builder, node, operands, span))
        builder.carry_names(graph, places)
        outputs: list[OutputDeclaration] = []
        told: list[Diagnostic] = []
        for output in graph.outputs:
            place, (wanted, _) = places[output.node], asked_for(output, design.request)
            low, high = ranges.hull(output.node)
            if wanted is not None and not _fits(low, high, wanted):
                place = _held(builder, place, wanted)
                told.append(_warning(output, wanted, low, high))
            outputs.append(replace(output, node=place))
        held = builder.build(graph.inputs, tuple(outputs))
        return design.with_graph(held).with_warnings(*told)


def _ends(wanted: FixedFormat) -> tuple[Fraction, Fraction]:
    return wanted.minimum * wanted.ulp, wanted.maximum * wanted.ulp


def _fits(low: float, high: float, wanted: FixedFormat) -> bool:
    least, most = _ends(wanted)
    return bool(least <= low and high <= most)


def _held(builder: GraphBuilder, value: int, wanted: FixedFormat) -> int:
    least, most = (builder.constant(end) for end in _ends(wanted))
    span = builder.spans[value]
    above = builder.apply(Operation.MAXIMUM, value, least, span=span)
    return builder.apply(Operation.MINIMUM, above, most, span=span)


def _warning(output: OutputDeclaration, wanted: FixedFormat, low: float, high: float) -> Diagnostic:
    least, most = _ends(wanted)
    bounded = math.isfinite(low) and math.isfinite(high)
    return warning(
        "output-saturated",
        f"output `{output.name}` is held at {float(least):.6g} and {float(most):.6g}, the ends of {wanted}",
        output.span,
        notes=(f"its real value lies in [{low:.6g}, {high:.6g}]",) if bounded else (),
        help="where it lies beyond an end, the output is that end to within the error bound",
    )
