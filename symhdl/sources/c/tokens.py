"""Characters of C into tokens: comments and directives taken away, macros expanded, types and words told from names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, SymhdlError, error
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.imperative.parser import raw_tokens, span_of

WORDS = {
    "if": "IF",
    "else": "ELSE",
    "for": "FOR",
    "while": "WHILE",
    "do": "DO",
    "return": "RETURN",
    "break": "BREAK",
    "continue": "CONTINUE",
    "and": "AND",
    "or": "OR",
    "not": "BANG",
}
QUALIFIERS = frozenset(
    [
        "const",
        "constexpr",
        "static",
        "inline",
        "volatile",
        "register",
        "restrict",
        "extern",
        "__restrict",
        "__restrict__",
        "__inline",
        "__forceinline",
        "__global",
        "__constant",
        "__device__",
        "__host__",
        "__global__",
        "noexcept",
        "mutable",
    ]
)
_WHOLE = "bool _Bool char short int long signed unsigned size_t ptrdiff_t ssize_t wchar_t"
_SIZED = "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uint"
_REAL = "float double half float_t double_t float16_t float32_t float64_t _Float16 real_t"
TYPES = frozenset(f"void auto {_WHOLE} {_SIZED} {_REAL}".split()) | QUALIFIERS
TEMPLATES = frozenset(
    ["ap_fixed", "ap_ufixed", "ap_int", "ap_uint", "ac_fixed", "ac_int", "static_cast"]
)
_REFUSED = {
    "switch": "write if (...) ... else if (...) ...",
    "goto": "write loops and conditions",
    "struct": "give each member a variable of its own",
    "union": "give each member a variable of its own",
    "class": "write plain functions",
    "enum": "write #define or const int",
    "template": "write the function for one type",
    "sizeof": "write the number",
    "new": "use arrays of a fixed size",
    "try": "remove it",
    "throw": "return a value",
    "asm": "write it in C",
    "namespace": "remove it and its braces",
}
_DEFINE = re.compile(r"#[ \t]*define[ \t]+([^\W\d]\w*)(\([^()\n]*\))?")
_IGNORED_DIRECTIVE = re.compile(r"#[ \t]*(?:include|pragma|undef|line|\Z|\n)")
_DEEPEST_MACRO = 200
_MOST_STEPS = 200_000  # tokens that macros may produce


class _Macro(NamedTuple):
    parameters: tuple[str, ...] | None
    body: tuple[Lexeme, ...]


class _Pending(NamedTuple):
    """A token that is still to be looked at, and the macros that it came out of."""

    token: Lexeme
    hidden: frozenset[str]


@dataclass(slots=True)
class _Preprocessor:
    """Does what a C preprocessor does, for macros and for nothing else."""

    source: Source
    pattern: re.Pattern[str]
    macros: dict[str, _Macro] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _steps: int = 0

    def run(self) -> list[Lexeme]:
        """The tokens without directives and with macros expanded."""
        kept: list[Lexeme] = []
        ready: list[Lexeme] = []
        for token in raw_tokens(self.source.text, 0, len(self.source.text), self.pattern):
            if token.type != "DIRECTIVE":
                kept.append(token)
                continue
            ready += self._expand(kept)
            kept = []
            self._directive(token)
        return ready + self._expand(kept)

    def _complain(self, id: str, message: str, token: Lexeme, help: str | None = None) -> None:
        if len(self.diagnostics) < MAXIMUM_DIAGNOSTICS:
            place = span_of(self.source, token)
            self.diagnostics.append(Diagnostic(id, message, place, (), help))

    def _directive(self, token: Lexeme) -> None:
        if _IGNORED_DIRECTIVE.match(token.text):
            return
        match = _DEFINE.match(token.text)
        if match is None:
            word = re.match(r"#[ \t]*\w*", token.text)
            shown = token._replace(end=token.start + (word.end() if word else 1))
            help = "give the text as the preprocessor leaves it"
            self._complain("unsupported", f"`{word[0] if word else '#'}` is not read", shown, help)
            return
        parameters = None
        if match[2] is not None:
            parameters = tuple(name.strip() for name in match[2][1:-1].split(",") if name.strip())
        start = token.start + match.end()
        body = raw_tokens(self.source.text, start, token.end, self.pattern)
        self.macros[match[1]] = _Macro(parameters, tuple(body))

    def _expand(self, tokens: Sequence[Lexeme]) -> list[Lexeme]:
        if not self.macros:
            return list(tokens)
        done: list[Lexeme] = []
        pending = [_Pending(token, frozenset()) for token in reversed(tokens)]
        while pending:
            token, hidden = pending.pop()
            macro = self.macros.get(token.text) if token.type == "NAME" else None
            if macro is None or token.text in hidden:
                done.append(token)
                continue
            place, arguments = token, None
            if macro.parameters is not None:
                found = self._arguments(pending)
                if found is None:
                    done.append(token)
                    if self._steps > _MOST_STEPS:
                        raise self._too_large(token)
                    continue
                arguments, end = found
                place = token._replace(end=max(token.end, end))
            body = self._body(macro, arguments, place, hidden | {token.text}, token)
            self._steps += 1 + len(body)
            if self._steps > _MOST_STEPS or len(hidden) > _DEEPEST_MACRO:
                raise self._too_large(token)
            pending.extend(reversed(body))
        return done

    def _too_large(self, token: Lexeme) -> SymhdlError:
        message = "the macros grow beyond all bounds"
        return error("too-large", message, span_of(self.source, token))

    def _arguments(self, pending: list[_Pending]) -> tuple[list[list[_Pending]], int] | None:
        """Takes the arguments of a call from the tokens that follow; None if none follow."""
        if not pending or pending[-1].token.type != "LPAR":
            return None
        depth, position = 0, len(pending)
        arguments: list[list[_Pending]] = [[]]
        while position > 0:
            position -= 1
            item = pending[position]
            depth += (item.token.type == "LPAR") - (item.token.type == "RPAR")
            if depth == 0:
                self._steps += len(pending) - position
                del pending[position:]
                return (arguments if arguments != [[]] else []), item.token.end
            if item.token.type == "COMMA" and depth == 1:
                arguments.append([])
            elif not (depth == 1 and item.token.type == "LPAR" and position == len(pending) - 1):
                arguments[-1].append(item)
        self._steps += len(pending)
        return None

    def _body(
        self,
        macro: _Macro,
        arguments: list[list[_Pending]] | None,
        place: Lexeme,
        hidden: frozenset[str],
        token: Lexeme,
    ) -> list[_Pending]:
        values: Mapping[str, list[_Pending]] = {}
        if macro.parameters is not None and arguments is not None:
            if len(arguments) != len(macro.parameters):
                wanted, found = len(macro.parameters), len(arguments)
                message = f"the macro `{token.text}` takes {wanted} arguments, here it has {found}"
                raise error("wrong-arity", message, span_of(self.source, token))
            values = dict(zip(macro.parameters, arguments, strict=True))
        body: list[_Pending] = []
        for part in macro.body:
            items = values.get(part.text) if part.type == "NAME" else None
            if items is None:
                items = [_Pending(part, hidden)]
            for item in items:
                moved = item.token._replace(start=place.start, end=place.end)
                body.append(_Pending(moved, item.hidden))
        return body


def read_c_tokens(source: Source, pattern: re.Pattern[str]) -> list[Lexeme]:
    """The tokens of the text. Raises SymhdlError for what is no C, or beyond what is read."""
    preprocessor = _Preprocessor(source, pattern)
    tokens = preprocessor.run()
    diagnostics = preprocessor.diagnostics
    _refuse(source, tokens, diagnostics)
    if diagnostics:
        raise SymhdlError(*diagnostics[:MAXIMUM_DIAGNOSTICS])
    return _with_end(_classified(tokens))


def _refuse(source: Source, tokens: Iterable[Lexeme], diagnostics: list[Diagnostic]) -> None:
    """Notes what is not read at all."""
    before = ""
    for token in tokens:
        is_word = token.type == "NAME" and token.text in _REFUSED and before != "using"
        before = token.text
        if is_word:
            found = ("unsupported", f"`{token.text}` is not read", _REFUSED[token.text])
        elif token.type == "OTHER":
            found = ("syntax", f"C has no use for `{token.text}` here", "remove it")
        elif token.type == "TEXT":
            found = ("unsupported", "texts and characters are not read", "write numbers")
        else:
            continue
        id, message, help = found
        diagnostics.append(Diagnostic(id, message, span_of(source, token), (), help))
        if len(diagnostics) >= MAXIMUM_DIAGNOSTICS:
            return


def _classified(tokens: Sequence[Lexeme]) -> list[Lexeme]:
    """Names that are words or types become tokens of those kinds; `typedef` and `using` are taken in."""
    aliases: dict[str, str] = {}
    done: list[Lexeme] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if token.type != "NAME":
            done.append(token)
        elif token.text == "typedef" or token.text == "using":
            position = _take_alias(tokens, position, token.text, aliases)
        elif token.text in WORDS:
            done.append(token._replace(type=WORDS[token.text]))
        elif plain(token.text) in TEMPLATES:
            text, position = _template(tokens, position, plain(token.text))
            text = aliases.get(text, text)
            done.append(Lexeme("TYPE", text, token.start, tokens[position - 1].end))
        elif plain(token.text) in TYPES:
            done.append(token._replace(type="TYPE", text=plain(token.text)))
        elif token.text in aliases:
            done.append(token._replace(type="TYPE", text=aliases[token.text]))
        else:
            done.append(token._replace(text=plain(token.text)))
    return done


def plain(name: str) -> str:
    """The name without the namespaces before it."""
    return name.rpartition("::")[2]


def _template(tokens: Sequence[Lexeme], position: int, name: str) -> tuple[str, int]:
    """The type with what stands between `<` and `>` behind it."""
    if position >= len(tokens) or tokens[position].text != "<":
        return name, position
    parts: list[str] = []
    for index in range(position + 1, min(position + 12, len(tokens))):
        if tokens[index].text == ">":
            inside = " ".join(parts)
            return (inside if name == "static_cast" else f"{name}<{inside}>"), index + 1
        parts.append(plain(tokens[index].text))
    return name, position


def _take_alias(tokens: Sequence[Lexeme], position: int, word: str, aliases: dict[str, str]) -> int:
    """Reads `typedef type name;` or `using name = type;`; any other `using` is of no interest."""
    end = position
    while end < len(tokens) and tokens[end].type != "SEMICOLON":
        end += 1
    parts = tokens[position:end]
    if word == "using":
        parts = [*parts[2:], parts[0]] if len(parts) > 2 and parts[1].type == "ASSIGN" else []
    if len(parts) > 1 and parts[-1].type == "NAME":
        type = _type_of(parts[:-1], aliases)
        if type:
            aliases[parts[-1].text] = type
    return end + 1


def _type_of(tokens: Sequence[Lexeme], aliases: Mapping[str, str]) -> str:
    """The words of a type; empty if there are none."""
    words: list[str] = []
    position = 0
    while position < len(tokens):
        name = plain(tokens[position].text)
        position += 1
        if name in TEMPLATES:
            text, position = _template(tokens, position, name)
            words.append(text)
        elif name in aliases or name in TYPES:
            words.append(aliases.get(name, name))
    return " ".join(words)


def _with_end(tokens: list[Lexeme]) -> list[Lexeme]:
    """The tokens with the `;` that a text of one expression may lack."""
    if not tokens or (tokens[-1].type in ("SEMICOLON", "RBRACE") and not _ends_value(tokens)):
        return tokens
    end = tokens[-1].end
    return [*tokens, Lexeme("SEMICOLON", ";", end, end + 1)]


def _ends_value(tokens: Sequence[Lexeme]) -> bool:
    """Whether the closing brace at the end is that of `{a, b}`."""
    depth = 0
    for index in range(len(tokens) - 1, -1, -1):
        depth += (tokens[index].type == "RBRACE") - (tokens[index].type == "LBRACE")
        if depth == 0:
            return (
                tokens[index].type == "LBRACE" and index > 0 and tokens[index - 1].type == "ASSIGN"
            )
    return False
