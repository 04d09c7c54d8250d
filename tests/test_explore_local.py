"""Explorations in several processes: what dies, is killed or hangs takes no row of another job with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from symhdl.explore.exploration import Done, explore
from symhdl.explore.job import Job
from symhdl.explore.row import Row
from symhdl.explore.runners import pool
from symhdl.explore.runners.groups import grouped
from symhdl.explore.runners.local import run_local
from symhdl.explore.store import ExploreStore
from tests.explorations import JOBS, untimed
from tests.worker_programs import PROGRAM, job_that

ROOT = Path(__file__).parents[1]


def rows_of(jobs: Sequence[Job], processes: int = 2) -> dict[str, Row]:
    found: list[Row] = []
    run_local(jobs, found.append, processes=processes, program=PROGRAM)
    assert sorted(row.digest for row in found) == sorted(job.digest() for job in jobs)
    return {row.equation: row for row in found}


def test_the_rows_are_those_of_one_process() -> None:
    there = explore(JOBS, None, lambda jobs, done: run_local(jobs, done, processes=1))
    assert untimed(there.rows) == untimed(explore(JOBS).rows)


def test_a_job_that_takes_its_process_with_it_is_a_failed_row(tmp_path: Path) -> None:
    """It is tried twice; one that lives when it is tried again is done, and so are all others."""
    jobs = [job_that(f"{n} + x") for n in range(6)]
    jobs[2:2] = [job_that("die", str(tmp_path / "died")), job_that("print"), job_that("fail")]
    jobs += [job_that("die once", str(tmp_path / "once"))]
    rows = rows_of(jobs)
    assert {text for text, row in rows.items() if row.status == "failed"} == {"die", "fail"}
    assert rows["die"].diagnostic == rows["fail"].diagnostic == "worker-ended"
    assert rows["die"].message == "the process of this job was ended by SIGKILL"
    assert "status 1: ZeroDivisionError: a mistake of ours" in rows["fail"].message
    assert rows["3 + x"].luts == 5


def test_a_job_that_hangs_is_a_failed_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "HANGS_AFTER_S", 1.5)
    place = tmp_path / "processes"
    rows = rows_of([job_that("x"), job_that("wait 60", str(place)), job_that("y")])
    assert rows["wait 60"].message == "the process of this job did not answer within 1.5 s"
    assert rows["x"].status == rows["y"].status == "done"
    tried = begun(place)
    assert len(tried) == 2
    assert not any(map(is_there, tried))


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def gone(processes: Sequence[int], within_s: float = 10.0) -> bool:
    end = time.monotonic() + within_s
    while any(map(is_there, processes)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(is_there, processes))


EXPLORES = """
import sys
from symhdl.explore.runners.local import run_local
from symhdl.explore.store import ExploreStore
from tests.worker_programs import PROGRAM, job_that
jobs = [job_that(f"wait {60 + n}", sys.argv[1]) for n in range(4)]
run_local(jobs, print, processes=2, program=PROGRAM)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_ends_an_exploration_ends_its_processes(
    number: signal.Signals, tmp_path: Path
) -> None:
    place = tmp_path / "processes"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background ignores it
    command = [sys.executable, "-c", EXPLORES, str(place)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT)
    workers = started(place, 2)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode != 0
    assert gone(workers)
    assert started(place, 2) == workers


def started(place: Path, several: int, within_s: float = 30.0) -> list[int]:
    """The processes that have begun a job, when there are as many as that."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if len(found := begun(place)) >= several:
            return found
        time.sleep(0.05)
    pytest.fail("the processes do not begin")


def begun(place: Path) -> list[int]:
    """The processes that have begun a job, once for each."""
    return (
        [int(line.split()[0]) for line in place.read_text().splitlines()] if place.exists() else []
    )


KEEPS = """
import sys
from pathlib import Path
from symhdl.explore.exploration import explore
from symhdl.explore.store import ExploreStore
from tests.test_explore_local import slow_jobs, kept_by_two
told = lambda row: print(row.equation, flush=True)
explore(slow_jobs(sys.argv[1]), ExploreStore(Path(sys.argv[2])), kept_by_two, told)
"""


def slow_jobs(place: str) -> list[Job]:
    return [job_that(f"wait {0.1 + n / 1000}", place) for n in range(30)]


def kept_by_two(jobs: Sequence[Job], done: Done) -> None:
    run_local(jobs, done, processes=2, program=PROGRAM)


def test_after_a_run_that_was_killed_the_next_one_does_what_is_left(tmp_path: Path) -> None:
    """The rows are those of one whole run, and nothing that was finished is begun again."""
    place, path = tmp_path / "begun", tmp_path / "store"
    command = [sys.executable, "-c", KEEPS, str(place), str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().decode().strip() for _ in range(3)]
        process.kill()
    assert gone(begun(place))
    jobs = slow_jobs(str(place))
    with ExploreStore(path) as store:
        finished = {row.equation for row in store.rows()}
        found = explore(jobs, store, kept_by_two)
    assert set(told) <= finished
    assert found.known == len(finished) < len(jobs)
    times = Counter(line.split(maxsplit=1)[1] for line in place.read_text().splitlines())
    assert {text: times[text] for text in finished} == dict.fromkeys(finished, 1)
    assert untimed(found.rows) == untimed(explore(jobs, None, kept_by_two).rows)


def test_jobs_of_one_equation_stay_together_as_long_as_all_processes_are_busy() -> None:
    jobs = [job_that(text) for text in "aaaabbbcdddddddd"]
    groups = grouped(jobs, 1)
    assert [job for group in groups for job in group] == jobs
    assert ["".join(job.equation.text for job in group) for group in groups] == [
        "aaaa", "bbb", "c", "dddd", "dddd",
    ]  # fmt: skip
    assert max(len(group) for group in grouped(jobs, 2)) == 2
    assert grouped([], 2) == []
