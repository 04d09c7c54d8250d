"""What the families of designs propose to a search: designs that could be, what they are worth and what they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symhdl.design import Design
from symhdl.empirical.goal import Goal
from symhdl.empirical.samples import Floats, Folds
from symhdl.request import Request
from symhdl.targets.target import Target
from symhdl.variants import Variants


@dataclass(frozen=True, slots=True)
class Problem:
    """What a design is searched for: a graph (`variants.graph`), what is asked of it, its device, and rows of data."""

    variants: Variants
    request: Request
    target: Target
    goal: Goal
    folds: Folds


@dataclass(frozen=True, slots=True)
class Proposal:
    """A design that could be.

    `worth` is what it takes of the device by estimate (`Area.worth`: LUTs, with blocks at what these are worth),
    `chosen` its outputs as real numbers at the rows that choose (rows x outputs), bit-exactly. `build` makes the
    design with its datapath, as all passes leave it, and `described` says in a few words what it is made of.
    """

    worth: float
    chosen: Floats
    build: Callable[[], Design]
    described: str


Family = Callable[[Problem], Sequence[Proposal]]
"""A way of making designs: proposals near its front of worth against what the goal measures, in any order."""
