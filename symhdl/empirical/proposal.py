"""What the families of designs propose to a search: designs that could be, what they are worth and what they give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symhdl.design import Design
from symhdl.empirical.goal import Goal
from symhdl.empirical.samples import Floats, Folds
from symhdl.request import Request
from symhdl.targets.target import Target
from symhdl.variants import Variants


@dataclass(frozen=True, slots=True)
class Problem:
    """What a design is searched for: a graph (`variants.graph`), what is asked of it, its device, and rows of data.

    Formats that the request or the graph give to inputs and outputs are the user's: a family that cannot keep them
    proposes nothing. With `free_entries` entries of tables that no row of `folds.tuning` and `folds.smoothed` reaches
    may be anything: a family proposes its designs with such entries beside those without.
    """

    variants: Variants
    request: Request
    target: Target
    goal: Goal
    folds: Folds
    free_entries: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A design that could be.

    `worth` is what it takes of the device by estimate (`Area.worth`: LUTs, with blocks at what these are worth),
    `chosen` its outputs as real numbers at the rows that choose (rows x outputs), bit-exactly. `build` makes the
    design with its datapath, as all passes leave it, and `described` says in a few words what it is made of. Outputs
    that are only to be compared, on a scale of their own, are no `values` of the expressions.
    """

    worth: float
    chosen: Floats
    build: Callable[[], Design]
    described: str
    values: bool = True


Family = Callable[[Problem], Iterator[Proposal]]
"""A way of making designs: proposals near its front of worth against what the goal measures, in any order.

It yields each as soon as there is one, so that what was found is not lost where the user ends the search, and asks
`variants.budget` between one candidate and the next.
"""
