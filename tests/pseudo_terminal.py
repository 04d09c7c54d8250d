"""Programs of Python whose streams are a terminal that is none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

SOON = "from symhdl.commands import terminal; terminal.SHOWN_AFTER_S = terminal.REPAINTED_EVERY_S = 0.02\n"
"""Shows the status line at once."""


@dataclass
class Running:
    """A program, and what its terminal has shown."""

    process: subprocess.Popen[bytes]
    terminal: int
    shown: str = ""

    def read_until(self, text: str) -> str:
        """What is shown up to and with a text, or to the end if it never comes."""
        while text not in self.shown and (piece := self._read()):
            self.shown += piece
        return self.shown

    def read_all(self) -> str:
        """All that is shown until the program ends."""
        while piece := self._read():
            self.shown += piece
        self.process.wait(300)
        return self.shown

    def _read(self) -> str:
        try:
            return os.read(self.terminal, 1 << 16).decode("utf-8", "replace")
        except OSError:  # the program has closed it
            return ""


@contextmanager
def on_terminal(
    program: str, environment: Mapping[str, str] | None = None, *, only_messages: bool = False
) -> Iterator[Running]:
    """Runs a program; with `only_messages` its standard output is a pipe."""
    ours, theirs = pty.openpty()
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")
    }
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=theirs,
        stdout=subprocess.PIPE if only_messages else theirs,
        stderr=theirs,
        env={**kept, "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **(environment or {})},
    )
    os.close(theirs)
    try:
        yield Running(process, ours)
    finally:
        process.kill()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()
        os.close(ours)
