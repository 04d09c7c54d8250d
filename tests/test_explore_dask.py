"""Explorations on a cluster of Dask, with real processes: what ends there takes no row with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from symhdl.errors import SymhdlError
from symhdl.explore.equation import Equation
from symhdl.explore.exploration import Done, explore
from symhdl.explore.job import Job
from symhdl.explore.row import Row
from symhdl.explore.runners import dask
from symhdl.explore.store import ExploreStore
from tests.explorations import JOBS, OPTIONS, untimed
from tests.test_cli import invoke

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(
        n_workers=int(sys.argv[1]), threads_per_worker=1, processes=True,
        dashboard_address=None, silence_logs=50,
    ) as cluster:
        workers = [worker.pid for worker in cluster.workers.values()]
        print(cluster.scheduler_address, *workers, flush=True)
        sys.stdin.read()
"""


@contextmanager
def cluster(workers: int) -> Iterator[tuple[subprocess.Popen[str], str, list[int]]]:
    """A cluster in processes of its own; the address of its scheduler, and its workers."""
    pytest.importorskip("distributed", reason="distributed is missing")
    command, pipe = [sys.executable, "-c", CLUSTER, str(workers)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        address, *found = process.stdout.readline().split()
        yield process, address, [int(each) for each in found]
        process.communicate(timeout=60)


def test_without_the_package_the_command_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not there
    source = tmp_path / "source.txt"
    source.write_text("x*x")
    done = invoke("explore", source, "--range=-1:1", "--dask", "tcp://127.0.0.1:1", "-o", tmp_path)
    assert done.exit_code == 4
    assert 'pip install "symhdl[cluster]"' in done.stderr
    assert [place.name for place in tmp_path.iterdir()] == ["source.txt"]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "x://y", "inproc://1/2/3"])
def test_a_scheduler_that_is_not_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="distributed is missing")
    monkeypatch.setattr(dask, "CONNECTS_WITHIN_S", 0.5)
    with pytest.raises(SymhdlError, match="no-scheduler"):
        dask.run_dask(JOBS, lambda _: None, address=address)


@pytest.mark.slow
def test_a_worker_that_is_killed_takes_no_row_with_it() -> None:
    here = explore(JOBS)
    told: list[Row] = []
    with cluster(2) as (_, address, workers):

        def kill_one(row: Row) -> None:
            told.append(row)
            if len(told) == 2:
                os.kill(workers[0], signal.SIGKILL)

        there = explore(JOBS, None, runner(address), kill_one)
    assert untimed(there.rows) == untimed(here.rows)
    assert len(told) == len(JOBS)


def runner(address: str) -> Callable[[Sequence[Job], Done], None]:
    return lambda jobs, done: dask.run_dask(jobs, done, address=address)


BEGINNING = 4  # rows


@pytest.mark.slow
def test_two_workers_do_more_than_one() -> None:
    """1.6 times as many designs are made at a time, from when all have begun; whatever else this machine has to do."""
    texts = [f"tanh({0.3 + n / 50}*x)*z + {0.1 + n / 40}*x*x" for n in range(40)]
    jobs = [Job(Equation(text), (*OPTIONS, ("width", "8"))) for text in texts]
    one, two = (designs_at_a_time(jobs, workers) for workers in (1, 2))
    assert two >= 1.6 * one


def designs_at_a_time(jobs: Sequence[Job], workers: int) -> float:
    """How many workers of a cluster are busy on average, once all have begun."""
    told: list[tuple[float, Row]] = []
    with cluster(workers) as (_, address, _):
        start = time.perf_counter()
        explore(jobs, None, runner(address), lambda row: told.append((time.perf_counter(), row)))
    assert {row.status for _, row in told} == {"done"}
    begun, end = told[BEGINNING][0], told[-1][0]
    found = sum(row.seconds for _, row in told[BEGINNING + 1 :]) / (end - begun)
    print(f"{workers} workers: {end - start:.1f} s, {found:.2f} designs at a time")
    return found


@pytest.mark.slow
def test_rows_that_are_there_stay_when_the_cluster_goes(tmp_path: Path) -> None:
    with cluster(2) as (process, address, _), ExploreStore(tmp_path / "store") as store:

        def kill(_: Row) -> None:
            process.kill()

        with pytest.raises(SymhdlError, match="cluster-failed"):
            explore(JOBS, store, runner(address), kill)
        assert 1 <= len(store.rows()) < len(JOBS)
        assert untimed(explore(JOBS, store).rows) == untimed(explore(JOBS).rows)


@pytest.mark.slow
def test_a_worker_with_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "release", lambda: "0.0.1")
    with (
        cluster(1) as (_, address, _),
        pytest.raises(SymhdlError, match=r"the exploration 0\.0\.1"),
    ):
        explore(JOBS, None, runner(address))
