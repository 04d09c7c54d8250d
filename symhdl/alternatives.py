"""What the functions of a design could have become: the design once with each approximation that is proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import structs

from symhdl.approximation import Approximation, approximate
from symhdl.approximation.choose import of_every_method
from symhdl.approximation.problem import Problem
from symhdl.approximation.symmetric import Mirrored
from symhdl.budget import Progress
from symhdl.compiled import CompiledDesign
from symhdl.cost.estimate import Estimate, estimate
from symhdl.design import Design
from symhdl.errors import quotation
from symhdl.functions.univariate import Univariate
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Cell, CellKind, Datapath, Port
from symhdl.ir.reach import flags_of_reached
from symhdl.lowering import depth_for, fabric_for
from symhdl.passes.lower import Lower
from symhdl.pipeline import pipeline, run_passes
from symhdl.verify.accuracy import Measured, measure_integers
from symhdl.verify.error_samples import arguments_of

MOST_ARGUMENTS = 1 << 16
"""Up to so many arguments are all tried; of more, so many."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A function as it could be computed, and the design with it; `is_chosen` says whether the compiler does so."""

    function: str
    method: str
    made_of: str
    is_chosen: bool
    datapath: Datapath
    estimate: Estimate
    measured: Measured

    @property
    def port(self) -> Port:
        """The output."""
        return self.datapath.outputs[0]

    def in_ulp(self, error: float | None) -> float:
        """An error in units of the output's last place."""
        return float(error or 0.0) / float(self.port.format.ulp)


@dataclass(frozen=True, slots=True)
class MethodEstimate:
    """What a method was estimated at before anything was proved: in LUTs, a block as many as it is worth."""

    function: str
    method: str
    luts: float


def alternatives_of(
    compiled: CompiledDesign, progress: Progress = lambda _: None
) -> tuple[list[Alternative], list[MethodEstimate]]:
    """The alternatives of every function, the chosen one first, and what each method was estimated at.

    They are those that the choice has proved, and the first of each method that can be proved. A design without
    functions is its own and only one.
    """
    design = compiled.design
    functions = design.approximations or {}
    if not functions:
        return [_alternative(compiled, design, None)], []
    found: list[Alternative] = []
    estimates: list[MethodEstimate] = []
    for node, chosen in functions.items():
        found.append(_alternative(compiled, design, node))
        problem = _problem(design, node)
        ranked = approximate(
            problem.function, problem.specification, problem.fabric, depth=problem.depth
        )
        others = [each.approximation for each in ranked]
        text = _text_of(design, node)
        for name, luts, best in of_every_method(problem):
            progress(f"{text} by {name}")
            estimates.append(MethodEstimate(text, name, luts))
            others += [] if best is None else [best]
        seen = {_description(found[-1])}  # what is found for two errors may be the same
        distinct = dict.fromkeys(others)
        for number, other in enumerate(distinct, 1):
            progress(f"{text}: design {number} of {len(distinct)}")
            if other == _inside(chosen, problem):
                continue
            again = _compiled(design, node, other)
            if again is None:
                continue
            made = _alternative(compiled, again, node, is_chosen=False)
            if _description(made) not in seen:
                seen.add(_description(made))
                found.append(made)
    return found, estimates


def _description(alternative: Alternative) -> tuple[str, str]:
    """What tells alternatives of a function apart for a reader."""
    return alternative.method, alternative.made_of


def _problem(design: Design, node: int) -> Problem:
    """What the choice was asked for a function."""
    assert design.allocation is not None and design.approximations is not None
    function = design.function_at(node)
    found, error = design.approximations[node], design.allocation.tolerances[node]
    low, high = found.specification.minimum, found.specification.maximum
    has_pole = isinstance(function, Univariate) and function.domain.pole_at_zero
    if isinstance(found, Mirrored) and has_pole and low <= 0 <= high:
        found = found.inner
    asked = design.allocation.results.get(node)
    specification = structs.replace(found.specification, error=error, more_degrees=0)
    if asked is not None and specification.result is None:
        specification = structs.replace(specification, result=asked.fraction).unrounded
    request = design.request
    return Problem(function, specification, fabric_for(request, design.target), depth_for(request))


def _inside(found: Approximation, problem: Problem) -> Approximation:
    """What was approximated, without the sign that an odd function with a pole gets behind it."""
    is_around = found.specification.minimum < problem.specification.minimum
    return found.inner if isinstance(found, Mirrored) and is_around else found


def _compiled(design: Design, node: int, given: Approximation) -> Design | None:
    """The design from the start, with another approximation of one function; None where it was found by trials.

    Their graph is another one.
    """
    assert design.allocation is not None
    steps = pipeline(design.request.opt)
    place = [step.name for step in steps].index(Lower.name)
    start = Design(design.start, design.request, design.target, mathematics=design.written)
    before = run_passes(start, steps[:place])
    if before.graph != design.graph:
        return None
    lower = Lower(given=((node, given),), given_regions=bool(design.regions))
    return run_passes(before, (lower, *steps[place + 1 :]))


def _alternative(
    compiled: CompiledDesign, design: Design, node: int | None, *, is_chosen: bool = True
) -> Alternative:
    datapath = design.datapath
    assert datapath is not None, "the pipeline built no datapath; please report this"
    found = None if node is None else (design.approximations or {})[node]
    return Alternative(
        "" if node is None else _text_of(design, node),
        "operators" if found is None else found.method,
        "" if found is None else parts_of(found),
        is_chosen,
        datapath,
        estimate(datapath, design.target),
        measured(compiled, datapath),
    )


def _text_of(design: Design, node: int) -> str:
    """The function as the source has it, or its name where a rule has made it."""
    return quotation(design.graph.spans[node]) or design.function_at(node).name


def parts_of(found: Approximation) -> str:
    """The tables and products of an approximation, by their sizes: what its method has chosen."""
    specification, builder = found.specification, DatapathBuilder()
    ends = specification.minimum, specification.maximum
    argument = builder.input("x", *ends, specification.fraction)
    result = found.build(builder, argument)
    cells = builder.cells
    reached = flags_of_reached(cells, (result,))
    parts = [_part(cell, cells) for cell, needed in zip(cells, reached, strict=True) if needed]
    counted = Counter(part for part in parts if part)
    return ", ".join(f"{count} {part}" if count > 1 else part for part, count in counted.items())


def _part(cell: Cell, cells: Sequence[Cell]) -> str:
    """A table by entries and bits, a product by the bits of its factors; nothing of other cells."""
    if cell.kind is CellKind.TABLE:
        return f"table {len(cell.contents)}x{cell.width}"
    if cell.kind in PRODUCTS:
        widths = "x".join(str(cells[operand].width) for operand in cell.operands)
        return f"{cell.role} {widths}"
    return f"constant product {cells[cell.operands[0]].width}" if cell.is_multiple else ""


def measured(compiled: CompiledDesign, datapath: Datapath) -> Measured:
    """How far the output is off."""
    columns = {port.name: arguments_of(port, MOST_ARGUMENTS) for port in datapath.inputs}
    saturated = compiled.design.request.undefined == "saturate"
    return measure_integers(compiled.mathematics, datapath, columns, saturated=saturated)[0]
