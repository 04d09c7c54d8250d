"""What is computed digit by digit of several numbers, in place of the nodes of a graph between these and it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from symhdl.precision.angles import Angle
from symhdl.precision.quotients import Quotient
from symhdl.precision.rotations import Rotation

Recurrence: TypeAlias = Quotient | Angle | Rotation
"""What one or two nodes are, by node; of the nodes that it has `absorbed` nothing is built."""


def absorbed_by(recurrences: Mapping[int, Recurrence]) -> frozenset[int]:
    """The nodes of which nothing is built, since these stand for them."""
    return frozenset(node for each in recurrences.values() for node in each.absorbed)
