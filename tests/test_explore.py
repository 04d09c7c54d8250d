"""Explorations: equations of sources, jobs, rows and what keeps them, without the command line."""

from __future__ import annotations

import json
import math
import pickle
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.errors import Source, SymhdlError, ToolMissingError, UsageError
from symhdl.explore import explore
from symhdl.explore.equation import Equation, Given, equations_of
from symhdl.explore.exploration import Done
from symhdl.explore.job import Job, job_of
from symhdl.explore.plan import check_names, jobs_of
from symhdl.explore.row import INTERNAL, Row, row_of_document
from symhdl.explore.store import ExploreStore
from symhdl.explore.sweep import sets_of, values_of
from symhdl.explore.work import Workshop, row_of
from symhdl.options import DEFAULTS
from tests.explore_files import FRONT, TABLE, front_file, table_file

OPTIONS = (("opt", "0"), ("ranges", (("*", "-1:1"),)), ("width", "6"))


def job(text: str, **more: object) -> Job:
    return Job(Equation(text, **more), OPTIONS)  # type: ignore[arg-type] # fields of an equation


def found(*given: Path | Source, named: str | None = None) -> list[tuple[str, int | None, str]]:
    equations = equations_of([Given(each, named) for each in given], DEFAULTS)
    return [(e.class_name, e.complexity, e.text) for e in equations]


# --- equations of sources -------------------------------------------------------------------------


def test_a_table_has_one_class_or_the_one_that_is_said(tmp_path: Path) -> None:
    path = table_file(tmp_path)
    assert found(path)[:2] == [("", 1, "x0"), ("", 3, "x0 + 1.5")]
    assert {name for name, _, _ in found(path, named="g")} == {"g"}
    assert found(tmp_path) == found(path), "the folder of a run"


def test_classes_come_from_a_column_or_a_field(tmp_path: Path) -> None:
    text = "Class;Complexity;Loss;Equation\ng;3;1;x0\nq;1;2;x1\ng;1;2;x2\n"
    assert found(table_file(tmp_path, text)) == [("g", 1, "x2"), ("g", 3, "x0"), ("q", 1, "x1")]
    assert found(front_file(tmp_path)) == [("g", 3, "x0 + 0.5"), ("q", 3, "x0 - x1")]


@pytest.mark.parametrize(
    "document",
    [
        {"g": FRONT[0]["equations"], "q": FRONT[1]["equations"]},
        [{"Class": each["class"], **each["equations"][0]} for each in FRONT],  # type: ignore[dict-item]
        {"equations": [{"class": "g", "more": [1, {"deep": "x"}], **FRONT[0]["equations"][0]},  # type: ignore[dict-item]
                       {"Equation": "x0 - x1", "Complexity": 3.0, "class": "q"}]},
    ],
)  # fmt: skip
def test_fronts_as_json_have_several_forms(tmp_path: Path, document: object) -> None:
    assert found(front_file(tmp_path, document)) == [("g", 3, "x0 + 0.5"), ("q", 3, "x0 - x1")]


def test_escapes_in_json_are_read(tmp_path: Path) -> None:
    path = front_file(tmp_path, [{"complexity": 1, "equation": "x₁ +\t1.0"}])
    assert "\\u2081" in path.read_text(encoding="utf-8")
    (equation,) = equations_of([Given(path)], DEFAULTS)
    assert equation.text == "x₁ +\t1.0"
    assert row_of(Job(equation, OPTIONS)).status == "done"


def test_classes_are_called_after_what_tells_files_apart(tmp_path: Path) -> None:
    one, two = table_file(tmp_path, name="g.csv"), table_file(tmp_path, name="q.csv")
    assert {name for name, _, _ in found(one, two)} == {"g", "q"}
    one, two = (table_file(tmp_path / name) for name in ("gluon", "quark"))
    assert {name for name, _, _ in found(one, two)} == {"gluon", "quark"}
    assert len({name for name, _, _ in found(one, one.parent / "hall_of_fame.csv")}) == 1
    one, two = (table_file(tmp_path, name=f"hall_of_fame.csv.out{number}") for number in (1, 2))
    assert {name for name, _, _ in found(one, two)} == {
        "hall_of_fame.csv.out1",
        "hall_of_fame.csv.out2",
    }
    paths = [table_file(tmp_path / run, name=f"y{k}.csv") for run in ("one", "two") for k in (1, 2)]
    names = {name for name, _, _ in found(*paths)}
    assert names == {"one/y1.csv", "one/y2.csv", "two/y1.csv", "two/y2.csv"}


