"""Tokens of LaTeX into formulas: rows, lists of equations, bars, and which names before a bracket are functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex import commands
from symhdl.sources.latex.bars import resolve_bars
from symhdl.sources.latex.tape import Tape

Tokens = list[Lexeme]

_OPENING = frozenset(["LPAR", "LBRACE", "ROOT", "CASES"])
_CLOSING = frozenset(["RPAR", "RBRACE", "RROOT", "ENDCASES"])
_OPERATORS = frozenset(["SIGN", "TIMES", "SLASH", "MOD", "RELATION", "EQUALS", "AND", "OR"])
_PUNCTUATION = frozenset(["COMMA", "PERIOD", "SEMICOLON"])
_SEPARATORS = frozenset(["LINE", "NEWLINE", "ALIGN", "COMMA", "SEMICOLON"])
_BEFORE_WHICH_PUNCTUATION_IS_DROPPED = frozenset(["CONDITION", "OTHERWISE", "ROW", "ENDCASES"])


def formulas_of(tape: Tape) -> list[Tokens]:
    """The formulas of a tape that has been read; mistakes go to its diagnostics."""
    formulas: list[Tokens] = []
    for tokens in _between_breaks(tape.tokens):
        formulas += _rows(tape, _without_empty(tokens))
    sound = [tokens for tokens in formulas if all(token.type != "FAULT" for token in tokens)]
    names = _known_names(tape, sound)
    return [found for tokens in sound if (found := _prepared(tape, tokens, names)) is not None]


def _between_breaks(tokens: Sequence[Lexeme]) -> Iterator[Tokens]:
    current: Tokens = []
    for token in tokens:
        if token.type == "BREAK":
            yield current
            current = []
        else:
            current.append(token)
    yield current


def _without_empty(tokens: Tokens) -> Tokens:
    """Conditions once, and rows of cases without punctuation at their ends."""
    kept: Tokens = []
    for token in tokens:
        if token.type in _BEFORE_WHICH_PUNCTUATION_IS_DROPPED:
            while kept and kept[-1].type in _PUNCTUATION:
                kept.pop()
        if token.type in ("CONDITION", "OTHERWISE") and kept and kept[-1].type == "CONDITION":
            kept.pop()
        if token.type == "ENDCASES" and kept and kept[-1].type == "ROW":
            kept.pop()
        kept.append(token)
    return kept


class _Row(NamedTuple):
    """A formula, and what separates it from the one before."""

    separator: Lexeme | None
    tokens: Tokens


def _rows(tape: Tape, tokens: Tokens) -> Iterator[Tokens]:
    """The formulas between two breaks: rows, lines and lists of equations."""
    has_equations = _has_equals(tokens)
    rows: list[_Row] = []
    for separator, piece in _pieces(tokens):
        if not rows or not rows[-1].tokens:
            rows[-1:] = [_Row(None if not rows else rows[-1].separator, piece)]
        elif separator is None or not _goes_on(separator, rows[-1].tokens, piece):
            rows.append(_Row(separator, piece))
        else:
            if separator.type == "LINE" and not has_equations:
                _ask_about_row(tape, separator, piece)
            is_list = separator.type in ("COMMA", "SEMICOLON")
            rows[-1].tokens.extend([separator, *piece] if is_list else piece)
    for row in rows:
        if row.separator is not None and not _has_equals(row.tokens):
            _tell_no_equation(tape, row, row.separator, has_equations)
        yield _trimmed(row.tokens)


def _tell_no_equation(tape: Tape, row: _Row, separator: Lexeme, has_equations: bool) -> None:
    """A row that is no equation among others that are."""
    place = row.tokens[0]._replace(end=row.tokens[-1].end) if row.tokens else separator
    if separator.type == "ALIGN":
        help = "one formula stands in a row, or several equations"
        tape.complain("syntax", "`&` stands in the middle of a formula", separator, help)
    elif row.tokens and has_equations:
        help = "if it goes on with the row above, write the operator between them"
        message = "this row is read as an output of its own"
        tape.warn("row-without-equation", message, place, help)


def _outer(tokens: Sequence[Lexeme]) -> Iterator[tuple[Lexeme, bool]]:
    """The tokens, and whether they stand outside of all brackets."""
    depth = 0
    for token in tokens:
        depth -= token.type in _CLOSING
        yield token, depth == 0
        depth += token.type in _OPENING


def _pieces(tokens: Tokens) -> Iterator[tuple[Lexeme | None, Tokens]]:
    """What stands between separators, with the separator before it; an empty line is a LINE."""
    separator: Lexeme | None = None
    current: Tokens = []
    for token, is_outer in _outer(tokens):
        if not is_outer or token.type not in _SEPARATORS:
            current.append(token)
            continue
        if current or separator is None:
            yield separator, current
            separator, current = token, []
        elif token.type == "LINE" or (token.type == "NEWLINE" == separator.type):
            separator = token._replace(type="LINE")
    yield separator, current


def _goes_on(separator: Lexeme, before: Tokens, piece: Tokens) -> bool:
    """Whether the piece belongs to the same formula as what stands before it."""
    if not piece:
        return True
    is_joined = piece[0].type in _OPERATORS or before[-1].type in _OPERATORS
    is_equation = _has_equals(piece)
    match separator.type:
        case "LINE" | "ALIGN":
            return is_joined
        case "NEWLINE":
            return is_joined or not (is_equation and _has_equals(before))
    return not (is_equation and _has_equals(before))


def _has_equals(tokens: Tokens) -> bool:
    return any(is_outer and token.type == "EQUALS" for token, is_outer in _outer(tokens))


def _ask_about_row(tape: Tape, separator: Lexeme, piece: Tokens) -> None:
    if piece and piece[0].type == "SIGN":
        tape.complain(
            "ambiguous-row",
            "the row below begins with a sign: it may go on with this one, or be a formula of its own",
            separator,
            "give the formulas names, y = ..., or write all in one row",
        )


def _trimmed(tokens: Tokens) -> Tokens:
    while tokens and tokens[-1].type in _PUNCTUATION:
        tokens.pop()
    return tokens


def _definitions(tokens: Tokens) -> Iterator[int]:
    """Where in the formula `f(x, y) =` begins."""
    starts = [0] + [
        index + 1
        for index, (token, is_outer) in enumerate(_outer(tokens))
        if is_outer and token.type == "EQUALS"
    ]
    for start, end in pairwise(starts):
        inside = tokens[start + 2 : end - 2]
        if (
            end - start >= 5
            and tokens[start].type in ("NAME", "FUNCTION")
            and (tokens[start + 1].type, tokens[start + 1].text) == ("LPAR", "(")
            and all(t.type == ("COMMA" if i % 2 else "NAME") for i, t in enumerate(inside))
            and tokens[end - 2].type == "RPAR"
        ):
            yield start


class _Names(NamedTuple):
    """Names that the text defines as functions, and names that must be values."""

    functions: set[str]
    values: set[str]


def _known_names(tape: Tape, formulas: Sequence[Tokens]) -> _Names:
    functions: set[str] = set()
    values = {*tape.vocabulary.inputs.values(), "pi", "e"}
    for tokens in formulas:
        starts = set(_definitions(tokens))
        functions |= {tokens[start].text for start in starts}
        for index, token in enumerate(tokens):
            if token.type != "NAME" or index in starts:
                continue
            if not _is_bracket(tokens, index + 1):
                values.add(token.text)
    return _Names(functions, values)


def _is_bracket(tokens: Tokens, index: int) -> bool:
    """Whether a bracket stands here in which arguments of a function could stand."""
    return index < len(tokens) and tokens[index].type == "LPAR" and tokens[index].text in "(["


def _prepared(tape: Tape, tokens: Tokens, names: _Names) -> Tokens | None:
    """The formula ready for the parser; None if something has to be asked."""
    if not tokens:
        return None
    resolved = resolve_bars(tokens)
    if isinstance(resolved, Lexeme):
        is_odd = sum(token.type == "BAR" for token in tokens) % 2 == 1
        message = "a bar is missing" if is_odd else "these bars can be paired in more than one way"
        tape.complain("ambiguous-bars", message, resolved, "write \\lvert x \\rvert")
        return None
    starts = set(_definitions(resolved))
    brackets = _brackets(resolved)
    functions = {*names.functions, *tape.vocabulary.functions}
    mistakes = len(tape.diagnostics)
    for index, token in enumerate(resolved):
        if token.type != "NAME":
            continue
        if not _is_bracket(resolved, index + 1):
            if token.text in names.functions:
                _complain_of_function(tape, token)
        elif token.text in functions or index in starts or brackets[index + 1].has_comma:
            resolved[index] = token._replace(type="FUNCTION")
        elif token.text not in names.values:
            _ask_about_factor(tape, resolved, index, brackets[index + 1].end, functions)
    return resolved if len(tape.diagnostics) == mistakes else None


def _complain_of_function(tape: Tape, token: Lexeme) -> None:
    tape.complain(
        "function-as-value",
        f"`{shown(token.text)}` is a function, and has no argument here",
        token,
        f"write {shown(token.text)}(...)",
    )


def _ask_about_factor(
    tape: Tape, tokens: Tokens, index: int, end: int, functions: set[str]
) -> None:
    """A name that nothing else in the text explains, before a bracket."""
    name = tokens[index]
    base = name.text.rstrip("'")
    written = shown(tape.text[name.start : name.end])
    if base != name.text and base in functions:
        tape.complain(
            "derivative",
            f"`{written}` is the derivative of a function, and derivatives are not computed",
            name,
            "write the derivative out as a formula",
        )
        return
    inside = tokens[index + 2 : end]
    is_single = len(inside) == 1 and inside[0].type in ("NAME", "NUMBER")
    if not is_single and base.partition("_{")[0] not in commands.FUNCTION_LETTERS:
        return
    argument = shown(tape.text[inside[0].start : inside[-1].end]) if inside else ""
    tape.complain(
        "ambiguous-product",
        f"`{written}({argument})` may be a function or a product",
        name._replace(end=tokens[min(end, len(tokens) - 1)].end),
        f"define {written}(...) = ..., or write {written} \\cdot ({argument})",
    )


class _Bracket(NamedTuple):
    """Where a bracket is closed, and whether commas stand in it."""

    end: int
    has_comma: bool


def _brackets(tokens: Tokens) -> dict[int, _Bracket]:
    """The brackets by the place where they open."""
    found: dict[int, _Bracket] = {}
    open: list[int] = []
    commas: list[bool] = [False]
    for index, token in enumerate(tokens):
        if token.type in _OPENING:
            open.append(index)
            commas.append(False)
        elif token.type in _CLOSING and open:
            found[open.pop()] = _Bracket(index, commas.pop())
        elif token.type == "COMMA":
            commas[-1] = True
    return found | {index: _Bracket(len(tokens), False) for index in open}
