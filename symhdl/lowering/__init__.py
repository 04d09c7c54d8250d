"""Builds the integer cells of every node of a graph, with the fractional bits that were allotted to it."""

from symhdl.lowering.lowering import Lowering, NotFusedError, TooDearError, depth_for, fabric_for

__all__ = ["Lowering", "NotFusedError", "TooDearError", "depth_for", "fabric_for"]
