"""The order of the passes, by optimisation level, and the driver that runs, checks, times and shows them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from symhdl.approximation import Store
from symhdl.budget import INTERRUPTED, UNLIMITED, Budget
from symhdl.design import Design, Pass
from symhdl.errors import Diagnostic, GoalError, warning
from symhdl.ir.verify import assert_valid_datapath, assert_valid_graph
from symhdl.passes.absorb_constants import AbsorbConstants
from symhdl.passes.algebra import Algebra
from symhdl.passes.allocate import Allocate
from symhdl.passes.assume import Assume
from symhdl.passes.bind_units import BindUnits
from symhdl.passes.block_sums import BlockSums
from symhdl.passes.check_assumptions import CheckAssumptions
from symhdl.passes.comparisons import Comparisons
from symhdl.passes.constant_products import ConstantProducts
from symhdl.passes.constants import Constants
from symhdl.passes.cuts import Cuts
from symhdl.passes.dead_cells import DeadCells
from symhdl.passes.decide import Decide
from symhdl.passes.divide import Divide
from symhdl.passes.economise import Economise
from symhdl.passes.exact_decisions import ExactDecisions
from symhdl.passes.exchange import Exchange
from symhdl.passes.expand import Expand
from symhdl.passes.few_bits import FewBits
from symhdl.passes.find_goals import FindGoals
from symhdl.passes.find_regions import FindRegions
from symhdl.passes.fixed_inputs import FixedInputs
from symhdl.passes.flatten import Flatten
from symhdl.passes.fold import Fold
from symhdl.passes.in_order import InOrder
from symhdl.passes.joint_tables import JointTables
from symhdl.passes.lookups import Lookups
from symhdl.passes.lower import Lower
from symhdl.passes.merge_sums import MergeSums
from symhdl.passes.plan_inputs import PlanInputs
from symhdl.passes.pre_sums import PreSums
from symhdl.passes.product_sums import ProductSums
from symhdl.passes.products import Products
from symhdl.passes.prove_ranges import ProveRanges
from symhdl.passes.real_inputs import RealInputs
from symhdl.passes.regroup import Regroup
from symhdl.passes.round_correctly import RoundCorrectly
from symhdl.passes.rounding import Rounding
from symhdl.passes.rows import Rows
from symhdl.passes.saturate import Saturate
from symhdl.passes.schedule import Schedule
from symhdl.passes.settle import Settle
from symhdl.passes.share_sums import ShareSums
from symhdl.passes.signed_comparisons import SignedComparisons
from symhdl.passes.signs import Signs
from symhdl.passes.simplify import Simplify
from symhdl.passes.spend import Spend
from symhdl.passes.sums import Sums
from symhdl.passes.tangents import Tangents
from symhdl.passes.uniform import Uniform
from symhdl.recipe import ORDINARY, Recipe

Observer = Callable[[Pass, Design, float], object]
"""Called after each pass with the pass, its result and the seconds it took."""

SIMPLIFICATION: tuple[Pass, ...] = (Fold(), Simplify(1), Flatten(), Fold())
"""What shows of two graphs that they are the same."""

ASSUMED = Assume((Fold(), Expand(), Constants()))
"""What comes first, whatever is done with the graph."""

StretchName = Literal["algebra", "decisions", "ranges", "formats", "lowering", "operators", "cells"]
"""What there is behind a stretch."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Passes that follow each other, and the fields of the request that they look at."""

    name: StretchName
    passes: tuple[Pass, ...]
    looks_at: tuple[str, ...]


ANOTHER = "another run may give another one; its error is proved as that of any other"
ALGEBRA = ("ranges", "range", "opt", "undefined", "uniform")
INPUTS = ("saturations", "input_formats", "input_format", "width")
OUTPUTS = ("output_format", "output_width", "error")


