"""Products that are written as two values side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from symhdl.errors import Diagnostic, Source, Span

from .messages import shown
from .syntax import Lexeme

_ENDS = frozenset({"NUMBER", "NAME", "RPAR", "SUPERSCRIPT"})
_BEGINS = frozenset({"NAME", "LPAR"})
_KEEPS_DIVISOR = _ENDS | {"LPAR", "POWER"}  # and signs that belong to an operand
# What is no product although it looks like one: `0b101`, `0xyz`, `1e` without an exponent, `2j`.
_OTHER_NUMBER = re.compile(r"0[bBoOxX]\w*|[0-9.]+[eEijIJ]")
_PLAIN_VARIABLE = re.compile(r"(?![fghFGH])[^\W\d_](?:_?[0-9]+|_\w)?['′]*")


def values_of(statements: Iterable[Sequence[Lexeme]]) -> set[str]:
    """The names that stand somewhere without a bracket behind them, so that they must be values."""
    return {
        token.text
        for tokens in statements
        for token, after in pairwise([*tokens, None])
        if token is not None and token.type == "NAME" and (after is None or after.type != "LPAR")
    }


def with_products(
    source: Source, tokens: list[Lexeme], functions: Collection[str], values: Collection[str]
) -> list[Lexeme] | Diagnostic:
    """The tokens with a `*` between values side by side, or what is ambiguous about them.

    A name before a bracket is a factor if it is no function but a value elsewhere, or looks like a variable and has
    a blank behind it; otherwise it stays a call.
    """
    changed = tokens[:1]
    # For every open bracket, whether the last operator in it is a division.
    divisors = [False] * (2 if tokens[0].type == "LPAR" else 1)
    for position, (before, token) in enumerate(pairwise(tokens), 1):
        is_sign = token.type == "SIGN" and before.type not in _ENDS
        if before.type in _ENDS and token.type in _BEGINS:
            is_factor = _is_factor(before, token, functions, values)
            if is_factor and not _is_other_number(tokens, position):
                if divisors[-1]:
                    return _ambiguous(source, before, token)
                changed.append(Lexeme("FACTOR", "*", before.end, token.start))
        elif token.type == "FACTOR":
            divisors[-1] = token.text in "/÷"
        elif not is_sign and token.type not in _KEEPS_DIVISOR:
            divisors[-1] = False
        if token.type == "LPAR":
            divisors.append(False)
        elif token.type == "RPAR" and len(divisors) > 1:
            divisors.pop()
        changed.append(token)
    return changed


def _is_factor(
    before: Lexeme, token: Lexeme, functions: Collection[str], values: Collection[str]
) -> bool:
    if before.type != "NAME":
        return True
    if before.text in functions:
        return False
    if token.type == "NAME" or before.text in values:
        return True
    return before.end < token.start and _PLAIN_VARIABLE.fullmatch(before.text) is not None


def _is_other_number(tokens: Sequence[Lexeme], position: int) -> bool:
    """Whether the token and the one before it look like a number of another language; `2e^x` is a product."""
    before, token = tokens[position - 1], tokens[position]
    is_base = position + 1 < len(tokens) and tokens[position + 1].type == "POWER"
    if before.type != "NUMBER" or before.end != token.start or is_base:
        return False
    return _OTHER_NUMBER.fullmatch(before.text + token.text) is not None


def _ambiguous(source: Source, before: Lexeme, token: Lexeme) -> Diagnostic:
    left, right = shown(before.text), shown(token.text)
    return Diagnostic(
        "ambiguous-product",
        f"does the division take in the product between `{left}` and `{right}`?",
        Span(source, before.start, token.end),
        help="write a/(b*c) or (a/b)*c",
    )
