"""Processes that make rows of jobs: one that dies, is killed or hangs takes nothing with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from symhdl.errors import shortened
from symhdl.explore.job import Job
from symhdl.explore.row import ENDED, Row
from symhdl.explore.runners.lines import line_of, row_of_line
from symhdl.flow.processes import end_strays
from symhdl.flow.running import DEFAULT_TIME_LIMIT_S

HANGS_AFTER_S = 1200.0
"""How long a job may take, beside what its tools take, before its process is taken to hang; or twice its own limit."""

TOOLS = {"estimated": 0, "synth": 1, "pnr": 2}
"""How many tools a job runs at most."""

ENDS_WITHIN_S = 2.0
"""How long a process may take to clean up when it is asked to end."""

RUN_VARIABLE = "SYMHDL_WORKER"
"""What a worker and the programs that it starts have in their environment."""

LAST_BYTES = 4000


def worker_program() -> tuple[str, ...]:
    """The command of a worker, run by this Python; `-P` because the current folder is the user's and not ours."""
    return (sys.executable, "-P", "-m", "symhdl.explore.runners.worker")


class WorkerEndedError(Exception):
    """A worker ended, or was ended, without an answer; the text says how."""


class PoolClosedError(Exception):
    """The pool was closed while a job was being done."""


class Worker:
    """A process that makes rows of jobs, one after the other. Raises OSError if it cannot be started."""

    def __init__(self, program: Sequence[str]) -> None:
        self._run = os.urandom(16).hex()
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the process
        self._lock = threading.Lock()
        self._hangs = False
        self._asked_s: float | None = None
        self._process = subprocess.Popen(  # noqa: S603 - an argument list of our own
            program,
            env={**os.environ, RUN_VARIABLE: self._run},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            start_new_session=True,  # so that Ctrl-C reaches it by us alone
        )

    def row_of(self, job: Job, limit_s: float) -> Row:
        """The row of a job. Raises WorkerEndedError, after which it is of no use."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None, "please report this"
        timer = threading.Timer(limit_s, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(line_of(job).encode())
            process.stdin.flush()
            answer = process.stdout.readline()
        except (OSError, ValueError):  # it ended, and so did the pipe
            answer = b""
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            with suppress(subprocess.TimeoutExpired):
                process.wait(ENDS_WITHIN_S)  # by itself, so that its own status is told
            self.end()
            raise WorkerEndedError(self._end_told(limit_s))
        return row_of_line(answer.decode())

    def _give_up(self) -> None:
        self._hangs = True
        self.end()

    def ask_to_end(self) -> None:
        """Lets it clean up and end; does not wait."""
        if self._asked_s is None:
            self._asked_s = time.monotonic()
            with suppress(OSError):
                self._process.terminate()

    def end(self) -> None:
        """Ends it and all that it started, as far as the system shows that."""
        with self._lock:
            self.ask_to_end()
            asked_s = self._asked_s or 0.0
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.0, asked_s + ENDS_WITHIN_S - time.monotonic()))
            if self._process.poll() is None:
                with suppress(OSError):
                    if hasattr(os, "killpg"):
                        os.killpg(self._process.pid, signal.SIGKILL)
                    else:
                        self._process.kill()
                self._process.wait()
            end_strays(RUN_VARIABLE, self._run)

    def close(self) -> None:
        """Ends it, and lets go of what it had open."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout, self._printed):
            if pipe is not None:
                with suppress(OSError):  # what it did not read
                    pipe.close()

    def _end_told(self, limit_s: float) -> str:
        status = self._process.returncode
        if self._hangs:
            return f"the process of this job did not answer within {limit_s:g} s"
        if status < 0:
            names = {number.value: number.name for number in signal.Signals}
            return f"the process of this job was ended by {names.get(-status, f'signal {-status}')}"
        self._printed.seek(-min(LAST_BYTES, self._printed.seek(0, os.SEEK_END)), os.SEEK_END)
        last = self._printed.read().decode(errors="replace").strip().rpartition("\n")[2]
        said = f": {shortened(last, 200)}" if last else ""
        return f"the process of this job ended with status {status}{said}"


class WorkerPool:
    """Workers for several threads; as many as there are threads at work, each kept for the next job."""

    def __init__(self, program: Sequence[str] = ()) -> None:
        self._program = tuple(program) or worker_program()
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        self._closed = False

    def row_of(self, job: Job) -> Row:
        """The row of a job. If its worker ends, it is tried again in a process of its own; then the row says so.

        Raises PoolClosedError, and OSError if no process can be started.
        """
        limit_s = limit_of(job)
        try:
            with self._worker() as worker:
                return worker.row_of(job, limit_s)
        except WorkerEndedError:
            self._check_open()
        try:
            with self._worker(alone=True) as worker:
                return worker.row_of(job, limit_s)
        except WorkerEndedError as ended:
            self._check_open()
            return Row.failure(job, ENDED, str(ended))

    @contextmanager
    def _worker(self, *, alone: bool = False) -> Iterator[Worker]:
        with self._lock:
            self._check_open()
            worker = self._idle.pop() if self._idle and not alone else Worker(self._program)
            self._workers.add(worker)
        kept = False
        try:
            yield worker
            kept = not alone
        finally:
            with self._lock:
                kept = kept and not self._closed
                if kept:
                    self._idle.append(worker)
                else:
                    self._workers.discard(worker)
            if not kept:
                worker.close()

    def _check_open(self) -> None:
        if self._closed:
            raise PoolClosedError

    def close(self) -> None:
        """Ends all workers, whatever they are doing."""
        with self._lock:
            self._closed = True
            workers = [*self._workers]
        for worker in workers:
            worker.ask_to_end()
        for worker in workers:
            worker.end()
        for worker in self._idle:
            worker.close()


def limit_of(job: Job) -> float:
    """Seconds after which the process of a job is taken to hang, its tools with their own limits included."""
    given = dict(job.options).get("time_limit")
    own_s = max(HANGS_AFTER_S, 2 * float(str(given)) if given else 0.0)
    return own_s + TOOLS[job.far] * DEFAULT_TIME_LIMIT_S
