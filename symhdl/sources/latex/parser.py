"""Formulas of LaTeX into terms: brackets and TeX's arguments, and whether the tokens can stand where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.grammar.messages import END
from symhdl.grammar.syntax import Form, Lexeme, Term, postorder
from symhdl.numeric.limits import MAXIMUM_NESTING
from symhdl.sources.latex.decide import are_complete
from symhdl.sources.latex.fragments import (
    Constituent,
    Fragment,
    Shape,
    atom,
    contents,
    joined,
    split,
)
from symhdl.sources.latex.lexer import TAKERS
from symhdl.sources.latex.operators import BETWEEN, Operators
from symhdl.sources.latex.questions import Extent, Findings

_AROUND = {"|": Operation.ABSOLUTE, "⌊": Operation.FLOOR, "⌈": Operation.CEIL}
_BRACKETS = frozenset(["(", "[", "\\{"])
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
_CONNECTIVES = frozenset(["SIGN", "RELATION", "EQUALS", "AND", "OR", "NOT", *BETWEEN])
_AWAITING = _CONNECTIVES | TAKERS | {"COMMA", "OPEN"}
_ARGUMENTS = frozenset(["NUMBER", "NAME", "OPEN", "FRACTION", "SQRT"])
_STARTS = _ARGUMENTS | {"FUNCTION", "BAR", "SIGN", "NOT"}
_PUNCTUATION = ("COMMA", "PERIOD")
_OF_CASES = frozenset(["ALIGN", "CONDITION", "OTHERWISE", "LINE"])


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
class Parser:
    """Reads the formulas of one text."""

    findings: Findings
    operators: Operators

    def term_of(self, tokens: Sequence[Lexeme], before: Lexeme | None, after: Lexeme) -> Term:
        """The term of a formula between two tokens. Raises SymhdlError if it cannot be read."""
        frames = [_Frame(Lexeme("", "", 0, 0), [], [])]
        for token in [*tokens, after]:
            frame = frames[-1]
            inside = frame.opening.text
            if token.type == "NEWLINE" or (token.type == "LINE" and inside != "cases"):
                continue
            self._check(frame, before, token)
            if token.type == "OPEN":
                frames.append(_Frame(token, [], []))
                if len(frames) > MAXIMUM_NESTING + 1:
                    raise self.findings.error("too-deep", token, f"{MAXIMUM_NESTING:,}")
            elif token.type == "CLOSE":
                self._close(frames.pop(), token, frames[-1])
            elif token.type in TAKERS:
                frame.takers.append(_Taker(token, 1 + (token.type == "FRACTION"), []))
            elif token.type == "NUMBER" and frame.takers:
                self._digits(frame, token)
            elif token.type in ("NUMBER", "NAME"):
                self._add(frame, atom(token))
            elif token is not after:
                frame.items.append(atom(token) if token.type == "FUNCTION" else token)
            is_last_of_row = inside == "cases" and token.type in _PUNCTUATION
            before = before if is_last_of_row else token
        term = self.operators.part_of(frames[0].items).term
        for found in postorder(term):
            if found.head is Form.PAIR:
                self.findings.ask("syntax list", found)
        return term

    def _check(self, frame: _Frame, before: Lexeme | None, token: Lexeme) -> None:
        """Raises SymhdlError if the token cannot stand behind the one before."""
        inside = frame.opening.text
        is_end = token.type == END
        place = token
        problem = ""
        if is_end and inside:
            raise self._bracket_error("unmatched-bracket opening", frame.opening, token)
        if token.type == "CLOSE" and not inside:
            raise self._bracket_error("unmatched-bracket closing", token, token)
        if frame.takers and token.type == "SIGN":
            problem = "syntax power"
        elif frame.takers and token.type in _STARTS - _ARGUMENTS:
            problem = "syntax argument"
        elif frame.takers and token.type == "NAME" and token.text[-1] in "}'":
            problem = "syntax braces"
        elif before is None or before.type in _AWAITING or frame.takers:
            problem = "" if token.type in _STARTS else "syntax missing"
            place = before if is_end and before is not None else token
        elif before.type in _OF_CASES and token.type != "CLOSE":
            problem = "" if token.type in _STARTS | _OF_CASES else "syntax missing"
        elif token.type in ("CONDITION", "OTHERWISE"):
            problem = "" if inside == "cases" else "syntax cases"
        elif token.type == "ALIGN":
            problem = "" if inside == "cases" else "syntax brackets"
        elif token.type == "COMMA":
            problem = "" if inside in _BRACKETS or inside == "cases" else "syntax comma"
        elif token.type == "NOT" or (token.type == "PERIOD" and inside != "cases"):
            problem = "syntax unfit"
        if problem:
            written = "the end of the formula" if is_end else f"`{self.findings.written(token)}`"
            behind = "" if before is None else f" behind `{self.findings.written(before)}`"
            raise self.findings.error(problem, place, written, behind)

    def _bracket_error(self, question: str, opened: Lexeme, closing: Lexeme) -> SymhdlError:
        r"""What is wrong with brackets, told without `\left` and `\right`."""
        place = opened if question.endswith("opening") else closing
        texts = (
            self.findings.written(token).removeprefix("\\left").removeprefix("\\right").strip()
            for token in (opened, closing)
        )
        return self.findings.error(question, place, *texts, _CLOSERS[opened.text])

    def _digits(self, frame: _Frame, token: Lexeme) -> None:
        """A number where arguments are wanted: each is a single digit."""
        text = token.text.removesuffix(".")
        if len(text) > 1 and frame.takers[-1].token.type == "SUP":
            question = "ambiguous-power decimal" if "." in text else "ambiguous-power digits"
            raise self.findings.error(question, token, text[0], text[1:])
        if "." in text:
            raise self.findings.error("syntax braces", token, f"`{text}`")
        start = token.start
        while frame.takers and start < token.start + len(text):
            digit = text[start - token.start]
            self._add(frame, atom(Lexeme("NUMBER", digit, start, start + 1)))
            start += 1
        if start < token.start + len(text):
            rest = token._replace(text=text[start - token.start :], start=start)
            self._add(frame, atom(rest))

    def _add(self, frame: _Frame, part: Fragment) -> None:
        """A part, which the command that waits for it takes as an argument."""
        while frame.takers:
            token, wanted, arguments = frame.takers[-1]
            arguments.append(part)
            if len(arguments) < wanted:
                return
            frame.takers.pop()
            parts = [contents(argument) for argument in arguments]
            place = token.start, part.end
            if token.type in ("SUP", "SUB"):
                part = Fragment(part.term, *place, Shape[token.type], part.is_constant, (part,))
                break
            if token.type != "FRACTION":
                part = _root(parts, Extent(*place))
                continue
            part = joined(Operation.DIVIDE, parts, Shape.FRACTION, *place)
            if _is_differential(parts[1], 2) and _is_differential(parts[0], 1):
                self.findings.ask("derivative", part)
        frame.items.append(part)

    def _close(self, frame: _Frame, closing: Lexeme, outside: _Frame) -> None:
        """What stands in a bracket, as a part of what stands around it."""
        opening = frame.opening
        place = Extent(opening.start, closing.end)
        if _CLOSERS[opening.text] != _CLOSERS[closing.text]:
            raise self._bracket_error("unmatched-bracket", opening, closing)
        if opening.text == "cases":
            self._add(outside, self._cases(frame.items, place))
            return
        pieces, _ = split(frame.items, "COMMA")
        elements = tuple(self.operators.part_of(piece) for piece in pieces)
        first = elements[0]
        if opening.text == "root":
            outside.takers.append(_Taker(opening, 2, [first]))
        elif opening.text in _AROUND:
            self._add(outside, joined(_AROUND[opening.text], elements, Shape.OTHER, *place))
        elif opening.text == "{":
            self._add(
                outside, Fragment(first.term, *place, Shape.BRACES, first.is_constant, elements)
            )
        else:
            is_list = len(elements) > 1  # what only a function takes
            term = Term(Form.PAIR, *place) if is_list else first.term
            term = term._replace(start=place.start, end=place.end)
            is_constant = first.is_constant and not is_list
            self._add(outside, Fragment(term, *place, Shape.BRACKET, is_constant, elements))

    def _cases(self, items: Sequence[Constituent], place: Extent) -> Fragment:
        """A distinction of cases: the value of the first one that holds."""
        values: list[Fragment] = []
        conditions: list[Fragment] = []
        for row in filter(None, split(items, "LINE")[0]):
            if len(values) > len(conditions):
                self.findings.ask("incomplete-cases order", place)
            pieces, marks = split(row, *_OF_CASES)
            value, *others = map(_without_punctuation, pieces)
            others = [piece for piece in others if piece]
            is_last = any(mark.type == "OTHERWISE" for mark in marks)
            is_list = any(item.type in _PUNCTUATION for item in (*value, *chain(*others)))
            if is_list or not value or len(others) != (0 if is_last else 1):
                raise self.findings.error("syntax case", Extent(row[0].start, row[-1].end))
            values.append(self.operators.part_of(value))
            conditions += map(self.operators.part_of, others)
        if len(values) == len(conditions):
            if not are_complete([condition.term for condition in conditions]):
                self.findings.ask("incomplete-cases", place)
            conditions.pop()
        part = values.pop()
        for condition, value in zip(reversed(conditions), reversed(values), strict=False):
            part = joined(Operation.SELECT, (condition, value, part), Shape.OTHER, *place)
        return part._replace(start=place.start, end=place.end, shape=Shape.OTHER)


def _root(arguments: Sequence[Fragment], place: Extent) -> Fragment:
    r"""`\sqrt{x}` and `\sqrt[3]{x}`; one of an odd whole degree is real for negative numbers as well."""
    *degrees, radicand = arguments
    degree = degrees[0].text if degrees and degrees[0].shape is Shape.NUMBER else ""
    if not degrees or degree in ("2", "3"):
        operation = Operation.CUBE_ROOT if degree == "3" else Operation.SQUARE_ROOT
        return joined(operation, (radicand,), Shape.OTHER, *place)
    name = "odd_root" if degree[-1:] in "13579" and degree.isdecimal() else "root"
    return joined(Form.CALL, (radicand, *degrees), Shape.OTHER, *place, name)


def _is_differential(part: Fragment, least: int) -> bool:
    """`d`, `dx`, `d^2 y`: an upright fraction of two is a derivative."""
    factors = part.factors if part.shape is Shape.RUN else (part,)
    first = factors[0].term
    d = first.operands[0] if first.head is Operation.POWER else first
    are_simple = all(factor.shape in (Shape.NAME, Shape.POWER) for factor in factors)
    return least <= len(factors) <= 2 and (d.head, d.text) == (Form.NAME, "d") and are_simple


def _without_punctuation(items: Sequence[Constituent]) -> Sequence[Constituent]:
    return items[:-1] if items and items[-1].type in _PUNCTUATION else items
