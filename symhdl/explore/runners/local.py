"""Jobs in several processes of one machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from symhdl.explore.exploration import Done
from symhdl.explore.job import Job
from symhdl.explore.row import Row
from symhdl.explore.runners.groups import grouped
from symhdl.explore.runners.pool import PoolClosedError, WorkerPool


def run_local(
    jobs: Sequence[Job],
    done: Done,
    *,
    processes: int,
    program: Sequence[str] = (),
) -> None:
    """Does the jobs in so many processes, and hands over each row in the caller's thread, in any order.

    Jobs of one equation follow each other in one process, which knows what they share. All processes are over when
    this returns or raises, and end by themselves if this process is killed. Raises OSError if none can be started.
    """
    groups: SimpleQueue[Sequence[Job]] = SimpleQueue()
    for group in grouped(jobs, processes):
        groups.put(group)
    results: SimpleQueue[Row | BaseException] = SimpleQueue()
    pool = WorkerPool(program)
    threads = [
        threading.Thread(target=_work, args=(pool, groups, results), daemon=True)
        for _ in range(min(processes, groups.qsize()))
    ]
    try:
        for thread in threads:
            thread.start()
        for _ in jobs:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            done(result)
    finally:
        pool.close()
        for thread in threads:
            thread.join()


def _work(
    pool: WorkerPool,
    groups: SimpleQueue[Sequence[Job]],
    results: SimpleQueue[Row | BaseException],
) -> None:
    """One thread: group after group, until none is left."""
    try:
        while True:
            for job in groups.get_nowait():
                results.put(pool.row_of(job))
    except (Empty, PoolClosedError):
        return
    except BaseException as problem:  # noqa: BLE001 - it is raised again in the caller's thread
        results.put(problem)
