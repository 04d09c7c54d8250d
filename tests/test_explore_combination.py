"""The best combination of one equation for each class: found, compiled as one design, judged, told and written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from symhdl.cli import main
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import GoalError, SymhdlError, UsageError
from symhdl.explore.combination import Combination, Wanted, combinations
from symhdl.explore.combined import document, lines_of
from symhdl.explore.equation import Equation
from symhdl.explore.exploration import one_by_one
from symhdl.explore.job import Job, Text
from symhdl.explore.limits import Limits, limits_of
from symhdl.explore.measured import Measured
from symhdl.explore.plan import jobs_of
from symhdl.explore.row import ENDED, Row
from symhdl.explore.runners.lines import line_of, row_of_line
from symhdl.explore.values import values_of
from symhdl.explore.work import Workshop

FRONTS = {
    "low": ((1, 0.9, "-0.2"), (3, 0.5, "-a"), (9, 0.3, "-a - 0.5*a*b - 0.3*b*b")),
    "high": ((1, 0.9, "-0.1"), (3, 0.5, "a"), (9, 0.3, "a + 0.5*a*b - 0.3*b*b")),
    "odd": ((1, 0.9, "0.1"), (3, 0.5, "0.5*b"), (9, 0.3, "b*b - 0.2")),
}
EQUATIONS = [
    Equation(text, name, complexity, loss)
    for name, front in FRONTS.items()
    for complexity, loss, text in front
]


def run(*words: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(main, words)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows whose classes the most complex equations tell."""
    chance = np.random.default_rng(7)
    points = chance.uniform(-1, 1, (400, 2))
    a, b = points.T
    scores = [-a - 0.5 * a * b - 0.3 * b * b, a + 0.5 * a * b - 0.3 * b * b, b * b - 0.2]
    names = np.array(list(FRONTS))[np.argmax(scores + chance.normal(0, 0.1, (3, 400)), axis=0)]
    lines = [f"{x},{y},{name}" for (x, y), name in zip(points.tolist(), names, strict=True)]
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    path.write_text("\n".join(("a,b,label", *lines)) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(data: Path) -> list[tuple[Job, Row]]:
    options: dict[str, Text] = {
        "data": (str(data),),
        "output_width": "5",
        "opt": "0",
        "device": "xcvu9p",
        "dsp": "none",
    }
    jobs = jobs_of(EQUATIONS, [{**options, "width": width} for width in ("4", "5")])
    workshop = Workshop()
    return [(job, workshop.row_of(job)) for job in jobs]


@pytest.fixture(scope="module")
def best(made: list[tuple[Job, Row]]) -> Combination:
    (found,) = combinations(made, Wanted(Limits({"luts": 60.0}), "label"))
    return found


def test_a_combination_keeps_within_its_budget(best: Combination) -> None:
    assert [part.class_name for part in best.parts] == list(FRONTS)
    assert best.taken.luts <= 60
    assert {port.name for port in best.design.datapath.outputs} == set(FRONTS)


def test_its_figures_are_those_of_the_design(best: Combination, data: Path) -> None:
    """Rows that chose and rows that judge are all rows; their accuracies are that of all."""
    text = np.genfromtxt(data, delimiter=",", names=True, dtype=None, encoding="utf-8")
    scores = best.design.simulate(a=text["a"], b=text["b"])
    assert isinstance(scores, dict)
    told = np.array(list(FRONTS))[np.argmax([scores[name] for name in FRONTS], axis=0)]
    both = best.figures["accuracy"].value * best.judging + best.chosen_alone * best.choosing
    others = best.other_winners  # at which the parts, which chose, tell another class
    assert abs(np.count_nonzero(told == text["label"]) - both) <= others + 1e-6
    assert best.judging + best.choosing == 400
    assert best.figures["accuracy"].low < best.figures["accuracy"].value


def test_more_is_reached_with_more(made: list[tuple[Job, Row]], best: Combination) -> None:
    (more,) = combinations(made, Wanted(Limits({}), "label"))
    (less,) = combinations(made, Wanted(Limits({"luts": 12.0}), "label"))
    assert more.chosen_alone >= best.chosen_alone >= less.chosen_alone
    assert less.taken.luts <= 12
    assert more.chosen_alone > 0.8


def test_without_labels_the_most_accurate_equations_say_what_is_right(
    made: list[tuple[Job, Row]],
) -> None:
    (found,) = combinations(made, Wanted(Limits({})))
    assert list(found.figures) == ["agreement"]
    assert found.figures["agreement"].value > 0.9
    assert {part.row.complexity for part in found.parts} == {9}
    assert found.choosing + found.judging == 400, "all rows of the file"
    assert (
        f"on the {found.choosing} rows and {found.copies} copies between them that chose"
        in "\n".join(lines_of(found))
    )


def test_the_same_comes_out_again(made: list[tuple[Job, Row]], best: Combination) -> None:
    (again,) = combinations(made, Wanted(Limits({"luts": 60.0}), "label"))
    assert document(again) == document(best)
    assert again.design.verilog() == best.design.verilog()


def test_candidates_are_made_by_the_runner_and_nowhere_else(
    made: list[tuple[Job, Row]], best: Combination, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of one equation follow each other, rows go through a pipe, and one design is compiled: the shared one."""
    asked: list[Job] = []

    def elsewhere(jobs: Sequence[Job], done: Callable[[Row], None]) -> None:
        asked.extend(jobs)
        rows: list[Row] = []
        one_by_one(jobs, rows.append)
        with monkeypatch.context() as context:
            context.setattr("symhdl.explore.work.Workshop.design_of", None)
            for row in reversed(rows):
                done(row_of_line(line_of(row)))

    (found,) = combinations(made, Wanted(Limits({"luts": 60.0}), "label"), runner=elsewhere)
    assert document(found) == document(best)
    assert len(asked) == len({job.digest() for job in asked}) <= len(made)
    equations = [equation for equation, _ in groupby(asked, lambda job: job.equation)]
    assert len(equations) == len(set(equations)) < len(asked)


def test_a_candidate_that_has_no_design_any_more_is_told(made: list[tuple[Job, Row]]) -> None:
    def gone(jobs: Sequence[Job], done: Callable[[Row], None]) -> None:
        done(replace(Row.of(jobs[0], "failed"), diagnostic=ENDED, message="ended by SIGKILL"))

    with pytest.raises(SymhdlError, match="has no design any more: ended by SIGKILL"):
        combinations(made, Wanted(Limits({}), "label"), runner=gone)


def test_values_beyond_machine_integers_stay_whole() -> None:
    options: dict[str, Text] = {"ranges": (("*", "-1:1"),), "output_format": "fixed<100,3>"}
    (job,) = jobs_of([Equation("x*x - 0.375")], [{**options, "opt": "0"}])
    inputs = {"x": np.array([-1.0, 0.25, 0.5])}
    values = values_of([job], inputs)[job]
    datapath = Workshop().design_of(job).operators
    assert max(abs(each).bit_length() for each in values.integers) > 63
    np.testing.assert_array_equal(values.reals, outputs_at(datapath, inputs)[:, 0])


def test_words_tell_all(best: Combination) -> None:
    text = "\n".join(lines_of(best))
    assert "xcvu9p within luts=60" in text
    assert f"{best.taken.luts} LUTs ({best.alone} one by one)" in text
    assert re.search(r" BRAMs, (1 cycle|[2-9] cycles), ", text)
    assert f"on {best.judging} rows that chose nothing" in text
    exactly = f"equations reach {best.expressions:.3f} on those that judge"
    assert f"one by one its equations have accuracy {best.chosen_alone:.3f} on the 280 rows" in text
    assert exactly in text  # which is where these were measured
    assert all(part.row.equation in text for part in best.parts)


def test_a_budget_out_of_reach_is_told(made: list[tuple[Job, Row]]) -> None:
    dear = [(job, replace(row, luts=(row.luts or 0) + 5)) for job, row in made[::2]]
    with pytest.raises(GoalError, match="no combination keeps within luts=2") as caught:
        combinations(dear, Wanted(Limits({"luts": 2.0}), "label"))
    assert "luts=15 one by one" in (caught.value.diagnostics[0].help or "")
    failed = [(job, replace(row, status="failed")) for job, row in made[:6]]
    with pytest.raises(SymhdlError, match="class `low` has no design"):
        combinations([*failed, *made[6:]], Wanted(Limits({}), "label"))
    with pytest.raises(GoalError, match="within ns=1"):
        combinations(made, Wanted(Limits({"ns": 1.0})))
    (constants,) = combinations(made, Wanted(Limits({"cycles": 0.0})))
    assert {part.row.complexity for part in constants.parts} == {1}


def test_no_combination_is_compiled_twice(
    made: list[tuple[Job, Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its parts are soon enough one by one, and as one design they are not: another try says the same."""
    told: list[str] = []
    slow = Measured(1, 1, 0, 0, 1000.0, "a test")
    monkeypatch.setattr("symhdl.explore.combination.measured", lambda *_: slow)
    with pytest.raises(GoalError, match="within ns=500"):
        combinations(made[4::6], Wanted(Limits({"ns": 500.0}), "label"), told.append)
    assert [line for line in told if line.startswith("compiling")] == ["compiling number 1"]


def test_one_class_is_no_combination(made: list[tuple[Job, Row]]) -> None:
    with pytest.raises(UsageError, match="there is one class"):
        combinations(made[:6], Wanted(Limits({}), "label"))


def test_data_are_needed() -> None:
    jobs = jobs_of(EQUATIONS, [{"ranges": (("*", "-1:1"),)}])
    rows = [Row.of(job, "done") for job in jobs]
    with pytest.raises(UsageError, match="there are none"):
        combinations(list(zip(jobs, rows, strict=True)), Wanted(Limits({})))


@pytest.mark.parametrize("lack", ["undefined", "missing"])
def test_rows_that_chose_a_part_do_not_judge_the_combination(
    lack: str, data: Path, tmp_path: Path
) -> None:
    """Equations that use other rows than the others have a goal that drew its rows otherwise."""
    path = tmp_path / "rows.csv"
    lines = data.read_text(encoding="utf-8").splitlines()
    if lack == "missing":
        lines[1:20] = [re.sub(",.*,", ",,", line) for line in lines[1:20]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = "b + 0.1*log(a + 0.8)" if lack == "undefined" else "b"
    options: dict[str, Text] = {
        "data": (str(path),), "width": "4", "opt": "0", "device": "xcvu9p", "undefined": "ignore",
        "missing": "skip", "ranges": (("*", "-1:1"),),
    }  # fmt: skip
    alike = [Equation("a", "low", 3, 0.5), Equation("-a", "high", 3, 0.5)]
    different = [*alike[:1], Equation(text, "high", 3, 0.5)]
    for equations, goal in ((different, {}), (alike, {"goal": "rms=0.5"})):
        jobs = jobs_of(equations, [{**options, **goal}])
        assert combinations([(job, Workshop().row_of(job)) for job in jobs], Wanted(Limits({})))
    jobs = jobs_of(different, [{**options, "goal": "rms=0.5"}])
    found = [(job, Workshop().row_of(job)) for job in jobs]
    assert [row.status for _, row in found] == ["done", "done"]
    with pytest.raises(SymhdlError, match="must not judge it"):
        combinations(found, Wanted(Limits({})))


def test_columns_that_are_not_there_are_told(made: list[tuple[Job, Row]]) -> None:
    with pytest.raises(SymhdlError, match="kind"):
        combinations(made, Wanted(Limits({}), "kind"))


def test_budgets_are_read() -> None:
    assert limits_of(["luts=500, dsps=0", "ns=20"]).most == {"luts": 500, "dsps": 0, "ns": 20}
    for text in ("luts", "luts=", "luts=-1", "loss=1", "luts=nan", "luts=1e999", ""):
        with pytest.raises(UsageError, match="is not a budget"):
            limits_of([text])
    with pytest.raises(UsageError, match="two limits"):
        limits_of(["luts=1", "luts=2"])


def test_the_command_writes_and_tells_it(data: Path, tmp_path: Path) -> None:
    sources = []
    for name, front in FRONTS.items():
        path = tmp_path / f"{name}.txt"
        lines = [f'{complexity},{loss},"{text}"' for complexity, loss, text in front]
        path.write_text("\n".join(("Complexity,Loss,Equation", *lines)) + "\n", encoding="utf-8")
        sources += ["--class", f"{name}={path}"]
    words = [
        "explore", *sources, "--data", str(data), "--labels", "label", "--width", "4", "--opt", "0",
        "--output-width", "5", "--device", "xcvu9p", "--budget", "luts=60", "-o", str(tmp_path / "out"),
    ]  # fmt: skip
    for _ in range(2):  # the second time all rows are known, and the same is written again
        done = run(*words)
        assert done.exit_code == 0
        assert "best combination for xcvu9p within luts=60" in done.stdout
    folder = tmp_path / "out"
    (found,) = json.loads((folder / "combination.json").read_text())["combinations"]
    assert found["luts"] <= 60
    manifest = json.loads((folder / found["folder"] / "combination.json").read_text())
    assert [output["name"] for output in manifest["outputs"]] == list(FRONTS)
    assert "module combination" in (folder / found["folder"] / "combination.v").read_text()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert 'href="combination.html"' in page and "The combination" in page
    assert "module combination" in (folder / "combination.html").read_text(encoding="utf-8")
    done = run(*words, "--budget", "dsps=0", "--budget", "brams=0", "--json")
    assert json.loads(done.stdout)["combinations"][0]["budget"]["brams"] == 0
    wrong = run(*words, "--weights", "share")
    assert wrong.exit_code == 1
    assert "no column `share`" in wrong.stderr
    wrong = run(*words, "--class", f"none={tmp_path / 'low.txt'}")
    assert wrong.exit_code == 1
    assert "no row has the label `none`" in wrong.stderr
    wrong = run(*words, "--shard", "1/2")
    assert wrong.exit_code == 2
    assert "a combination needs all designs" in wrong.stderr
    done = run(*words, "--budget", "ns=1")
    assert done.exit_code == 3
    assert "9 designs" in done.stdout
    assert "no combination keeps within luts=60, ns=1" in done.stderr