def test_a_missing_source_is_told_without_options_of_other_commands(tmp_path: Path) -> None:
    with pytest.raises(SymhdlError) as caught:
        equations_of([Given(tmp_path / "none.csv")], DEFAULTS)
    (told,) = caught.value.diagnostics
    assert told.id == "file-missing" and "none.csv" in told.message
    assert told.help is not None and "--expr" not in told.help


def test_outputs_of_a_run_are_classes(tmp_path: Path) -> None:
    for number in (1, 2):
        table_file(tmp_path, TABLE, f"hall_of_fame_output{number}.csv")
    assert {name for name, _, _ in found(tmp_path)} == {"y1", "y2"}


def test_a_text_has_a_row_for_each_output() -> None:
    source = Source("two.sym", "input x in [-1, 1]\ninput unused\ny = x + 1\nz = x/2\n")
    equations = equations_of([Given(source)], DEFAULTS)
    assert [(e.class_name, e.output) for e in equations] == [("y", "y"), ("z", "z")]
    assert [e.shown for e in equations] == ["x + 1", "x/2"]
    rows = [row_of(Job(equation, (("opt", "0"),))) for equation in equations]
    assert [row.equation for row in rows] == ["x + 1", "x/2"]
    assert [row.status for row in rows] == ["done", "done"], (
        "an input that is not used needs no range"
    )


