"""Shards, stores that are brought together, and files for batch systems: the rows are those of one run."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from symhdl.explore.equation import Equation
from symhdl.explore.exploration import left_of
from symhdl.explore.job import Job
from symhdl.explore.merging import in_order, merge
from symhdl.explore.release import release
from symhdl.explore.row import ENDED, Row
from symhdl.explore.runners.batch import AIM_S, LIMIT_MINUTES, batch_files, shards_for
from symhdl.explore.runners.effort import seconds_of
from symhdl.explore.runners.jobs_file import read_jobs
from symhdl.explore.runners.lines import line_of
from symhdl.explore.runners.shards import shard_of
from symhdl.explore.store import STORE, ExploreStore
from symhdl.version import VERSION
from tests.explorations import JOBS, untimed
from tests.test_cli import invoke

HOSTILE = "a'b\"$(touch owned)`touch owned`{x}{{y}} %a;\\ *&|<>#~é"
"""The name of a file and of a class: each part means something to a shell, to Snakemake, SLURM or HTCondor."""

OPTIONS = ("--width", "6,8", "--range", "-1:1", "--error", "0.05")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp(HOSTILE.replace("/", "")) / f"{HOSTILE}.csv"
    place.write_text("Complexity,Loss,Equation\n1,0.5,x + 0.5*z\n3,0.25,x*z\n5,0.1,log(x)\n")
    return place


@pytest.fixture(scope="module")
def whole(source: Path) -> list[Row]:
    """The rows of one run."""
    folder = source.with_name("whole")
    done = invoke("explore", "--class", f"{HOSTILE}={source}", *OPTIONS, "-o", folder)
    assert done.exit_code == 0, done.output
    rows = rows_in(folder)
    assert len(rows) == 6
    assert {row.class_name for row in rows} == {HOSTILE}
    assert sum(row.status == "failed" for row in rows) == 2
    return rows


def rows_in(folder: Path) -> list[Row]:
    with ExploreStore(folder / STORE) as store:
        return untimed(store.rows())


def emitted(source: Path, system: str, folder: Path) -> Path:
    words = ("explore", "--class", f"{HOSTILE}={source}", *OPTIONS, "--emit", system)
    done = invoke(*words, "-o", folder)
    assert done.exit_code == 0, done.output
    return folder


def test_shards_are_the_whole(source: Path, whole: list[Row], tmp_path: Path) -> None:
    folders = [tmp_path / str(shard) for shard in (1, 2, 3)]
    for shard, folder in enumerate(folders, 1):
        words = ("explore", "--class", f"{HOSTILE}={source}", *OPTIONS, "--shard", f"{shard}/3")
        assert invoke(*words, "-o", folder).exit_code == 0
        assert len(rows_in(folder)) == 2
    done = invoke("explore", "merge", *folders, "-o", tmp_path / "all")
    assert done.exit_code == 0, done.output
    assert rows_in(tmp_path / "all") == whole
    lines = (tmp_path / "all" / "rows.csv").read_text().splitlines()
    assert lines[0].startswith("class,complexity,loss,status,error_bound")
    assert len(lines) == 7
    again = ("explore", "--class", f"{HOSTILE}={source}", *OPTIONS, "-o", tmp_path / "all")
    assert "6 known from before" in invoke(*again).output


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_wrong_usage(text: str, source: Path, tmp_path: Path) -> None:
    done = invoke("explore", source, f"--shard={text}", "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "bad-shard" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--shard", "1/2"),
        ("--emit", "slurm"),
        ("--emit", "slurm", "--shard", "1/2", "-o", "out"),
        ("--emit", "slurm", "--jobs", "2", "-o", "out"),
        ("--dask", "tcp://127.0.0.1:1", "--jobs", "2"),
        ("--shard", "1/2", "-o", "out", "--best", "--data", "nowhere.csv"),
        ("--emit", "slurm", "-o", "out", "--budget", "luts=5", "--data", "nowhere.csv"),
    ],
)
def test_runs_that_make_no_sense_are_wrong_usage(words: tuple[str, ...], source: Path) -> None:
    assert invoke("explore", source, *words).exit_code == 2


@pytest.mark.parametrize("words", [(), ("-o", "out"), ("nowhere", "-o", "out")])
def test_nothing_to_merge(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke("explore", "merge", *words)
    assert done.exit_code in (1, 2)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "nowhere").exists()


def stored(path: Path, *rows: Row) -> ExploreStore:
    store = ExploreStore(path)
    store.put_all(rows)
    return store


def test_rows_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    """What took another time does not; a row that may be made again gives way; others stay as they were first."""
    rows = [replace(Row.of(job, "done"), luts=5, seconds=1.0) for job in JOBS[:5]]
    cut, ended = replace(rows[2], status="cut"), replace(rows[3], status="failed", diagnostic=ENDED)
    other = [replace(rows[0], seconds=2.0), replace(rows[1], luts=6), rows[2], rows[3], rows[4]]
    with (
        stored(tmp_path / "a", rows[0], rows[1], cut, ended) as a,
        stored(tmp_path / "b", *other) as b,
    ):
        found = merge(b, a)
        assert found.contradictions == ((rows[1], other[1]),)
        assert found.added == 1
        assert {row.digest: row for row in a.rows()} == {row.digest: row for row in rows}
        assert merge(a, a).contradictions == ()


def test_the_command_tells_contradictions(tmp_path: Path) -> None:
    row = replace(Row.of(JOBS[0], "done"), luts=5)
    for folder, luts in (("a", 5), ("b", 6)):
        (tmp_path / folder).mkdir()
        stored(tmp_path / folder / STORE, replace(row, luts=luts)).close()
    done = invoke("explore", "merge", tmp_path / "a", tmp_path / "b", "-o", tmp_path / "all")
    assert done.exit_code == 0
    assert "warning[contradiction]" in done.stderr
    assert rows_in(tmp_path / "all") == [row]


def test_rows_of_other_versions_stay_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row.of(JOBS[0], "done")
    with monkeypatch.context() as patched:
        patched.setattr("symhdl.explore.store.release", lambda: "0.0.1")
        stored(tmp_path / "old", replace(row, digest="0")).close()
    with ExploreStore(tmp_path / "old") as old, stored(tmp_path / "new", row) as new:
        assert old.rows() == []
        assert merge(old, new).of_other_versions == 1
        assert new.rows() == [row]
    monkeypatch.setattr("symhdl.explore.store.release", lambda: "0.0.1")
    with ExploreStore(tmp_path / "new") as new:
        assert [found.digest for found in new.rows()] == ["0"]


def test_a_state_of_the_code_is_a_release_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One letter counts, and not where the code lies."""

    def release_of(place: str, text: str) -> str:
        folder = tmp_path / place / "some_rooms"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(text)
        monkeypatch.setattr("symhdl.explore.release.ROOMS", ("some_rooms",))
        monkeypatch.setattr(sys, "path", [str(tmp_path / place)])
        importlib.invalidate_caches()
        release.cache_clear()
        return release()

    told = release_of("here", "a = 1")
    assert re.fullmatch(rf"{re.escape(VERSION)}\+[0-9a-f]{{12}}", told)
    assert release_of("there", "a = 1") == told
    assert release_of("elsewhere", "a = 2") != told
    release.cache_clear()


