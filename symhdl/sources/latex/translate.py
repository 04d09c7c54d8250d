"""Formulas of LaTeX into tokens of the native language: brackets and bars, arguments as TeX takes them, cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

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

_Frame: TypeAlias = tuple[Lexeme, list[Constituent]]  # an open bracket and what is read in it

_AROUND = {"|": "abs", "⌊": "floor", "⌈": "ceil"}
_CLOSERS = {
    "(": ")", "[": "]", "\\{": "\\}", "{": "}", "|": "\\rvert", "⌊": "\\rfloor", "⌈": "\\rceil",
    "root": "]", "cases": "\\end{cases}",
}  # fmt: skip
_ROOTS = {"2": "sqrt", "3": "cbrt"}
_ARGUMENTS = ("NUMBER", "NAME", "OPEN", "FRACTION", "SQRT")
_MARKS = ("ALIGN", "IF", "ELSE", "COMMA", "PERIOD")
_DIFFERENTIAL = re.compile(
    r"(?:d|\\mathrm\{d\})(?:\^\{?\d\}?)?\s*(?P<variable>\\?[A-Za-z]+)?(?:\^\{?\d\}?)?"
)
_VALUE_ENDS = ("NUMBER", "NAME", "CLOSE", "BAR")
_VALUE_STARTS = (*_ARGUMENTS, "FUNCTION")


@dataclass(slots=True)
class Translator:
    """Reads the formulas of one text."""

    findings: Findings
    products: Products

    def translated(self, tokens: Sequence[Lexeme]) -> Tree:
        """One side of a formula. Raises SymhdlError if it cannot be read."""
        end = tokens[-1].end if tokens else 0
        frames: list[_Frame] = [(Lexeme("", "", 0, 0), [])]
        for token in [*_with_paired_bars(tokens, self.findings), Lexeme(END, "", end, end + 1)]:
            opening, items = frames[-1]
            if token.type == "NEWLINE":
                continue
            if _awaits(items) and token.type not in _ARGUMENTS:
                command = items[-1] if isinstance(items[-1], Lexeme) else items[-2]
                raise self.findings.error("syntax argument", command)
            if token.type == "OPEN":
                frames.append((token, []))
                if len(frames) > MAXIMUM_NESTING + 1:
                    raise self.findings.error("too-deep", token, f"{MAXIMUM_NESTING:,}")
            elif token.type == "CLOSE":
                self._close(frames, token)
            elif token.type in ("NUMBER", "NAME", "FUNCTION"):
                self._read_atom(items, token)
            elif token.type == "ASSIGN":
                items.append(token._replace(type="RELATION", text="=="))
            elif token.type not in ("LINE", END) or opening.text == "cases":
                items.append(token)
        opening, items = frames.pop()
        if frames:
            raise self.findings.error("unmatched-bracket opening", opening, _CLOSERS[opening.text])
        return self.products.value_of(items).tokens

    def _read_atom(self, items: list[Constituent], token: Lexeme) -> None:
        """A name or a number, of which every argument takes a single digit."""
        while _awaits(items) and len(token.text) > 1 and token.type == "NUMBER":
            digit, rest = token.text[0], token.text[1:]
            if items[-1].type == "SUP" or "." in token.text[:2]:
                raise self.findings.error("ambiguous-power digits", token, digit, rest)
            self._add(items, atom(token._replace(text=digit, end=token.start + 1)))
            token = token._replace(text=rest, start=token.start + 1)
        self._add(items, atom(token))

    def _add(self, items: list[Constituent], part: Fragment) -> None:
        """A part, which the command that waits for it takes as an argument."""
        while _awaits(items) and items[-1].type != "FRACTION":
            count = 1 if isinstance(items[-1], Lexeme) else 2
            command, *arguments = [*items[-count:], part]
            del items[-count:]
            parts = [contents(item) for item in arguments if isinstance(item, Fragment)]
            place = Extent(command.start, part.end)
            if command.type in ("SUP", "SUB"):
                part = self._written_on(items, command, part)
            elif command.type != "FRACTION":
                part = _root(parts, place)
            else:
                part = infix(Shape.OTHER, parts[0], "FACTOR", "/", parts[1], *place)
                above, below = (_DIFFERENTIAL.fullmatch(self.findings.written(p)) for p in parts)
                if above is not None and below is not None and below["variable"]:
                    self.findings.ask("derivative", place)
        items.append(part)

    def _written_on(self, items: list[Constituent], command: Lexeme, part: Fragment) -> Fragment:
        """The last item, taken out, with what is written above or below it."""
        base = items.pop() if items else command
        if isinstance(base, Lexeme):
            raise self.findings.error("syntax base", command)
        written = base.above if command.type == "SUP" else base.below
        if written is not None:
            raise self.findings.error("ambiguous-power", Extent(base.start, written.end))
        return base._replace(above=part) if command.type == "SUP" else base._replace(below=part)

    def _close(self, frames: list[_Frame], closing: Lexeme) -> None:
        """What stands in a bracket, as a part of what stands around it."""
        opening, items = frames.pop()
        expected = _CLOSERS.get(opening.text, "")
        if expected != _CLOSERS[closing.text]:
            question = "unmatched-bracket" if frames else "unmatched-bracket closing"
            raise self.findings.error(question, closing, opening, expected)
        place = Extent(opening.start, closing.end)
        around = frames[-1][1]
        if opening.text == "cases":
            self._add(around, self._cases(items, place))
            return
        pieces = split(items, "COMMA")
        commas = sum(item.type == "COMMA" for item in items)
        if len(pieces) != commas + 1 or (commas and opening.text not in ("(", "[", "\\{")):
            raise self.findings.error("syntax value", place)
        elements = [self.products.value_of(piece) for piece in pieces]
        if opening.text == "root":
            around += [opening._replace(type="ROOT"), *elements]
            return
        shape = Shape.BRACES if opening.text == "{" else Shape.BRACKET
        part = joined(shape, elements, *place, listed(elements, *place))
        if opening.text in _AROUND:
            part = call(_AROUND[opening.text], elements, *place)._replace(shape=Shape.OTHER)
        self._add(around, part)

    def _cases(self, items: Sequence[Constituent], place: Extent) -> Fragment:
        """A distinction of cases: the value of the first one that holds."""
        tree: list[Tree] = []
        is_complete = False
        for row in split(items, "LINE"):
            has_otherwise = any(item.type == "ELSE" for item in row)
            parts = [self.products.value_of(piece) for piece in split(row, *_MARKS)]
            if is_complete or len(parts) != 2 - has_otherwise:
                raise self.findings.error("syntax case", Extent(row[0].start, row[-1].end))
            for condition in parts[1:]:
                tree += [operator("IF", "if", row[0].start), in_brackets(condition)]
                tree.append(operator("THEN", "then", condition.start))
            tree.append(in_brackets(parts[0]))
            if not has_otherwise:
                tree.append(operator("ELSE", "else", row[-1].end - 1))
            is_complete = has_otherwise
        if not is_complete:
            raise self.findings.error("incomplete-cases", place)
        return Fragment(Shape.OTHER, *place, in_brackets(Fragment(Shape.LOOSE, *place, tree)))


def _awaits(items: Sequence[Constituent]) -> bool:
    """Whether the last items are a command and too few arguments for it."""
    if not items:
        return False
    is_command = isinstance(items[-1], Lexeme) and items[-1].type in TAKERS
    return is_command or (len(items) > 1 and items[-2].type in ("FRACTION", "ROOT"))


def _root(parts: Sequence[Fragment], place: Extent) -> Fragment:
    r"""`\sqrt{x}` and `\sqrt[3]{x}`; one of an odd whole degree is real for negative numbers as well."""
    *degrees, radicand = parts
    degree = degrees[0].text if degrees else "2"
    is_odd = degree.isdecimal() and degree[-1] in "13579"
    name = _ROOTS.get(degree, "odd_root" if is_odd else "root")
    arguments = [radicand] if degree in _ROOTS else [radicand, *degrees]
    return call(name, arguments, *place)._replace(shape=Shape.OTHER)


def _with_paired_bars(tokens: Sequence[Lexeme], findings: Findings) -> list[Lexeme]:
    """The tokens with bars as brackets.

    A bar closes if it can. Between two values it might open as well, if enough bars follow that can close: that is
    asked.
    """
    types = ["", *(token.type for token in tokens), ""]
    are_closers = [b == "BAR" and a in _VALUE_ENDS for a, b in pairwise(types)]
    closers = sum(are_closers)  # that are still to come
    changed: list[Lexeme] = []
    open_bars = [0]  # in every open bracket
    for token, is_closer, following in zip(tokens, are_closers, types[2:], strict=False):
        closers -= is_closer
        if token.type == "OPEN":
            open_bars.append(0)
        elif token.type == "CLOSE" and len(open_bars) > 1:
            open_bars.pop()
        elif token.type == "BAR":
            closes = open_bars[-1] > 0 and changed[-1].type in _VALUE_ENDS
            if closes and following in _VALUE_STARTS and closers > open_bars[-1]:
                findings.ask("ambiguous-bars", token)
            open_bars[-1] += -1 if closes else 1
            token = token._replace(type="CLOSE" if closes else "OPEN", text="|")
        changed.append(token)
    return changed
