"""Characters of LaTeX into tokens: commands looked up, letters into names, words and environments recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme
from symhdl.names.spelling import similar
from symhdl.numeric.limits import MAXIMUM_NAME_LENGTH
from symhdl.sources.latex import commands
from symhdl.sources.latex.names import decoration, spelling_key
from symhdl.sources.latex.questions import Extent, Findings, Placed

LONGEST_PRODUCT = 3  # letters that stand together; more are a word that somebody forgot to mark
TAKERS = frozenset(["SUP", "SUB", "FRACTION", "SQRT"])
"""Tokens behind which TeX takes arguments: a single letter or digit, or what stands in braces."""

_TOKEN = re.compile(
    rf"""
      (?P<CASES>\\begin\s*\{{(?:{commands.CASES})\}}
              | \\left\s*\\(?:\{{|lbrace)\s*\\begin\s*\{{array\}}\s*\{{(?:[^{{}}]|\{{[^{{}}]*\}}){{0,40}}\}})
    | (?P<ENDCASES>\\end\s*\{{(?:{commands.CASES})\}} | \\end\s*\{{array\}}\s*\\right\s*\.)
    | (?P<ARRANGED>\\(?:begin|end)\s*\{{(?:{commands.FORMULAS}|{commands.INNER})\*?\}}(?:\{{[0-9]+\}}|\[[tbc]\])?)
    | (?P<ENVIRONMENT>\\(?:begin|end)\s*\{{(?P<name>[A-Za-z]*)\*?\}})
    | (?P<LINE>\\\\\*?(?:\[[ ]*-?[0-9.]{{1,9}}[ ]*[a-z]{{2}}[ ]*\])?)
    | (?P<ROOT>\\sqrt\s*\[)
    | (?P<DOT>\\,\.\\,)
    | (?P<SIDE>\\(?P<side>left|right)(?![A-Za-z])\s*(?P<delimiter>\\[A-Za-z]+|\\.|[^\s\\])?)
    | (?P<COMMAND>\\(?:operatorname\*|tag\*|[A-Za-z]+|.|$))
    | (?P<SCIENTIFIC>(?:[0-9]++\.?[0-9]*+|\.[0-9]++)[eE][+\-]?[0-9]+)
    | (?P<NUMBER>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<WORD>[^\W\d_⁰¹²³⁴-⁹₀-₉]+)
    | (?P<BLANK>[ \t\r\f\v~\u00a0\u2009\u202f\ufeff]+)
    | (?P<EMPTY>\{{\s*\}})
    | (?P<OTHER>:=|[<>!=]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"(?P<kept>\\.)|%[^\n]*", re.DOTALL)
_ARGUMENT = re.compile(r"\s*\{(?P<inside>[^{}\n]{0,200})\}")
_MARKED = re.compile(
    r"\s*(?:\{\s*(?P<braced>\\[A-Za-z]+|[^\W\d_]+)\s*\}|(?P<bare>\\[A-Za-z]+|[^\W\d_]))"
)
_UPRIGHT = re.compile(r"[^\W\d_](?:[\w \-]|\\_)*[*+]?")
_BRACKET = re.compile(r"\s*(?:\\left|\\[bB]igg?l?)?\s*(?:[(\[]|\{\s*\\left)")
_COMMA = re.compile(r"\{,\}(?P<digits>[0-9]+)")


def without_comments(text: str) -> str:
    """The text with blanks for comments, so that everything keeps its place."""
    return _COMMENT.sub(lambda match: match["kept"] or " " * len(match[0]), text)


@dataclass(slots=True)
class Lexer:
    """Reads a text; what is wrong goes to `findings`.

    `functions` and `inputs` (by their spellings) are names known before, `words` those of several letters that the
    text itself defines.
    """

    text: str
    findings: Findings
    functions: Collection[str]
    inputs: Mapping[str, str]
    words: Collection[str]
    position: int = 0
    tokens: list[Lexeme] = field(default_factory=list)

    def read(self, start: int, end: int) -> list[Lexeme]:
        """The tokens of the characters from `start` to `end`."""
        self.tokens = []
        self.position = start
        while self.position < end:
            match = _TOKEN.match(self.text, self.position, end)
            assert match is not None, "characters that no pattern takes; please report this"
            kind = match.lastgroup
            assert kind is not None, "a token without a kind; please report this"
            self.position = match.end()
            token = Lexeme(kind, match[0], *match.span())
            if kind in _MEANINGS:
                self._emit(*_MEANINGS[kind], token.start)
            elif kind == "SIDE":
                self._side(token, match["side"], match["delimiter"] or "")
            elif kind == "ENVIRONMENT":
                self._ask("unknown-environment", token, shown(match["name"]))
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

    def number(self, token: Lexeme) -> None:
        """A number, perhaps with a decimal comma in braces."""
        text = token.text
        comma = _COMMA.match(self.text, token.end)
        if comma is not None and "." not in text:
            self.position = comma.end()
            if len(comma["digits"]) == 3 and len(text) <= 3 and not text.startswith("0"):
                self._ask("ambiguous-number comma", Extent(token.start, comma.end()))
            text = f"{text}.{comma['digits']}"
        self._emit("NUMBER", text, token.start)

    def scientific(self, token: Lexeme) -> None:
        """`2e-3` is two formulas, depending on who wrote it."""
        number, letter, exponent = re.split("([eE])", token.text)
        texts = shown(number), letter, shown(exponent.lstrip("+"))
        self._ask("ambiguous-number power", token, *texts)

    def word(self, token: Lexeme) -> None:
        """Letters side by side: names of one letter each, unless they are known as a word."""
        word = token.text
        function = self._function(word)
        are_inputs = all(spelling_key(letter) in self.inputs for letter in word)
        if word in self.inputs and not self._is_argument():
            self._name(word, token.start)
        elif self._is_argument() or len(word) == 1 or are_inputs:
            self._letters(token)
        elif word in self.words:
            self._name(word, token.start)
        elif function and _BRACKET.match(self.text, token.end):
            self._emit("FUNCTION", function, token.start)
            self.findings.remark("word-as-function", token)
        else:
            self._letters(token)
            self._ask_about_word(word, token)

    def _function(self, word: str) -> str:
        """The function of the name; nothing if there is none."""
        return word if word in self.functions else commands.FUNCTIONS.get(word, "")

    def _ask_about_word(self, word: str, token: Lexeme) -> None:
        """Letters that somebody may have meant as a word."""
        product = shown(" ".join(word))
        if word in commands.LETTERS:
            readings = f"the letter \\{word} or the product {product}", f"\\{word}"
        elif self._function(word):
            spelling = f"\\operatorname{{{shown(word)}}}(...)"
            readings = f"the function or the product {product}", spelling
        elif len(word) > LONGEST_PRODUCT:
            spelling = f"\\mathrm{{{shown(word)}}}"
            readings = f"one name or a product of {len(word)} letters", spelling
        else:
            return
        self._ask("ambiguous-word", token, *readings, product)

    def _letters(self, token: Lexeme) -> None:
        """Every letter is a name; the last one takes the subscript."""
        for start in range(token.start, token.end - 1):
            self.position = start + 1
            self._emit("NAME", self._spelt(self.text[start]), start)
        self.position = token.end
        self._name(token.text[-1], token.end - 1)

    def _spelt(self, name: str) -> str:
        """The name as the list of inputs spells it, if it is one of them."""
        return self.inputs.get(name) or self.inputs.get(spelling_key(name), name)

    def _name(self, name: str, start: int) -> None:
        """The name with what is written on it; an argument without braces cannot have any of that."""
        if not self._is_argument():
            written, self.position, doubtful = decoration(self.text, self.position)
            if doubtful:
                self._doubt(Lexeme("NAME", name, start, self.position), doubtful)
            name += written
        if len(name) > MAXIMUM_NAME_LENGTH:
            sizes = str(MAXIMUM_NAME_LENGTH), str(len(name))
            self._ask("name-too-long", Extent(start, self.position), *sizes)
        self._emit("NAME", self._spelt(name), start)

    def _doubt(self, token: Lexeme, more: str) -> None:
        """A subscript without braces that goes on: digits belong to it, of letters TeX takes only the first."""
        written = self.findings.written(token)
        texts = token.text, shown(more), written[-1], written
        if more.isdigit():
            self.findings.remark("unbraced-subscript digits", token, *texts)
        elif len(more) == 1:
            self.findings.remark("unbraced-subscript", token, *texts)
        else:
            self._ask("ambiguous-subscript", Extent(token.start, token.end + len(more)), *texts)
            self.position += len(more)

    def command(self, token: Lexeme) -> None:
        """A command: a symbol, a letter, a function, a font, a mark, or nothing that is read."""
        name = token.text[1:]
        if name in commands.SYMBOLS:
            self._emit(*commands.SYMBOLS[name], token.start)
        elif name in commands.LETTERS:
            self._name(commands.LETTERS[name], token.start)
        elif name in commands.MARKS:
            self._mark(token, commands.MARKS[name])
        elif name in commands.FONTS:
            self._upright(token)
        elif name in commands.WITH_IGNORED_ARGUMENT:
            argument = _ARGUMENT.match(self.text, self.position)
            self.position = self.position if argument is None else argument.end()
        elif name in commands.REFUSED:
            self._ask("unsupported-command", token, token, *commands.REFUSED[name])
        elif self._function(name):
            self._emit("FUNCTION", self._function(name), token.start)
        elif name not in commands.IGNORED and not name.isspace():
            known = {*commands.SYMBOLS, *commands.LETTERS, *commands.FUNCTIONS}
            guess = similar(name, known)
            help = f"did you mean `\\{guess}`?" if guess is not None else ""
            self._ask("unknown-command" if name.isalpha() else "unknown-character", token, help)

    def _mark(self, token: Lexeme, mark: str) -> None:
        r"""`\hat{x}` is a name of its own."""
        match = _MARKED.match(self.text, self.position)
        written = "" if match is None else match["braced"] or match["bare"]
        letter = commands.LETTERS.get(written[1:]) if written.startswith("\\") else written
        if match is None or not letter:
            self._ask("unsupported-command mark", token)
        else:
            self.position = match.end()
            self._name(letter + mark, token.start)

    def _upright(self, token: Lexeme) -> None:
        r"""`\mathrm{...}` and `\text{...}`: words of a condition, a function, or one name."""
        argument = _ARGUMENT.match(self.text, self.position)
        if argument is None:
            self._ask("syntax word", token)
            return
        self.position = argument.end()
        inside = argument["inside"].strip()
        name = inside.replace("\\_", "_")
        is_operator = "operatorname" in token.text
        kinds = [commands.CONDITION_WORDS.get(word.strip(".,:")) for word in inside.split()]
        if kinds and all(kinds) and not is_operator:
            for kind in kinds:
                self._emit(kind or "", inside, token.start)
        elif not _UPRIGHT.fullmatch(inside):
            self._ask("bad-name", Extent(token.start, self.position), shown(inside))
        elif function := self._upright_function(name, is_operator):
            self.tokens.append(Lexeme("FUNCTION", function, *argument.span("inside")))
        else:
            self._name(name, token.start)

    def _upright_function(self, name: str, is_operator: bool) -> str:
        """The function that an upright word stands for; nothing if it is the name of a value."""
        if name in self.inputs or (name in self.words and not is_operator):
            return ""
        found = self._function(name) or (self._function(name.lower()) if len(name) > 2 else "")
        is_called = is_operator and _BRACKET.match(self.text, self.position)
        return found or (_ONLY_CALLED.get(name, name) if is_called else "")

    def _side(self, token: Lexeme, side: str, delimiter: str) -> None:
        r"""`\left` and `\right` with the bracket behind them, which may be a point for none."""
        kind = "OPEN" if side == "left" else "CLOSE"
        name = delimiter[1:] if len(delimiter) > 1 else ""
        known = commands.SYMBOLS.get(name) or commands.CHARACTERS.get(delimiter, ("", ""))
        if known[0] == "BAR":
            known = kind, "|"
        if known[0] == kind and delimiter not in "{}":
            self._emit(*known, token.start)
        elif name in commands.REFUSED:
            self._ask("unsupported-command", token, delimiter, *commands.REFUSED[name])
        elif delimiter != ".":
            self._ask("unsupported-command bracket", token)

    def empty_braces(self, token: Lexeme) -> None:
        """Braces that only separate, unless they are an argument."""
        if self._is_argument():
            self.tokens.append(Lexeme("OPEN", "{", token.start, token.start + 1))
            self.tokens.append(Lexeme("CLOSE", "{", token.end - 1, token.end))

    def other(self, token: Lexeme) -> None:
        """Operators, brackets and whatever has no meaning."""
        if token.text in commands.CHARACTERS:
            self._emit(*commands.CHARACTERS[token.text], token.start)
        else:
            self._ask(_MEANINGLESS.get(token.text, "unknown-character"), token)


_ONLY_CALLED = {"re": "real_part"}  # a name of values as well
_MEANINGLESS = {"'": "derivative prime", "′": "derivative prime", "!": "unsupported-character"}
_MEANINGS = {
    "CASES": ("OPEN", "cases"),
    "ENDCASES": ("CLOSE", "cases"),
    "LINE": ("LINE", ""),
    "ROOT": ("OPEN", "root"),
    "DOT": ("TIMES", "*"),
}
_READERS: Mapping[str, Callable[[Lexer, Lexeme], None]] = {
    "NUMBER": Lexer.number,
    "SCIENTIFIC": Lexer.scientific,
    "WORD": Lexer.word,
    "COMMAND": Lexer.command,
    "EMPTY": Lexer.empty_braces,
    "OTHER": Lexer.other,
}
