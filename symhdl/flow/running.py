"""Runs tools in a folder of their own, within limits of time and output, and reads what they leave there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from symhdl.budget import Progress
from symhdl.errors import SymhdlError, error, shortened
from symhdl.files.reading import reason, regular_file
from symhdl.files.writing import told
from symhdl.flow.processes import (
    MAXIMUM_OUTPUT_BYTES,
    TooMuchOutputError,
    run_program,
)
from symhdl.flow.signals import delayed_signals
from symhdl.flow.tools import TOOLS, Tool, tool_version

DEFAULT_TIME_LIMIT_S = 1800.0
MAXIMUM_RESULT_BYTES = 128 * 1024 * 1024
"""How long a netlist or a report may be that is read."""

LOG_BYTES = 1024 * 1024
LOG_TAIL_LINES = 12
LOG_LINE_CHARACTERS = 200


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder in which tools run with relative paths; it is gone afterwards.

    Raises SymhdlError if there is no place for it.
    """
    chosen = os.environ.get("TMPDIR", "")
    help = "set the environment variable TMPDIR to a folder that can be written"
    try:
        with delayed_signals():
            temporary = tempfile.TemporaryDirectory(prefix="symhdl-", dir=chosen or None)
    except OSError as problem:
        place = f" in {chosen}" if chosen else ""
        text = f"cannot make a temporary folder{place}: {reason(problem)}"
        raise error("cannot-write", text, help=help) from None
    try:
        yield Path(temporary.name).resolve()
    finally:
        with delayed_signals(), suppress(OSError):  # it may have been removed, or be locked
            temporary.cleanup()


def write_input(folder: Path, name: str, text: str | Iterable[str]) -> None:
    """Writes a file for a tool in its folder. Raises SymhdlError if the system refuses."""
    place, help = folder / name, "set the environment variable TMPDIR to a folder with room"
    with told(place, help), place.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines([text] if isinstance(text, str) else text)


def run_tool(
    tool: Tool,
    arguments: Sequence[str],
    folder: Path,
    *,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    output_limit: int = MAXIMUM_OUTPUT_BYTES,
    log: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Runs the tool in `folder`. What it said is told if it fails: what it printed, or wrote to the file `log` there.

    Raises SymhdlError with the last lines of that when the tool fails, exceeds a limit or cannot be started.
    """
    if progress is not None and tool.is_cold:
        progress(f"{tool.name}: the first call compiles WebAssembly, about half a minute, once")
    try:
        command = (*tool.command, *arguments)
        status, text = run_program(command, folder, time_limit_s, output_limit)
    except subprocess.TimeoutExpired:
        message = f"{tool.name} was stopped after {time_limit_s:.0f} s"
        raise error("tool-timeout", message, help="take a smaller design") from None
    except TooMuchOutputError:
        message = f"{tool.name} was stopped: it printed more than {output_limit:,} bytes"
        raise error("tool-output", message, help=_other(tool)) from None
    except OSError as problem:
        message = f"{tool.name} cannot be started: {reason(problem)}"
        raise error("tool-failed", message, notes=(tool.command[0],)) from None
    if status != 0:
        said = _log_tail(folder / log) if log else ""
        raise _failure(tool, status, said or text)


def read_result(tool: Tool, path: Path, limit: int = MAXIMUM_RESULT_BYTES) -> str:
    """The text of a file that the tool should have written.

    Raises SymhdlError if there is none, if it is no regular file, longer than `limit` bytes, or no UTF-8 text.
    """
    content = _content(path, limit + 1)
    if content is None:
        raise bad_output(tool, f"wrote no {path.name}")
    if len(content) > limit:
        raise bad_output(tool, f"wrote {path.name} with more than {limit:,} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_output(tool, f"wrote {path.name}, which is not UTF-8 text") from None


def _content(path: Path, limit: int, *, last: bool = False) -> bytes | None:
    """The first bytes of a regular file, or the last ones; None if there is none."""
    try:
        with regular_file(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - limit) if last else 0)
            return file.read(limit)
    except (OSError, SymhdlError):
        return None


def read_json(tool: str, name: str, text: str) -> object:
    """The JSON document in what a tool wrote as a file of that name; raises SymhdlError if it is none."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        why = "nested too deep" if isinstance(problem, RecursionError) else str(problem)
        raise error("tool-output", f"{tool} wrote {name}, which is not JSON: {why}") from None


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def bad_output(tool: Tool, what: str) -> SymhdlError:
    """The error that a tool ended well and left what cannot be used, said in words that follow its name."""
    return error("tool-output", f"{tool.name} {what}", help=_other(tool))


def _other(tool: Tool) -> str:
    version = tool_version(tool) if tool.name in TOOLS else ""
    return f"check {tool.command[0]}{f' ({version})' if version else ''}, or install another"


def _log_tail(path: Path) -> str:
    content = _content(path, LOG_BYTES, last=True)
    return "" if content is None else content.decode("utf-8", errors="replace")


def _failure(tool: Tool, status: int, text: str) -> SymhdlError:
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    shown = tuple(
        shortened(line, LOG_LINE_CHARACTERS) for line in (errors or lines)[-LOG_TAIL_LINES:]
    )
    how = f"failed with status {status}" if status > 0 else f"was ended by {_signal(-status)}"
    return error("tool-failed", f"{tool.name} {how}", notes=shown or ("it printed nothing",))


def _signal(number: int) -> str:
    known = {int(one): one.name for one in signal.Signals}
    name = known.get(number, f"signal {number}")
    return name + REASONS.get(name, "")


REASONS = {
    "SIGXFSZ": ": a file grew too long",
    "SIGKILL": ": there may not be enough memory",
}
