"""Ranges and error bounds: constant expressions, enclosed between fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symhdl.evaluate import constant_enclosure
from symhdl.ir.graph import Node
from symhdl.numeric.limits import MAXIMUM_EXPONENT

Interval = tuple[Fraction, Fraction]

ENCLOSURE_BITS = 200  # of constants that are not rational; formats have far fewer
LARGEST = MAXIMUM_EXPONENT * 4  # the exponent of two of what can be written as one number
REMEDY = "constants are made of numbers, pi, e, operators and functions, as in 2^-10 or exp(1)"


def enclose(nodes: Sequence[Node], index: int) -> Interval | None:
    """Fractions between which the constant lies, equal if it is rational; None if it is no constant of usual size."""
    return constant_enclosure(nodes, index, ENCLOSURE_BITS, LARGEST)
