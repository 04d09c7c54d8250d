"""Programs that symhdl starts: each ends, with all that it started itself, when symhdl is asked to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from symhdl.flow.signals import delayed_signals

ENDED_WITHIN_S = 5.0
"""How long a killed program may take to end."""

LETS_GO_WITHIN_S = 1.0
"""How long what a program started may hold its output open when it has ended itself."""

MAXIMUM_OUTPUT_BYTES = 16 * 1024 * 1024
"""How much a program may print."""

MAXIMUM_WRITTEN_BYTES = 2 * 1024 * 1024 * 1024
"""How long a file may be that a program writes."""

RUN_VARIABLE = "SYMHDL_RUN"
"""What programs have in their environment: it tells which of them belong to one call."""

PIECE_BYTES = 65536
POLL_S = 0.02
ROUNDS = 10


class TooMuchOutputError(Exception):
    """A program printed more than it may."""


class _Output(threading.Thread):
    """Reads what a program prints, as much as it may print; ends at the end of that, or beyond the limit."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        super().__init__(daemon=True)
        self.pipe, self.limit, self.printed = pipe, limit, bytearray()
        self.start()

    def run(self) -> None:
        with suppress(OSError, ValueError):  # the pipe was closed
            while len(self.printed) <= self.limit:
                piece = os.read(self.pipe.fileno(), PIECE_BYTES)
                if not piece:
                    break
                self.printed += piece


def run_program(
    command: Sequence[str],
    folder: Path | None,
    time_limit_s: float,
    output_limit: int = MAXIMUM_OUTPUT_BYTES,
) -> tuple[int, str]:
    """The exit status of a program and what it printed, standard error included.

    It gets no input, runs in `folder` (else in the root, where no file of the user's is) and leaves its own temporary
    files there. When it is over, so are the programs of its process group; if it leaves others that hold its output, or
    the call ends early, so are all that it started, as far as the system shows them.
    Raises subprocess.TimeoutExpired, TooMuchOutputError, and OSError if it cannot be started.
    """
    run = os.urandom(16).hex()
    environment = {**os.environ, "PATH": search_path(), RUN_VARIABLE: run}
    if folder is not None:
        environment["TMPDIR"] = str(folder.resolve())
    process: subprocess.Popen[bytes] | None = None
    try:
        with delayed_signals():  # so that none arrives while a program runs that has no name yet
            process = subprocess.Popen(  # noqa: S603 - an argument list of our own
                command,
                cwd=folder or os.sep,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            _limit_files(process.pid)
        assert process.stdout is not None, "a program without a pipe; please report this"
        output = _Output(process.stdout, output_limit)
        _wait(process, output, time_limit_s)
    except BaseException:
        if process is not None:
            with delayed_signals():
                _end(process, run)
        raise
    with delayed_signals():
        _end(process, run if output.is_alive() else "")
    output.join(LETS_GO_WITHIN_S)
    return process.returncode, bytes(output.printed).decode("utf-8", errors="replace")


def search_path() -> str:
    """The folders of PATH, without relative and empty ones, which would mean whatever folder one is in."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if Path(folder).is_absolute())


def _limit_files(process: int) -> None:
    """Lets the program and those that it starts write no file beyond the limit, where the system can do so."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError):  # it is over already
            soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
            limits = (limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)
            limit = min((MAXIMUM_WRITTEN_BYTES, *limits))
            resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, hard))


def _wait(process: subprocess.Popen[bytes], output: _Output, time_limit_s: float) -> None:
    """Waits until the program is over, and a moment more for what still holds its output."""
    end = time.monotonic() + time_limit_s
    while output.is_alive() and not _is_over(process):
        output.join(min(POLL_S, max(0.0, end - time.monotonic())))
        if time.monotonic() >= end:
            raise subprocess.TimeoutExpired(process.args, time_limit_s)
    output.join(LETS_GO_WITHIN_S)
    if len(output.printed) > output.limit:
        raise TooMuchOutputError
    pause_s = POLL_S / 64
    while not _is_over(process):  # it has just closed its output, or works on without
        if time.monotonic() >= end:
            raise subprocess.TimeoutExpired(process.args, time_limit_s)
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, POLL_S)


def _is_over(process: subprocess.Popen[bytes]) -> bool:
    """Whether the program has ended. Where the system can, its number stays its own, so that it can be killed by it."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # the system does not keep what ended, by a handler of the caller's
        return True


def _end(process: subprocess.Popen[bytes], run: str) -> None:
    """Kills the program and its process group, which is its own; with `run`, strays of that run too."""
    if process.returncode is None:  # else its number may be another program's by now
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):  # nobody is left
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    if run:
        end_strays(RUN_VARIABLE, run)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=ENDED_WITHIN_S)
    if process.stdout is not None:
        process.stdout.close()


def end_strays(variable: str, value: str) -> None:
    """Kills the programs that have this variable in their environment, where the system shows it.

    One that has cleared its environment too is not found.
    """
    mark = f"{variable}={value}".encode()
    for _ in range(ROUNDS):  # one may start another while it is looked for
        found = [
            place.parent for place in Path("/proc").glob("[0-9]*/environ") if _holds(place, mark)
        ]
        for place in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(place.name), signal.SIGKILL)
        if not found:
            return


def _holds(place: Path, mark: bytes) -> bool:
    try:
        return mark in place.read_bytes()
    except OSError:  # somebody else's, or over
        return False
