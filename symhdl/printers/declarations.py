"""Formats, ranges and errors of inputs and outputs, as the native language writes them."""

from __future__ import annotations

from fractions import Fraction

from symhdl.ir.graph import InputDeclaration, OutputDeclaration
from symhdl.numeric.fixed import FixedFormat
from symhdl.printers.numbers import exact_number

SMALLEST_POWER = 4  # 1/16 and larger are decimals that everybody knows


def input_attributes(declared: InputDeclaration) -> str:
    """` : format in [low, high]`, as far as declared."""
    limits = ""
    if declared.range is not None:
        limits = " in [{}, {}]".format(*map(bound_text, declared.range))
    return _format_text(declared.format) + limits


def output_attributes(declared: OutputDeclaration) -> str:
    """` : format error <= bound`, as far as declared."""
    error = "" if declared.error is None else f" error <= {bound_text(declared.error)}"
    return _format_text(declared.format) + error


def _format_text(format: FixedFormat | None) -> str:
    return "" if format is None else f" : {format}"


def bound_text(value: Fraction) -> str:
    """A number of a declaration: small powers of two as such."""
    exponent = value.denominator.bit_length() - 1
    if value == Fraction(1, 1 << exponent) and exponent > SMALLEST_POWER:
        return f"2^-{exponent}"
    return exact_number(value)[0]
