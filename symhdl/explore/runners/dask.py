"""Jobs on a cluster of Dask: each of its workers has processes of ours, which make the rows.

So a job that takes its process with it, or hangs, ends no worker of the cluster; and a worker of the cluster that ends
takes no row with it, since the scheduler gives its jobs to another one.
"""

from __future__ import annotations

import importlib.util
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from symhdl.errors import Diagnostic, SymhdlError, ToolMissingError, error, shortened
from symhdl.explore.exploration import Done
from symhdl.explore.job import Job
from symhdl.explore.release import release
from symhdl.explore.row import ENDED, Row
from symhdl.explore.runners.groups import grouped
from symhdl.explore.runners.lines import line_of, row_of_line

if TYPE_CHECKING:
    from distributed import Client, Future, as_completed

CONNECTS_WITHIN_S = 10.0

TRIES = 2
"""How often a job is given to the cluster, which tries it on up to four workers each time."""


def run_dask(jobs: Sequence[Job], done: Done, *, address: str) -> None:
    """Does the jobs on the cluster of this scheduler, and hands over each row in the caller's thread, in any order.

    A job under which worker after worker ends becomes a failed row. Raises ToolMissingError without `distributed`;
    SymhdlError if the cluster cannot be reached or is lost, or has a worker without this version of symhdl.
    """
    check_dask()
    if not jobs:
        return
    with _client(address) as client, _processes(client) as plugin:
        threads = max(1, sum(client.nthreads().values()))
        _Cluster(client, plugin).collect(grouped(jobs, threads), done)


def check_dask() -> None:
    """Raises ToolMissingError if there is no `distributed` here."""
    if importlib.util.find_spec("distributed") is None:
        text = "--dask takes the package `distributed`, which is not installed"
        raise ToolMissingError(
            Diagnostic("tool-missing", text, help='pip install "symhdl[cluster]"')
        )


class _Cluster:
    """A cluster whose workers have the plugin of that name."""

    def __init__(self, client: Client, plugin: str) -> None:
        self._client, self._plugin = client, plugin
        self._given: dict[object, tuple[Future, Sequence[Job], int]] = {}

    def collect(self, groups: Sequence[Sequence[Job]], done: Done) -> None:
        """Hands over the rows of all groups."""
        from distributed import as_completed

        completed = as_completed(
            [self._submit(group, 1) for group in groups], loop=self._client.loop
        )
        try:
            for future in completed:
                for row in self._rows(future, completed):
                    done(row)
        finally:
            with suppress(OSError, TimeoutError):  # nobody is there any more
                self._client.cancel([future for future, _, _ in self._given.values()])

    def _rows(self, future: Future, completed: as_completed) -> list[Row]:
        """The rows that have come; none if their jobs are given to the cluster again."""
        from distributed import KilledWorker

        _, group, tries = self._given.pop(future.key)
        try:
            return [row_of_line(line) for line in future.result()]
        except KilledWorker as problem:
            if tries == TRIES:
                return [Row.failure(job, ENDED, str(problem)) for job in group]
            # each job by itself, since another one may be the cause
            completed.update([self._submit((job,), tries + 1) for job in group])
            return []
        except Exception as problem:  # noqa: BLE001 - whatever a task raises is raised here
            raise _broken(problem) from None

    def _submit(self, group: Sequence[Job], tries: int) -> Future:
        from symhdl.explore.runners.dask_worker import rows_on_worker

        lines = [line_of(job) for job in group]
        future = self._client.submit(rows_on_worker, self._plugin, release(), lines, pure=False)
        self._given[future.key] = future, group, tries
        return future


@contextmanager
def _client(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECTS_WITHIN_S, set_as_default=False)
    except (OSError, ValueError, ImportError) as problem:  # a strange address, or nobody there
        text = f"cannot reach a scheduler of Dask at {address}: {shortened(str(problem), 200)}"
        help = "give the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786"
        raise error("no-scheduler", text, help=help) from None
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _processes(client: Client) -> Iterator[str]:
    """Gives every worker our processes for as long as this lasts; the name of the plugin that has them."""
    from symhdl.explore.runners.dask_worker import Processes

    name = f"symhdl-{uuid.uuid4().hex}"
    try:
        client.register_plugin(Processes(), name)
    except Exception as problem:  # noqa: BLE001 - whatever a worker raises is raised here
        raise _broken(problem) from None
    try:
        yield name
    finally:
        with suppress(OSError, TimeoutError):  # nobody is there any more
            client.unregister_worker_plugin(name)


def _broken(problem: BaseException) -> SymhdlError:
    said = shortened(f"{type(problem).__name__}: {problem}", 300)
    help = f"see that its workers have symhdl {release()}, then run the command again: rows that are there stay"
    return error("cluster-failed", f"the cluster failed: {said}", help=help)
