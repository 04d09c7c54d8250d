"""Builds the integer cells of every node of a graph, with the fractional bits that were allotted to it."""

from symhdl.lowering.formats import allocated
from symhdl.lowering.lowering import (
    Lowering,
    NoFunctionError,
    NotDividedError,
    TooDearError,
    depth_for,
    fabric_for,
)

__all__ = [
    "Lowering", "NoFunctionError", "NotDividedError", "TooDearError", "allocated", "depth_for", "fabric_for",
]  # fmt: skip
