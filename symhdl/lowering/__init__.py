"""Builds the integer cells of every node of a graph, with the fractional bits that were allotted to it."""

from symhdl.lowering.lowering import Lowering, NoFunctionError, TooDearError, depth_for, fabric_for

__all__ = ["Lowering", "NoFunctionError", "TooDearError", "depth_for", "fabric_for"]
