"""Programs that symhdl starts: each ends, with all that it started itself, when symhdl is asked to end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

ENDING = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
)
"""The signals that ask a program to end, as far as the system has them."""

ENDED_WITHIN_S = 5.0
"""How long a killed program may take to let go of its output."""


class Interrupted(BaseException):
    """One of the ENDING signals has arrived."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number  # what a shell says of a program that the signal ended


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it the ENDING signals raise Interrupted, so that what was begun is cleaned up on the way out.

    Once one has arrived the others are ignored: cleaning up is short, and must not be cut off.
    """

    def interrupt(number: int, _: FrameType | None) -> None:
        for other in replaced:
            signal.signal(other, signal.SIG_IGN)
        raise Interrupted(number)

    with _handlers(interrupt) as replaced:
        yield


@contextmanager
def _delayed_signals() -> Iterator[None]:
    """Within it the ENDING signals wait; they do what they always did at its end."""
    arrived: list[int] = []
    with _handlers(lambda number, _: arrived.append(number)):
        yield
    for number in arrived:
        signal.raise_signal(number)


@contextmanager
def _handlers(handler: Callable[[int, FrameType | None], None]) -> Iterator[list[int]]:
    """Handles the ENDING signals and yields their numbers; the handlers of before are back afterwards.

    A signal that is ignored, as SIGHUP under nohup, stays ignored. Only the main thread may handle signals, and only
    there does one interrupt anything.
    """
    here = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in (ENDING if here else ())}
    replaced = [number for number, old in before.items() if old not in (signal.SIG_IGN, None)]
    try:
        for number in replaced:
            signal.signal(number, handler)
        yield [*replaced]
    finally:
        for number in replaced:
            signal.signal(number, before[number])


def run_program(
    command: Sequence[str], folder: Path | None, time_limit_s: float
) -> tuple[int, str]:
    """The exit status of a program and what it printed, standard error included.

    It gets no input, and leaves its own temporary files in `folder`. Whatever ends the call early ends the program too,
    with every program that it started. Raises subprocess.TimeoutExpired, and OSError if it cannot be started.
    """
    environment = None if folder is None else {**os.environ, "TMPDIR": str(folder.resolve())}
    process: subprocess.Popen[str] | None = None
    try:
        with _delayed_signals():  # so that none arrives while a program runs that has no name yet
            process = subprocess.Popen(  # noqa: S603 - an argument list of our own
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        printed, _ = process.communicate(timeout=time_limit_s)
    except BaseException:
        if process is not None:
            _end(process)
        raise
    return process.returncode, printed


def _end(process: subprocess.Popen[str]) -> None:
    """Kills the program and its process group, which is its own, and waits until nobody holds its output open."""
    if process.returncode is None:  # else its number may be another program's by now
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):  # nobody is left
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=ENDED_WITHIN_S)