def stretches(
    level: int, budget: Budget = UNLIMITED, *, saturated: bool = False, uniform: bool = False,
    store: Store | None = None, recipe: Recipe = ORDINARY,
) -> tuple[Stretch, ...]:  # fmt: skip
    """The passes of an optimisation level: 0 only what is necessary, 1 what always pays, 2 also what costs time.

    Those that search ask the budget, and what functions become is kept in the store. The recipe says what of all that
    pays as a rule is done. Where outputs are `saturated` their formats are part of the graph. Where there is one
    `uniform` format the graph stays as it is written.

    Constants are folded first, so that rules and expansion see exponents as numbers. Rules come before expansion, which
    takes apart the functions that they look for. Sums are flattened last, when all their terms are there and the
    choices between them that the ranges decide are gone. Formats are allotted twice: regions are chosen by those of the
    graph without them.
    """
    operators, cells = operator_passes(level, few_bits=recipe.few_bits), cell_passes(level)
    if uniform:
        return (
            Stretch("algebra", (ASSUMED, InOrder()), ALGEBRA),
            Stretch("operators", (*_as_written(budget, store), *operators), ()),
            Stretch("cells", cells, ()),
        )
    first: tuple[Pass, ...] = (Fold(),) if level == 0 else (Fold(), Simplify(level))
    sums: tuple[Pass, ...] = () if level == 0 else (Flatten(), Fold())
    # Inputs of one value are constants by now.
    decisions: tuple[Pass, ...] = (Constants(),) if level == 0 else (Decide(),)
    algebra: tuple[Pass, ...] = (ASSUMED, *first, *sums, Expand(), Constants())
    planned: tuple[Pass, ...] = (
        PlanInputs(),
        CheckAssumptions(),
        Saturate(),
        *sums,
        RealInputs(SIMPLIFICATION, level),
        FixedInputs(),
    )
    groups: tuple[Pass, ...] = () if level == 0 else (Regroup(),)
    shared: tuple[Pass, ...] = () if level == 0 else (*sums, ShareSums())
    settled: tuple[Pass, ...] = (*decisions, *shared, Settle(), Fold(), ExactDecisions(), *groups)
    proof = ProveRanges(telling=False, level=level)
    ranges: tuple[Pass, ...] = (ProveRanges(level=level), Tangents(), proof)
    allotted = Allocate(SIMPLIFICATION, budget), FindRegions(), Allocate(SIMPLIFICATION, budget)
    with_forms = level > 0 and recipe.algebra
    forms = _forms(level, budget, (*shared, *groups), proof, allotted) if with_forms else ()
    formats: tuple[Pass, ...] = (
        FindGoals(recipe.tighter), *forms, RoundCorrectly(), *allotted, Divide(budget),
    )  # fmt: skip
    priced: tuple[Pass, ...] = (
        (Economise(budget, recipe.tighter),) if level and recipe.priced else ()
    )
    lower = Lower(budget, given_regions=recipe.regions, store=store)
    spent: tuple[Pass, ...] = (Spend(lower, budget),) if level > 1 else ()
    return (
        Stretch("algebra", algebra, ALGEBRA),
        Stretch("decisions", (*planned, *settled), INPUTS + OUTPUTS * saturated),
        Stretch("ranges", ranges, OUTPUTS),
        Stretch("formats", formats, ()),
        Stretch("lowering", (*priced, lower, *spent), ()),
        Stretch("operators", operators, ()),
        Stretch("cells", cells, ()),
    )


def _forms(
    level: int, budget: Budget, sums: tuple[Pass, ...], proof: Pass, allotted: tuple[Pass, ...]
) -> tuple[Pass, ...]:
    """What gives the graph the form that is worth least in the formats that it would get."""
    algebra = Algebra(proof, level, (*allotted, Divide(budget), Economise(budget)))
    return Exchange(sums, SIMPLIFICATION, proof, (algebra, *allotted), budget), algebra


def _as_written(budget: Budget, store: Store | None) -> tuple[Pass, ...]:
    """What makes operators of one format of a graph, one for each operation."""
    return (
        PlanInputs(), CheckAssumptions(), RealInputs(SIMPLIFICATION), ProveRanges(),
        Uniform(budget, store=store),
    )  # fmt: skip


