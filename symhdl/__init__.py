"""Compiler from mathematical expressions to pipelined fixed-point hardware with a proved error bound.

`compile` is the front door. It and its companions are loaded when they are first used, so that `import symhdl` and the
help of the command line cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symhdl.errors import Diagnostic, GoalError, SymhdlError, ToolMissingError, UsageError
from symhdl.version import VERSION

if TYPE_CHECKING:
    from symhdl.compiler import CompiledDesign, Input, compile

__all__ = [
    "CompiledDesign",
    "Diagnostic",
    "GoalError",
    "Input",
    "SymhdlError",
    "ToolMissingError",
    "UsageError",
    "__version__",
    "compile",
]

__version__ = VERSION
FROM_COMPILER = frozenset({"CompiledDesign", "Input", "compile"})


def __getattr__(name: str) -> object:
    """Loads the compiler when something of it is asked for."""
    if name not in FROM_COMPILER:
        raise AttributeError(f"module 'symhdl' has no attribute {name!r}")
    from symhdl import compiler

    found: object = getattr(compiler, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
