"""Builds the integer cells of every node of a graph, with the fractional bits that were allotted to it."""

from symhdl.lowering.asked import depth_for, fabric_for
from symhdl.lowering.formats import allocated, prices_for, shares_of
from symhdl.lowering.functions import NoFunctionError, TooDearError
from symhdl.lowering.lowering import Lowering, NotDividedError

__all__ = [
    "Lowering", "NoFunctionError", "NotDividedError", "TooDearError", "allocated", "depth_for", "fabric_for",
    "prices_for", "shares_of",
]  # fmt: skip
