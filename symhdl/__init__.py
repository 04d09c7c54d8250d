"""Compiler from mathematical expressions to pipelined fixed-point hardware with a proved error bound.

`compile` is the front door. It and its companions are loaded when they are first used, so that `import symhdl` and the
help of the command line cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symhdl.errors import (
    Diagnostic,
    GoalError,
    SymhdlError,
    SymhdlWarning,
    ToolMissingError,
    UsageError,
)
from symhdl.version import VERSION

if TYPE_CHECKING:
    from symhdl.arguments import Input
    from symhdl.compiled import CompiledDesign
    from symhdl.compiler import compile
    from symhdl.data_goals import Goal
    from symhdl.printers.printer import source_of
    from symhdl.sources.reading.source import parse
    from symhdl.sources.tracing.trace import trace
    from symhdl.stored import StoredDesign, load
    from symhdl.tabulated.texts import functions_as

__all__ = [
    "CompiledDesign",
    "Diagnostic",
    "Goal",
    "GoalError",
    "Input",
    "StoredDesign",
    "SymhdlError",
    "SymhdlWarning",
    "ToolMissingError",
    "UsageError",
    "__version__",
    "compile",
    "functions_as",
    "load",
    "parse",
    "source_of",
    "trace",
]

__version__ = VERSION
HOMES = {
    "CompiledDesign": "symhdl.compiled",
    "Goal": "symhdl.data_goals",
    "Input": "symhdl.arguments",
    "StoredDesign": "symhdl.stored",
    "compile": "symhdl.compiler",
    "functions_as": "symhdl.tabulated.texts",
    "load": "symhdl.stored",
    "parse": "symhdl.sources.reading.source",
    "source_of": "symhdl.printers.printer",
    "trace": "symhdl.sources.tracing.trace",
}


def __getattr__(name: str) -> object:
    """Loads what is asked for when it is first asked for."""
    if name not in HOMES:
        raise AttributeError(f"module 'symhdl' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
