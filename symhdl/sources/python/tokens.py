"""Characters of Python into tokens: lines and their indentation, words told from names, imports taken away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symhdl.errors import Diagnostic, Source, SymhdlError, error
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.imperative.parser import raw_tokens, span_of

WORDS = {
    "if": "IF",
    "elif": "ELIF",
    "else": "ELSE",
    "for": "FOR",
    "in": "IN",
    "while": "WHILE",
    "def": "DEF",
    "return": "RETURN",
    "break": "BREAK",
    "continue": "CONTINUE",
    "pass": "PASS",
    "lambda": "LAMBDA",
    "or": "OR",
    "and": "AND",
    "not": "NOT",
}
_REFUSED = {
    "class": "write plain functions",
    "with": "remove it",
    "try": "remove it",
    "except": "remove it",
    "finally": "remove it",
    "raise": "return a value",
    "yield": "return the values",
    "async": "remove it",
    "await": "remove it",
    "global": "return the value",
    "nonlocal": "return the value",
    "del": "remove it",
    "is": "compare with ==",
}
_IGNORED_LINES = ("import", "from", "assert")
_TAB = 8
_DEEPEST_INDENTATION = 100
_OPENING, _CLOSING = ("LPAR", "LSQB"), ("RPAR", "RSQB")


@dataclass(frozen=True, slots=True)
class PythonTokens:
    """The tokens, and the full names of what is imported by the names that it gets."""

    tokens: list[Lexeme]
    imported: Mapping[str, str]


@dataclass(slots=True)
class _Layout:
    """Turns line ends and indentation into tokens."""

    source: Source
    indentations: list[int] = field(default_factory=list)
    done: list[Lexeme] = field(default_factory=list)
    imported: dict[str, str] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add_line(self, line: Sequence[Lexeme]) -> None:
        """Takes in a logical line."""
        first = line[0]
        if first.type == "AT" or first.text in _IGNORED_LINES:
            self._take_import(line)
            return
        self._refuse(line)
        self._indent(first)
        for before, token in zip((None, *line), line, strict=False):
            is_word = token.type == "NAME" and token.text in WORDS
            if is_word and (before is None or before.type != "DOT"):
                token = token._replace(type=WORDS[token.text])
            self.done.append(token)
        end = line[-1].end
        self.done.append(Lexeme("NEWLINE", "", end, end + 1))

    def finish(self) -> None:
        """Closes all blocks."""
        end = self.done[-1].end if self.done else 0
        self.done += [Lexeme("DEDENT", "", end, end + 1)] * (len(self.indentations) - 1)

    def _indent(self, first: Lexeme) -> None:
        text = self.source.text
        before = text[text.rfind("\n", 0, first.start) + 1 : first.start]
        column = len(before.expandtabs(_TAB))
        levels = self.indentations
        if not levels:
            levels.append(column)
        if column > levels[-1]:
            levels.append(column)
            self.done.append(Lexeme("INDENT", "", first.start, first.end))
            if len(levels) > _DEEPEST_INDENTATION:
                message = f"blocks are nested deeper than {_DEEPEST_INDENTATION}"
                raise error("too-deep", message, span_of(self.source, first))
        while len(levels) > 1 and column < levels[-1]:
            levels.pop()
            self.done.append(Lexeme("DEDENT", "", first.start, first.end))
        if column < levels[0]:
            levels[0] = column  # the first line of a text is often cut out with too many blanks
        elif column != levels[-1]:
            self._complain("syntax", "this indentation fits no line before", first)

    def _refuse(self, line: Sequence[Lexeme]) -> None:
        for before, token in zip((None, *line), line, strict=False):
            is_attribute = before is not None and before.type == "DOT"
            if token.type == "OTHER":
                self._complain("syntax", f"Python has no use for `{token.text}` here", token)
            elif token.type == "NAME" and token.text in _REFUSED and not is_attribute:
                help = _REFUSED[token.text]
                self._complain("unsupported", f"`{token.text}` is not read", token, help)

    def _complain(self, id: str, message: str, token: Lexeme, help: str | None = None) -> None:
        if len(self.diagnostics) < MAXIMUM_DIAGNOSTICS:
            place = span_of(self.source, token)
            self.diagnostics.append(Diagnostic(id, message, place, (), help))

    def _take_import(self, line: Sequence[Lexeme]) -> None:
        """Notes the names of `import a.b as c` and `from a import b as c, d`; nothing is imported."""
        words = "".join(f" {token.text} " if token.type == "NAME" else token.text for token in line)
        match = re.fullmatch(r" (?:from (?P<module>[\w .]*)  )?import (?P<names>[^\n]*)", words)
        if match is None:
            return
        module = (match["module"] or "").replace(" ", "")
        for part in match["names"].strip("()").split(","):
            name, _, alias = (piece.strip() for piece in part.partition("  as  "))
            name = name.replace(" ", "")
            full = f"{module}.{name}" if module else name
            self.imported[alias or (name if module else name.partition(".")[0])] = (
                full if alias or module else name.partition(".")[0]
            )


def read_python_tokens(source: Source, pattern: re.Pattern[str]) -> PythonTokens:
    """The tokens of the text. Raises SymhdlError for what is no Python, or beyond what is read."""
    layout = _Layout(source)
    line: list[Lexeme] = []
    depth = 0
    for token in raw_tokens(source.text, 0, len(source.text), pattern):
        if token.type == "NEWLINE":
            if depth <= 0 and line:
                layout.add_line(line)
                line = []
            continue
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if not line:
            depth = max(depth, 0)
        line.append(token)
    if line:
        layout.add_line(line)
    layout.finish()
    if layout.diagnostics:
        raise SymhdlError(*layout.diagnostics)
    return PythonTokens(layout.done, layout.imported)
