"""Compiler from mathematical expressions to pipelined fixed-point hardware with a proved error bound."""