def test_an_equation_means_what_its_table_means(tmp_path: Path) -> None:
    """`pow` of tables with bars is that of abs; alone the equation does not show it."""
    bars = "Complexity|MSE|Equation\n3|0.1|pow(x0, 3.0)\n"
    (equation,) = equations_of([Given(table_file(tmp_path, bars))], DEFAULTS)
    made = Workshop().design_of(Job(equation, OPTIONS))
    assert made.simulate(-1.0) == pytest.approx(1.0, abs=0.01)
    own = Job(equation, (*OPTIONS, ("define", ("pow(x, y) = x^y",))))
    assert Workshop().design_of(own).simulate(-1.0) == pytest.approx(-1.0, abs=0.01)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Complexity,Loss,Equation\n1,0.5,x0\nmany,0.5,x0\n", "table.csv:3:1"),
        ("Complexity,Loss,Equation\n1,little,x0\n", "table.csv:2:3"),
        ('[\n {"complexity": 1, "equation": "x0"},\n {"complexity": "few", "equation": "x0"}]', "table.csv:3:18"),
        ('[\n {"complexity": 1, "equation": "x0"},,]', "table.csv:2:38"),
        ('{"complexity": 1, "complexity": 2, "equation": "x0"}', "table.csv:1:1"),
        ('[{"complexity": 1, "equation": ' + "[" * 100_000 + '"x"', "table.csv:1"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_source_is_told_with_its_place(text: str, place: str) -> None:
    with pytest.raises(SymhdlError) as told:
        equations_of([Given(Source("table.csv", text))], DEFAULTS)
    assert place in told.value.diagnostics[0].render()


# --- sweeps ---------------------------------------------------------------------------------------


def test_lists_and_ranges_are_values() -> None:
    assert values_of("width", "6:8, 12,6") == ("6", "7", "8", "12")
    assert values_of("frequency", "100:300:100") == ("100", "200", "300")
    assert (
        values_of("uniform", "fixed<8,2>,fixed<8,2,AP_RND,AP_SAT>")[1] == "fixed<8,2,AP_RND,AP_SAT>"
    )
    sets = sets_of({"width": "6,8", "error": "2^-4,2^-6", "ranges": ("x=-1:1",), "labels": None})
    assert [(each["width"], each["error"]) for each in sets] == [
        ("6", "2^-4"), ("6", "2^-6"), ("8", "2^-4"), ("8", "2^-6"),
    ]  # fmt: skip
    assert {each["ranges"] for each in sets} == {("x=-1:1",)}, (
        "a range of an input is no range of values"
    )
    formats = sets_of({"input_formats": ("x=fixed<8,2>,fixed<6,2>", "y=fixed<8,2>")})
    assert [each["input_formats"] for each in formats] == [
        ("x=fixed<8,2>", "y=fixed<8,2>"), ("fixed<6,2>", "y=fixed<8,2>"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["8:6", "6,,8", ",", "6:8:0", "0:999999999", "1:200,0:999999"])
def test_values_that_are_not_there_are_told(text: str) -> None:
    with pytest.raises(UsageError) as told:
        values_of("width", text)
    assert told.value.diagnostics[0].id == "bad-sweep"


def test_too_many_combinations_are_refused() -> None:
    with pytest.raises(UsageError, match="combinations"):
        sets_of({"width": "1:200", "output_width": "1:200"})


# --- jobs and rows --------------------------------------------------------------------------------


def test_a_job_survives_json_and_pickling() -> None:
    made = replace(
        job("x0", class_name="g", loss=0.5), contents=("ab",), figures=(("labels", "c"),)
    )
    assert job_of(json.loads(json.dumps(made.document()))) == made
    assert pickle.loads(pickle.dumps(made)).digest() == made.digest()  # noqa: S301 - our own
    for wrong in (
        {},
        {**made.document(), "equation": 5},
        {**made.document(), "equation": {"a": 1}},
    ):
        with pytest.raises(ValueError, match="no job"):
            job_of(wrong)  # type: ignore[arg-type]


def test_a_digest_is_of_what_the_row_depends_on(tmp_path: Path) -> None:
    one = job("x0")
    assert one.digest() == job("x0", place="elsewhere", line=5).digest()
    assert one.digest() != job("x1").digest()
    assert one.digest() != replace(one, options=(("opt", "1"),)).digest()
    assert one.digest() != replace(one, far="synth").digest()
    data = tmp_path / "data.csv"
    data.write_text("x0\n1\n", encoding="utf-8")
    equations = [Equation("x0")]
    (before,) = jobs_of(equations, [{"data": (str(data),)}])
    moved = data.rename(tmp_path / "moved.csv")
    (after,) = jobs_of(equations, [{"data": (str(moved),)}])
    assert before.digest() == after.digest(), "where data lie says nothing"
    moved.write_text("x0\n2\n", encoding="utf-8")
    (other,) = jobs_of(equations, [{"data": (str(moved),)}])
    assert other.digest() != after.digest()


def test_rows_tell_a_design_as_the_compiler_does() -> None:
    row = row_of(job("x0*x1 + 0.5", class_name="g", complexity=5, loss=0.25))
    design = Workshop().design_of(job("x0*x1 + 0.5"))
    assert (row.class_name, row.complexity, row.loss, row.status) == ("g", 5, 0.25, "done")
    assert row.error_bound == design.error_bound
    assert (row.luts, row.ffs, row.cycles) == (
        design.estimate.luts,
        design.estimate.ffs,
        design.latency,
    )
    assert row.ns == pytest.approx(design.latency * 5.0)
    assert row_of_document(json.loads(json.dumps(row.document()))) == row


def test_shared_passes_change_nothing() -> None:
    """One workshop for all, in any order, or one for each."""
    jobs = [
        Job(Equation(text), (*OPTIONS[:2], ("output_width", wide), ("width", wide)))
        for wide in ("5", "8", "5")
        for text in ("sin(x0)", "x0*x1")
    ]
    shop = Workshop()
    shared = [replace(shop.row_of(each), seconds=0.0) for each in jobs]
    assert shared == [replace(row_of(each), seconds=0.0) for each in jobs]


@pytest.mark.parametrize(
    ("text", "diagnostic"),
    [
        ("gamma2(x0)", "unknown-function"),
        ("1/x0", "domain"),
        ("x0 +", "syntax"),
        ("", ""),
    ],
)
def test_what_cannot_be_is_a_row(text: str, diagnostic: str) -> None:
    row = row_of(job(text))
    assert row.status == "failed"
    assert row.luts is None
    assert row.diagnostic == diagnostic or not diagnostic
    assert row.diagnostic != INTERNAL
    assert row.trouble and row.message.startswith("error[")


def test_a_limit_of_time_is_a_row() -> None:
    limited = Job(Equation("sin(x0)"), (*OPTIONS, ("time_limit", "1e-6")))
    row = row_of(limited)
    assert (row.status, row.diagnostic) in {("failed", "time-limit"), ("cut", "")}


def test_a_limit_of_steps_is_the_same_row_whatever_was_made_before() -> None:
    limited = Job(Equation("sin(x0)*x0 + tanh(3*x0)"), (*OPTIONS, ("step_limit", "3")))
    other = replace(limited, options=OPTIONS)
    work = Workshop()
    work.row_of(other)
    rows = [row_of(limited), work.row_of(limited)]
    assert rows[0].status == "cut"
    assert len({replace(row, seconds=0.0) for row in rows}) == 1


def test_names_that_no_equation_has_are_told() -> None:
    equations = [Equation("x0 + 1"), Equation("x1")]
    check_names(equations, {"ranges": (("x1", "-1:1"), ("*", "0:1"))})
    with pytest.raises(UsageError, match="x2"):
        check_names(equations, {"ranges": (("x2", "-1:1"),)})
    one = Job(equations[0], (("opt", "0"), ("ranges", (("x0", "-1:1"), ("x1", "-1:1")))))
    assert row_of(one).status == "done", "a range of another equation's input"


# --- the store ------------------------------------------------------------------------------------

texts = st.text(max_size=8)


@given(
    texts,
    texts,
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.integers(0, 2**40),
)
def test_a_row_is_kept_as_it_is(name: str, text: str, loss: float | None, luts: int) -> None:
    row = Row("a" * 64, name, None, loss, "done", text, luts=luts, options=((text, name),))
    with ExploreStore(Path(":memory:")) as store:
        store.put(row)
        assert store.rows() == [row]
        assert store.known(["b", "a" * 64]) == {"a" * 64: row}


def test_rows_of_other_versions_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "explore.sqlite"
    row = Row("a", "", 1, 0.5, "done", "x")
    with ExploreStore(path) as store:
        store.put(row)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE rows SET version = 'another'")
    database.close()
    with ExploreStore(path) as store:
        assert not store.rows()
        assert not store.known(["a"])


@pytest.mark.parametrize(
    "content", [b"", b"no database at all, by no means" * 99, b"SQLite format 3\0" + bytes(4096)]
)
def test_a_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "explore.sqlite"
    path.write_bytes(content)
    if not content:
        ExploreStore(path).close()
        return
    with pytest.raises(SymhdlError) as told:
        ExploreStore(path)
    assert told.value.diagnostics[0].id in ("bad-store", "not-ours")
    assert path.read_bytes() == content


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "explore.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE rows (mine TEXT)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(SymhdlError, match="is not a store"):
        ExploreStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "5", "{}", "[" * 5000, '{"digest": "a"}', "\0", '{"digest": "b"}', b"\xff",
        json.dumps({**Row("a", "", 1, 0.5, "done", "x").document(), "loss": math.nan}),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_not_there(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "explore.sqlite"
    with ExploreStore(path) as store:
        store.put(Row("a", "", 1, 0.5, "done", "x"))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE rows SET document = CAST(? AS TEXT)", (text,))
    database.close()
    with ExploreStore(path) as store:
        assert store.known(["a"]) == {}


@pytest.mark.parametrize(
    "wrong",
    [{"status": "odd"}, {"luts": "<b>"}, {"luts": 1.5}, {"loss": [1]}, {"equation": 5}, {"options": {"width": 6}},
     {"figures": {"rms": "x"}}, {"class_name": None}, {"ns": True}, {"equation": "\ud800"},
     {"options": {"luts": "0"}}, {"figures": {"class": 1.0}}, {"options": {"a": "1"}, "figures": {"a": 1.0}}],
)  # fmt: skip
def test_a_row_of_strange_values_is_none(wrong: dict[str, object]) -> None:
    document = {**Row("a", "", 1, 0.5, "done", "x").document(), **wrong}
    with pytest.raises(ValueError, match="no row"):
        row_of_document(document)  # type: ignore[arg-type] # that is the point


def test_a_full_disk_and_a_store_in_use_are_not_to_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "explore.sqlite"
    monkeypatch.setattr("symhdl.explore.store.WAIT_S", 0.01)
    with ExploreStore(path), closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SymhdlError) as told:
            ExploreStore(path)
    assert "wait until" in (told.value.diagnostics[0].help or "")
    with ExploreStore(path) as store:
        store._database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(SymhdlError) as told:
            store.put(Row("a", "", 1, 0.5, "done", "x" * 10**6))
        assert "make room" in (told.value.diagnostics[0].help or "")
        assert not store.rows()


def test_a_python_without_sqlite_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    with pytest.raises(ToolMissingError, match="without SQLite"):
        ExploreStore(Path(":memory:"))


# --- the whole ------------------------------------------------------------------------------------


def test_what_is_known_is_not_done_again(tmp_path: Path) -> None:
    jobs = [job("x0"), job("x0 + 1"), job("undefined(x0)")]
    done: list[str] = []

    def runner(jobs: Sequence[Job], tell: Done) -> None:
        for each in jobs:
            done.append(each.equation.text)
            tell(row_of(each))

    with ExploreStore(tmp_path / "explore.sqlite") as store:
        first = explore(jobs[:2], store, runner)
        assert (first.known, len(first.rows), first.interrupted) == (0, 2, False)
        second = explore([*jobs, jobs[0]], store, runner)
        assert second.known == 2
        assert [row.equation for row in second.rows] == ["x0", "x0 + 1", "undefined(x0)"]
        assert explore(jobs, store, runner).known == 3, "a failure is known, too"
    assert done == ["x0", "x0 + 1", "undefined(x0)"]


def test_failures_that_are_nobodys_fault_are_tried_again() -> None:
    row = replace(Row.of(job("x0"), "failed"), diagnostic=INTERNAL, message="x")
    with ExploreStore(Path(":memory:")) as store:
        store.put(row)
        assert explore([job("x0")], store).rows[0].status == "done"


def test_ctrl_c_leaves_what_is_there() -> None:
    def runner(jobs: Sequence[Job], tell: Done) -> None:
        tell(row_of(jobs[0]))
        raise KeyboardInterrupt

    found = explore([job("x0"), job("x1")], None, runner)
    assert found.interrupted
    assert [row.equation for row in found.rows] == ["x0"]


def test_a_mistake_of_ours_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("out of order")

    monkeypatch.setattr("symhdl.explore.work.measured", broken)
    row = row_of(job("x0"))
    assert (row.status, row.diagnostic) == ("failed", INTERNAL)
    assert row.trouble == "AssertionError: out of order"


def test_what_is_no_text_is_told_before_anything_is_made(tmp_path: Path) -> None:
    for name, text in (("\ud800", "x0"), ("g", "x0 + \ud800")):
        path = front_file(tmp_path, [{"class": name, "complexity": 1, "equation": text}])
        with pytest.raises(SymhdlError, match="no text"):
            equations_of([Given(path)], DEFAULTS)


def test_numbers_that_are_none_are_no_loss(tmp_path: Path) -> None:
    text = "Complexity,Loss,Equation\n1,NaN,x0\n2,Inf,x0\n3,,x0\n"
    equations = equations_of([Given(table_file(tmp_path, text))], DEFAULTS)
    assert [e.loss for e in equations] == [None, None, None]
