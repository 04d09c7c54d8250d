"""The suite of functions of one variable: what is computed of which arguments, to how many bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

import symhdl
from symhdl.evaluate import evaluate
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import FixedFormat, format_of_range

BITS = (6, 8, 10, 12, 16, 20)


@dataclass(frozen=True, slots=True)
class Domain:
    """Arguments: those of a format with so many integer bits, its sign included, or a part of them.

    `clause` says in the language which part; `{bits}` stands for the fractional bits.
    """

    name: str
    signed: bool
    integer_bits: int
    clause: str = ""

    def declaration(self, bits: int) -> str:
        """The input, with so many fractional bits."""
        kind = "fixed" if self.signed else "ufixed"
        width = bits + self.integer_bits
        return f"input x : {kind}<{width},{self.integer_bits}>" + self.clause.format(bits=bits)


UNIT = Domain("[0, 1)", False, 0)
BOTH = Domain("[-1, 1)", True, 1)
CIRCLE = Domain("[-pi, pi]", True, 3, " in [-pi, pi]")
AWAY = Domain("[1/8, 1)", False, 0, " in [2^-3, 1 - 2^-{bits}]")
"""Where a quotient of two numbers near 0 has a range that can be proved."""

POSITIVE = Domain("(0, 1)", False, 0, " in [2^-{bits}, 1 - 2^-{bits}]")


@dataclass(frozen=True, slots=True)
class SuiteFunction:
    """A function as the language writes it, and the arguments for which it is asked.

    Its results get `spare_bits` more than they need where the range that is proved of them is wider.
    """

    name: str
    text: str
    domains: tuple[Domain, ...] = (UNIT, BOTH)
    spare_bits: int = 0


SUITE = (
    SuiteFunction("sin-quarter", "sin(pi/4*x)"),
    SuiteFunction("sin", "sin(x)", (CIRCLE,)),
    SuiteFunction("exp", "exp(x)"),
    SuiteFunction("exp-falling", "exp(x-1)", (UNIT,)),
    SuiteFunction("exp2", "2^x - 1"),
    SuiteFunction("tanh", "tanh(4*x)"),
    SuiteFunction("sigmoid", "1/(1+exp(-8*x))"),
    SuiteFunction("log", "log(1+x)", (UNIT,)),
    SuiteFunction("reciprocal", "1/(1+x)", (UNIT,)),
    SuiteFunction("sqrt-above", "sqrt(1+x)"),
    SuiteFunction("sqrt", "sqrt(x)", (UNIT,)),
    SuiteFunction("entropy", "x*log2(x)", (POSITIVE,)),
    SuiteFunction("erf", "erf(3*x)"),
    SuiteFunction("gauss", "gauss(3*x)"),
    SuiteFunction("silu", "silu(4*x)"),
    SuiteFunction("gelu", "gelu(4*x)"),
    SuiteFunction("softplus", "softplus(4*x)"),
    SuiteFunction("elu", "elu(4*x)"),
    SuiteFunction("atan", "atan(x)"),
    SuiteFunction("asin", "asin(x)"),
    SuiteFunction("square", "x^2"),
    SuiteFunction("power", "x^2.37", (UNIT,)),
    SuiteFunction("tanh-over-x", "tanh(x)/x", (AWAY,), spare_bits=1),
)


@dataclass(frozen=True)
class Row:
    """A function of arguments with so many fractional bits, to a result with as many."""

    function: SuiteFunction
    domain: Domain
    bits: int

    @property
    def name(self) -> str:
        """The row as the table calls it."""
        return f"{self.function.text} {self.domain.name} 2^-{self.bits}"

    @property
    def top(self) -> str:
        """The name of the module."""
        sides = "_signed" if self.domain is BOTH else ""
        return f"{self.function.name.replace('-', '_')}{sides}_{self.bits}"

    @cached_property
    def mathematics(self) -> Graph:
        """The function without any format of its result."""
        return symhdl.parse(f"{self.domain.declaration(self.bits)}\ny = {self.function.text}")

    @cached_property
    def arguments(self) -> tuple[int, int]:
        """The least and the greatest integer of the argument."""
        (declared,) = self.mathematics.inputs
        assert declared.format is not None
        if declared.range is None:
            return declared.format.minimum, declared.format.maximum
        low, high = (end * 2**self.bits for end in declared.range)
        return -int(-low // 1), int(high // 1)

    @cached_property
    def result(self) -> FixedFormat:
        """The format that holds all results rounded to nearest, and no more but spare bits."""
        low, high = self.arguments
        numbers = np.arange(low, high + 1) / 2.0**self.bits
        values = np.rint(evaluate(self.mathematics, {"x": numbers})["y"] * 2.0**self.bits)
        most = int(values.max()) << self.function.spare_bits
        return format_of_range(int(values.min()), most, self.bits)

    @property
    def source(self) -> str:
        """The program."""
        declaration = self.domain.declaration(self.bits)
        return f"{declaration}\ny = {self.function.text}\noutput y : {self.result}"


def rows(bits: tuple[int, ...] = BITS) -> Iterator[Row]:
    """Every function of all its arguments, to all these bits."""
    for function in SUITE:
        for domain in function.domains:
            for each in bits:
                yield Row(function, domain, each)
