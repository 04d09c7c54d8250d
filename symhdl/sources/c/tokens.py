"""Characters of C into tokens: comments and directives go, constants are put in, types and words told from names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from lark import Lark

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.grammar.syntax import Lexeme
from symhdl.grammar.tokens import limited
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_NAME_LENGTH, MAXIMUM_NESTING

_WORDS = {
    "if": "IF",
    "else": "ELSE",
    "for": "FOR",
    "while": "WHILE",
    "return": "RETURN",
}
_QUALIFIERS = "const constexpr static inline volatile register restrict extern __restrict"
_WHOLE = "bool _Bool char short int long signed unsigned size_t"
_SIZED = "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t"
_REAL = "float double half float_t double_t float32_t float64_t _Float16"
TYPES = frozenset(f"void auto {_QUALIFIERS} {_WHOLE} {_SIZED} {_REAL}".split())
_REFUSED = {
    "switch": "write if (...) ... else if (...) ...",
    "goto": "write loops and conditions",
    "break": "write `if` around what is to be left out",
    "continue": "write `if` around what is to be left out",
    "do": "write while (...) ..., with the statements before it once more",
    "struct": "give each member a variable of its own",
    "union": "give each member a variable of its own",
    "class": "write plain functions",
    "enum": "write #define or const int",
    "template": "write the function for one type",
    "using": "write typedef type name;",
    "sizeof": "write the number",
    "new": "use arrays of a fixed size",
    "try": "remove it",
    "throw": "return a value",
    "asm": "write it in C",
    "namespace": "remove it and its braces",
}
_REFUSED_SIGNS = {
    "**": ("`**` is not a power in C", "write pow(a, b)"),
    "^": ("`^` is not a power in C but the exclusive or of bits", "write pow(a, b), or a != b"),
    "|": ("`|` on bits is not read", "between conditions write ||"),
    "~": ("`~` on bits is not read", "write -n - 1, or !condition"),
    "&": (
        "`&` is not read: bits, addresses and references",
        "write && between conditions, n % 8 for bits; hand a value back with return",
    ),
    "<<": ("shifts are not read", "write n * 4 for n << 2"),
    ">>": ("shifts are not read", "write floor(n / 4.0) for n >> 2"),
    ".": ("members of structures are not read", "give each member a variable of its own"),
    "->": ("members of structures are not read", "give each member a variable of its own"),
}
_DEFINE = re.compile(r"#[ \t]*define[ \t]+([^\W\d]\w*)(\()?")
_IGNORED_DIRECTIVE = re.compile(r"#[ \t]*(?:include|pragma|undef|line|\Z|\n)")
_MOST_STEPS = 200_000  # tokens that constants may stand for
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@cache
def token_pattern(parser: Lark) -> re.Pattern[str]:
    """One pattern with a group for every terminal that the grammar file defines, the higher priority first."""
    terminals = [terminal for terminal in parser.terminals if terminal.pattern is not None]
    terminals.sort(key=lambda terminal: -terminal.priority)
    parts = (f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in terminals)
    return re.compile("|".join(parts))


def span_of(source: Source, token: Lexeme) -> Span:
    """The place of the token; that of the end is the last character."""
    start = min(token.start, max(0, len(source.text) - 1))
    return Span(source, start, max(token.end, start + 1))


@dataclass(slots=True)
class _Reader:
    """Reads the tokens of a text. `constants` are those of `#define`, `aliases` the types of `typedef`."""

    source: Source
    pattern: re.Pattern[str]
    constants: dict[str, list[Lexeme]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    steps: int = 0

    def tokens(self) -> list[Lexeme]:
        """The tokens as the parser wants them."""
        done: list[Lexeme] = []
        alias: int | None = None  # where the type of a typedef begins
        for token in self._with_constants():
            self._check(token)
            name = token.text.rpartition("::")[2]
            if token.type == "TEMPLATE":
                head, _, inside = re.sub(r"\s+", " ", name).rstrip(">").partition("<")
                text = inside if head.strip() == "static_cast" else f"{head}<{inside}>"
                done.append(token._replace(type="TYPE", text=text))
            elif token.type == "NAME" and name == "typedef":
                alias = len(done)
            elif token.type == "NAME":
                kind = "TYPE" if name in TYPES or name in self.aliases else _WORDS.get(name, "NAME")
                done.append(token._replace(type=kind, text=self.aliases.get(name, name)))
            elif token.type == "SEMICOLON" and alias is not None:
                self._take_alias(done[alias:])
                del done[alias:]
                alias = None
            else:
                done.append(token)
        return done

    def _take_alias(self, tokens: Sequence[Lexeme]) -> None:
        words = [token.text for token in tokens if token.type == "TYPE"]
        if words and tokens[-1].type == "NAME":
            self.aliases[tokens[-1].text] = " ".join(words)

    def _raw(self, start: int, end: int) -> Iterator[Lexeme]:
        for match in self.pattern.finditer(self.source.text, start, end):
            kind = match.lastgroup
            assert kind is not None, "a token without a kind; please report this"
            if kind not in ("BLANK", "COMMENT"):
                yield Lexeme(kind, match[0], *match.span())

    def _with_constants(self) -> Iterator[Lexeme]:
        """The tokens outside of directives, constants replaced by what they stand for."""
        for token in limited(self.source, self._raw(0, len(self.source.text))):
            if token.type == "DIRECTIVE":
                self._directive(token)
                continue
            pending: list[tuple[Lexeme, frozenset[str]]] = [(token, frozenset())]
            while pending:
                part, hidden = pending.pop()
                body = self.constants.get(part.text) if part.type == "NAME" else None
                if body is None or part.text in hidden:
                    yield part._replace(start=token.start, end=token.end)
                    continue
                self.steps += 1 + len(body)
                if self.steps > _MOST_STEPS:
                    message = "the constants grow beyond all bounds"
                    raise error("too-large", message, span_of(self.source, token))
                pending += [(inner, hidden | {part.text}) for inner in reversed(body)]

    def _directive(self, token: Lexeme) -> None:
        match = _DEFINE.match(token.text)
        if match is not None and match[2] is None:
            self.constants[match[1]] = list(self._raw(token.start + match.end(), token.end))
        elif match is not None:
            message = "macros with arguments are not read"
            shown = token._replace(end=token.start + match.end() - 1)
            help = f"write a function: float {match[1]}(float x) {{ return ...; }}"
            self._complain("unsupported", message, shown, help)
        elif not _IGNORED_DIRECTIVE.match(token.text):
            word = re.match(r"#[ \t]*\w*", token.text)
            assert word is not None, "a directive without its sign; please report this"
            shown = token._replace(end=token.start + word.end())
            help = "give the text as the preprocessor leaves it"
            self._complain("unsupported", f"`{word[0]}` is not read", shown, help)

    def _check(self, token: Lexeme) -> None:
        """Notes what is not read at all."""
        if token.type == "NAME" and token.text in _REFUSED:
            self._complain(
                "unsupported", f"`{token.text}` is not read", token, _REFUSED[token.text]
            )
        elif token.type == "NAME" and len(token.text) > MAXIMUM_NAME_LENGTH:
            found = len(token.text)
            message = f"a name has at most {MAXIMUM_NAME_LENGTH} characters, this one has {found}"
            self._complain("name-too-long", message, token)
        elif token.type == "OTHER":
            message, help = _REFUSED_SIGNS[token.text]
            self._complain("unsupported", message, token, help)
        elif token.type == "UNKNOWN":
            message = f"C has no use for `{token.text}` here"
            self._complain("syntax", message, token, "remove it")
        elif token.type == "TEXT":
            message = "texts and characters are not read"
            self._complain("unsupported", message, token, "write numbers")

    def _complain(self, id: str, message: str, token: Lexeme, help: str | None = None) -> None:
        place = span_of(self.source, token)
        self.diagnostics.append(Diagnostic(id, message, place, (), help))
        if len(self.diagnostics) >= MAXIMUM_DIAGNOSTICS:
            raise SymhdlError(*self.diagnostics)


def read_c_tokens(source: Source, pattern: re.Pattern[str]) -> list[Lexeme]:
    """The tokens of the text, with their brackets matched. Raises SymhdlError for what is no C, or is not read."""
    reader = _Reader(source, pattern)
    tokens = reader.tokens()
    if reader.diagnostics:
        raise SymhdlError(*reader.diagnostics)
    opened: list[Lexeme] = []
    for token in tokens:
        if token.text in _CLOSING:
            opened.append(token)
            if len(opened) > MAXIMUM_NESTING:
                message = f"more than {MAXIMUM_NESTING:,} brackets are open here"
                help = "give parts of the expression names of their own"
                raise error("too-deep", message, span_of(source, token), help=help)
        elif token.text in _CLOSING.values():
            _close(source, opened, token)
    if opened:
        message = f"this `{opened[-1].text}` is never closed"
        help = f"add the `{_CLOSING[opened[-1].text]}`"
        raise error("unmatched-bracket", message, span_of(source, opened[-1]), help=help)
    return tokens


def _close(source: Source, opened: list[Lexeme], token: Lexeme) -> None:
    place = span_of(source, token)
    if not opened:
        message = f"this `{token.text}` closes nothing"
        raise error("unmatched-bracket", message, place, help="remove it")
    opening = opened.pop()
    if _CLOSING[opening.text] != token.text:
        message = f"`{opening.text}` is closed by `{token.text}`"
        where = span_of(source, opening)
        note = f"the `{opening.text}` is at line {where.line}, column {where.column}"
        help = f"write `{_CLOSING[opening.text]}`"
        raise error("unmatched-bracket", message, place, notes=(note,), help=help)
