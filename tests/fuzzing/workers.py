"""Processes that do jobs one after another, each within limits of time and memory; one that dies is replaced."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Generic, TypeVar

from symhdl.flow.signals import Interrupted, interruptible

Job = TypeVar("Job")
Result = TypeVar("Result")

ENDS_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may take: seconds of the processor, and memory.

    `patience` is so many times as long by the clock, as others use the machine, too.
    """

    seconds: float = 60.0
    memory_bytes: int = 3 << 30
    patience: float = 5.0

    @property
    def deadline(self) -> float:
        """When a job that begins now is overdue by the clock."""
        return time.monotonic() + self.patience * self.seconds


class OverdueError(BaseException):
    """A job takes too long; not an `Exception`, so that nothing on the way can swallow it."""


def _overdue(_: int, __: FrameType | None) -> None:
    raise OverdueError


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raises OverdueError where the work inside takes longer than so many seconds of the processor."""
    signal.signal(signal.SIGVTALRM, _overdue)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def within(seconds: float, work: Callable[[Job], Result], job: Job) -> Result | None:
    """The result of a job; None if it takes longer than so many seconds of the processor."""
    try:
        with alarm(seconds):
            return work(job)
    except OverdueError:
        return None


def _serve(work: Callable[[Job], Result], connection: Connection, limits: Limits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    with (
        suppress(EOFError, Interrupted),
        interruptible(),
    ):  # so that the tools that it runs end with it
        while True:
            connection.send(within(limits.seconds, work, connection.recv()))


@dataclass(slots=True)
class _Worker(Generic[Job]):
    process: ForkProcess
    connection: Connection
    job: Job
    deadline: float


def done(
    work: Callable[[Job], Result], jobs: Iterable[Job], count: int, limits: Limits = Limits()
) -> Iterator[tuple[Job, Result | None]]:
    """Each job with its result, as they get ready; the result is None where a limit ended it."""
    waiting = iter(jobs)
    workers: list[_Worker[Job]] = []
    try:
        for job in waiting:
            workers.append(_started(work, job, limits))
            if len(workers) == count:
                break
        while workers:
            for worker in _ready(workers):
                yield worker.job, _answer(worker)
                workers.remove(worker)
                for job in waiting:
                    workers.append(_again(worker, work, job, limits))
                    break
                else:
                    _stop(worker)
    finally:
        for worker in workers:
            _stop(worker)


def _started(work: Callable[[Job], Result], job: Job, limits: Limits) -> _Worker[Job]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(work, theirs, limits), daemon=True
    )
    process.start()
    theirs.close()
    ours.send(job)
    return _Worker(process, ours, job, limits.deadline)


def _ready(workers: list[_Worker[Job]]) -> list[_Worker[Job]]:
    """Those that have answered, died, or are overdue."""
    left = min(worker.deadline for worker in workers) - time.monotonic()
    answered = set(map(id, wait([w.connection for w in workers], max(0.0, left))))
    now = time.monotonic()
    return [w for w in workers if id(w.connection) in answered or w.deadline <= now]


def _answer(worker: _Worker[Job]) -> Result | None:
    if not worker.connection.poll():
        return None
    try:
        answer: Result | None = worker.connection.recv()
    except EOFError:
        return None
    return answer


def _again(
    worker: _Worker[Job], work: Callable[[Job], Result], job: Job, limits: Limits
) -> _Worker[Job]:
    """The worker with another job, or a new one if it is dead or stuck."""
    if worker.deadline <= time.monotonic() or not worker.process.is_alive():
        _stop(worker)
        return _started(work, job, limits)
    worker.connection.send(job)
    return _Worker(worker.process, worker.connection, job, limits.deadline)


def _stop(worker: _Worker[Job]) -> None:
    worker.connection.close()
    worker.process.terminate()
    worker.process.join(ENDS_WITHIN_S)
    worker.process.kill()
    worker.process.join()
