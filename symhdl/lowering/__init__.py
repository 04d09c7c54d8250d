"""Builds the integer cells of every node of a graph, with the fractional bits that were allotted to it."""

from symhdl.lowering.asked import depth_for, fabric_for
from symhdl.lowering.formats import (
    allocated,
    moved_allocation,
    prices_for,
    respent_allocation,
    shares_of,
)
from symhdl.lowering.functions import Fitter, NoFunctionError, TooDearError
from symhdl.lowering.lowering import Lowering, NotDividedError
from symhdl.lowering.worth import worth_of_nodes, worth_of_operators

__all__ = [
    "Fitter", "Lowering", "NoFunctionError", "NotDividedError", "TooDearError", "allocated", "depth_for", "fabric_for",
    "moved_allocation", "prices_for", "respent_allocation", "shares_of", "worth_of_nodes", "worth_of_operators",
]  # fmt: skip
