"""Ranges from data: extremes, margins and quantiles; what the commands make of them; large files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.cli import main
from symhdl.data.fixed import Reals
from symhdl.data.input_ranges import DataRanges, RangeOptions, ranges_of_data
from symhdl.data.opening import table_of
from symhdl.data.statistics import SpooledNumbers
from symhdl.errors import SymhdlError


def invoke(*words: object, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=input)


def ranges(data: object, *names: str, options: RangeOptions | None = None) -> DataRanges:
    parts = data if isinstance(data, list) else [data]
    tables = [table_of(part) for part in parts]
    return ranges_of_data(tables, names, names, names, options or RangeOptions())


def floats(
    pairs: Iterable[tuple[str, tuple[Fraction, Fraction]]],
) -> dict[str, tuple[float, float]]:
    return {name: (float(low), float(high)) for name, (low, high) in pairs}


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(st.lists(st.lists(FLOATS, max_size=9), min_size=1), st.data())
def test_order_statistics_are_exact(parts: list[list[float]], data: st.DataObject) -> None:
    everything = sorted(number for part in parts for number in part)
    if not everything:
        return
    rank = data.draw(st.integers(0, len(everything) - 1))
    low, high = data.draw(FLOATS), data.draw(FLOATS)
    below = sum(1 for number in everything if number < low)
    with closing(SpooledNumbers()) as column:
        for part in parts:
            column.append(np.array(part))
        assert column.ordered(rank) == everything[rank]
        assert column.outside(low, high) == (below, sum(1 for n in everything if n > high))


@settings(deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=200),
    st.fractions(0, Fraction(1, 2)),
    st.fractions(Fraction(51, 100), 1),
)
def test_no_larger_share_of_the_rows_lies_outside(
    numbers: list[int], low: Fraction, high: Fraction
) -> None:
    found = ranges({"x": numbers}, "x", options=RangeOptions(quantiles=(low, high)))
    ((_, held),) = found.saturations
    assert floats(found.ranges) == {"x": (min(numbers), max(numbers))}
    assert sum(n < held[0] for n in numbers) <= low * len(numbers)
    assert sum(n > held[1] for n in numbers) <= (1 - high) * len(numbers)
    assert {held[0], held[1]} <= set(numbers)
    told = re.findall(r"\d+ rows, (\d+) lie below and (\d+) above", found.warnings[0].message)
    outside = sum(n < held[0] for n in numbers), sum(n > held[1] for n in numbers)
    assert told == [tuple(map(str, outside))]


def test_a_margin_is_a_share_of_the_width() -> None:
    options = RangeOptions(Fraction(1, 10))
    assert floats(ranges({"x": [-1, 4]}, "x", options=options).ranges) == {"x": (-1.5, 4.5)}
    assert floats(ranges({"x": [3, 3]}, "x", options=options).ranges) == {"x": (3, 3)}


def test_several_tables() -> None:
    whole = [{"x": [1, 2], "y": [0.5]}, {"x": [-3]}]
    with pytest.raises(SymhdlError, match="`x` has 2 numbers and `y` has 1"):
        ranges(whole, "x", "y")
    parts: list[object] = [{"x": [1, 2]}, {"x": [-3], "y": [0.5]}]
    assert floats(ranges(parts, "x", "y").ranges) == {"x": (-3, 2), "y": (0.5, 0.5)}
    with pytest.raises(SymhdlError, match="no column for the input `z`"):
        ranges(parts, "x", "z")


def test_counted_columns_are_never_half_matched() -> None:
    two = np.array([[1.0, 2.0]])
    from_one = ranges(two, "x2", "x1")
    assert floats(from_one.ranges) == {"x1": (1, 1), "x2": (2, 2)}
    assert ["counted from x1" in told.message for told in from_one.warnings] == [True]
    three = ranges(np.array([[1.0, 2.0, 3.0]]), "x1", "x2")
    assert floats(three.ranges) == {"x1": (2, 2), "x2": (3, 3)}
    assert ["`x1` is column 2" in told.message for told in three.warnings] == [True]
    with pytest.raises(SymhdlError, match="no column for the input `x3`"):
        ranges(np.array([[1.0, 2.0, 3.0]]), "x1", "x3")


def test_rows_left_out_are_counted() -> None:
    holes = {"x": [1, np.nan, 9], "y": [np.nan, 5, 2]}
    found = ranges(holes, "x", "y", options=RangeOptions(missing="skip"))
    assert floats(found.ranges) == {"x": (9, 9), "y": (2, 2)}
    assert [told.message for told in found.warnings] == ["2 rows with missing values were left out"]


def test_held_inputs_are_held_everywhere(tmp_path: Path) -> None:
    x = np.concatenate([np.linspace(-1, 1, 999), [40.0]])
    design = symhdl.compile(
        "y = x^2 + x", data={"x": x}, quantiles=(0.01, 0.99), width=14, error=2**-8
    )
    (plan,), (port,) = design.design.inputs, design.datapath.inputs
    assert plan.saturated
    ulp = float(port.format.ulp)
    assert port.maximum * ulp >= 40 - ulp
    everything = np.arange(port.minimum, port.maximum + 1)
    held = np.clip(everything, plan.minimum, plan.maximum) * ulp
    (output,) = design.datapath.outputs
    found = design.simulate_integers({"x": everything})["y"] * float(output.format.ulp)
    assert np.max(np.abs(found - (held**2 + held))) <= design.error_bound <= 2**-8
    assert output.range[1] < 3, "the outlier costs nothing behind the input"
    document = json.loads(design.files("verilog")["top.json"])
    assert document["inputs"][0]["held"] == [float(plan.minimum * ulp), float(plan.maximum * ulp)]
    (told,) = [w for w in design.warnings if w.id == "saturated-input"]
    assert "of 1000 rows, 10 lie below and 10 above" in told.message
    design.write(tmp_path)
    warnings = json.loads((tmp_path / "top.json").read_text())["warnings"]
    assert any("of 1000 rows, 10 lie below and 10 above" in text for text in warnings)


def test_a_domain_sees_the_held_input() -> None:
    data = {"x": np.concatenate([[-5.0], np.linspace(1, 2, 999)])}
    with pytest.raises(SymhdlError, match="logarithm"):
        symhdl.compile("log(x)", data=data)
    symhdl.compile("log(x)", data=data, quantiles=(0.01, 1))


def test_declared_ranges_go_before_data() -> None:
    source = "input x in [0, 1]\ny = x + z"
    design = symhdl.compile(source, data={"x": [7.0], "z": [2.0]}, quantiles=(0, 1))
    assert [plan.saturated for plan in design.design.inputs] == [False, True]
    narrow = "input x: fixed<8,2>\nx"
    with pytest.raises(SymhdlError, match="does not fit its format"):
        symhdl.compile(narrow, data={"x": [7.0]}, quantiles=(0, 1))


@pytest.mark.parametrize(
    "words",
    [
        {"margin": -1},
        {"margin": "much"},
        {"quantiles": (0.9, 0.1)},
        {"quantiles": (0, 2)},
        {"quantiles": 0.1},
        {"missing": "maybe"},
        {"data": 3},
    ],
)
def test_wrong_arguments_are_told(words: dict[str, object]) -> None:
    with pytest.raises(SymhdlError):
        symhdl.compile("x", **{"data": {"x": [1, 2]}, **words})  # type: ignore[arg-type]


def test_compiling_with_data(tmp_path: Path) -> None:
    data = tmp_path / "x.csv"
    data.write_text("x[0];x1;class\n" + "".join(f"{k},5;{k};{'tg'[k % 2]}\n" for k in range(100)))
    words = ["compile", "--expr", "y = x0*x1", "--data", data]
    result = invoke(*words, "--margin", "10%", "--json")
    assert result.exit_code == 0, result.stderr
    found = [port["range"] for port in json.loads(result.stdout)["inputs"]]
    assert found == [pytest.approx([-9.4, 109.4], abs=0.01), pytest.approx([-9.9, 108.9], abs=0.01)]
    result = invoke(*words, "--quantiles", "5%:0.95", "-o", tmp_path / "d")
    assert result.exit_code == 0, result.stderr
    assert "0 .. 128, held at 5.5 .. 94.5" in result.stdout
    assert "of 100 rows, 5 lie below and 5 above" in result.stderr
    everything = tmp_path / "y.csv"
    everything.write_text("x0,x1\n-1000,7\n20,200\n")
    result = invoke("simulate", tmp_path / "d", "--input", everything)
    numbers = [float(line) for line in result.stdout.split()[1:]]
    assert numbers == pytest.approx([5.5 * 7, 20 * 94], abs=0.5)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--margin", "10%"], "give --data"),
        (["--quantiles", "0:1"], "give --data"),
        (["--data", "x.csv", "--margin", "-1%"], "0 or more"),
        (["--data", "x.csv", "--margin", "1%1"], "a percentage"),
        (["--data", "x.csv", "--quantiles", "1%"], "0.1%:99.9%"),
        (["--data", "x.csv", "--quantiles", "9%:1%"], "rise"),
        (["--data", "x.csv", "--quantiles", "1%:101%"], "rise"),
        (["--data", "x.csv", "--missing", "drop"], "--missing"),
        (["--missing", "skip"], "--missing says what to make of data"),
    ],
)
def test_wrong_options_are_told(words: list[str], told: str) -> None:
    result = invoke("compile", "--expr", "x", *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_jets(shared: Path, tmp_path: Path) -> None:
    jets = shared / "corpora" / "jets" / "jets.csv"
    source = "y = 0.5*x[14]*x2 - sin(x15) + x0^2"
    result = invoke("compile", "--expr", source, "--data", jets, "-o", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    result = invoke("simulate", tmp_path, "--input", jets)
    assert (result.exit_code, result.stderr) == (0, ""), "the data lie in their own ranges"
    assert result.stdout.count("\n") == jets.read_text().count("\n")
    wrong = invoke("compile", "--expr", "y = x0*label", "--data", jets)
    assert wrong.exit_code == 1
    assert wrong.stderr.count("holds text: ") == 1


@pytest.mark.parametrize("kind", ["csv", "npy", "npz", "parquet"])
def test_simulating_files(kind: str, tmp_path: Path) -> None:
    design = symhdl.compile("y = a + b", width=8, data={"a": [-1, 1], "b": [-1, 1]}, margin=0.1)
    design.write(tmp_path / "d")
    a, b = np.random.default_rng(1).uniform(-1, 1, (2, 70_000))
    path = tmp_path / f"x.{kind}"
    if kind == "csv":
        np.savetxt(path, np.column_stack([b, a]), delimiter=",", header="b,a", fmt="%.17g")
    elif kind == "npy":
        np.save(path, np.column_stack([a, b]))
    elif kind == "npz":
        np.savez(path, b=b, a=a)
    else:
        arrow = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(arrow.table({"b": b, "a": a}), path)
    expected = design.simulate(a, b)
    assert isinstance(expected, np.ndarray)
    result = invoke("simulate", tmp_path / "d", "--input", path, "-o", tmp_path / "y.csv")
    assert result.stderr.endswith("y.csv: 70000 rows\n")
    assert np.loadtxt(tmp_path / "y.csv", skiprows=1).tolist() == expected.tolist()
    piped = invoke("simulate", tmp_path / "d", "--input", "-", input=path.read_bytes())
    assert piped.stdout == (tmp_path / "y.csv").read_text()


def test_a_late_mistake_leaves_no_file(tmp_path: Path) -> None:
    symhdl.compile("y = a", data={"a": [-1, 1]}).write(tmp_path / "d")
    path = tmp_path / "x.csv"
    path.write_text("a\n" + f"{0.5:.30f}\n" * 100_000 + "x\n")
    result = invoke("simulate", tmp_path / "d", "--input", path, "-o", tmp_path / "new" / "y.csv")
    assert result.exit_code == 1
    assert "x.csv:100002:1" in result.stderr
    assert not (tmp_path / "new").exists()


MEASURED = """
import re, sys
from fractions import Fraction
from symhdl.data.opening import open_table
from symhdl.data.input_ranges import RangeOptions, ranges_of_data
names = [f"x{k}" for k in range(10)]
options = RangeOptions(quantiles=(Fraction(1, 1000), Fraction(999, 1000)))
def most():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) // 1024
before = most()
found = ranges_of_data([open_table(sys.argv[1])], names, names, names, options)
after = most()
print(*(float(end) for pair in (found.ranges, found.saturations) for _, r in pair for end in r))
print(before, after)
"""


def measured(path: Path) -> tuple[list[float], int, int]:
    """The ends of all ranges and held ranges; megabytes before and after."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not tell how much memory a process has had")
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    numbers, memory = done.stdout.splitlines()
    before, after = memory.split()
    return [float(number) for number in numbers.split()], int(before), int(after)


