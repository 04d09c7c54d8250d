"""Whatever the library is given: a design, or a SymhdlError in its own words; nothing else ever comes out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.backend import EmitOptions

import symhdl
from symhdl.options import TABLE
from tests.rows import each_row

TEXT = "y = x*x"


class Unprintable:
    """An object that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError


WRONG: dict[str, object] = {
    "none": None,
    "true": True,
    "zero": 0,
    "three": 3,
    "negative": -1,
    "huge": 10**5000,
    "float": 0.5,
    "nan": math.nan,
    "infinite": -math.inf,
    "fraction": Fraction(1, 3),
    "decimal": Decimal("1e999999"),
    "complex": 1j,
    "empty": "",
    "word": "abc",
    "number": "1e400",
    "no number": "1 +",
    "null": "a\0b",
    "bytes": b"x",
    "list": [],
    "nested": [[1], [1, 2]],
    "texts": ["a", "b"],
    "pair": (2, 1),
    "triple": (1, 2, 3),
    "mixed": (1, None),
    "dict": {},
    "keys": {1: 2},
    "array": np.zeros((2, 2)),
    "objects": np.array([None, 1]),
    "numpy": np.int64(7),
    "object": object(),
    "unprintable": Unprintable(),
    "function": len,
    "class": int,
    "path": Path("no/such/path"),
    "input": symhdl.Input(),
    "wrong input": symhdl.Input(7, (None, 1)),  # type: ignore[arg-type] # a mistake
}

PARAMETERS = tuple(TABLE)


def outcome(call: Callable[[], object]) -> str:
    """What came of the call; any other exception than SymhdlError goes through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", symhdl.SymhdlWarning)
        try:
            call()
        except symhdl.SymhdlError as problem:
            assert str(problem)
            assert "\n" not in repr(problem)
            assert len(repr(problem)) < 300
            return "error"
    return "done"


@pytest.fixture(scope="module")
def design() -> symhdl.CompiledDesign:
    return symhdl.compile(TEXT, inputs={"x": (-1, 1)}, width=6)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_compile(parameter: str) -> None:
    given = {"inputs": {"x": (-1, 1)}, "width": 6, "frequency": 0}
    found = {
        name: outcome(lambda value=value: symhdl.compile(TEXT, **{**given, parameter: value}))  # type: ignore[misc] # mistakes
        for name, value in WRONG.items()
        if not (parameter == "observer" and callable(value))  # what it raises itself is its own
    }
    assert found["object"] == "error"


@each_row("name", WRONG)
def test_sources(name: str) -> None:
    value = WRONG[name]
    outcome(lambda: symhdl.compile(value, inputs={"abc": (-1, 1)}, width=6))
    outcome(lambda: symhdl.parse(value))


@pytest.mark.parametrize("parameter", ["dialect", "define", "select", "inputs", "combine"])
def test_parse(parameter: str) -> None:
    found = {
        name: outcome(lambda value=value: symhdl.parse(TEXT, **{parameter: value}))  # type: ignore[misc] # mistakes
        for name, value in WRONG.items()
    }
    assert found["object"] == "error"


@each_row("name", WRONG)
def test_inputs(name: str) -> None:
    value = WRONG[name]
    for inputs in (
        {"x": value},
        {"x": symhdl.Input(value)},  # type: ignore[arg-type] # a mistake
        {"x": symhdl.Input(range=value)},  # type: ignore[arg-type] # a mistake
        {"x": symhdl.Input(range=(0, value))},  # type: ignore[arg-type] # a mistake
        {value if isinstance(value, str | int) else "x": (0, 1)},
    ):
        outcome(lambda inputs=inputs: symhdl.compile(TEXT, inputs=inputs, width=6))  # type: ignore[misc] # as above


@each_row("name", WRONG)
def test_trace(name: str) -> None:
    value = WRONG[name]
    if not callable(value):
        assert outcome(lambda: symhdl.trace(value)) == "error"  # type: ignore[arg-type] # a mistake
    outcome(lambda: symhdl.trace(lambda x: 2, x=value))
    outcome(lambda: symhdl.trace(lambda x: 2, x=[value]))
    outcome(lambda: symhdl.trace(lambda x: value))


@pytest.mark.parametrize("name", WRONG)
def test_designs(name: str, design: symhdl.CompiledDesign, tmp_path: Path) -> None:
    value = WRONG[name]
    outcome(lambda: design.simulate(value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: design.simulate(x=value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: design.simulate(x=[0, value]))  # type: ignore[arg-type] # a mistake
    outcome(lambda: design.simulate([0], value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: design.simulate_integers(value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: design.simulate_integers({"x": value}))  # type: ignore[dict-item] # a mistake
    outcome(lambda: design.emit(value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: design.emit("verilog", value))
    outcome(lambda: design.emit("verilog", EmitOptions(interface=value)))
    if not isinstance(value, str | Path):
        assert outcome(lambda: design.write(value)) == "error"  # type: ignore[arg-type] # a mistake
    outcome(lambda: design.write(tmp_path, value))  # type: ignore[arg-type] # a mistake
    for given in (
        {"output": value},
        {"at": value},
        {"at": {"x": value}},
        {"points": value},
    ):
        outcome(lambda given=given: design.plot_error(**given))  # type: ignore[misc] # mistakes
    outcome(lambda: design.plot_error(value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: symhdl.source_of(design.design.graph, value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: symhdl.source_of(value))  # type: ignore[arg-type] # a mistake


@each_row("name", WRONG)
def test_graphs(name: str) -> None:
    value = WRONG[name]
    graph = symhdl.parse("y = x*x")
    outcome(lambda: graph.evaluate(x=value))  # type: ignore[arg-type] # a mistake
    outcome(lambda: graph.evaluate(x=value, digits=20))  # type: ignore[arg-type] # a mistake
    outcome(lambda: graph.evaluate(x=1, digits=value))  # type: ignore[arg-type] # a mistake


def test_the_words_are_the_librarys() -> None:
    with pytest.raises(symhdl.SymhdlError, match="top is 3, not a text"):
        symhdl.compile(TEXT, top=3)  # type: ignore[arg-type] # a mistake
    with pytest.raises(symhdl.SymhdlError, match="width is 'a', not a whole number from 1 to 64"):
        symhdl.compile(TEXT, width="a")  # type: ignore[arg-type] # a mistake
    with pytest.raises(
        symhdl.SymhdlError, match='undefined is \'x\', not "error", "ignore" or "saturate"'
    ):
        symhdl.compile(TEXT, undefined="x")  # type: ignore[arg-type] # a mistake