def operator_passes(level: int, *, few_bits: bool = True) -> tuple[Pass, ...]:
    """The passes behind lowering that make the best of operators and bind them to units of the device."""
    first: tuple[Pass, ...] = (DeadCells(),)
    following: tuple[Pass, ...] = (
        *((FewBits(level),) if level and few_bits else ()),
        AbsorbConstants(),
        Comparisons(),
        BindUnits(),
        MergeSums(),
        BlockSums(),
        PreSums(),
        Rounding(),
    )
    if level and few_bits:
        first = (*first, JointTables((*following, *cell_passes(level))))
    return (*first, *following)


def cell_passes(level: int) -> tuple[Pass, ...]:
    """The passes that make cells of operators, and stages of them."""
    adders: tuple[Pass, ...] = (ProductSums(), Sums(), Products(), Cuts())
    signs: tuple[Pass, ...] = (Signs(), SignedComparisons())
    return (
        *signs,
        ConstantProducts(level, adders),
        *adders,
        Rows(),
        Lookups(),
        Schedule(),
    )


def pipeline(level: int, budget: Budget = UNLIMITED) -> tuple[Pass, ...]:
    """The passes of all stretches, one after the other."""
    return tuple(step for stretch in stretches(level, budget) for step in stretch.passes)


def pass_names() -> tuple[str, ...]:
    """The names of all passes, for `--print-after`."""
    written = (step for stretch in stretches(1, uniform=True) for step in stretch.passes)
    steps = (*(step for level in (0, 1, 2) for step in pipeline(level)), *written)
    return tuple(dict.fromkeys(step.name for step in steps))


def run_passes(
    design: Design,
    passes: Sequence[Pass],
    observer: Observer | None = None,
    *,
    verified: bool = False,
    budget: Budget = UNLIMITED,
) -> Design:
    """The design after all passes; with `verified` both representations are checked after each.

    A pass that changed nothing is not run again before another one changes the graph or the inputs. A design whose
    searches the budget ended is marked. Raises `GoalError` `time-limit` where it is over before there is a datapath.
    """
    settled: dict[str, Pass] = {}  # by name, since passes without options have one hash
    for step in passes:
        if design.datapath is None and budget.is_late():
            raise GoalError(_too_early(step, budget))
        start = time.perf_counter()
        before = design
        if settled.get(step.name) != step:
            design = step.run(design)
        if design.graph is not before.graph or design.inputs is not before.inputs:
            settled.clear()
        elif design is before:
            settled[step.name] = step
        seconds = time.perf_counter() - start
        if verified:
            assert_valid_graph(design.graph)
            if design.datapath is not None:
                assert_valid_datapath(design.datapath)
        if observer is not None:
            observer(step, design, seconds)
    return marked_as_cut(design, budget) if budget.cut else design


def marked_as_cut(design: Design, budget: Budget, *, interrupted: bool = False) -> Design:
    """The design as one whose searches the budget ended, or the user."""
    return replace(design, cut=True).with_warnings(_interrupted() if interrupted else _cut(budget))


def _too_early(step: Pass, budget: Budget) -> Diagnostic:
    return Diagnostic(
        "time-limit",
        f"there is no design yet after {budget.seconds:g} s",
        notes=(f"the next pass would have been `{step.name}`",),
        help="allow more time (--time-limit), or ask for less",
    )


def _interrupted() -> Diagnostic:
    return warning(
        INTERRUPTED,
        "the search was interrupted: the design is the best until then",
        notes=(ANOTHER,),
        help="let it end for the design that each run gives",
    )


def _cut(budget: Budget) -> Diagnostic:
    return warning(
        "cut",
        f"the search was cut short after {budget.told}: the design is the best until then",
        notes=() if budget.seconds is None else (ANOTHER,),
        help=f"allow more (--{budget.name}), or leave the limit out",
    )
