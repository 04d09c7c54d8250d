"""The group of all commands: turns what a command raises into messages on stderr and an exit status."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

import click

from symhdl.errors import SymhdlError
from symhdl.flow.processes import Interrupted, interruptible
from symhdl.memory import few_collections
from symhdl.version import VERSION

STATUS_CLOSED_PIPE = 1  # as click has it
STATUS_INTERNAL = 70
STATUS_ABORTED = 130


class Outcome:
    """Surrounds a command: what it raises becomes messages on stderr and the exit status."""

    def __init__(self, debugging: bool) -> None:
        self.status = 0
        self.debugging = debugging

    def __enter__(self) -> Outcome:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if problem is None:
            return False
        if isinstance(problem, SystemExit):
            self.status = problem.code if isinstance(problem.code, int) else 1
        elif isinstance(problem, click.exceptions.Exit):
            self.status = problem.exit_code
        elif isinstance(problem, click.ClickException):
            problem.show()
            self.status = problem.exit_code
        elif isinstance(problem, SymhdlError):
            from symhdl.commands.terminal import show

            show(problem.diagnostics)
            self.status = problem.exit_status
        elif isinstance(problem, BrokenPipeError):
            _close_stdout()
            self.status = STATUS_CLOSED_PIPE
        elif isinstance(problem, Interrupted):
            click.echo("interrupted", err=True)
            self.status = problem.exit_status
        elif isinstance(problem, KeyboardInterrupt | click.Abort):
            click.echo("interrupted", err=True)
            self.status = STATUS_ABORTED
        else:
            click.echo(_apology(problem), err=True)
            if self.debugging:
                traceback.print_exception(problem)
            self.status = STATUS_INTERNAL
        return True


def _close_stdout() -> None:
    """Ends quietly when nobody reads on, as `symhdl ... | head` does."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _apology(problem: BaseException) -> str:
    """What is said of a mistake of ours: what broke and where, without a traceback."""
    import platform

    place = "?"
    frames = traceback.extract_tb(problem.__traceback__)
    if frames:
        name = frames[-1].filename.replace("\\", "/").rsplit("/", 1)[-1]
        place = f"{name}:{frames[-1].lineno} in {frames[-1].name}"
    text = str(problem).strip().split("\n")[0][:200]
    return (
        "symhdl made a mistake, sorry. Please report this, with the input that led to it:\n"
        f"  {type(problem).__name__}{': ' if text else ''}{text}\n"
        f"  at {place}\n"
        f"  symhdl {VERSION}, Python {platform.python_version()}, {platform.system()}\n"
        "`symhdl --debug ...` shows the traceback."
    )


class CommandLine(click.Group):
    """The group of all commands, with the exit statuses of symhdl."""

    def main(  # type: ignore[override]  # always ends the process or raises SystemExit
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: object,  # noqa: ARG002 - what click's own test runner hands over
    ) -> None:
        """Runs the command line and exits with its status."""
        words = sys.argv[1:] if args is None else list(args)
        with few_collections(), interruptible(), Outcome("--debug" in words) as outcome:
            super().main(words, prog_name or "symhdl", standalone_mode=False)
            sys.stdout.flush()
        sys.exit(outcome.status)
