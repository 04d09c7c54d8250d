"""Outputs whose ranges end between two floats."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import numpy as np
import pytest

from symhdl.compiler import compile
from symhdl.errors import SymhdlError
from symhdl.simulate import simulate

FILLED = {
    "sum": ("a, b : fixed<64,64>", "a + b", "fixed<65,65>"),
    "difference": ("a, b : ufixed<62,62>", "a - b", "fixed<63,63>"),
    "with-fraction": ("a, b : fixed<64,4>", "a + b", "fixed<65,5>"),
    "product-and-sums": ("a, b, c, d : ufixed<32,32>", "a*b + c + d", "ufixed<64,64>"),
    "square": ("a : ufixed<40,40>", "a^2 + 2*a", "ufixed<80,80>"),
    "choice": ("a, b : fixed<64,64>", "if a < b then a - b else a + b", "fixed<65,65>"),
    "size": ("a, b : fixed<64,64>", "max(abs(a), -b)", "ufixed<64,64>"),
}
"""Results that need all bits of their formats, at one end at least."""


def _source(inputs: str, expression: str, output: str) -> str:
    return f"input {inputs}\ny = {expression}\noutput y : {output}"


VALUES: dict[str, Callable[..., int]] = {
    "sum": lambda a, b: a + b,
    "difference": lambda a, b: a - b,
    "with-fraction": lambda a, b: a + b,
    "product-and-sums": lambda a, b, c, d: a * b + c + d,
    "square": lambda a: a * (a + 2),
    "choice": lambda a, b: a - b if a < b else a + b,
    "size": lambda a, b: max(abs(a), -b),
}


@pytest.mark.parametrize("name", FILLED)
def test_what_fills_its_format_is_built(name: str) -> None:
    """All bits are right, at the ends of all inputs too, and the range reaches an end of the format."""
    design = compile(_source(*FILLED[name]), device="ecp5-85k", dsp="none", frequency=0)
    assert design.error_bound == 0
    datapath = design.datapath
    (port,) = datapath.outputs
    assert port.minimum == port.format.minimum or port.maximum == port.format.maximum
    rng = random.Random(1)  # noqa: S311 - no secret
    ends = [(each.minimum, each.maximum) for each in datapath.inputs]
    rows = [
        *itertools.product(*ends),
        *(tuple(rng.randint(*each) for each in ends) for _ in range(200)),
    ]
    columns = zip(datapath.inputs, zip(*rows, strict=True), strict=True)
    inputs = {each.name: np.array(column, object) for each, column in columns}
    found = simulate(datapath, inputs)["y"]
    assert [int(y) for y in found] == [VALUES[name](*row) for row in rows]


def test_what_goes_beyond_by_one_is_refused() -> None:
    """A sum of three bits more in all than the format holds at one integer."""
    source = _source("a, b, c, d : ufixed<32,32>", "a*b + c + d + 1", "ufixed<64,64>")
    with pytest.raises(SymhdlError) as told:
        compile(source)
    assert told.value.diagnostics[0].id == "output-overflow"


def test_ends_are_not_beyond_those_of_floats() -> None:
    """What intervals know besides, as of the branches of a choice, stays known."""
    source = _source("a : fixed<64,64>", "if a < 0 then -a else a", "ufixed<64,64>")
    assert compile(source, dsp="none", frequency=0).datapath.outputs[0].minimum == 0
