"""How a dialect of formulas differs from the native language: data for the grammar."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.functions.operation import Operation


@dataclass(frozen=True, slots=True)
class Dialect:
    """Names and definitions that a family of texts takes for granted.

    `constants` are names that stand for a constant unless the text makes them something else; `functions` are
    spellings beside those of the table. `definitions` is a text in the native language; its functions serve where
    neither the text nor the table has one of that name and number of arguments. With `signed_literals` a minus
    directly before a number belongs to the number, so that `-2 ^ x` is (-2)^x.
    """

    name: str
    constants: tuple[tuple[str, Operation], ...] = ()
    functions: tuple[tuple[str, Operation], ...] = ()
    definitions: str = ""
    signed_literals: bool = False


NATIVE = Dialect("native", (("pi", Operation.PI), ("π", Operation.PI), ("e", Operation.E)))
