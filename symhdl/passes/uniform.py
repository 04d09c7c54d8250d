"""Graph to Datapath with one format for all nodes, as a program of `ap_fixed` variables computes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.approximation import Store
from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.errors import Diagnostic, warning
from symhdl.ir.live import remove_dead_cells
from symhdl.lowering import depth_for, fabric_for
from symhdl.lowering.assigned_functions import AssignedFunctions
from symhdl.lowering.ports import OutputCell, datapath_of
from symhdl.lowering.uniform import UniformLowering
from symhdl.numeric.assigned import AssignedFormat


@dataclass(frozen=True, slots=True)
class Uniform:
    """Builds the datapath of operators of a graph in order (`InOrder`).

    The result of every operation is assigned to a variable of the one format; conditions are not, and whole constants
    are what they are. Where it is proved that nothing overflows on the way, outputs have the bound of their errors;
    the others have none, which is told.
    """

    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "functions take the first approximation proved when it is over"},
    )
    store: Store | None = field(
        default=None, metadata={"description": "where approximations are kept between runs"}
    )

    name: ClassVar[str] = "uniform"

    def run(self, design: Design) -> Design:
        """The design with its datapath."""
        request, ranges = design.request, design.ranges
        to = request.uniform
        assert to is not None and ranges is not None, (
            "a uniform design before ranges; please report this"
        )
        fabric = fabric_for(request, design.target)
        functions = AssignedFunctions(fabric, depth_for(request), self.budget, self.store)
        lowering = UniformLowering(design.graph, ranges, design.inputs, to, fabric, functions)
        proof = lowering.proof()
        lowering.run(proof)
        outputs: list[OutputCell] = []
        for output in design.graph.outputs:
            format = output.format or request.output_format or to.format
            kept = AssignedFormat(format, to.rounding, to.overflow)
            cell, bound = lowering.output(output.node, kept, proof)
            outputs.append(OutputCell(output.name, format, cell, bound))
        operators = remove_dead_cells(datapath_of(design, lowering.builder, outputs))
        told = [*_unproved(outputs), *_faithful(functions.faithful)]
        return replace(design, operators=operators, datapath=operators).with_warnings(*told)


def _unproved(outputs: list[OutputCell]) -> list[Diagnostic]:
    names = [f"`{output.name}`" for output in outputs if output.bound is None]
    if not names:
        return []
    return [
        warning(
            "no-error-bound",
            f"no error bound is proved of {', '.join(names)}",
            notes=(
                "a value on the way may overflow the format, or a decision may be taken wrongly",
            ),
            help="take more integer bits, or narrow the ranges of the inputs",
        )
    ]


def _faithful(names: list[str]) -> list[Diagnostic]:
    if not names:
        return []
    listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    return [
        warning(
            "faithful",
            f"values of {listed} may be the numbers of the format above or below the real ones",
            notes=("arguments of more than 2^16 values are not tried one by one",),
            help="with at most 16 bits, functions are rounded as the format says",
        )
    ]
