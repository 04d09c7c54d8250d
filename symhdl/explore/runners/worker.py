"""A process that makes rows of jobs, which come in as lines of standard input; rows go out on standard output.

It ends when its input ends, in the middle of a job too: whoever gave it the job is gone then.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import IO

from symhdl.explore.job import Job
from symhdl.explore.row import Row
from symhdl.explore.runners.lines import job_of_line, line_of
from symhdl.flow.signals import status_of

IDLE_S = 600.0
"""How long it waits for a job: on a cluster nobody else ends it, if who gave the jobs is gone."""

PIECE_BYTES = 65536
ENDS_WITHIN_S = 3.0
"""How long what a job began may take to be cleaned up."""


def serve(row_of: Callable[[Job], Row]) -> int:
    """Answers one line after the other, until a signal ends it; its exit status."""
    return status_of(lambda: _answer(row_of))


def _answer(row_of: Callable[[Job], Row]) -> int:
    answers = _output()
    lines: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    with suppress(Empty):
        while True:
            row = row_of(job_of_line(lines.get(timeout=IDLE_S).decode()))
            answers.write(line_of(row).encode())
            answers.flush()
    return 0


def _output() -> IO[bytes]:
    """Standard output for the answers alone: what else is printed goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _listen(lines: SimpleQueue[bytes]) -> None:
    text = b""
    while piece := os.read(
        0, PIECE_BYTES
    ):  # no buffer of Python's, which is locked while it waits, at the end too
        *whole, text = (text + piece).split(b"\n")
        for line in whole:
            lines.put(line)
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, signal.SIGTERM)  # so that tools which the job started end, too
        time.sleep(ENDS_WITHIN_S)
        with suppress(ProcessLookupError):
            os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    from symhdl.explore.work import Workshop

    sys.exit(serve(Workshop().row_of))
