"""What is known of names before anything is parsed: which are functions, and which must be values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import FUNCTION_NAMES

from .products import values_of
from .stages import CONDITIONAL, Tokens, functions_defined

_TABLE = frozenset({*FUNCTION_NAMES, CONDITIONAL})


class KnownNames(NamedTuple):
    """The names of functions, those of values, and how functions are spelt.

    `spellings` gives for the name of every function, and for that name in lower case, the name itself.
    """

    functions: Collection[str] = ()
    values: Collection[str] = ()
    spellings: Mapping[str, str] = {}


def known_names(
    dialect: Dialect,
    library: Iterable[tuple[str, int]],
    statements: Sequence[Tokens],
    inputs: Iterable[str],
) -> KnownNames:
    """What the table, the dialect and the statements themselves tell; nothing where the dialect does not ask."""
    if not (dialect.implicit_products or dialect.ignores_case):
        return KnownNames()
    of_dialect = {name for name, _ in (*dialect.functions, *library)}
    functions = _TABLE | of_dialect | functions_defined(statements)
    values = values_of(statements) | set(inputs)
    ordered = sorted(functions, reverse=True)
    spellings = {name.lower(): name for name in ordered} | {name: name for name in ordered}
    return KnownNames(functions, values, spellings)
