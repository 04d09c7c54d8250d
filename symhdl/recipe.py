"""What of all that pays as a rule is done to a design: where there is time designs are made with it and without."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How passes are set.

    `algebra` gives arithmetic the form that is worth least, `priced` shares follow the prices of the device, `few_bits`
    become tables. Parts of the graph become one function each where `regions`, or by default where that is estimated to
    cost less. Goals are so many places of the grid of half bits `tighter` than what was asked for.
    """

    algebra: bool = True
    regions: bool | None = None
    priced: bool = True
    few_bits: bool = True
    tighter: int = 0


ORDINARY = Recipe()
"""What pays as a rule."""
