"""Which bars of `|x|` open and which close."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex.questions import Findings

_VALUE_ENDS = ("NUMBER", "NAME", "CLOSE", "BAR")
_VALUE_STARTS = ("NUMBER", "NAME", "FUNCTION", "OPEN", "FRACTION", "SQRT")


def with_paired_bars(tokens: Sequence[Lexeme], findings: Findings) -> list[Lexeme]:
    """The tokens with bars as brackets.

    A bar closes if it can. Between two values it might open as well, if enough bars follow that can close: that is
    asked.
    """
    types = ["", *(token.type for token in tokens), ""]
    are_closers = [b == "BAR" and a in _VALUE_ENDS for a, b in pairwise(types)]
    closers = sum(are_closers)  # that are still to come
    changed: list[Lexeme] = []
    open_bars = [0]  # in every open bracket
    for token, is_closer, following in zip(tokens, are_closers, types[2:], strict=False):
        closers -= is_closer
        if token.type == "OPEN":
            open_bars.append(0)
        elif token.type == "CLOSE" and len(open_bars) > 1:
            open_bars.pop()
        elif token.type == "BAR":
            closes = open_bars[-1] > 0 and changed[-1].type in _VALUE_ENDS
            if closes and following in _VALUE_STARTS and closers > open_bars[-1]:
                findings.ask("ambiguous-bars", token)
            open_bars[-1] += -1 if closes else 1
            token = token._replace(type="CLOSE" if closes else "OPEN", text="|")
        changed.append(token)
    return changed
