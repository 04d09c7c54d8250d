"""What the readers of LaTeX's characters share: the text, the tokens so far, open brackets, and what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, error, warning
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_NESTING

_CLOSERS = {"(": ")", "[": "]", "{": "\\}", "|": "\\rvert", "⌊": "\\rfloor", "⌈": "\\rceil"}
_CLOSERS |= {"LBRACE": "}", "ROOT": "]", "CASES": "\\end{cases}"}


class Vocabulary(NamedTuple):
    """Names known before the text is read: functions of the user, and inputs by what their spellings share."""

    functions: Collection[str] = ()
    inputs: Mapping[str, str] = {}  # never changed


class Opened(NamedTuple):
    """A bracket, what has to close it, and how many arguments TeX still wants behind it."""

    token: Lexeme
    kind: str
    wanted: int


@dataclass(slots=True)
class Tape:
    r"""The text under the reading head at `position`, and what has been read.

    `wanted` counts the arguments that TeX takes next: after `\frac` it is 2, and `12` are two arguments then.
    """

    source: Source
    vocabulary: Vocabulary
    position: int = 0
    wanted: int = 0
    tokens: list[Lexeme] = field(default_factory=list)
    open: list[Opened] = field(default_factory=list)
    words: set[str] = field(default_factory=set)  # that the text itself uses as names
    diagnostics: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole text."""
        return self.source.text

    @property
    def is_in_cases(self) -> bool:
        """Whether the innermost bracket is that of a distinction of cases."""
        return bool(self.open) and self.open[-1].kind == "CASES"

    def emit(self, kind: str, text: str, start: int, end: int | None = None) -> None:
        """A token from `start` up to the reading head."""
        self.tokens.append(Lexeme(kind, text, start, self.position if end is None else end))

    def value(self, kind: str, text: str, start: int, end: int | None = None) -> None:
        """A token that TeX may take as an argument."""
        self.wanted = max(0, self.wanted - 1)
        self.emit(kind, text, start, end)

    def complain(
        self,
        id: str,
        message: str,
        token: Lexeme,
        help: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """A mistake; the statement that it stands in is not looked at further."""
        place = Span(self.source, token.start, max(token.start + 1, token.end))
        self.diagnostics.append(Diagnostic(id, message, place, notes, help))
        self.tokens.append(Lexeme("FAULT", token.text, token.start, token.end))

    def warn(self, id: str, message: str, token: Lexeme, help: str) -> None:
        """Something that the user should know."""
        place = Span(self.source, token.start, token.end)
        self.warnings.append(warning(id, message, place, help=help))

    def begin(self, token: Lexeme, kind: str, token_kind: str, text: str) -> None:
        """Opens a bracket of a kind."""
        if len(self.open) >= MAXIMUM_NESTING:
            raise error(
                "too-deep",
                f"more than {MAXIMUM_NESTING:,} brackets are open here",
                Span(self.source, token.start, token.end),
                help="name parts of the expression in formulas of their own",
            )
        self.open.append(Opened(token, kind, max(0, self.wanted - 1)))
        self.wanted = 0
        self.tokens.append(Lexeme(token_kind, text, token.start, token.end))

    def finish(self, token: Lexeme, kind: str, token_kind: str, text: str) -> None:
        """Closes the innermost bracket, which should be of the kind."""
        if not self.open:
            self.complain(
                "unmatched-bracket", f"this `{token.text}` closes nothing", token, "remove it"
            )
            return
        opened = self.open.pop()
        self.wanted = opened.wanted
        if opened.kind != kind:
            self.complain(
                "unmatched-bracket",
                f"`{opened.token.text}` is closed by `{token.text}`",
                token,
                f"write `{_CLOSERS[opened.kind]}`",
                (f"the `{opened.token.text}` is at {self._place(opened.token)}",),
            )
            return
        self.tokens.append(Lexeme(token_kind, text, token.start, token.end))

    def close_all(self) -> None:
        """At the end of a formula: what is still open is a mistake."""
        self.wanted = 0
        if self.open:
            opened = self.open[-1]
            help = f"add the `{_CLOSERS[opened.kind]}`"
            message = f"this `{opened.token.text}` is never closed"
            self.complain("unmatched-bracket", message, opened.token, help)
            # The fault belongs to the formula that ends here, wherever its bracket was opened.
            self.open.clear()

    def _place(self, token: Lexeme) -> str:
        span = Span(self.source, token.start, token.end)
        return f"line {span.line}, column {span.column}"