def test_rows_of_no_plan_have_an_order() -> None:
    rows = [
        replace(Row.of(job, "done"), complexity=None if n == 3 else n) for n, job in enumerate(JOBS)
    ]
    assert in_order(rows[::-1]) == [*rows[:3], *rows[4:], rows[3]]


def many_jobs(count: int) -> list[Job]:
    texts = ["x" + "*x" * (n % 40) for n in range(count)]
    return [
        Job(Equation(f"{text} + {n}"), (("opt", "2"),), far="synth" if n % 3 else "pnr")
        for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize("count", [0, 1, 7, 500])
def test_no_shard_is_estimated_to_take_longer_than_it_should(count: int) -> None:
    jobs = sorted(many_jobs(count), key=seconds_of, reverse=True)
    shards = shards_for(jobs)
    parts = [shard_of(jobs, shard, shards) for shard in range(1, shards + 1)]
    assert sorted(job.digest() for part in parts for job in part) == sorted(
        j.digest() for j in jobs
    )
    assert max(sum(map(seconds_of, part)) for part in parts) <= AIM_S < 60 * LIMIT_MINUTES
    assert shards <= 1 + 2 * sum(map(seconds_of, jobs)) / AIM_S


def test_one_long_job_does_not_put_all_others_into_shards_of_their_own() -> None:
    jobs = [Job(Equation(f"x + {n}")) for n in range(3000)]
    jobs += [Job(Equation("x" + "*x" * 20_000))]
    assert shards_for(jobs) <= 4


@pytest.mark.parametrize("system", ["snakemake", "slurm", "htcondor"])
def test_the_files_of_a_batch_system(
    system: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the user named stands in the jobs alone, and the path of Python is quoted."""
    monkeypatch.setattr(sys, "executable", f"/{HOSTILE}/python")
    jobs = [Job(Equation(f"x + {n}", HOSTILE), far="pnr") for n in range(60)]
    files = batch_files(jobs, system)
    texts = {name: text for name, text in files.items() if name != "jobs.jsonl"}
    assert not any("owned" in text for name, text in texts.items() if name not in SCRIPTS)
    assert files["jobs.jsonl"].isascii()
    assert files["jobs.jsonl"].count("\n") == 60
    shown = "".join(f"==> {name} <==\n{text}" for name, text in texts.items())
    golden(f"explore/{system}.txt", shown.replace(VERSION, "VERSION"))


SCRIPTS = {"shard.sh", "merge.sh"}


@pytest.mark.parametrize("system", ["slurm", "htcondor"])
def test_scripts_are_scripts(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is missing")
    monkeypatch.setattr(sys, "executable", f"/{HOSTILE}/python")
    for name, text in batch_files(JOBS, system).items():
        if name.endswith((".sh", ".sbatch")):
            (tmp_path / name).write_text(text)
            done = subprocess.run([bash, "-n", tmp_path / name], capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")


def test_an_element_of_a_slurm_array(source: Path, whole: list[Row], tmp_path: Path) -> None:
    """The script that SLURM starts in the folder from which it was submitted, with the variable that SLURM sets."""
    folder = emitted(source, "slurm", tmp_path / HOSTILE)
    array = (folder / "array.sbatch").read_text()
    assert "#SBATCH --array=1-1\n" in array
    assert f"#SBATCH --time={LIMIT_MINUTES}\n" in array
    environment = {**os.environ, "SLURM_ARRAY_TASK_ID": "1"}
    command = ["sh", "array.sbatch"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert rows_in(folder / "shards" / "1") == whole
    assert invoke("explore", "merge", folder / "shards" / "1", "-o", folder).exit_code == 0
    assert rows_in(folder) == whole
    with ExploreStore(folder / STORE) as store:
        assert left_of(read_jobs(folder / "jobs.jsonl"), store) == []
    assert not list(tmp_path.rglob("owned"))


COMMANDS_OF_CONDOR = re.compile(r"#.*|[a-z_]+ = \S.*|\+[A-Za-z]+ = \S+|queue [1-9]\d*")
LINES_OF_DAGMAN = re.compile(r"#.*|JOB [a-z]+ [a-z.]+|PARENT [a-z]+ CHILD [a-z]+|RETRY [a-z]+ \d+")
KNOWN_TO_CONDOR = {
    "universe", "executable", "transfer_executable", "should_transfer_files", "request_cpus",
    "request_memory", "log", "arguments", "output", "error", "shard",
}  # fmt: skip


def test_htcondor_gets_what_its_manual_says() -> None:
    """Commands `name = value`, own attributes after a plus, arguments in double quotes, `queue` at the end."""
    files = batch_files(
        [Job(Equation(f"x + {n}", HOSTILE), far="pnr") for n in range(60)], "htcondor"
    )
    for name, start in (("shards.sub", "shard.sh $INT(shard)"), ("merge.sub", "merge.sh")):
        *lines, last = files[name].splitlines()
        assert all(COMMANDS_OF_CONDOR.fullmatch(line) for line in [*lines, last])
        assert last == ("queue 5" if name == "shards.sub" else "queue 1")
        said = dict(line.split(" = ", 1) for line in lines if re.match("[a-z]", line))
        assert set(said) <= KNOWN_TO_CONDOR
        assert said["arguments"] == f'"{start}"'
        used = {each for text in said.values() for each in re.findall(r"\$(?:INT)?\((\w+)\)", text)}
        assert used <= {*said, "Process"}
    lines = files["explore.dag"].splitlines()
    assert all(LINES_OF_DAGMAN.fullmatch(line) for line in lines)
    assert {line.split()[2] for line in lines if line.startswith("JOB")} <= set(files)


def test_a_shard_whose_data_have_changed_is_refused(tmp_path: Path) -> None:
    data, table = tmp_path / "data.csv", tmp_path / "table.csv"
    data.write_text("x\n-1\n1\n")
    table.write_text("Complexity,Loss,Equation\n1,0.5,x*x\n")
    folder = tmp_path / "out"
    words = ("explore", table, "--data", data, "--error", "0.05", "--emit", "slurm", "-o", folder)
    assert invoke(*words).exit_code == 0
    data.write_text("x\n-2\n2\n")
    done = invoke("explore", folder / "jobs.jsonl", "--shard", "1/1", "-o", folder / "1")
    assert done.exit_code == 1
    assert "error[changed-data]" in done.stderr


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", "nothing", '{"equation": 1}', "\\xff", "[" * 9999]
)
def test_a_file_that_holds_no_jobs_is_told(line: str, tmp_path: Path) -> None:
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(f"{line_of(JOBS[0])}{line}\n".encode("latin-1"))
    done = invoke("explore", path)
    assert done.exit_code == 1
    assert f"{path}:2: " in done.stderr


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("equation", {"text": 5}),
        ("options", {"error": ["0.5"]}),
        ("options", {"ranges": "x"}),
        ("options", {"data": "x"}),
        ("options", {"nothing": "x"}),
        ("options", {"data": []}),
        ("options", {"refine": "yes"}),
        ("options", {"time_limit": "abc"}),
        ("equation", {"text": "x", "column": 10**30}),
        ("equation", {"text": "x", "line": 0}),
        ("contents", "x"),
        ("far", "far"),
        ("figures", {"a": 5}),
        ("figures", {"outputs_at": "rows.npz"}),
    ],
)
def test_a_job_of_a_stranger_is_held_against_what_jobs_are(
    key: str, value: object, tmp_path: Path
) -> None:
    path = tmp_path / "jobs.jsonl"
    path.write_text(json.dumps({**json.loads(line_of(JOBS[0])), key: value}) + "\n")
    done = invoke("explore", path)
    assert done.exit_code == 1
    assert f"error[bad-jobs]: {path}:1: " in done.stderr


@pytest.mark.parametrize(("key", "value"), [("luts", "5"), ("options", [1]), ("status", "good")])
def test_a_row_of_a_stranger_is_none(key: str, value: object, tmp_path: Path) -> None:
    row = Row.of(JOBS[0], "done")
    stored(tmp_path / STORE, row).close()
    text = json.dumps({**row.document(), key: value})
    with sqlite3.connect(tmp_path / STORE) as database:
        database.execute("UPDATE rows SET document = ?", (text,))
    database.close()
    with ExploreStore(tmp_path / STORE) as store:
        assert store.rows() == []
        assert left_of(JOBS[:1], store) == [JOBS[0]]


def test_jobs_are_done_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "jobs.jsonl"
    path.write_text("".join(map(line_of, JOBS)))
    assert read_jobs(path) == list(JOBS)
    for words in (("--width", "8"), ("--synth",), ("--class", f"g={path}"), (path,)):
        assert invoke("explore", path, *words).exit_code == 2


def test_files_of_the_user_stay(source: Path, tmp_path: Path) -> None:
    (tmp_path / "merge.sh").write_text("echo mine\n")
    words = ("explore", source, *OPTIONS, "--emit", "slurm", "-o", tmp_path)
    done = invoke(*words)
    assert done.exit_code == 1
    assert "error[not-ours]" in done.stderr
    assert not done.stdout
    assert sorted(place.name for place in tmp_path.iterdir()) == [STORE, "merge.sh"]
    told = json.loads(invoke(*words, "--force", "--json").stdout)
    assert (told["designs"], told["shards"], told["start"]) == (6, 1, "sh submit.sh")
    assert set(told["files"]) < {place.name for place in tmp_path.iterdir()}
    assert (tmp_path / "merge.sh").read_text() != "echo mine\n"


@pytest.mark.slow
def test_snakemake_does_it(source: Path, whole: list[Row], tmp_path: Path) -> None:
    """With a shard for each job, so that there is something to bring together."""
    pytest.importorskip("snakemake", reason="snakemake is missing")
    folder = emitted(source, "snakemake", tmp_path / HOSTILE)
    for name in ("Snakefile", "shard.sh"):
        text = (folder / name).read_text()
        assert "range(1, 2)" in text or '"$1/1"' in text
        (folder / name).write_text(
            text.replace("range(1, 2)", "range(1, 4)").replace('"$1/1"', '"$1/3"')
        )
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert rows_in(folder) == whole
    assert not list(tmp_path.rglob("owned"))
    assert sorted(place.name for place in (folder / "shards").iterdir()) == ["1", "2", "3"]
