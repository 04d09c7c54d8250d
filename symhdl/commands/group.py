"""The group of all commands: turns what a command raises into messages on stderr and an exit status."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

import click

from symhdl.commands.terminal import abandon_streams, flush, message, prepare_streams, show
from symhdl.errors import Diagnostic, SymhdlError
from symhdl.flow.signals import Interrupted, interruptible, no_more_signals
from symhdl.memory import few_collections
from symhdl.version import VERSION

STATUS_INTERNAL = 70
STATUS_ABORTED = 130


class Outcome:
    """Surrounds a command: what it raises becomes messages on stderr and the exit status."""

    def __init__(self, debugging: bool, ends_process: bool) -> None:
        self.status = 0
        self.debugging = debugging
        self.ends_process = ends_process

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
        self.status = _status_of(problem)
        if self.ends_process and isinstance(problem, Interrupted):
            no_more_signals()
        with suppress(OSError, SymhdlError):  # nobody hears it
            self._tell(problem)
        return True

    def _tell(self, problem: BaseException) -> None:
        """Says on standard error what was raised."""
        if isinstance(problem, SymhdlError):
            show(problem.diagnostics)
        elif isinstance(problem, click.ClickException):
            text = io.StringIO()
            problem.show(text)
            message(text.getvalue().removesuffix("\n"))
        elif isinstance(problem, Interrupted | KeyboardInterrupt | click.Abort):
            message("interrupted")
        elif isinstance(problem, QUIET):
            return
        else:
            if self.debugging:
                import traceback

                message("".join(traceback.format_exception(problem)).removesuffix("\n"))
            if isinstance(problem, REFUSALS):
                show([_refusal(problem)])
            else:
                message(_apology(problem))


QUIET = (SystemExit, click.exceptions.Exit, BrokenPipeError)
REFUSALS = (OSError, MemoryError)


def _status_of(problem: BaseException) -> int:
    """The exit status for what was raised."""
    match problem:
        case SystemExit():
            return problem.code if isinstance(problem.code, int) else 1
        case click.exceptions.Exit() | click.ClickException():
            return problem.exit_code
        case SymhdlError() | Interrupted():
            return problem.exit_status
        case KeyboardInterrupt() | click.Abort():
            return STATUS_ABORTED
        case OSError() | MemoryError():  # a closed pipe, with the status that click has for it
            return SymhdlError.exit_status
        case _:
            return STATUS_INTERNAL


def _refusal(problem: OSError | MemoryError) -> Diagnostic:
    """What is said where the machine has not what is needed."""
    if isinstance(problem, MemoryError):
        return Diagnostic(
            "out-of-memory", "there is not enough memory", help="take a smaller input"
        )
    place = "" if problem.filename is None else f" ({problem.filename})"
    reason = problem.strerror or type(problem).__name__
    return Diagnostic("system", f"the system refuses: {reason}{place}")


def _apology(problem: BaseException) -> str:
    """What is said of a mistake of ours: what broke and where, without a traceback."""
    import platform
    import traceback

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
        prepare_streams()
        ends_process = args is None
        with (
            few_collections(),
            interruptible(),
            Outcome("--debug" in words, ends_process) as outcome,
        ):
            super().main(words, prog_name or "symhdl", standalone_mode=False)
            flush()
        abandon_streams()
        sys.exit(outcome.status)
