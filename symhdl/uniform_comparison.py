"""The narrowest uniform format that is as accurate as a design, which has a format for every node."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from symhdl.analysis.propagation import Errors
from symhdl.compiled import CompiledDesign
from symhdl.cost.estimate import estimate
from symhdl.design import Design, Pass
from symhdl.errors import error
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Datapath
from symhdl.lowering import depth_for, fabric_for
from symhdl.lowering.assigned_functions import AssignedFunctions
from symhdl.lowering.uniform import Proof, UniformLowering
from symhdl.numeric.assigned import AssignedFormat
from symhdl.numeric.fixed import format_of_range, power_of_two
from symhdl.passes.uniform import Uniform
from symhdl.pipeline import run_passes, stretches
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.accuracy import measure_integers
from symhdl.verify.vectors import all_inputs, combinations

TRIED, SEED = 4096, 1
"""Inputs at which errors are measured."""

NARROWEST, WIDEST = 2, 64
"""Bits of a uniform format."""

NEAR = 2.0
"""Times the error to be reached: where the search starts, by the proved bound."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A design with its worst measured error."""

    design: CompiledDesign
    measured: float

    @property
    def format(self) -> AssignedFormat | None:
        """The format of all nodes, if it is uniform."""
        return self.design.design.request.uniform


def beside_uniform(design: CompiledDesign) -> tuple[Compared, Compared]:
    """The design, and the uniform one of the fewest bits whose error is no larger at the same inputs.

    That has the same inputs, integer bits for the proved ranges of all nodes, AP_TRN and AP_WRAP. Errors are measured
    at all inputs if they are few, else at corners and drawn ones. Raises `SymhdlError` for a design that is uniform
    itself or fitted to rows of data, and where no format of at most `WIDEST` bits will do.
    """
    search = _Search.of(design)
    own = search.measured(design.datapath)
    found = search.least(own)
    if found is None:
        raise error(
            "no-uniform-format",
            f"no uniform format of at most {WIDEST} bits is as accurate",
            help="leave the comparison out, or measure the inputs in other units",
        )
    return Compared(design, max(own)), found


@dataclass(frozen=True, slots=True)
class _Search:
    """The graph in order with its ranges, the passes behind `Uniform`, and the inputs for measuring errors."""

    start: Design
    rest: Sequence[Pass]
    columns: Mapping[str, Sequence[int]]

    @staticmethod
    def of(design: CompiledDesign) -> _Search:
        """The search for a design."""
        before = design.design
        if before.request.uniform is not None:
            raise error(
                "bad-argument",
                "the design has a uniform format itself",
                help="leave the one or the other out",
            )
        if not before.goals:
            raise error(
                "bad-argument",
                "the design is fitted to rows of data, and has no error to be compared by",
                help="leave the comparison out, or ask for an error in place of the goal",
            )
        request = replace(
            before.request,
            uniform=AssignedFormat(before.goals[0].format),
            input_formats=tuple((plan.name, plan.format) for plan in before.inputs),
            output_format=None,
            output_width=None,
            error=None,
            correctly_rounded=False,
            undefined="ignore" if before.request.undefined != "error" else "error",
        )
        written = before.written
        start = Design(written, request, before.target, mathematics=written)
        steps = [step for part in stretches(request.opt, uniform=True) for step in part.passes]
        place = steps.index(Uniform())
        start = run_passes(start, steps[:place])
        datapath = design.datapath
        if combinations(datapath) <= TRIED:
            columns = all_inputs(datapath, SEED).inputs
        else:
            columns = columns_of_rows(datapath, mixed_rows(datapath, TRIED, SEED))
        integers = {name: list(map(int, column)) for name, column in columns.items()}
        return _Search(start, steps[place + 1 :], integers)

    def measured(self, datapath: Datapath) -> list[float]:
        """The worst error of every output."""
        columns = {port.name: self.columns[port.name] for port in datapath.inputs}
        found = measure_integers(self.start.written, datapath, columns)
        return [each.worst for each in found]

    def least(self, allowed: list[float]) -> Compared | None:
        """The uniform design of the fewest fractional bits that is as accurate."""
        to, best = self._first(allowed), None
        while best is None:
            if to.format.width > WIDEST:
                return None
            best = self._tried(to, allowed)
            if best is None:
                to, _ = self._proved(to.format.fraction + 1)
        while to.format.width > NARROWEST:
            to, _ = self._proved(to.format.fraction - 1)
            coarser = self._tried(to, allowed)
            if coarser is None:
                break
            best = coarser
        return self._whole(best)

    def _first(self, allowed: list[float]) -> AssignedFormat:
        """The format of the least fraction whose proved bounds are near to what is allowed, else of that of the inputs.

        No bound comes near to the error of an output without one, such as a decision.
        """
        largest = max(allowed)
        fraction = math.floor(-math.log2(largest)) - 1 if largest else WIDEST
        to, errors = self._proved(fraction)
        while to.format.width <= WIDEST:
            pairs = zip(self.start.graph.outputs, allowed, strict=True)
            if all(
                float(np.abs(errors.values[output.node].hull()).max()) <= NEAR * limit
                for output, limit in pairs
            ):
                return to
            fraction += 1
            to, errors = self._proved(fraction)
        to, _ = self._proved(max((plan.format.fraction for plan in self.start.inputs), default=0))
        return to

    def _proof(self, to: AssignedFormat) -> Proof:
        start = self.start
        assert start.ranges is not None
        fabric = fabric_for(start.request, start.target)
        functions = AssignedFunctions(fabric, depth_for(start.request))
        lowering = UniformLowering(start.graph, start.ranges, start.inputs, to, fabric, functions)
        return lowering.proof()

    def _proved(self, fraction: int) -> tuple[AssignedFormat, Errors]:
        """The format of so many fractional bits that holds the ranges of all nodes, with the errors proved in it.

        It holds the nodes with their errors where one bit more does.
        """
        graph, ranges = self.start.graph, self.start.ranges
        assert ranges is not None
        hulls = [
            ranges.hull(index)
            for index, node in enumerate(graph.nodes)
            if node.operation is not Operation.INVERSE and not node.operation.boolean
        ]
        ends = [Fraction(end) for hull in hulls for end in hull if math.isfinite(end)]
        scale = power_of_two(fraction)
        least, most = (math.floor(min(ends) * scale), math.ceil(max(ends) * scale))
        narrow = AssignedFormat(format_of_range(least, most, fraction))
        proof = self._proof(narrow)
        if not self._is_safe(proof):
            wide = AssignedFormat(replace(narrow.format, width=narrow.format.width + 1))
            of_wide = self._proof(wide)
            if self._is_safe(of_wide):
                return wide, of_wide.errors
        return narrow, proof.errors

    def _is_safe(self, proof: Proof) -> bool:
        return all(proof.safe[output.node] for output in self.start.graph.outputs)

    def _tried(self, to: AssignedFormat, allowed: list[float]) -> Design | None:
        """The operators with a format, if they are as accurate."""
        request = replace(self.start.request, uniform=to)
        made = Uniform().run(replace(self.start, request=request))
        assert made.operators is not None
        worst = self.measured(made.operators)
        as_good = all(a <= b for a, b in zip(worst, allowed, strict=True))
        return made if as_good else None

    def _whole(self, made: Design) -> Compared:
        """The design that becomes of operators."""
        made = run_passes(made, self.rest)
        assert made.datapath is not None and made.operators is not None
        figures = estimate(made.datapath, made.target)
        whole = CompiledDesign(made.datapath, made.operators, made, figures)
        return Compared(whole, max(self.measured(made.operators)))
