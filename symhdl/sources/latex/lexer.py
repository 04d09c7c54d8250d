"""Characters of LaTeX into tokens: commands looked up, environments and the text around formulas recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.latex import commands
from symhdl.sources.latex.macros import read_command
from symhdl.sources.latex.tape import Tape, Vocabulary
from symhdl.sources.latex.words import ask_about_exponent, read_letters, read_number, read_word

_TOKEN = re.compile(
    r"""
      (?P<COMMENT>%[^\n]*)
    | (?P<LINE>\\\\\*?(?:\[[ ]*-?[0-9.]{1,9}[ ]*[a-z]{2}[ ]*\])?)
    | (?P<COMMAND>\\(?:[A-Za-z]+\*?|.|$))
    | (?P<SCIENTIFIC>(?:[0-9]++\.?[0-9]*+|\.[0-9]++)[eE][+\-]?[0-9]+)
    | (?P<NUMBER>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<WORD>(?:[^\W\d_⁰¹²³⁴-⁹₀-₉][\u0300-\u036f]*)+)
    | (?P<SUPERSCRIPT>[⁺⁻]?[⁰¹²³⁴-⁹]+)
    | (?P<NEWLINE>\n)
    | (?P<BLANK>[ \t\r\f\v~\u00a0\u2009\u202f\ufeff]+)
    | (?P<OTHER>:=|[<>!=]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FORMULA = re.compile(
    r"\$|(?<!\\)\\[\[(]|\\begin\s*\{(?:" + "|".join(sorted(commands.FORMULAS)) + r")\*?\}"
)
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_OUTSIDE = frozenset(".,;:")
_CLOSING = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}


@dataclass(slots=True)
class LatexLexer:
    """Reads a whole text; formulas are separated by BREAK tokens, their rows by LINE and NEWLINE."""

    tape: Tape
    _math: Lexeme | None = None  # what the formula was opened with
    _environments: list[Lexeme] = field(default_factory=list)
    _is_delimited: bool = False

    def read(self) -> None:
        """Fills the tape. Raises SymhdlError for brackets that are too deep."""
        tape = self.tape
        self._is_delimited = _FORMULA.search(tape.text) is not None
        while tape.position < len(tape.text) and len(tape.diagnostics) < MAXIMUM_DIAGNOSTICS:
            match = _TOKEN.match(tape.text, tape.position)
            assert match is not None, "characters that no pattern takes; please report this"
            kind = match.lastgroup
            assert kind is not None, "a token without a kind; please report this"
            tape.position = match.end()
            self._take(Lexeme(kind, match[0], *match.span()))
        self._break()
        for opened in (self._math, *self._environments[-1:]):
            if opened is not None:
                message = f"this `{shown(opened.text)}` is never closed"
                tape.complain("unmatched-delimiter", message, opened)

    def _take(self, token: Lexeme) -> None:
        if token.text == "$" or token.text in ("\\(", "\\)", "\\[", "\\]"):
            self._delimiter(token)
        elif token.text in ("\\begin", "\\end"):
            self._environment(token)
        elif self._is_delimited and self._math is None and not self._environments:
            self._outside(token)
        elif token.type == "COMMAND":
            read_command(self.tape, token)
        else:
            _READERS[token.type](self.tape, token)

    def _outside(self, token: Lexeme) -> None:
        """Text around formulas would be lost without a word, so there may be none."""
        tape = self.tape
        if token.type in ("BLANK", "NEWLINE", "COMMENT", "LINE") or token.text in _OUTSIDE:
            return
        if token.text.lower() in commands.JOINING_WORDS or token.text[1:] in commands.IGNORED:
            return
        following = _FORMULA.search(tape.text, token.end)
        end = len(tape.text) if following is None else following.start()
        written = tape.text[token.start : end].rstrip()
        tape.position = end
        tape.complain(
            "text-outside-formula",
            "there is text beside the formulas, and it would be lost",
            token._replace(end=token.start + len(written)),
            "give the formulas alone",
        )
        self._break()

    def _break(self) -> None:
        """A formula ends here."""
        self.tape.close_all()
        self.tape.emit("BREAK", "", self.tape.position)

    def _delimiter(self, token: Lexeme) -> None:
        tape = self.tape
        is_doubled = token.text == "$" and tape.text.startswith("$", token.end)
        if is_doubled and (self._math is None or self._math.text == "$$"):
            tape.position += 1
            token = token._replace(text="$$", end=token.end + 1)
        if self._math is None and token.text in _CLOSING:
            self._break()
            self._math = token
        elif self._math is not None and token.text == _CLOSING[self._math.text]:
            self._break()
            self._math = None
        else:
            message = f"`{token.text}` does not belong here"
            tape.complain("unmatched-delimiter", message, token, "close the formula before it")

    def _environment(self, token: Lexeme) -> None:
        tape = self.tape
        match = _ENVIRONMENT.match(tape.text, token.end)
        if match is None:
            message = f"`{token.text}` wants the name of an environment in braces"
            tape.complain("syntax", message, token)
            return
        tape.position = match.end("braces")
        name = match["name"]
        token = token._replace(text=f"{token.text}{{{name}}}", end=tape.position)
        is_begin = token.text.startswith("\\begin")
        if is_begin:
            tape.position = match.end()
        ends_cases = not is_begin and tape.is_in_cases and name in ("array", "matrix")
        if name in commands.CASES or ends_cases:
            cases(tape, token, is_begin)
        elif name in commands.FORMULAS or name in commands.INNER:
            self._set_off(token, name, is_begin)
        else:
            tape.complain(
                "unknown-environment",
                f"the environment `{shown(name)}` is not read",
                token,
                "formulas may stand in equation, align, gather, cases and the like",
            )

    def _set_off(self, token: Lexeme, name: str, is_begin: bool) -> None:
        tape = self.tape
        if is_begin:
            if not self._environments and self._math is None and name in commands.FORMULAS:
                self._break()
            self._environments.append(token)
            return
        expected = self._environments[-1].text[len("\\begin") :] if self._environments else ""
        if expected != f"{{{name}}}":
            tape.complain("unmatched-delimiter", f"`{token.text}` ends nothing", token)
            return
        self._environments.pop()
        if not self._environments and self._math is None:
            self._break()


