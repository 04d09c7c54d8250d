"""Operators as PySR's `extra_sympy_mappings` has them, `{"inv": lambda x: 1/x}`, as texts of definitions.

The functions are the caller's own and made for SymPy's symbols, so they are called with such, as PySR does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from symhdl.errors import SymhdlError, error

_PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def texts_of_functions(mappings: Mapping[str, object]) -> list[str]:
    """`inv(x) = 1/x` and the like. Raises SymhdlError for what is no function of numbers, and what functions raise."""
    return [_definition(name, function) for name, function in mappings.items()]


def _definition(name: str, function: object) -> str:
    import sympy

    if not (isinstance(name, str) and name.isidentifier()):
        raise error("bad-definition", f"{name!r} is not the name of a function")
    if not callable(function):
        raise _unusable(name, "is none")
    symbols = [sympy.Symbol(parameter, real=True) for parameter in _parameters(name, function)]
    result = sympy.sympify(function(*symbols), strict=True)
    if not isinstance(result, sympy.Expr) or not result.free_symbols <= set(symbols):
        raise _unusable(name, "does not return an expression of its parameters")
    text = sympy.sstr(result, full_prec=True)
    return f"{name}({', '.join(str(symbol) for symbol in symbols)}) = {text}"


def _parameters(name: str, function: Callable[..., object]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise _unusable(name, "does not say which parameters it has") from None
    if not parameters or any(parameter.kind not in _PLAIN for parameter in parameters):
        raise _unusable(name, "must have a fixed number of parameters")
    return [parameter.name for parameter in parameters]


def _unusable(name: str, reason: str) -> SymhdlError:
    help = f'give it as a text: "{name}(x) = ..."'
    return error("bad-definition", f"the function of `{name}` {reason}", help=help)
