"""Rows of data for goals: read with labels and weights, kept apart, copied smoothly; hostile ones are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from symhdl.data.opening import tables_of
from symhdl.empirical.folding import Folding, folds_of, noisy_copy
from symhdl.empirical.reading import Columns, Read, read_samples
from symhdl.errors import SymhdlError
from symhdl.ir.graph import Graph
from tests.errors_of_design import read as parsed
from tests.rows import each_row

TWO = "a = x + y\nb = x - y"


def graph_of(text: str) -> Graph:
    return parsed(text).graph


def rows_of(data: object, text: str = TWO, columns: Columns | None = None) -> Read:
    return read_samples(tables_of(data), graph_of(text), columns or Columns())


def table(tmp_path: Path, text: str, name: str = "rows.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_of_several_files_follow_each_other(tmp_path: Path) -> None:
    one = table(tmp_path, "x,y,class\n1,2,a\n3,4,b\n", "one.csv")
    other = table(tmp_path, "y,class,x\n6,b,5\n", "other.csv")
    found = rows_of([one, other], columns=Columns(labels="class"))
    assert found.samples.inputs["x"].tolist() == [1, 3, 5]
    assert found.samples.exact.tolist() == [[3, -1], [7, -1], [11, -1]]
    assert found.samples.labels is not None
    assert found.samples.labels.tolist() == [0, 1, 1]
    assert found.samples.weights.tolist() == [1, 1, 1]
    assert not found.warnings


@each_row(
    "labels, classes",
    [
        (["b", "a", "b"], [1, 0, 1]),
        (["1", "0", "1"], [1, 0, 1]),
        ([1.0, 0.0, 1.0], [1, 0, 1]),
        ([True, False, True], [1, 0, 1]),
        (["tau", "muon", "tau"], [1, 0, 1]),
        (["10", "9", "10"], [1, 0, 1]),  # in the order of numbers
        (["", "b", "a"], None),
    ],
)
def test_labels_are_classes(labels: list[object], classes: list[int] | None) -> None:
    data = {"x": [1.0, 2.0, 3.0], "y": [0.0, 1.0, 0.0], "c": np.array(labels)}
    if classes is None:
        with pytest.raises(SymhdlError, match="row 1: the label is missing"):
            rows_of(data, columns=Columns(labels="c"))
        found = rows_of(data, columns=Columns(labels="c", missing="skip"))
        classes = [1, 0]
    else:
        found = rows_of(data, columns=Columns(labels="c"))
    assert found.samples.labels is not None
    assert found.samples.labels.tolist() == classes
    in_order = labels[0] in ("tau", "10")
    assert [each.id for each in found.warnings] == (
        ["labels-in-order"] if in_order else ["skipped-rows"] if "" in labels else []
    )


@each_row(
    "labels, judging, classes",
    [
        (["p", "q", "r"], ["q", "r"], [1, 2]),
        (["q", "r"], ["p", "q", "r"], [0, 1, 2]),
        (["1", "2", "3"], ["1", "2"], [0, 1]),  # 3 is none of three classes from 0
        (["0", "1", "2"], ["1", "2"], [1, 2]),
    ],
)
def test_labels_mean_the_same_in_rows_of_their_own_that_judge(
    labels: list[str], judging: list[str], classes: list[int]
) -> None:
    columns, text = Columns(labels="c"), "a = x\nb = y\nc = x*y"
    one, other = (
        tables_of({"x": np.arange(len(each)), "y": np.arange(len(each)) * 2, "c": np.array(each)})
        for each in (labels, judging)
    )
    found = read_samples(other, graph_of(text), columns, beside=one).samples
    assert found.labels is not None
    assert found.labels.tolist() == classes


def test_rows_that_are_left_out_take_their_labels_with_them(tmp_path: Path) -> None:
    path = table(tmp_path, "x,y,c,w\n1,,a,1\n2,1,b,4\n3,1,a,2\n,1,b,1\n5,1,a,0\n")
    found = rows_of(path, columns=Columns("c", "w", "skip"))
    assert found.samples.inputs["x"].tolist() == [2, 3]  # a row that counts nothing is none
    assert found.samples.labels is not None
    assert found.samples.labels.tolist() == [1, 0]
    assert found.samples.weights.tolist() == [1, 0.5]


@each_row(
    "data, text, columns, message",
    [
        ({"x": [1.0]}, TWO, Columns(), "no column for the input `y`"),
        ({"x": [1.0, 2], "y": [1.0, 1]}, TWO, Columns(labels="c"), "no column `c`.*labels"),
        ({"x": [1.0, 2], "y": [1.0, 1]}, TWO, Columns(weights="w"), "no column `w`.*weights"),
        ({"x": [1.0, 1], "y": [1.0, 1]}, TWO, Columns(), "all rows are the same"),
        (
            {"x": [1.0, 2], "y": [1.0, 1], "c": ["a", "d"]}, TWO, Columns(labels="c"),
            "row 2: the label `d` is not the name of an output",
        ),
        (
            {"x": [1.0, 2], "y": [1.0, 1], "c": ["a", "a"]}, TWO, Columns(labels="c"),
            "all rows have the label `a`",
        ),
        (
            {"x": [1.0, 2, 3], "y": [1.0, 1, 1], "c": ["u", "v", "w"]}, TWO, Columns(labels="c"),
            "3 different labels .* for 2 outputs",
        ),
        (
            {"x": [1.0, 2], "y": [1.0, 1], "w": [1.0, -1.0]}, TWO, Columns(weights="w"),
            "row 2: the weight is negative",
        ),
        (
            {"x": [1.0, 2], "y": [1.0, 1], "w": [0.0, 0.0]}, TWO, Columns(weights="w"),
            "all weights in `w` are 0",
        ),
        ({"x": [1.0, 0.0]}, "y = 1/x", Columns(), "row 2: the expression has no value"),
        ({"x": [1.0]}, "y = 3", Columns(), "no inputs"),
    ],
)  # fmt: skip
def test_rows_that_make_no_sense_are_told(
    data: object, text: str, columns: Columns, message: str
) -> None:
    with pytest.raises(SymhdlError, match=f"(?s){message}"):
        rows_of(data, text, columns)


def test_rows_without_a_value_may_be_left_out() -> None:
    for columns in (Columns(missing="skip"), Columns(ignored=True)):
        found = rows_of({"x": [1.0, 0.0, 2.0]}, "y = 1/x", columns)
        assert found.samples.exact.tolist() == [[1.0], [0.5]]
        assert [each.id for each in found.warnings] == ["skipped-rows"]


def test_rows_that_break_an_assumption_are_left_out() -> None:
    text = "assume x > y\nz = log(x - y)"
    found = rows_of({"x": [1.0, 0.0, 2.0], "y": [0.5, 1.0, 1.0]}, text)
    assert found.samples.inputs["x"].tolist() == [1.0, 2.0]
    assert [each.message for each in found.warnings] == [
        "1 rows that break an assumption were left out"
    ]
    chance = np.random.default_rng(4)
    low, high = chance.normal(size=300), chance.exponential(size=300)
    samples = rows_of({"x": low + high, "y": low}, text).samples
    folds = folds_of(samples, None, graph_of(text), Folding(robust=0.5))
    for part in (folds.smoothed, folds.choosing):
        assert (part.inputs["x"] > part.inputs["y"]).all()


def test_whole_numbers_stay_whole_under_noise() -> None:
    samples = drawn(200).samples
    noisy = noisy_copy(samples, graph_of(TWO), 0.3, samples, np.random.default_rng(1))
    assert (noisy.inputs["y"] == np.rint(noisy.inputs["y"])).all()
    assert 0 < np.mean(noisy.inputs["y"] != samples.inputs["y"]) < 1
    assert np.array_equal(noisy.exact[:, 0], noisy.inputs["x"] + noisy.inputs["y"])


def test_a_constant_column_is_told() -> None:
    found = rows_of({"x": [1.0, 2.0], "y": [3.0, 3.0]})
    assert [each.id for each in found.warnings] == ["constant-column"]


def test_the_digest_is_of_all_that_rows_say() -> None:
    data = {"x": [1.0, 2.0], "y": [3.0, 4.0], "c": ["a", "b"], "w": [1.0, 0.5]}
    digests = {
        rows_of(data).digest,
        rows_of(data, columns=Columns(labels="c")).digest,
        rows_of(data, columns=Columns(weights="w")).digest,
        rows_of({**data, "x": [1.0, 2.5]}).digest,
        rows_of({**data, "x": [2.0, 1.0]}).digest,
    }
    assert len(digests) == 5
    assert rows_of(data).digest == rows_of({**data, "x": np.array([1, 2])}).digest


def drawn(count: int, seed: int = 1) -> Read:
    chance = np.random.default_rng(seed)
    return rows_of({"x": chance.normal(size=count), "y": chance.integers(0, 9, count)})


def test_each_row_does_one_thing() -> None:
    samples = drawn(1000).samples
    folds = folds_of(samples, None, graph_of(TWO), Folding())
    counts = folds.tuning.rows, folds.choosing_rows, folds.judging.rows
    assert counts == (500, 200, 300)
    seen = [folds.tuning, folds.choosing.taken(np.arange(200)), folds.judging]
    assert sorted(v for part in seen for v in part.inputs["x"]) == sorted(samples.inputs["x"])
    again = folds_of(samples, None, graph_of(TWO), Folding())
    assert again.smoothed.inputs["x"].tolist() == folds.smoothed.inputs["x"].tolist()


def test_rows_of_their_own_judge() -> None:
    judging = drawn(50, seed=2).samples
    folds = folds_of(drawn(700).samples, judging, graph_of(TWO), Folding())
    assert (folds.tuning.rows, folds.choosing_rows) == (500, 200)
    assert folds.judging is judging


def test_smoothed_copies_lie_among_the_rows_of_their_fold() -> None:
    folds = folds_of(drawn(400).samples, None, graph_of(TWO), Folding())
    copies, rows = folds.smoothed, folds.tuning
    assert copies.rows == 8000
    for name, column in copies.inputs.items():
        assert column.min() >= rows.inputs[name].min()
        assert column.max() <= rows.inputs[name].max()
    assert (copies.inputs["y"] == np.rint(copies.inputs["y"])).all()  # as all rows are
    assert np.array_equal(copies.exact[:, 0], copies.inputs["x"] + copies.inputs["y"])
    assert abs(copies.inputs["x"].std() - rows.inputs["x"].std()) < 0.15


def test_rows_that_tune_choose_among_errors_too() -> None:
    samples, graph = drawn(400).samples, graph_of(TWO)
    folds = folds_of(samples, None, graph, Folding(of_errors=True))
    assert folds.choosing.rows == folds.choosing_rows + 4000 + folds.tuning.rows
    last = folds.choosing.inputs["x"][-folds.tuning.rows :]
    assert np.array_equal(last, folds.tuning.inputs["x"])
    assert not np.isin(folds.judging.inputs["x"], folds.choosing.inputs["x"]).any()


def test_copies_of_all_rows_but_those_that_judge_choose_beside_rows() -> None:
    samples = drawn(400).samples
    judging, graph = drawn(50, seed=2).samples, graph_of(TWO)
    of_errors, folds = (
        folds_of(samples, judging, graph, Folding(of_classes=c)) for c in (False, True)
    )
    weights = [each.choosing.weights[each.choosing_rows :].sum() for each in (of_errors, folds)]
    assert weights == pytest.approx([of_errors.choosing_rows, 500])
    copies = folds.choosing.taken(np.arange(folds.choosing_rows, folds.choosing.rows))
    assert copies.rows == 4000
    chosen_by = folds.choosing.inputs["x"][: folds.choosing_rows]
    assert copies.inputs["x"].min() < chosen_by.min()  # as only rows that tune are
    assert copies.inputs["x"].max() > folds.tuning.inputs["x"].max()
    assert np.isin(copies.inputs["x"], folds.smoothed.inputs["x"]).mean() < 0.05  # ends alone
    assert np.isin(copies.inputs["x"], folds.decided.inputs["x"]).mean() < 0.05
    assert of_errors.decided.rows == of_errors.smoothed.rows
    assert folds.decided.rows == folds.smoothed.rows + 48_000
    first = folds.decided.inputs["x"][: folds.smoothed.rows]
    assert np.array_equal(first, folds.smoothed.inputs["x"])


def test_labels_are_those_of_true_rows_alone() -> None:
    data = {"x": np.arange(200.0), "y": np.arange(200.0) % 7, "c": ["a", "b"] * 100}
    samples = rows_of(data, columns=Columns(labels="c")).samples
    folds = folds_of(samples, None, graph_of(TWO), Folding(needs_labels=True, robust=0.1))
    assert folds.choosing_rows == 40
    assert folds.choosing.rows == 40 * 5  # with noise
    assert folds.choosing.labels is not None


@each_row("count, judging", [(99, 0), (200, 19)])
def test_too_few_rows_are_told_with_how_many_are_needed(count: int, judging: int) -> None:
    own = drawn(judging).samples if judging else None
    with pytest.raises(SymhdlError, match="100" if not judging else "20"):
        folds_of(drawn(count).samples, own, graph_of(TWO), Folding())