_ENVIRONMENT = re.compile(
    r"(?P<braces>\s*\{(?P<name>[A-Za-z]+)\*?\})(?:\s*\{[0-9lcr|@ ]{0,40}\})?(?:\[[tbc]\])?"
)


def cases(tape: Tape, token: Lexeme, is_begin: bool) -> None:
    """The begin or the end of a distinction of cases."""
    if is_begin:
        tape.begin(token, "CASES", "CASES", token.text)
    else:
        tape.finish(token, "CASES", "ENDCASES", token.text)


def _line(tape: Tape, token: Lexeme) -> None:
    """The end of a row: of cases, of the formula, or of nothing inside brackets."""
    if tape.is_in_cases:
        tape.emit("ROW", token.text, token.start)
    elif not tape.open:
        tape.emit("LINE", token.text, token.start)


def _newline(tape: Tape, token: Lexeme) -> None:
    if not tape.open:
        tape.emit("NEWLINE", token.text, token.start)


def _superscript(tape: Tape, token: Lexeme) -> None:
    tape.emit("SUP", "^", token.start)
    text = token.text.translate(_SUPERSCRIPTS)
    tape.emit("NUMBER", text, token.start)


def _other(tape: Tape, token: Lexeme) -> None:
    """Operators, brackets and whatever has no meaning."""
    text = token.text
    if text in commands.OPENING:
        kind = commands.OPENING[text]
        tape.begin(token, kind, "LPAR", kind)
    elif text in commands.CLOSING:
        _closing(tape, token)
    elif text == "|" and tape.wanted:
        tape.complain("syntax", "an argument that begins with a bar needs braces", token)
    elif text in commands.CHARACTERS:
        kind, meaning = commands.CHARACTERS[text]
        tape.emit(kind, meaning, token.start)
    elif text in _SPECIAL:
        _SPECIAL[text](tape, token)
    else:
        tape.complain(
            "unknown-character", f"the character `{shown(text)}` has no meaning here", token
        )


def _closing(tape: Tape, token: Lexeme) -> None:
    if token.text == "]" and tape.open and tape.open[-1].kind == "ROOT":
        tape.finish(token, "ROOT", "RROOT", "]")
        tape.wanted += 1
        return
    kind = commands.CLOSING[token.text]
    tape.finish(token, kind, "RPAR", kind)


def _raise(tape: Tape, token: Lexeme) -> None:
    if tape.wanted:
        tape.complain("syntax", "an argument that has an index or a power needs braces", token)
        return
    tape.wanted = 1
    tape.emit("SUP" if token.text == "^" else "SUB", token.text, token.start)


def _left_brace(tape: Tape, token: Lexeme) -> None:
    if tape.text.startswith("}", token.end) and not tape.wanted:
        tape.position += 1  # `{}` only separates
        return
    tape.begin(token, "LBRACE", "LBRACE", "{")


def _right_brace(tape: Tape, token: Lexeme) -> None:
    tape.finish(token, "LBRACE", "RBRACE", "}")


def _ampersand(tape: Tape, token: Lexeme) -> None:
    """Between a value and its condition; elsewhere only a place at which rows are aligned."""
    if tape.is_in_cases:
        tape.emit("CONDITION", token.text, token.start)
    elif tape.open:
        tape.complain("syntax", "`&` does not belong into brackets", token)
    else:
        tape.emit("ALIGN", token.text, token.start)


def _root_sign(tape: Tape, token: Lexeme) -> None:
    tape.wanted = max(0, tape.wanted - 1) + 1
    tape.emit("SQRT", token.text, token.start)


def _prime(tape: Tape, token: Lexeme) -> None:
    tape.complain(
        "derivative", "a prime belongs to a name, as in x'", token, "derivatives are not computed"
    )


def _infinity(tape: Tape, token: Lexeme) -> None:
    reason, help = commands.REFUSED["infty"]
    tape.complain("unsupported-command", reason, token, help)


_SPECIAL: Mapping[str, Callable[[Tape, Lexeme], None]] = {
    "{": _left_brace,
    "}": _right_brace,
    "&": _ampersand,
    "^": _raise,
    "_": _raise,
    "√": _root_sign,
    "'": _prime,
    "′": _prime,
    "∞": _infinity,
}


def _nothing(_: Tape, __: Lexeme) -> None:
    """Blanks and comments say nothing."""


_READERS: Mapping[str, Callable[[Tape, Lexeme], None]] = {
    "COMMENT": _nothing,
    "BLANK": _nothing,
    "LINE": _line,
    "NEWLINE": _newline,
    "NUMBER": read_number,
    "SCIENTIFIC": ask_about_exponent,
    "WORD": read_word,
    "SUPERSCRIPT": _superscript,
    "OTHER": _other,
}


def tokens_of_latex(tape: Tape) -> None:
    """Reads the whole tape."""
    LatexLexer(tape).read()


__all__ = ["Tape", "Vocabulary", "read_letters", "tokens_of_latex"]
