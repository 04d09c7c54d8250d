"""Syntax errors in human words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span
from symhdl.functions.operation import FUNCTION_NAMES

from .syntax import Lexeme

END = "$END"
MAXIMUM_SHOWN = 40
_KEYWORDS = {"IF", "THEN", "ELSE", "INPUT", "OUTPUT", "AND", "OR", "NOT"}
_BRANCHES = {"THEN", "ELSE"}
_VALUES = {"NUMBER", "NAME", "LPAR"}
_OPERATORS = {"SIGN", "FACTOR", "POWER", "RELATION", "AND", "OR", "NOT", "BANG", "INFIX"}
_VALUE_ENDS = {"NUMBER", "NAME", "RPAR", "SUPERSCRIPT"}
_WORDS = (
    ("RPAR", "`)`"),
    ("LSQB", "`[`"),
    ("RSQB", "`]`"),
    ("COMMA", "`,`"),
    ("THEN", "`then`"),
    ("ELSE", "`else`"),
    ("COLON", "`:`"),
    ("ASSIGN", "`=`"),
    ("FORMAT", "a format such as `: fixed<12,3>`"),
    ("IN", "a range such as `in [-1, 1]`"),
    ("ERROR", "`error <= bound`"),
    (END, "the end of the line"),
)


class Failure(NamedTuple):
    """Where parsing stopped: the token before, the token that does not fit, and what would have fitted."""

    before: Lexeme | None
    found: Lexeme
    accepted: Collection[str]


class _Rule(NamedTuple):
    """A common mistake: when it is that one, and what to say; `{found}` and `{before}` are filled in."""

    applies: Callable[[Failure], bool]
    id: str
    message: str
    help: str | None = None
    is_about_before: bool = False


def _before(failure: Failure) -> str:
    return "" if failure.before is None else failure.before.type


def _text_before(failure: Failure) -> str:
    return "" if failure.before is None else failure.before.text


def _wants_value(failure: Failure) -> bool:
    return "NUMBER" in failure.accepted


def _wants_operator(failure: Failure) -> bool:
    return "FACTOR" in failure.accepted


_RULES = (
    _Rule(
        lambda f: f.found.type == "IF" and _before(f) in _OPERATORS,
        "syntax",
        "a conditional inside an expression must stand in parentheses",
        "write (if ... then ... else ...) or if(condition, a, b)",
    ),
    _Rule(
        lambda f: f.found.type in _BRANCHES and _before(f) in ("IF", *_BRANCHES),
        "syntax",
        "a value is missing between `{before}` and `{found}`",
    ),
    _Rule(
        lambda f: f.found.type == "FORMAT" and END in f.accepted,
        "syntax",
        "the format stands directly behind the names, or behind the expression",
        "write it before the range or the error bound",
    ),
    _Rule(
        lambda f: f.found.type == "POWER" and _before(f) == "SUPERSCRIPT",
        "syntax",
        "a power of a power needs parentheses",
        "write (x²)^3",
    ),
    _Rule(
        lambda f: f.found.type in _KEYWORDS and "NAME" in f.accepted and not _ends_value(f),
        "reserved-word",
        "`{found}` is a word of the language and cannot be a name here",
        "choose another name",
    ),
    _Rule(
        lambda f: f.found.type == "ASSIGN" and _before(f) in ("INPUT", "OUTPUT", *_KEYWORDS),
        "reserved-word",
        "`{before}` is a word of the language and cannot be a name",
        "choose another name",
        is_about_before=True,
    ),
    _Rule(
        lambda f: f.found.text == "%",
        "unknown-character",
        "`%` is not an operator of the language",
        "write the remainder as mod(a, b)",
    ),
    _Rule(
        lambda f: f.found.type == "OTHER" and f.found.text in "\"'`",
        "unknown-character",
        "the language has no texts in quotes, found {found}",
    ),
    _Rule(
        lambda f: f.found.text == ":",
        "format",
        "expected a format after the colon",
        "formats are fixed<W,I>, ufixed<W,I>, SQ(i,f) and UQ(i,f)",
    ),
    _Rule(
        lambda f: f.found.type == "OTHER",
        "unknown-character",
        "the character `{found}` has no meaning here",
    ),
    _Rule(
        lambda f: f.found.type == "ASSIGN" and _wants_operator(f),
        "syntax",
        "`=` assigns, and there is nothing to assign to here",
        "to compare, write `==`",
    ),
    _Rule(
        lambda f: f.found.text == "/" and _text_before(f) == "/",
        "syntax",
        "`//` is not an operator of the language",
        "write floor(a / b)",
    ),
    _Rule(
        lambda f: f.found.type == "COMMA" and _before(f) == "NUMBER",
        "syntax",
        "a comma does not belong here",
        "decimals have a point: 2.5",
    ),
    _Rule(
        lambda f: (
            f.found.type in _VALUES and _before(f) == "NAME" and _text_before(f) in FUNCTION_NAMES
        ),
        "syntax",
        "the argument of `{before}` must stand in parentheses",
        "write {before}(...)",
    ),
    _Rule(
        lambda f: f.found.type in _VALUES and _text_before(f) == "assume",
        "syntax",
        "after `assume` stands a condition, such as x < y",
        "two signs compare for equality: x == y",
    ),
    _Rule(
        lambda f: f.found.type in _VALUES and _ends_value(f) and _wants_operator(f),
        "syntax",
        "there is no operator between `{before}` and `{found}`",
        "a product needs its `*`",
    ),
    _Rule(
        lambda f: f.found.type == "LSQB" and _ends_value(f) and _wants_operator(f),
        "syntax",
        "an index must be a number directly after the name, as in x[14]",
    ),
    _Rule(
        lambda f: f.found.type == END and _wants_value(f),
        "syntax",
        "the line ends where a value is missing after `{before}`",
    ),
    _Rule(
        _wants_value,
        "syntax",
        "expected a value before `{found}`",
    ),
)


def _ends_value(failure: Failure) -> bool:
    return _before(failure) in _VALUE_ENDS


def syntax_error(source: Source, failure: Failure) -> Diagnostic:
    """What to tell about a statement that does not parse."""
    for rule in _RULES:
        if rule.applies(failure):
            break
    else:
        rule = _Rule(
            lambda f: True, "syntax", f"expected {_expected(failure)}, found {_found(failure)}"
        )
        return Diagnostic(rule.id, rule.message, _place(source, failure))
    words = {"found": shown(failure.found.text), "before": shown(_text_before(failure))}
    message = rule.message.format_map(words)
    help = None if rule.help is None else rule.help.format_map(words)
    place = _place(source, failure)
    if rule.is_about_before and failure.before is not None:
        place = Span(source, failure.before.start, failure.before.end)
    return Diagnostic(rule.id, message, place, (), help)


def _place(source: Source, failure: Failure) -> Span:
    if failure.found.type != END:
        return Span(source, failure.found.start, failure.found.end)
    assert failure.before is not None, "a statement without tokens; please report this"
    end = failure.before.end
    return Span(source, end, end + 1)


def _found(failure: Failure) -> str:
    return "the end of the line" if failure.found.type == END else f"`{shown(failure.found.text)}`"


def shown(text: str) -> str:
    """The text as a message may hold it: not endless, and nothing that drives a terminal."""
    visible = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text[:MAXIMUM_SHOWN])
    return visible + ("..." if len(text) > MAXIMUM_SHOWN else "")


def _expected(failure: Failure) -> str:
    """The tokens that would have fitted, as a person would say it."""
    words: list[str] = []
    if "NUMBER" in failure.accepted:
        words.append("a value")
    elif "NAME" in failure.accepted:
        words.append("a name")
    if "FACTOR" in failure.accepted:
        words.append("an operator")
    elif "RELATION" in failure.accepted:
        words.append("`<=`")
    words += [word for terminal, word in _WORDS if terminal in failure.accepted]
    return _listed(words)


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words) or "nothing more"
    return f"{', '.join(words[:-1])} or {words[-1]}"
