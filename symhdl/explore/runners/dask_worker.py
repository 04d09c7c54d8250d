"""What runs on the workers of a cluster of Dask: a pool of our processes on each, for the jobs of its tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from distributed import Worker, WorkerPlugin, get_worker

from symhdl.errors import SymhdlError
from symhdl.explore.plan import check_contents
from symhdl.explore.release import release
from symhdl.explore.runners.lines import job_of_line, line_of
from symhdl.explore.runners.pool import WorkerPool


class Processes(WorkerPlugin):  # type: ignore[misc] # Dask is not typed
    """The pool of a worker, of which one that joins the cluster later gets its own."""

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - Dask calls it so
        """Called on the worker when it gets the plugin."""
        self.pool = WorkerPool()
        self.known: dict[str, str] = {}

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask calls it so
        """Called on the worker when it ends, or the exploration."""
        self.pool.close()


def rows_on_worker(plugin: str, version: str, jobs: Sequence[str]) -> list[str]:
    """The rows of jobs, which one process makes, all of them as lines; `plugin` is the name of `Processes` here."""
    if version != release():
        raise RuntimeError(f"this worker has symhdl {release()}, and the exploration {version}")
    own = cast("Processes", get_worker().plugins[plugin])
    found = [job_of_line(job) for job in jobs]
    try:
        check_contents(found, own.known)
    except SymhdlError as problem:
        raise RuntimeError(problem.diagnostics[0].message) from None
    return [line_of(own.pool.row_of(job)) for job in found]