def expected_ends(columns: list[Reals]) -> list[float]:
    share = len(columns[0]) // 1000
    ends = [end for column in columns for end in (column.min(), column.max())]
    for column in columns:
        ranked = np.partition(column, [share, len(column) - 1 - share])
        ends += [ranked[share], ranked[len(column) - 1 - share]]
    return [float(end) for end in ends]


def large_csv(path: Path, rows: int) -> list[Reals]:
    """Writes ten columns of many digits; the columns."""
    generator = np.random.default_rng(5)
    parts: list[Reals] = []
    with path.open("w") as file:
        file.write(",".join(f"x{k}" for k in range(10)) + "\n")
        for _ in range(rows // 10_000):
            part = generator.normal(size=(10_000, 10))
            file.writelines(",".join(map(repr, row)) + "\n" for row in part.tolist())
            parts.append(part)
    return list(np.concatenate(parts).T)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    columns = large_csv(tmp_path / "x.csv", 50_000)
    ends, before, after = measured(tmp_path / "x.csv")
    assert ends == expected_ends(columns)
    assert after - before < 60, f"from {before} to {after} MB"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "npy", "npz", "parquet"])
def test_ten_million_rows(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{kind}"
    if kind == "csv":
        columns = large_csv(path, 10_000_000)
    else:
        columns = list(np.random.default_rng(5).normal(size=(10_000_000, 10)).T)
        if kind == "npy":
            np.save(path, np.column_stack(columns))
        elif kind == "npz":
            np.savez(path, **{f"x{k}": column for k, column in enumerate(columns)})  # type: ignore[arg-type]
        else:
            arrow = pytest.importorskip("pyarrow")
            table = arrow.table({f"x{k}": column for k, column in enumerate(columns)})
            pytest.importorskip("pyarrow.parquet").write_table(table, path)
            del table
    expected = expected_ends(columns)
    del columns
    ends, _, after = measured(path)
    assert ends == expected
    assert after < 500, f"{after} MB"


def test_columns_without_rows_are_told() -> None:
    with pytest.raises(SymhdlError, match="data has no rows"):
        symhdl.compile("y = a", data={"a": []})


def test_columns_that_do_not_fit_are_not_said_to_be_taken_in_order(tmp_path: Path) -> None:
    symhdl.compile("y = a + b", ranges=(-1, 1), width=8).write(tmp_path / "d")
    path = tmp_path / "one.csv"
    for text in ("x\n1\n", "A,B\n1,2\n"):
        path.write_text(text)
        result = invoke("simulate", tmp_path / "d", "--input", path)
        assert result.exit_code == 1
        assert "has no columns for the inputs `a`, `b`" in result.stderr
        assert "in order" not in result.stderr


def test_data_without_a_whole_row_are_told() -> None:
    with pytest.raises(SymhdlError, match="every row of data has a missing value"):
        symhdl.compile("y = a + b", data={"a": [1, np.nan], "b": [np.nan, 1]}, missing="skip")


@pytest.mark.parametrize(
    ("option", "value"),
    [("margin", "1%"), ("quantiles", "0:1"), ("missing", "skip"), ("decimal", "point")],
)
def test_what_is_said_of_data_without_data_is_told(option: str, value: str) -> None:
    result = invoke("compile", "--expr", "x", "--range", "-1:1", f"--{option}", value)
    assert result.exit_code == 2
    assert f"--{option} says what to make of data, and there are none" in result.stderr


def test_standard_input_is_data_like_others(tmp_path: Path) -> None:
    words = ("compile", "--expr", "x0", "--data", "-", "--json")
    result = CliRunner().invoke(main, words, input="-5\n" * 9 + "7\n")
    assert json.loads(result.stdout)["inputs"][0]["range"] == [-5, 7]
    for twice in (
        ("compile", "-", "--data", "-"),
        ("compile", "--expr", "x", *["--data", "-"] * 2),
    ):
        assert "`-` is given twice" in invoke(*twice).stderr
    named = tmp_path / os.fsdecode(b"caf\xe9.csv")
    named.write_text("p,q\n1,2\n", encoding="utf-8")
    folder = tmp_path / "d"
    done = invoke("compile", "--expr", "x0 + x1", "--data", named, "-o", folder)
    assert done.exit_code == 0, done.stderr
    assert "no column of " in json.loads((folder / "top.json").read_text("utf-8"))["warnings"][0]


def test_a_closed_standard_input_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    symhdl.compile("y = a", ranges=(-1, 1), width=8).write(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    for words in (
        ["compile", "--expr", "x", "--data", "-"],
        ["compile", "-"],
        ["convert", "-", "--to", "c"],
        ["simulate", str(tmp_path), "--input", "-"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 1
        assert "cannot read <stdin>: it is closed" in capsys.readouterr().err
