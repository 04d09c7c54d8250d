"""Pieces of LaTeX into terms: sums written out, cases completed, questions gathered; on an explicit stack."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error, warning
from symhdl.functions.operation import Operation
from symhdl.grammar.syntax import Form, Term, postorder
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.numeric.literal import read_literal
from symhdl.sources.latex.cases import complete_cases
from symhdl.sources.latex.messages import Ask, Remark, render
from symhdl.sources.latex.names import indexed
from symhdl.sources.latex.pieces import Kind, Piece

MAXIMUM_WRITTEN_OUT = 50_000  # operations in all sums and products together
LARGEST_FACTORIAL = 170
LARGEST_BINOMIAL = 500
LARGEST_BOUND = 10**6
LARGEST_CONSTANT_TERM = 1000  # operations in the bound of a sum

Indices = Mapping[str, int]

_VISIBLE_SPACE = re.compile(
    r"\\(?:[,:;> ]|q?quad\b|thinspace\b|medspace\b|thickspace\b|enspace\b)|~"
)
_BINARY = {
    Kind.FRACTION: Operation.DIVIDE,
    Kind.QUOTIENT: Operation.DIVIDE,
    Kind.PRODUCT: Operation.MULTIPLY,
    Kind.MODULO: Operation.MODULO,
    Kind.ADD: Operation.ADD,
    Kind.SUBTRACT: Operation.SUBTRACT,
    Kind.POWER: Operation.POWER,
    Kind.NEGATE: Operation.NEGATE,
    Kind.AND: Operation.AND,
    Kind.OR: Operation.OR,
    Kind.NOT: Operation.NOT,
}
_GROUPS = {"|": Operation.ABSOLUTE, "⌊": Operation.FLOOR, "⌈": Operation.CEIL}


@dataclass(slots=True)
class TermMaker:
    """Makes the terms of one text; what is to be asked and to be said comes together here."""

    source: Source
    diagnostics: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    _told: set[tuple[str, int, int]] = field(default_factory=set)
    _written_out: int = 0  # pieces met under the sign of a sum
    _indices: set[str] = field(default_factory=set)  # of all sums of the formula

    def term_of(self, formula: Piece) -> Term:
        """The term of a formula. Raises SymhdlError if it grows too large."""
        self._indices = _indices_of(formula)
        values: list[Term] = []
        waiting: list[tuple[Piece, Indices, bool]] = [(formula, {}, False)]
        while waiting:
            current, indices, are_operands_known = waiting.pop()
            if indices:
                self._count(current)
            if current.kind is Kind.NEST:
                self._nest(current, indices, are_operands_known, waiting, values)
            elif are_operands_known:
                first = len(values) - _operand_count(current)
                values[first:] = [self._made(current, values[first:])]
            elif not current.operands:
                values.append(self._leaf(current, indices))
            else:
                waiting.append((current, indices, True))
                operands = current.operands[: _operand_count(current)]
                waiting += [(operand, indices, False) for operand in reversed(operands)]
        return values.pop()

    def ask(self, about: Ask, place: Piece, *others: Piece) -> Term:
        """Notes the question; the term that stands for the piece meanwhile."""
        self._tell(about, place, others)
        return Term(Form.NUMBER, place.start, place.end, (), "0")

    def _tell(self, about: Ask | Remark, place: Piece, others: tuple[Piece, ...]) -> None:
        texts = [self.source.text[p.start : p.end].strip() for p in (place, *others)]
        wording = render(about, texts)
        key = (wording.id, place.start, place.end)
        if key in self._told:
            return
        self._told.add(key)
        span = Span(self.source, place.start, max(place.end, place.start + 1))
        if isinstance(about, Remark):
            self.warnings.append(warning(wording.id, wording.message, span, help=wording.help))
            return
        self.diagnostics.append(Diagnostic(wording.id, wording.message, span, (), wording.help))
        if len(self.diagnostics) >= MAXIMUM_DIAGNOSTICS:
            raise SymhdlError(*self.diagnostics)

    def _count(self, current: Piece) -> None:
        self._written_out += 1
        if self._written_out > MAXIMUM_WRITTEN_OUT:
            raise self._too_large(current)

    def _too_large(self, current: Piece) -> SymhdlError:
        return error(
            "too-large",
            f"written out, the sums and products have more than {MAXIMUM_WRITTEN_OUT:,} operations",
            Span(self.source, current.start, current.end),
            help="make their bounds smaller",
        )

    def _leaf(self, current: Piece, indices: Indices) -> Term:
        if current.kind is Kind.NUMBER:
            return Term(Form.NUMBER, current.start, current.end, (), current.text)
        if current.kind is not Kind.NAME:
            return self.ask(Ask.NO_ARGUMENT, current)
        name = current.text
        if name in indices:
            return Term(Form.NUMBER, current.start, current.end, (), str(indices[name]))
        if name in self._indices:
            return self.ask(Ask.FREE_INDEX, current)
        if indices:
            name = indexed(name, indices)
        return Term(Form.NAME, current.start, current.end, (), name)

    def _made(self, current: Piece, operands: list[Term]) -> Term:
        """The term of a piece whose operands are known."""
        operation = _BINARY.get(current.kind)
        if operation is not None:
            return Term(operation, current.start, current.end, tuple(operands))
        return _MAKERS[current.kind](self, current, operands)

    def _nest(
        self,
        current: Piece,
        indices: Indices,
        are_bounds_known: bool,
        waiting: list[tuple[Piece, Indices, bool]],
        values: list[Term],
    ) -> None:
        """A sum: first its bounds, then its body for every value of the index."""
        index, low, high, body = current.operands
        if not are_bounds_known:
            waiting += [(current, indices, True), (high, indices, False), (low, indices, False)]
            return
        ends = [whole_constant(values[-2]), whole_constant(values[-1])]
        del values[-2:]
        for end, written in zip(ends, (low, high), strict=True):
            if end is None:
                values.append(self.ask(Ask.BOUND_NOT_CONSTANT, written))
                return
        first, last = ends[0] or 0, ends[1] or 0
        if last < first:
            values.append(self.ask(Ask.EMPTY_SUM, current))
            return
        count = last - first + 1
        if count > MAXIMUM_WRITTEN_OUT:
            raise self._too_large(current)
        total = Piece(Kind.CALL, current.start, current.end, (body,) * count, current.text)
        waiting.append((total, indices, True))
        waiting += [
            (body, {**indices, index.text: value}, False) for value in range(last, first - 1, -1)
        ]

    def mark(self, current: Piece, operands: list[Term]) -> Term:
        """What is asked or remarked about a piece."""
        about = current.about
        assert about is not None, "a mark without a message; please report this"
        others = current.operands[1:]
        if about is Remark.LONG_ARGUMENT and self._is_spaced((*others[1].operands, others[2])):
            about = Ask.ARGUMENT_END
        self._tell(about, current, others)
        return operands[0]

    def _is_spaced(self, factors: tuple[Piece, ...]) -> bool:
        """Whether one can see a space between two of the factors."""
        text = self.source.text
        return any(_VISIBLE_SPACE.search(text, a.end, b.start) for a, b in pairwise(factors))

    def group(self, current: Piece, operands: list[Term]) -> Term:
        """Brackets belong to the place of what stands in them; bars mean something."""
        if len(operands) > 1:
            return self.ask(Ask.LIST, current)
        operation = _GROUPS.get(current.text)
        if operation is None:
            return operands[0]._replace(start=current.start, end=current.end)
        return Term(operation, current.start, current.end, tuple(operands))

    def call(self, current: Piece, operands: list[Term]) -> Term:
        """A function, or a sum whose terms are all known."""
        place = current.start, current.end
        if current.text == "sum":
            return Term(Operation.ADD, *place, tuple(operands))
        if current.text == "product":
            return _product(operands, *place)
        return Term(Form.CALL, *place, tuple(operands), current.text)

    def run(self, current: Piece, operands: list[Term]) -> Term:
        """An implicit product."""
        return _product(operands, current.start, current.end)

    def root(self, current: Piece, operands: list[Term]) -> Term:
        """A root; one of an odd whole degree is real for negative numbers as well."""
        place = current.start, current.end
        radicand = operands[0]
        degree = whole_constant(operands[1]) if len(operands) == 2 else 2
        if degree == 2:
            return Term(Operation.SQUARE_ROOT, *place, (radicand,))
        if degree == 3:
            return Term(Operation.CUBE_ROOT, *place, (radicand,))
        one = Term(Form.NUMBER, *place, (), "1")
        exponent = Term(Operation.DIVIDE, *place, (one, operands[1]))
        if degree is None or degree % 2 == 0 or degree < 0:
            return Term(Operation.POWER, *place, (radicand, exponent))
        size = Term(Operation.ABSOLUTE, *place, (radicand,))
        sign = Term(Operation.SIGN, *place, (radicand,))
        power = Term(Operation.POWER, *place, (size, exponent))
        return Term(Operation.MULTIPLY, *place, (sign, power))

    def factorial(self, current: Piece, operands: list[Term]) -> Term:
        """The factorial of a constant."""
        value = whole_constant(operands[0])
        if value is None or not 0 <= value <= LARGEST_FACTORIAL:
            return self.ask(Ask.FACTORIAL, current, *current.operands)
        return Term(Form.NUMBER, current.start, current.end, (), str(math.factorial(value)))

    def binomial(self, current: Piece, operands: list[Term]) -> Term:
        """A binomial coefficient of constants."""
        above, below = (whole_constant(operand) for operand in operands)
        if above is None or below is None or not 0 <= above <= LARGEST_BINOMIAL or below < 0:
            return self.ask(Ask.BINOMIAL, current)
        return Term(Form.NUMBER, current.start, current.end, (), str(math.comb(above, below)))

    def comparison(self, current: Piece, operands: list[Term]) -> Term:
        """`a < b < c`; `=` asks whether both are equal."""
        relations = " ".join("==" if text == "=" else text for text in current.text.split())
        return Term(Form.COMPARISON, current.start, current.end, tuple(operands), relations)

    def cases(self, current: Piece, operands: list[Term]) -> Term:
        """The value of the first case that holds."""
        completed = complete_cases(operands)
        if completed is None:
            return self.ask(Ask.INCOMPLETE_CASES, current)
        result = completed[-1]
        for index in range(len(completed) - 3, -1, -2):
            value, condition = completed[index : index + 2]
            result = Term(Operation.SELECT, current.start, current.end, (condition, value, result))
        return result

    def braces(self, _: Piece, operands: list[Term]) -> Term:
        """Braces alone change nothing."""
        return operands[0]

    def stray(self, current: Piece, _: list[Term]) -> Term:
        """A subscript where there can be none."""
        return self.ask(Ask.STRAY_SUBSCRIPT, current)


_MAKERS: Mapping[Kind, Callable[[TermMaker, Piece, list[Term]], Term]] = {
    Kind.MARK: TermMaker.mark,
    Kind.GROUP: TermMaker.group,
    Kind.CALL: TermMaker.call,
    Kind.BARE_CALL: TermMaker.call,
    Kind.RUN: TermMaker.run,
    Kind.ROOT: TermMaker.root,
    Kind.FACTORIAL: TermMaker.factorial,
    Kind.BINOMIAL: TermMaker.binomial,
    Kind.COMPARISON: TermMaker.comparison,
    Kind.CASES: TermMaker.cases,
    Kind.BRACES: TermMaker.braces,
    Kind.SUBSCRIPT: TermMaker.stray,
}


def _operand_count(current: Piece) -> int:
    """How many operands are values; the others only belong to a message."""
    return 1 if current.kind is Kind.MARK else len(current.operands)


def _product(operands: list[Term], start: int, end: int) -> Term:
    product = operands[0]
    for operand in operands[1:]:
        product = Term(Operation.MULTIPLY, product.start, operand.end, (product, operand))
    return product._replace(start=start, end=end)


def _indices_of(formula: Piece) -> set[str]:
    """The indices of all sums in the formula."""
    found: set[str] = set()
    waiting = [formula]
    while waiting:
        current = waiting.pop()
        if current.kind is Kind.NEST:
            found.add(current.operands[0].text)
        waiting += current.operands[: _operand_count(current)]
    return found


def whole_constant(term: Term) -> int | None:
    """The integer that the term is, if it is made of few whole numbers."""
    terms = postorder(term)
    if len(terms) > LARGEST_CONSTANT_TERM:
        return None
    values: list[Fraction] = []
    for current in terms:
        value = _constant(current, values[len(values) - len(current.operands) :])
        if value is None or abs(value) > LARGEST_BOUND:
            return None
        values[len(values) - len(current.operands) :] = [value]
    return int(values[0]) if values[0].denominator == 1 else None


def _constant(term: Term, operands: list[Fraction]) -> Fraction | None:
    match term.head:
        case Form.NUMBER:
            value = read_literal(term.text)
            return None if isinstance(value, str) else value
        case Operation.ADD:
            return sum(operands, Fraction(0))
        case Operation.SUBTRACT:
            return operands[0] - operands[1]
        case Operation.MULTIPLY:
            return operands[0] * operands[1]
        case Operation.NEGATE:
            return -operands[0]
        case Operation.DIVIDE if operands[1] != 0:
            return operands[0] / operands[1]
    return None
