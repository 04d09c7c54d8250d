"""Looks up everything that symhdl can use, with the version found or the command that brings it."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from symhdl.budget import Progress
from symhdl.flow.headers import HEADER_HELP, find_headers
from symhdl.flow.tools import TOOLS, find_tool, tool_version, unfit_tools

LEAST_PYTHON = (3, 11)
# Python packages: the name to look up, what it is for, whether symhdl does without it, how to get it.
PACKAGES: tuple[tuple[str, str, bool, str], ...] = (
    ("numpy", "simulation", False, "pip install numpy"),
    ("lark", "the parser", False, "pip install lark"),
    ("sympy", "symbolic sources", False, "pip install sympy"),
    ("python-flint", "rigorous arithmetic", False, "pip install python-flint"),
    ("highspy", "optimisation", False, "pip install highspy"),
    ("click", "the command line", False, "pip install click"),
    ("amaranth", "Amaranth output", False, "pip install amaranth"),
    ("pyarrow", "Parquet files", True, "pip install 'symhdl[parquet]'"),
)
PURPOSES = {
    "yosys": "synthesis",
    "nextpnr-ecp5": "place and route, ECP5",
    "nextpnr-ice40": "place and route, iCE40",
    "iverilog": "Verilog simulation",
    "verilator": "fast Verilog simulation",
    "g++": "simulation of many rows, running C++",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked up. `version` is empty where it is missing or tells none; `help` is the command that brings it.

    `is_optional` says that symhdl compiles without it; `place` tells a program on PATH from a Python package.
    """

    name: str
    purpose: str
    is_found: bool
    version: str
    place: str
    is_optional: bool
    help: str


def examine(progress: Progress | None = None) -> tuple[Check, ...]:
    """All checks, in the order in which they are shown.

    A WebAssembly tool that was never called is compiled here, which `progress` is told beforehand.
    """
    checks = [_python()]
    checks += [_package(*entry) for entry in PACKAGES]
    checks += [_tool(name, progress) for name in TOOLS]
    checks.append(_headers())
    return tuple(checks)


def is_healthy(checks: Iterable[Check]) -> bool:
    """Whether nothing is missing that symhdl cannot do without."""
    return all(check.is_found or check.is_optional for check in checks)


def _python() -> Check:
    wanted = ".".join(str(number) for number in LEAST_PYTHON)
    return Check(
        "python",
        "everything",
        sys.version_info >= LEAST_PYTHON,
        platform.python_version(),
        sys.executable,
        False,
        f"install Python {wanted} or later",
    )


def _package(name: str, purpose: str, is_optional: bool, help: str) -> Check:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Check(name, purpose, False, "", "", is_optional, help)
    return Check(name, purpose, True, version, "Python package", is_optional, help)


def _tool(name: str, progress: Progress | None) -> Check:
    description = TOOLS[name]
    tool = find_tool(name)
    if tool is None:
        help = "; ".join((description.help, *unfit_tools(name)))
        return Check(name, PURPOSES[name], False, "", "", True, help)
    if progress is not None and tool.is_cold:
        progress(f"{name}: the first call compiles WebAssembly, about half a minute, once")
    place = f"Python package {tool.package}" if tool.package else tool.command[0]
    return Check(name, PURPOSES[name], True, tool_version(tool), place, True, description.help)


def _headers() -> Check:
    found = find_headers()
    place, version = ("", "") if found is None else (str(found.folder), found.version)
    return Check("ap_types", "running HLS C++", bool(place), version, place, True, HEADER_HELP)
