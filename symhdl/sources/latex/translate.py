"""Formulas of LaTeX into tokens of the native language: brackets, arguments as TeX takes them, and cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from symhdl.errors import SymhdlError
from symhdl.grammar.messages import END
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_NESTING
from symhdl.sources.latex.fragments import (
    Constituent,
    Fragment,
    Shape,
    Tree,
    atom,
    call,
    contents,
    flat,
    in_brackets,
    infix,
    joined,
    listed,
    operator,
    split,
)
from symhdl.sources.latex.lexer import TAKERS
from symhdl.sources.latex.products import Products
from symhdl.sources.latex.questions import Extent, Findings

_ROOTS = {"2": "sqrt", "3": "cbrt"}
_AROUND = {"|": "abs", "⌊": "floor", "⌈": "ceil"}
_CLOSERS = {
    "(": ")",
    "[": "]",
    "\\{": "\\}",
    "{": "}",
    "|": "\\rvert",
    "⌊": "\\rfloor",
    "⌈": "\\rceil",
    "root": "]",
    "cases": "\\end{cases}",
}
_BRACKETS = frozenset(["(", "[", "\\{"])
_ARGUMENTS = frozenset(["NUMBER", "NAME", "OPEN", "FRACTION", "SQRT"])
_PUNCTUATION = ("COMMA", "PERIOD")
_MARKS = ("ALIGN", "IF", "ELSE")
_DIFFERENTIAL = re.compile(
    r"d(?:\s*\^\s*\{?\d\}?)?\s*(?P<variable>\\?[A-Za-z]+)?(?:\s*\^\s*\{?\d\}?)?"
)


class _Taker(NamedTuple):
    """A command that takes arguments, how many, and those that it has taken."""

    token: Lexeme
    wanted: int
    arguments: list[Fragment]


class _Frame(NamedTuple):
    """An open bracket, what has been read in it, and the commands that still take arguments."""

    opening: Lexeme
    items: list[Constituent]
    takers: list[_Taker]


@dataclass(slots=True)
class Translator:
    """Reads the formulas of one text."""

    findings: Findings
    products: Products

    def native(self, tokens: Sequence[Lexeme]) -> list[Lexeme]:
        """The tokens of one side of a formula. Raises SymhdlError if they cannot be read."""
        end = tokens[-1].end if tokens else 0
        frames = [_Frame(Lexeme("", "", 0, 0), [], [])]
        for token in [*tokens, Lexeme(END, "", end, end + 1)]:
            frame = frames[-1]
            if frame.takers and token.type not in _ARGUMENTS:
                question = "syntax argument" if token.type != END else "syntax missing"
                raise self.findings.error(question, frame.takers[-1].token, token)
            if token.type == "OPEN":
                frames.append(_Frame(token, [], []))
                if len(frames) > MAXIMUM_NESTING + 1:
                    raise self.findings.error("too-deep", token, f"{MAXIMUM_NESTING:,}")
            elif token.type == "CLOSE":
                self._close(frames, token)
            elif token.type in TAKERS:
                frame.takers.append(_Taker(token, 1 + (token.type == "FRACTION"), []))
            elif token.type == "NUMBER" and frame.takers:
                self._digits(frame, token)
            elif token.type in ("NUMBER", "NAME"):
                self._add(frame, atom(token))
            elif token.type == "FUNCTION":
                frame.items.append(atom(token))
            elif token.type not in ("NEWLINE", END) and (
                token.type != "LINE" or frame.opening.text == "cases"
            ):
                frame.items.append(token)
        if len(frames) > 1:
            raise self._bracket_error("unmatched-bracket opening", frames[-1].opening)
        return flat(self.products.value_of(frames[0].items).tokens)

    def _bracket_error(
        self, question: str, place: Lexeme, closing: Lexeme | None = None
    ) -> SymhdlError:
        r"""What is wrong with brackets, told without `\left` and `\right`."""
        texts = (
            re.sub(r"^\\(left|right)\s*(?=.)", "", self.findings.written(token))
            for token in (place, closing or place)
        )
        return self.findings.error(question, place, *texts, _CLOSERS[place.text])

    def _digits(self, frame: _Frame, token: Lexeme) -> None:
        """A number where arguments are wanted: each is a single digit."""
        text = token.text.removesuffix(".")
        if len(text) > 1 and frame.takers[-1].token.type == "SUP":
            raise self.findings.error("ambiguous-power digits", token, text[0], text[1:])
        if "." in text:
            raise self.findings.error("syntax argument", token, token)
        count = 0
        while frame.takers and count < len(text):
            start = token.start + count
            self._add(frame, atom(Lexeme("NUMBER", text[count], start, start + 1)))
            count += 1
        if count < len(text):
            self._add(frame, atom(token._replace(text=text[count:], start=token.start + count)))

    def _add(self, frame: _Frame, part: Fragment) -> None:
        """A part, which the command that waits for it takes as an argument."""
        while frame.takers:
            token, wanted, arguments = frame.takers[-1]
            arguments.append(part)
            if len(arguments) < wanted:
                return
            frame.takers.pop()
            part = self._taken(token.type, [contents(a) for a in arguments], token.start, part.end)
            if token.type in ("SUP", "SUB"):
                break
        frame.items.append(part)

    def _taken(self, type: str, parts: list[Fragment], start: int, end: int) -> Fragment:
        """A command with its arguments."""
        if type in ("SUP", "SUB"):
            return joined(Shape[type], parts, start, end, parts[0].tokens)
        if type != "FRACTION":
            return _root(parts, start, end)
        above, below = (_DIFFERENTIAL.fullmatch(self.findings.written(part)) for part in parts)
        if above is not None and below is not None and below["variable"]:
            self.findings.ask("derivative", Extent(start, end))
        return infix(Shape.FRACTION, parts[0], "FACTOR", "/", parts[1], start, end)

    def _close(self, frames: list[_Frame], closing: Lexeme) -> None:
        """What stands in a bracket, as a part of what stands around it."""
        if len(frames) == 1:
            raise self._bracket_error("unmatched-bracket closing", closing)
        opening, items, _ = frames.pop()
        place = opening.start, closing.end
        if _CLOSERS[opening.text] != _CLOSERS[closing.text]:
            raise self._bracket_error("unmatched-bracket", opening, closing)
        if opening.text == "cases":
            self._add(frames[-1], self._cases(items, Extent(*place)))
            return
        pieces = split(items, "COMMA")
        if len(pieces) > 1 and opening.text not in _BRACKETS:
            raise self.findings.error("syntax comma", Extent(*place))
        if not all(pieces):
            raise self.findings.error("syntax value", Extent(*place))
        elements = [self.products.value_of(piece) for piece in pieces]
        shape = Shape.BRACES if opening.text == "{" else Shape.BRACKET
        if opening.text == "root":
            frames[-1].takers.append(_Taker(opening, 2, elements[:1]))
        elif opening.text in _AROUND:
            part = call(_AROUND[opening.text], elements, *place)
            self._add(frames[-1], part._replace(shape=Shape.OTHER))
        else:
            self._add(frames[-1], joined(shape, elements, *place, listed(elements, *place)))

    def _cases(self, items: Sequence[Constituent], place: Extent) -> Fragment:
        """A distinction of cases: the value of the first one that holds."""
        parts: list[Fragment] = []
        tree: list[Tree] = []
        is_complete = False
        for row in filter(None, split(items, "LINE")):
            if is_complete:
                raise self.findings.error("incomplete-cases order", place)
            is_complete = any(item.type == "ELSE" for item in row)
            pieces = [_without_punctuation(piece) for piece in split(row, *_MARKS)]
            value, *conditions = [piece for piece in pieces if piece] or [[]]
            if not pieces[0] or len(conditions) != (0 if is_complete else 1):
                raise self.findings.error("syntax case", Extent(row[0].start, row[-1].end))
            parts += map(self.products.value_of, [value, *conditions])
            if is_complete:
                tree.append(parts[-1].tokens)
                continue
            choice = operator("IF", "if", place.start), in_brackets(parts[-1])
            tree += [*choice, operator("THEN", "then", row[0].start), in_brackets(parts[-2])]
            tree.append(operator("ELSE", "else", row[-1].end))
        if not is_complete:
            raise self.findings.error("incomplete-cases", place)
        choices = joined(Shape.LOOSE, parts, *place, tree)
        return choices._replace(shape=Shape.OTHER, tokens=in_brackets(choices))


def _root(parts: Sequence[Fragment], start: int, end: int) -> Fragment:
    r"""`\sqrt{x}` and `\sqrt[3]{x}`; one of an odd whole degree is real for negative numbers as well."""
    *degrees, radicand = parts
    degree = degrees[0].text if degrees else "2"
    name = "odd_root" if degree[-1:] in tuple("13579") and degree.isdecimal() else "root"
    made = call(name, [radicand, *degrees], start, end)
    if degree in _ROOTS:
        made = call(_ROOTS[degree], [radicand], start, end)
    return made._replace(shape=Shape.OTHER)


def _without_punctuation(items: list[Constituent]) -> list[Constituent]:
    return items[:-1] if items and items[-1].type in _PUNCTUATION else items
