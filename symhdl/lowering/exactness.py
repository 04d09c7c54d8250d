"""Which functions of regions have values so short that they are computed as they are, and not rounded."""

from __future__ import annotations

from symhdl.analysis.natural import natural_fraction_of
from symhdl.approximation import Specification
from symhdl.approximation.effort import Depth
from symhdl.approximation.values_by_series import has_few_arguments
from symhdl.functions.composite import Composite


def exact_specification(
    function: Composite, specification: Specification, depth: Depth
) -> Specification | None:
    """What gives the values themselves; None where they are no shorter than a result within the error, or too many."""
    if specification.result is not None or not has_few_arguments(specification, depth):
        return None
    fraction = natural_fraction_of(function, specification.fraction)
    if fraction is None or fraction >= specification.result_fraction:
        return None
    return specification.exact(fraction)
