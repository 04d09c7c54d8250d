"""Commands of LaTeX into tokens: symbols, letters, functions, fractions, fonts, marks and brackets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme
from symhdl.names.spelling import similar
from symhdl.sources.latex import commands
from symhdl.sources.latex.names import plain
from symhdl.sources.latex.tape import Tape
from symhdl.sources.latex.words import read_name

_ARGUMENT = re.compile(r"\s*\{(?P<inside>[^{}\n]{0,200})\}")
_MARKED = re.compile(r"\s*\{?\s*(?P<letter>\\[A-Za-z]+|[^\W\d_]+)\s*\}?")
_WORD = re.compile(r"[^\W\d_](?:[\w \-]|\\_)*[*+]?")
_DELIMITER = re.compile(r"\s*(?P<text>\\[A-Za-z]+|\\.|[^\s\\])")
_ARRAY_OF_CASES = re.compile(
    r"\s*(?:\\\{|\\lbrace\b)\s*\\begin\s*\{(?P<name>array|matrix)\}\s*(?:\{(?:[lcr|;,:!. ]|@\{[^{}]{0,20}\}){0,20}\})?"
)
_POINT_AS_SIGN = re.compile(r"\\,\.\\,")  # as SymPy prints a product on demand
_CONDITION = re.compile(r"\s*(?P<word>[A-Za-z]+)[\s.,:]*")
_BRACKET = re.compile(r"\s*(?:\\left|\\[bB]igg?l?)?\s*(?:[(\[]|\{\s*\\left)")


def read_command(tape: Tape, token: Lexeme) -> None:
    """A command that is no delimiter of formulas."""
    name: str = token.text[1:]
    if name.endswith("*") and name not in commands.PLAIN_FONTS:
        name = name[:-1]
        tape.position -= 1
        token = token._replace(text=token.text[:-1], end=token.end - 1)
    if _POINT_AS_SIGN.match(tape.text, token.start):
        tape.position = token.start + len("\\,.\\,")
        tape.emit("TIMES", "*", token.start)
        return
    if name in commands.SPACES or name in commands.IGNORED or name.isspace():
        return
    if name in commands.SYMBOLS:
        kind, meaning = commands.SYMBOLS[name]
        tape.emit(kind, meaning, token.start)
    elif name in commands.LETTERS:
        read_name(tape, commands.LETTERS[name], token.start)
    elif name in commands.FUNCTIONS:
        tape.value("FUNCTION", commands.FUNCTIONS[name], token.start)
    elif name in commands.MARKS:
        _mark(tape, token, commands.MARKS[name])
    elif token.text in commands.OPENING:
        kind = commands.OPENING[token.text]
        tape.begin(token, kind, "LPAR", kind)
    elif token.text in commands.CLOSING:
        kind = commands.CLOSING[token.text]
        tape.finish(token, kind, "RPAR", kind)
    elif name in _HANDLERS:
        _HANDLERS[name](tape, token)
    else:
        _refuse(tape, token, name)


def _refuse(tape: Tape, token: Lexeme, name: str) -> None:
    if name in commands.REFUSED:
        reason, remedy = commands.REFUSED[name]
        tape.complain("unsupported-command", f"`{token.text}`: {reason}", token, remedy)
        return
    if name in tape.vocabulary.functions:
        tape.value("FUNCTION", name, token.start)
        return
    known = {*commands.SYMBOLS, *commands.LETTERS, *commands.FUNCTIONS, *_HANDLERS}
    guess = similar(name, known)
    message = f"the command `{shown(token.text)}` is not known"
    help = f"did you mean `\\{guess}`?" if guess is not None else None
    tape.complain("unknown-command", message, token, help)


def _fraction(tape: Tape, token: Lexeme) -> None:
    tape.wanted = max(0, tape.wanted - 1) + 2
    tape.emit("FRAC", token.text, token.start)


def _binomial(tape: Tape, token: Lexeme) -> None:
    tape.wanted = max(0, tape.wanted - 1) + 2
    tape.emit("BINOM", token.text, token.start)


def _root(tape: Tape, token: Lexeme) -> None:
    match = _DELIMITER.match(tape.text, tape.position)
    if match is not None and match["text"] == "[":
        tape.position = match.end()
        opening = Lexeme("ROOT", "[", token.start, match.end())
        tape.begin(opening, "ROOT", "ROOT", token.text)
        return
    tape.wanted = max(0, tape.wanted - 1) + 1
    tape.emit("SQRT", token.text, token.start)


def _mark(tape: Tape, token: Lexeme, mark: str) -> None:
    r"""`\hat{x}` is a name of its own."""
    match = _MARKED.match(tape.text, tape.position)
    word = "" if match is None else match["letter"]
    letter = commands.LETTERS.get(word[1:], "") if word.startswith("\\") else word
    is_braced = match is not None and "{" in match[0] and match[0].rstrip().endswith("}")
    if match is None or not letter or ("{" in match[0]) != is_braced:
        tape.complain(
            "unsupported-command",
            f"`{token.text}` is read only over a single name",
            token,
            "give what it stands for a name of its own",
        )
        return
    if not is_braced and not word.startswith("\\"):
        letter = letter[0]
        tape.position = match.start("letter") + 1
    else:
        tape.position = match.end() if is_braced else match.end("letter")
    read_name(tape, letter + mark, token.start)


def _word(tape: Tape, token: Lexeme) -> None:
    r"""`\mathrm{...}` and `\text{...}`: a word of a condition, a function, or one name."""
    argument = _ARGUMENT.match(tape.text, tape.position)
    inside = "" if argument is None else argument["inside"].strip()
    if argument is None:
        tape.complain("syntax", f"`{token.text}` wants a word in braces", token)
        return
    is_text = "text" in token.text or "box" in token.text or "rm" in token.text
    if is_text and _condition_words(tape, token, argument):
        return
    tape.position = argument.end()
    token = token._replace(end=tape.position)
    if "$" in inside:
        help = "write \\text{if } x > 0"
        tape.complain("syntax", "a formula inside of a text is not read", token, help)
        return
    if not _WORD.fullmatch(inside):
        tape.complain(
            "bad-name",
            f"`{shown(inside)}` cannot be a name",
            token,
            "a name is a letter, followed by letters, digits and blanks",
        )
        return
    name = inside.replace("\\_", "_")
    is_called = _BRACKET.match(tape.text, tape.position) is not None
    function = _function_of(tape, name, "operatorname" in token.text, is_called)
    if function is None:
        read_name(tape, name, token.start)
    else:
        tape.value("FUNCTION", function, *argument.span("inside"))


def _function_of(tape: Tape, name: str, is_operator: bool, is_called: bool) -> str | None:
    """The function that an upright word stands for; None if it is the name of a value."""
    if name in tape.vocabulary.inputs or (name in tape.words and not is_operator):
        return None
    if name in tape.vocabulary.functions:
        return name
    for candidate in (name, name.lower()) if len(name) > 2 else (name,):
        if candidate in commands.FUNCTIONS:
            return commands.FUNCTIONS[candidate]
        if candidate in commands.TABLE_WORDS:
            return candidate
    return name if is_operator and is_called else None


def _condition_words(tape: Tape, token: Lexeme, argument: re.Match[str]) -> bool:
    """Whether the text is made of words such as `if`; a formula between dollars may stand behind them."""
    start, end = argument.span("inside")
    kinds: list[str] = []
    position = start
    while position < end and (match := _CONDITION.match(tape.text, position, end)):
        kind = commands.CONDITION_WORDS.get(match["word"])
        if kind is None:
            return False
        kinds.append(kind)
        position = match.end()
    if position < end or not kinds:
        return False
    tape.position = argument.end()
    words = argument["inside"].split()
    if not tape.open and words[0].strip(".,:") in commands.JOINING_WORDS:
        tape.emit("LINE", token.text, token.start)
        return True
    for kind in kinds:
        tape.emit(kind, argument["inside"].strip(), token.start)
    return True


def _left(tape: Tape, token: Lexeme) -> None:
    r"""`\left` and what stands behind it."""
    array = _ARRAY_OF_CASES.match(tape.text, tape.position)
    if array is not None:
        tape.position = array.end()
        text = f"\\begin{{{array['name']}}}"
        opening = Lexeme("CASES", text, token.start, array.end())
        tape.begin(opening, "CASES", "CASES", opening.text)
        return
    delimiter = _delimiter(tape, token)
    if delimiter is None:
        return
    kind = {**commands.OPENING, "|": "|", "\\vert": "|"}.get(delimiter.text)
    if kind is None:
        message = f"`{shown(delimiter.text)}` is no bracket that opens"
        tape.complain("unsupported-command", message, delimiter, "write \\left( ... \\right)")
        return
    tape.begin(delimiter, kind, "LPAR", kind)


def _right(tape: Tape, token: Lexeme) -> None:
    r"""`\right` and what stands behind it."""
    delimiter = _delimiter(tape, token)
    if delimiter is None:
        return
    kind = {**commands.CLOSING, "|": "|", "\\vert": "|"}.get(delimiter.text)
    if kind is None:
        message = f"`{shown(delimiter.text)}` is no bracket that closes"
        tape.complain("unsupported-command", message, delimiter, "write \\left( ... \\right)")
        return
    tape.finish(delimiter, kind, "RPAR", kind)


def _delimiter(tape: Tape, token: Lexeme) -> Lexeme | None:
    """The bracket; None for the point that stands for no bracket, and after a complaint."""
    match = _DELIMITER.match(tape.text, tape.position)
    if match is None:
        tape.complain("syntax", f"`{token.text}` wants a bracket", token)
        return None
    tape.position = match.end()
    delimiter = Lexeme("OTHER", match["text"], token.start, match.end())
    if delimiter.text[1:] in commands.REFUSED:
        _refuse(tape, delimiter, delimiter.text[1:])
        return None
    return None if delimiter.text == "." else delimiter


def _labelled(tape: Tape, _: Lexeme) -> None:
    """What numbers or moves a formula has no meaning."""
    argument = _ARGUMENT.match(tape.text, tape.position)
    if argument is not None:
        tape.position = argument.end()


def _literal(tape: Tape, token: Lexeme) -> None:
    tape.complain("unknown-character", f"`{token.text}` has no meaning here", token)


_HANDLERS: Mapping[str, Callable[[Tape, Lexeme], None]] = {
    **dict.fromkeys(commands.FRACTIONS, _fraction),
    **dict.fromkeys(commands.BINOMIALS, _binomial),
    **dict.fromkeys(commands.PLAIN_FONTS, _word),
    **dict.fromkeys(commands.WITH_IGNORED_ARGUMENT, _labelled),
    **dict.fromkeys(["", "$", "&", "#", "_", '"', "^", "'", "`", "~", "="], _literal),
    "sqrt": _root,
    "left": _left,
    "right": _right,
}

__all__ = ["plain", "read_command"]
