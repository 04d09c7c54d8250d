"""How equations look that Julia printed: brackets around every operation inside another, blanks around operators."""

from __future__ import annotations

import re

LONGEST = 20_000  # characters that are looked at; the print of a larger equation looks no different
SHORTEST_CONSTANT = 5  # digits of a constant that a search fitted and nobody wrote by hand

_TOKEN = re.compile(
    r"(?P<blank> +)|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[ef][-+]?[0-9]+)?(?![^\W\d]))"
    r"|(?P<name>[0-9]*[^\W\d]\w*)|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<operator>[-+*/^><])|(?P<other>.)",
    re.DOTALL,
)


def is_printed_by_julia(text: str) -> bool:
    """Whether the text is one infix expression as SymbolicRegression.jl prints it, with fitted constants.

    At most one operator stands at each level of brackets, between blanks; a minus without blank behind it belongs to a
    number. Other tools leave out brackets that precedence makes needless, or put some around single values.
    """
    operators = [0]
    values = [0]
    is_fitted = False
    before = ""
    previous = ""
    for match in _TOKEN.finditer(text.strip()[:LONGEST]):
        kind, token = match.lastgroup, match[0]
        if kind == "operator" and not _take_operator(match, before, operators):
            return False
        if kind == "other":
            return False
        if kind == "number":
            is_fitted = is_fitted or sum(c.isdigit() for c in token) >= SHORTEST_CONSTANT
        if kind == "open":
            operators.append(0)
            values.append(0 if previous != "name" else 1)
        elif kind == "close":
            if len(operators) == 1 or (operators.pop() == 0) & (values.pop() == 0):
                return False
        elif kind == "comma":
            operators[-1] = 0
        before = token
        previous = kind or ""
    return is_fitted


def _take_operator(match: re.Match[str], before: str, operators: list[int]) -> bool:
    """Counts the operator; False if it does not look like one that Julia prints."""
    text, end = match.string, match.end()
    if (
        match[0] == "-"
        and text[end : end + 1].isdigit()
        and (before in ("", "(") or before[0] == " ")
    ):
        return True
    operators[-1] += 1
    return operators[-1] == 1 and before[:1] == " " and text[end : end + 1] == " "
