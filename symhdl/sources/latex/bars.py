"""Which bars of `|x|` open and which close: the one reading that there is, or a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex.commands import words

MAXIMUM_DEPTH = 10  # of bars in bars; deeper ones nobody can tell apart

VALUE_ENDS = frozenset(["NUMBER", "NAME", "RPAR", "RBRACE", "BANG", "ENDCASES"])
_VALUE_STARTS = frozenset(
    words("NUMBER NAME FUNCTION BIG LPAR LBRACE FRAC BINOM SQRT ROOT CASES SIGN NOT BAR")
)
_OPENING = frozenset(["LPAR", "LBRACE", "ROOT", "CASES"])
_CLOSING = frozenset(["RPAR", "RBRACE", "RROOT", "ENDCASES"])


class _Bar(NamedTuple):
    """A bar: where it stands among the tokens, whether it may open or close, and whether it touches the bar before."""

    position: int
    may_open: bool
    may_close: bool
    touches: bool


class _Choice(NamedTuple):
    """Whether a bar opens, and the choices for the bars before it."""

    before: _Choice | None
    is_open: bool


_Path: TypeAlias = _Choice | None
_States: TypeAlias = dict[tuple[int, bool], list[_Path]]


def resolve_bars(tokens: Sequence[Lexeme]) -> list[Lexeme] | Lexeme:
    """The tokens with bars as brackets, or the bar at which more than one reading, or none, is possible."""
    if all(token.type != "BAR" for token in tokens):
        return list(tokens)
    resolved = list(tokens)
    for bars in _levels(tokens):
        opens = _reading(bars)
        if opens is None:
            return tokens[bars[0].position]
        for bar, is_open in zip(bars, opens, strict=True):
            kind = "LPAR" if is_open else "RPAR"
            resolved[bar.position] = tokens[bar.position]._replace(type=kind, text="|")
    return resolved


def _levels(tokens: Sequence[Lexeme]) -> list[list[_Bar]]:
    """The bars that stand in the same bracket, and between the same commas and rows of it."""
    done: list[list[_Bar]] = []
    levels: list[list[_Bar]] = [[]]
    for position, token in enumerate(tokens):
        if token.type in _OPENING:
            levels.append([])
        elif token.type in _CLOSING and len(levels) > 1:
            done.append(levels.pop())
        elif token.type in ("COMMA", "ROW", "CONDITION", "EQUALS", "RELATION", "AND", "OR"):
            done.append(levels.pop())
            levels.append([])
        elif token.type == "BAR":
            levels[-1].append(_bar(tokens, position))
    return [bars for bars in (*done, *levels) if bars]


def _bar(tokens: Sequence[Lexeme], position: int) -> _Bar:
    before = tokens[position - 1].type if position > 0 else ""
    after = tokens[position + 1].type if position + 1 < len(tokens) else ""
    return _Bar(
        position,
        may_open=after in _VALUE_STARTS,
        may_close=before in VALUE_ENDS or before == "BAR",
        touches=before == "BAR",
    )


def _reading(bars: Sequence[_Bar]) -> list[bool] | None:
    """For every bar whether it opens; bars directly inside bars only where nothing else is possible."""
    for are_doubled in (False, True):
        found = _readings(bars, are_doubled)
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _readings(bars: Sequence[_Bar], are_doubled: bool) -> list[list[bool]]:
    """Up to two readings. From the left, for every number of open bars and kind of the last one."""
    states: _States = {(0, False): [None]}
    for bar in bars:
        following: _States = {}
        for (depth, last_opens), found in states.items():
            is_behind_open = bar.touches and last_opens
            opens = bar.may_open and (are_doubled or not is_behind_open)
            closes = bar.may_close and depth > 0 and not is_behind_open
            if opens and depth < MAXIMUM_DEPTH:
                _extend(following, (depth + 1, True), found)
            if closes:
                _extend(following, (depth - 1, False), found)
        states = following
    found = [reading for (depth, _), some in states.items() if depth == 0 for reading in some]
    return [_from_the_left(reading) for reading in found]


def _extend(states: _States, key: tuple[int, bool], found: Sequence[_Path]) -> None:
    """Two ways are as good as many: both lead to a question."""
    ways = states.setdefault(key, [])
    ways += [_Choice(path, key[1]) for path in found]
    del ways[2:]


def _from_the_left(path: _Path) -> list[bool]:
    choices: list[bool] = []
    while path is not None:
        choices.append(path.is_open)
        path = path.before
    return choices[::-1]
