"""What `symhdl compile` tells of a design: latency, formats, ranges, proved errors, estimate."""

from __future__ import annotations

from fractions import Fraction

from symhdl.commands.terminal import table
from symhdl.compiled import CompiledDesign
from symhdl.errors import shortened
from symhdl.ir.datapath import Port
from symhdl.request import InputPlan
from symhdl.tables import number
from symhdl.targets.shares import amounts

LONGEST_EQUATION = 80  # characters
HEADER = ("port", "direction", "format", "range", "proved error", "in ulp", "with real inputs")


def ports(design: CompiledDesign) -> str:
    """All ports with format, range and proved error."""
    datapath = design.datapath
    plans = design.design.inputs
    rows = [_row(port, "input", plan) for port, plan in zip(datapath.inputs, plans, strict=True)]
    rows += [_row(port, "output") for port in datapath.outputs]
    return table(HEADER, rows, right=(4, 5, 6))


def _row(port: Port, direction: str, plan: InputPlan | None = None) -> tuple[str, ...]:
    range = _between(port.range)
    if plan is not None and plan.saturated:
        unit = port.format.ulp
        range += ", held at " + _between((plan.minimum * unit, plan.maximum * unit))
    errors = ("", "", "")
    if port.error_bound is not None:
        bound, real = port.error_bound + 0.0, port.error_bound_real_inputs  # -0 is 0
        ulps = f"{float(Fraction(bound) / port.format.ulp):.2f}"
        errors = f"{bound:.3g}", ulps, "none" if real is None else f"{real:.3g}"
    return port.port, direction, str(port.format), range, *errors


def _between(range: tuple[Fraction, Fraction]) -> str:
    return " .. ".join(number(float(end)) for end in range)


def equations(design: CompiledDesign) -> list[str]:
    """A line for every equation of a search that the design was made of."""
    several = len(design.taken) > 1
    return [
        f"equation{f' {shortened(each.output)}' if several or each.class_name else ''}: "
        f"complexity {each.complexity}, "
        f"{'no loss' if each.loss is None else f'loss {number(each.loss)}'}: "
        f"{shortened(each.equation, LONGEST_EQUATION)}"
        for each in design.taken
    ]


def estimated(design: CompiledDesign) -> str:
    """The estimate in one line, with shares of the device."""
    figures = design.estimate
    parts = map(str, amounts(figures, design.design.target.resources))
    return "estimated: " + ", ".join([*parts, f"{figures.fmax_mhz:.0f} MHz"])
