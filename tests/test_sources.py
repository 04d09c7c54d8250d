"""Sources: which reader is chosen, what each dialect makes of a text, and what is never opened."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from symhdl.errors import Source, SymhdlError, UsageError
from symhdl.evaluate import evaluate
from symhdl.functions.operation import Operation
from symhdl.parsed import Parsed
from symhdl.sources import native
from symhdl.sources.reading.detection import claims
from symhdl.sources.reading.paths import load
from symhdl.sources.reading.registry import BUILT_IN, _installed, reader_named, reader_names
from symhdl.sources.reading.source import read_source
from tests.rows import each_row

VALUES = {"x": 2.0, "y": 3.0, "b": -0.5}


def value_of(text: str, dialect: str) -> float:
    parsed, _ = read_source(text, dialect=dialect)
    (value,) = evaluate(parsed.graph, VALUES).values()
    return float(value)


@each_row("name", BUILT_IN)
def test_readers_are_found_by_name(name: str) -> None:
    assert reader_named(name).name == name


def test_readers_of_other_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("borrowed", "symhdl.sources.native:READER", "symhdl.sources")
    monkeypatch.setattr(
        importlib.metadata.EntryPoints, "select", lambda self, **_: EntryPoints([point])
    )
    _installed.cache_clear()
    assert reader_names()[-1] == "borrowed"
    assert reader_named("borrowed") is native.READER
    _installed.cache_clear()


def test_an_unknown_dialect_is_wrong_usage() -> None:
    with pytest.raises(UsageError) as caught:
        read_source("x", dialect="nativ")
    assert caught.value.diagnostics[0].help == "did you mean `native`?"


@pytest.mark.parametrize(
    ("text", "name", "dialect"),
    [
        ("x + 1", "<expr>", "native"),
        ("x**2 + 1", "<expr>", "native"),
        ("x^2 + min(x, 1)", "formula.txt", "native"),
        ("Abs(x)**2 + Max(x, 1)", "<expr>", "sympy"),
        ("Piecewise((x, x < 1), (1, True))", "<expr>", "sympy"),
        ("mul(x, protectedDiv(x, y))", "<expr>", "deap"),
        ("Complexity,Loss,Equation\n1,2,x\n", "<stdin>", "pysr"),
        ("Complexity|MSE|Equation\n1|2|x\n", "<stdin>", "pysr"),
        ("nonsense", "hall_of_fame.csv", "pysr"),
    ],
)
def test_detection(text: str, name: str, dialect: str) -> None:
    assert claims(Source(name, text))[0].reader.name == dialect


@each_row(
    ("text", "dialect", "value"),
    [
        ("-2 ^ x", "native", -4),
        ("-2 ^ x", "pysr", 4),
        ("-2.0 ^ x * y", "pysr", 12),
        ("y * -2.0 ^ x", "pysr", 12),
        ("y - 2.0 ^ x", "pysr", -1),
        ("y -2.0 ^ x", "pysr", -1),
        ("-x ^ 2", "pysr", -4),
        ("-(2.0) ^ x", "pysr", -4),
        ("(x > 4) - x", "pysr", -2),
        ("x - -0.5", "pysr", 2.5),
        ("x ^ -2", "pysr", 0.25),
        ("cond(b, y) + greater(y, x)", "pysr", 1),
        ("logical_or(b, x) + logical_and(b, x)", "pysr", 1),
        ("plus(mult(x, 2.1), y)", "pysr", 7.2),
        ("square(cube(x)) * inv(y)", "pysr", 64 / 3),
        ("log_abs(b)", "pysr", -0.6931471805599453),
        ("E**x", "sympy", 7.38905609893065),
        ("log(8, x)", "sympy", 3),
        ("Heaviside(b) + Heaviside(x) + Heaviside(0)", "sympy", 1.5),
        ("Max(x, y, 1) - Min(x, y, 1, 0)", "sympy", 3),
        ("Abs(b)", "sympy", 0.5),
        ("Piecewise((x, b > 0), (y, True))", "sympy", 3),
        ("1*(-0.0265)*x**108", "sympy", -0.0265 * 2.0**108),
        ("y**(1/x)", "sympy", 3**0.5),
        ("protectedDiv(x, y - 3) + protectedDiv(y, x)", "plain", 2.5),
        ("Max(x, y)", "plain", 3),
    ],
)
def test_value(text: str, dialect: str, value: float) -> None:
    assert value_of(text, dialect) == pytest.approx(value, rel=1e-12)


def test_a_definition_of_the_user_goes_before_that_of_the_dialect() -> None:
    parsed, _ = read_source("cond(1, 5)", dialect="pysr", define=["cond(a, b) = a - b"])
    assert evaluate(parsed.graph, {})["y"] == -4


def test_definitions_of_a_dialect_are_told_at_the_call() -> None:
    text = "x + log_abs(x)"
    parsed, _ = read_source(Source("test", text), dialect="pysr")
    for span in parsed.graph.spans:
        assert span is not None
        assert span.source.name == "test"


def test_names_known_as_inputs() -> None:
    parsed, _ = read_source("E*e*x", dialect="sympy", inputs=["E"])
    assert [declaration.name for declaration in parsed.graph.inputs] == ["E", "e", "x"]


def test_the_text_is_handed_on() -> None:
    assert read_source("x + 1")[1] == "x + 1"


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "formula.txt"
    path.write_text("y = x + 1\n", encoding="utf-8")
    parsed, text = read_source(path)
    assert text == "y = x + 1\n"
    span = parsed.graph.outputs[0].span
    assert span is not None
    assert span.source.name == str(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(tmp_path / "none.txt")
    assert caught.value.diagnostics[0].id == "file-missing"


@pytest.mark.parametrize("name", ["model.pkl", "model.pickle"])
def test_pickles_are_not_opened(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'echo hello'\ntR.")
    with pytest.raises(SymhdlError) as caught:
        load(tmp_path / name)
    assert caught.value.diagnostics[0].id == "pickle"
    assert "hall_of_fame.csv" in str(caught.value)


def test_the_table_beside_a_pickle_is_named(tmp_path: Path) -> None:
    (tmp_path / "hall_of_fame_1.pkl").write_bytes(b"")
    (tmp_path / "hall_of_fame_1.csv").write_text("", encoding="utf-8")
    with pytest.raises(SymhdlError) as caught:
        load(tmp_path / "hall_of_fame_1.pkl")
    assert str(tmp_path / "hall_of_fame_1.csv") in str(caught.value)


def test_other_objects_are_wrong_usage() -> None:
    for source in (3, None, [], [1, 2], {"y": "x"}, object()):
        with pytest.raises(UsageError):
            read_source(source)


def test_reading_text_loads_no_sympy() -> None:
    script = (
        "import sys\nfrom symhdl.sources.reading.source import read_source\n"
        "read_source('Abs(x)**2')\nassert 'sympy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_formulas_hold_no_constants_of_other_dialects() -> None:
    def operations(parsed: Parsed) -> set[Operation]:
        return {node.operation for node in parsed.graph.nodes}

    assert Operation.E in operations(read_source("E*x", dialect="sympy")[0])
    assert Operation.E not in operations(read_source("e*x", dialect="sympy")[0])
    assert Operation.E not in operations(read_source("e*x", dialect="pysr")[0])
    assert Operation.E not in operations(read_source("E*x", dialect="native")[0])
