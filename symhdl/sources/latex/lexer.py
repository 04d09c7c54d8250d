"""Characters of LaTeX into tokens: commands looked up, letters into names, words and environments recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme
from symhdl.grammar.tokens import too_many
from symhdl.names.spelling import similar
from symhdl.numeric.limits import MAXIMUM_TOKENS
from symhdl.sources.latex import commands
from symhdl.sources.latex.names import decoration, spelling_key
from symhdl.sources.latex.questions import Extent, Findings, Placed

LONGEST_PRODUCT = 3  # letters that stand together; more are a word that somebody forgot to mark
TAKERS = frozenset(["SUP", "SUB", "FRACTION", "SQRT"])
"""Tokens behind which TeX takes arguments: a single letter or digit, or what stands in braces."""

_TOKEN = re.compile(
    rf"""
      (?P<CASES>\\begin\s*\{{d?cases\}}
              | \\left\s*\\(?:\{{|lbrace)\s*\\begin\s*\{{array\}}\s*\{{(?:[^{{}}]|\{{[^{{}}]*\}}){{0,40}}\}})
    | (?P<ENDCASES>\\end\s*\{{d?cases\}} | \\end\s*\{{array\}}\s*\\right\s*\.)
    | (?P<ARRANGED>\\(?:begin|end)\s*\{{(?:{commands.FORMULAS}|{commands.INNER})\*?\}}(?:\{{[0-9]+\}}|\[[tbc]\])?)
    | (?P<ENVIRONMENT>\\(?:begin|end)\s*\{{(?P<name>[A-Za-z]*)\*?\}})
    | (?P<LINE>\\\\\*?(?:\[[ ]*-?[0-9.]{{1,9}}[ ]*[a-z]{{2}}[ ]*\])?\s* | \n\s*\n)
    | (?P<ROOT>\\sqrt\s*\[)
    | (?P<DOT>\\,\.\\,)
    | (?P<NOTHING>[ \t\r\f\v~\u00a0\u2009\u202f\ufeff]+ | \{{\s*\}} | \\(?:left|right)\s*\.
              | \\(?:label|tag\*?|[hv]space|phantom)\s*\{{[^{{}}]*\}})
    | (?P<OPENBAR>\\left\s*(?:\||\\vert(?![A-Za-z])))
    | (?P<CLOSEBAR>\\right\s*(?:\||\\vert(?![A-Za-z])))
    | (?P<COMMAND>\\(?:operatorname\*|tag\*|[A-Za-z]+|.|$))
    | (?P<SCIENTIFIC>(?:[0-9]++\.?[0-9]*+|\.[0-9]++)[eE][+\-]?[0-9]+)
    | (?P<NUMBER>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    | (?P<WORD>[^\W\d_⁰¹²³⁴-⁹₀-₉]+)
    | (?P<OTHER>:=|[<>!=]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"(?P<kept>\\.)|%[^\n]*", re.DOTALL)
_ARGUMENT = re.compile(r"\s*(?:\{(?P<inside>[^{}\n]{0,100})\}|(?P<bare>\\[A-Za-z]+|[^\W\d_]))")
_UPRIGHT = re.compile(r"[^\W\d_](?:[\w \-]|\\_)*[*+]?")
_BRACKET = re.compile(r"\s*(?:\\left|\\[bB]igg?l?)?\s*(?:[(\[]|\{\s*\\left)")


def without_comments(text: str) -> str:
    """The text with blanks for comments, so that everything keeps its place."""
    return _COMMENT.sub(lambda match: match["kept"] or " " * len(match[0]), text)


@dataclass(slots=True)
class Lexer:
    """Reads a text; what is wrong goes to `findings`.

    `functions` and `inputs` (by their spellings) are names known before.
    """

    text: str
    findings: Findings
    functions: Collection[str]
    inputs: Mapping[str, str]
    position: int = 0
    count: int = 0
    tokens: list[Lexeme] = field(default_factory=list)

    def read(self, start: int, end: int) -> list[Lexeme]:
        """The tokens of the characters from `start` to `end`."""
        self.tokens = []
        self.position = start
        while self.position < end:
            self.count += 1
            if self.count > MAXIMUM_TOKENS:
                raise too_many(self.findings.source, self.position)
            match = _TOKEN.match(self.text, self.position, end)
            assert match is not None, "characters that no pattern takes; please report this"
            kind = match.lastgroup
            assert kind is not None, "a token without a kind; please report this"
            self.position = match.end()
            token = Lexeme(kind, match[0], *match.span())
            meaning = _MEANINGS.get(kind) or commands.SYMBOLS.get(match[0])
            if meaning is not None:
                self._emit(*meaning, token.start)
            elif kind == "NUMBER":
                self._emit(kind, token.text, token.start)
            elif kind == "ENVIRONMENT":
                self._ask("unknown-environment", token, shown(match["name"]))
            elif kind == "OTHER":
                self._ask("unknown-character", token)
            elif kind in _READERS:
                _READERS[kind](self, token)
        return self.tokens

    def _emit(self, kind: str, text: str, start: int) -> None:
        """A token from `start` to the reading head."""
        self.tokens.append(Lexeme(kind, text, start, self.position))

    def _ask(self, question: str, place: Placed, *others: Placed | str) -> None:
        """Asks; the formula in which a FAULT stands is not looked at further."""
        self.findings.ask(question, place, *others)
        self._emit("FAULT", "", place.start)

    def _is_argument(self) -> bool:
        """Whether TeX takes what stands here as an argument, a single letter if there are no braces."""
        return bool(self.tokens) and self.tokens[-1].type in TAKERS

    def scientific(self, token: Lexeme) -> None:
        """`2e-3` is two formulas, depending on who wrote it."""
        self._ask("ambiguous-number power", token, *map(shown, re.split("([eE])", token.text)))

    def word(self, token: Lexeme) -> None:
        """Letters side by side: names of one letter each, unless they are known as a word."""
        word = token.text
        function = self._function(word)
        if word in self.inputs and not self._is_argument():
            self._name(word, token.start)
        elif self._is_argument() or len(word) == 1:
            self._letters(token)
        elif function and _BRACKET.match(self.text, token.end):
            self._emit("FUNCTION", function, token.start)
            self.findings.remark("word-as-function", token)
        elif word in commands.LETTERS or function or len(word) > LONGEST_PRODUCT:
            spelling = f"\\{word}" if word in commands.LETTERS else f"\\mathrm{{{shown(word)}}}"
            self._ask("ambiguous-word", token, spelling, shown(" ".join(word)))
        else:
            self._letters(token)

    def _function(self, word: str) -> str:
        """The function of the name; nothing if there is none."""
        return word if word in self.functions else commands.FUNCTIONS.get(word, "")

    def _letters(self, token: Lexeme) -> None:
        """Every letter is a name; the last one takes the subscript."""
        for start in range(token.start, token.end - 1):
            self.tokens.append(Lexeme("NAME", self._spelt(self.text[start]), start, start + 1))
        self._name(token.text[-1], token.end - 1)

    def _spelt(self, name: str) -> str:
        """The name as the list of inputs spells it, if it is one of them."""
        return self.inputs.get(name) or self.inputs.get(spelling_key(name), name)

    def _name(self, name: str, start: int) -> None:
        """The name with what is written on it; an argument without braces cannot have any of that."""
        if not self._is_argument():
            written, self.position, more = decoration(self.text, self.position)
            whole = self.findings.written(Extent(start, self.position))
            if len(more) > 1 and not more.isdigit():
                place = Extent(start, self.position + len(more))
                self._ask("ambiguous-subscript", place, name, shown(more), whole[-1], whole)
                self.position += len(more)
            elif more:
                self.findings.remark(
                    "unbraced-subscript", Extent(start, self.position), name + written
                )
            name += written
        self._emit("NAME", self._spelt(name), start)

    def command(self, token: Lexeme) -> None:
        """A command: a symbol, a letter, a function, a font, a mark, or nothing that is read."""
        name = token.text[1:]
        if name in commands.LETTERS:
            self._name(commands.LETTERS[name], token.start)
        elif name in commands.FONTS or name in commands.MARKS:
            self._word_in_braces(token)
        elif name in commands.REFUSED:
            self._ask("unsupported-command", token, token, *commands.REFUSED[name])
        elif self._function(name):
            self._emit("FUNCTION", self._function(name), token.start)
        elif name not in commands.IGNORED and not name.isspace():
            guess = similar(name, {*commands.COMMANDS, *commands.LETTERS, *commands.FUNCTIONS})
            help = f"did you mean `\\{guess}`?" if guess is not None else ""
            self._ask("unknown-command" if name.isalpha() else "unknown-character", token, help)

    def _word_in_braces(self, token: Lexeme) -> None:
        r"""`\mathrm{...}`, `\text{...}` or `\hat{...}`: words of a condition, a function, or one name."""
        argument = _ARGUMENT.match(self.text, self.position)
        inside = "" if argument is None else (argument["inside"] or argument["bare"] or "").strip()
        self.position = token.end if argument is None else argument.end()
        mark = commands.MARKS.get(token.text[1:], "")
        letter = commands.LETTERS.get(inside[1:]) if inside.startswith("\\") else None
        name = (letter or inside).replace("\\_", "_") + mark
        is_operator = "operatorname" in token.text
        types = [commands.CONDITION_WORDS.get(word.strip(".,:")) for word in name.split()]
        if types and all(types) and not is_operator:
            for type in types:
                self._emit(type or "", inside, token.start)
        elif not inside or not _UPRIGHT.fullmatch(name):
            self._ask("bad-name", Extent(token.start, self.position), shown(inside))
        elif function := self._upright_function(name, is_operator):
            self._emit("FUNCTION", function, token.start)
        else:
            self._name(name, token.start)

    def _upright_function(self, name: str, is_operator: bool) -> str:
        """The function that an upright word stands for; nothing if it is the name of a value."""
        if name in self.inputs:
            return ""
        found = self._function(name) or (self._function(name.lower()) if len(name) > 2 else "")
        is_called = is_operator and _BRACKET.match(self.text, self.position)
        return found or (_ONLY_CALLED.get(name, name) if is_called else "")


_ONLY_CALLED = {"re": "real_part"}  # a name of values as well
_MEANINGS = {
    "CASES": ("OPEN", "cases"),
    "ENDCASES": ("CLOSE", "cases"),
    "LINE": ("LINE", ""),
    "ROOT": ("OPEN", "root"),
    "OPENBAR": ("OPEN", "|"),
    "CLOSEBAR": ("CLOSE", "|"),
    "DOT": ("FACTOR", "*"),
}
_READERS: Mapping[str, Callable[[Lexer, Lexeme], None]] = {
    "SCIENTIFIC": Lexer.scientific,
    "WORD": Lexer.word,
    "COMMAND": Lexer.command,
}
