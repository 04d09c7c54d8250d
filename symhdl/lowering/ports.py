"""The datapath of what was built, with the design's ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.names.identifiers import port_names
from symhdl.numeric.ball import float_above
from symhdl.numeric.fixed import FixedFormat
from symhdl.request import InputPlan


@dataclass(frozen=True, slots=True)
class OutputCell:
    """An output with its format, its cell, and the bound of its error if there is one."""

    name: str
    format: FixedFormat
    cell: int
    bound: float | None


def datapath_of(
    design: Design, builder: DatapathBuilder, outputs: Sequence[OutputCell]
) -> Datapath:
    """The datapath with its ports."""
    request = design.request
    names = [plan.name for plan in design.inputs] + [output.name for output in outputs]
    identifiers = [identifier.text for identifier in port_names(names)]
    inputs = [
        _input_port(builder, plan, identifier)
        for plan, identifier in zip(design.inputs, identifiers, strict=False)
    ]
    ports = tuple(
        Port(
            output.name,
            identifier,
            output.cell,
            output.format,
            *builder.range(output.cell),
            output.bound,
            _with_real_inputs(output.bound, rounding),
        )
        for output, identifier, rounding in zip(
            outputs, identifiers[len(inputs) :], design.input_rounding, strict=True
        )
    )
    return Datapath(
        top=request.top,
        cells=tuple(builder.cells),
        inputs=tuple(inputs),
        outputs=ports,
        source=request.source,
        frequency_mhz=request.known_mhz,
        device=design.target.name,
        dsp=request.dsp,
        primitives=request.primitives,
    )


def with_input_rounding(datapath: Datapath, rounding: Sequence[float | None]) -> Datapath:
    """The datapath with what the rounding of real inputs adds to the error of each output."""
    ports = tuple(
        replace(port, error_bound_real_inputs=_with_real_inputs(port.error_bound, added))
        for port, added in zip(datapath.outputs, rounding, strict=True)
    )
    return replace(datapath, outputs=ports)


def _with_real_inputs(bound: float | None, rounding: float | None) -> float | None:
    if bound is None or rounding is None:
        return None
    return float_above(Fraction(bound) + Fraction(rounding))


def _input_port(builder: DatapathBuilder, plan: InputPlan, identifier: str) -> Port:
    """The port of an input; one that nothing uses has a cell all the same."""
    cell = builder.input(plan.name, *plan.port_range, plan.format.fraction)
    return Port(plan.name, identifier, cell, plan.format, *plan.port_range)
