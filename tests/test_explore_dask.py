"""Explorations on a cluster of Dask, with real processes."""

from __future__ import annotations

import importlib.util
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from symhdl.errors import SymhdlError, ToolMissingError
from symhdl.explore.exploration import explore, one_by_one
from symhdl.explore.row import Row
from symhdl.explore.runners.dask import run_dask
from tests.explorations import JOBS, untimed

if TYPE_CHECKING:
    from distributed import LocalCluster

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(
        n_workers=int(sys.argv[1]), threads_per_worker=1, processes=True,
        dashboard_address=None, silence_logs=50,
    ) as cluster:
        print(cluster.scheduler_address, *(worker.pid for worker in cluster.workers.values()), flush=True)
        sys.stdin.read()
"""


@contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[int]]]:
    """A cluster in processes of its own; the address of its scheduler, and its workers."""
    command = [sys.executable, "-c", CLUSTER, str(workers)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        address, *found = process.stdout.readline().split()
        yield address, [int(each) for each in found]
        process.communicate(timeout=30)


def test_a_worker_that_is_killed_takes_no_row_with_it() -> None:
    pytest.importorskip("distributed", reason="distributed is missing")
    here = explore(JOBS, None, one_by_one)
    with cluster(2) as (address, workers):
        told: list[Row] = []

        def kill_one(row: Row) -> None:
            told.append(row)
            if len(told) == 2:
                os.kill(workers[0], signal.SIGKILL)

        there = explore(JOBS, None, lambda jobs, done: run_dask(jobs, done, address=address), kill_one)
    assert untimed(there.rows) == untimed(here.rows)
    assert len(told) == len(JOBS)
