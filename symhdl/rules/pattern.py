"""Patterns of expressions: written as small texts, read once, matched against nodes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from symhdl.functions.exact import exact
from symhdl.functions.operation import FUNCTION_NAMES, Operation
from symhdl.ir.graph import Node

CONSTANT_NAMES = frozenset("cdkmn")
"""These variables match rational constants only; all other single letters match anything."""

FUNCTIONS = FUNCTION_NAMES | {
    "inverse": Operation.INVERSE,
    "not": Operation.NOT,
    "and": Operation.AND,
    "or": Operation.OR,
}
_TOKEN = re.compile(r"\s*(?:(\d+)|([a-z_]\w*)|(<=|==|[-+*/^(),<]))")
_BINARY: dict[str, tuple[int, Operation]] = {
    "==": (1, Operation.EQUAL),
    "<": (1, Operation.LESS),
    "<=": (1, Operation.LESS_EQUAL),
    "+": (2, Operation.ADD),
    "-": (2, Operation.SUBTRACT),
    "*": (3, Operation.MULTIPLY),
    "/": (3, Operation.DIVIDE),
    "^": (5, Operation.POWER),
}
_NEGATION = 4  # binds tighter than a product, looser than a power


@dataclass(frozen=True, slots=True)
class Pattern:
    """A variable (`variable` is set), a constant (`value`), or an operation on terms."""

    operation: Operation | None = None
    operands: tuple[Pattern, ...] = ()
    value: Fraction | None = None
    variable: str = ""

    def variables(self) -> frozenset[str]:
        """The names of the variables in the term."""
        inside = (operand.variables() for operand in self.operands)
        return frozenset({self.variable} - {""}).union(*inside)


@cache
def parse(text: str) -> Pattern:
    """The term of a text such as `(1/2) * sin(2 * x)`; operations on numbers alone are carried out."""
    tokens = [match.group(match.lastindex or 0) for match in _TOKEN.finditer(text)]
    assert "".join(tokens) == re.sub(r"\s", "", text), f"a rule that cannot be read: {text!r}"
    term, rest = _parse(tokens, 0)
    assert not rest, f"a rule that cannot be read: {text!r}"
    return term


def _parse(tokens: list[str], binding: int) -> tuple[Pattern, list[str]]:
    """A term whose operators bind tighter than `binding`, and the tokens after it (Pratt, 1973)."""
    left, tokens = _parse_operand(tokens)
    while tokens and tokens[0] in _BINARY and _BINARY[tokens[0]][0] > binding:
        strength, operation = _BINARY[tokens[0]]
        right, tokens = _parse(tokens[1:], strength)
        left = _apply(operation, left, right)
    return left, tokens


def _parse_operand(tokens: list[str]) -> tuple[Pattern, list[str]]:
    head, tokens = tokens[0], tokens[1:]
    if head == "-":
        operand, tokens = _parse(tokens, _NEGATION)
        return _apply(Operation.NEGATE, operand), tokens
    if head == "(":
        term, tokens = _parse(tokens, 0)
        return term, tokens[1:]
    if head.isdigit():
        return Pattern(value=Fraction(head)), tokens
    if head in FUNCTIONS and FUNCTIONS[head].arity == 0:
        return Pattern(FUNCTIONS[head]), tokens
    if len(head) == 1:
        return Pattern(variable=head), tokens
    operands: list[Pattern] = []
    separator = tokens[0]
    while separator in ("(", ","):
        operand, tokens = _parse(tokens[1:], 0)
        operands.append(operand)
        separator = tokens[0]
    return _apply(FUNCTIONS[head], *operands), tokens[1:]


def _apply(operation: Operation, *operands: Pattern) -> Pattern:
    values = tuple(operand.value for operand in operands if operand.value is not None)
    if len(values) == len(operands):
        value = exact(operation, values)
        if value is not None:
            return Pattern(value=value)
    return Pattern(operation, operands)


def orders(term: Pattern) -> tuple[Pattern, ...]:
    """The term with the operands of its commutative operations in every order, each once."""
    if not term.operands or term.operation is None:
        return (term,)
    found: dict[Pattern, None] = {}
    for operands in itertools.product(*(orders(operand) for operand in term.operands)):
        found[Pattern(term.operation, operands)] = None
        if term.operation.commutative:
            for permuted in itertools.permutations(operands):
                found[Pattern(term.operation, permuted)] = None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Match:
    """The nodes that the variables stand for, and the operations inside the match, each as often as it was met."""

    variables: dict[str, int]
    inner: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A pattern prepared for matching: what to check in which slot.

    The first slots are the operands of the root; where a slot must be an operation, its operands get the next slots.
    """

    pattern: Pattern
    operations: tuple[tuple[int, Operation, int], ...]
    constants: tuple[int, ...]
    numbers: tuple[tuple[int, Fraction], ...]
    equals: tuple[tuple[int, int], ...]
    variables: tuple[tuple[str, int], ...]

    @staticmethod
    def of(pattern: Pattern) -> Matcher:
        """The matcher of a pattern, whose operands are taken in their order."""
        slots = list(pattern.operands)
        operations, constants, numbers, equals = [], [], [], []
        variables: dict[str, int] = {}
        position = 0
        while position < len(slots):
            term = slots[position]
            if term.operation is not None:
                operations.append((position, term.operation, len(term.operands)))
                slots.extend(term.operands)
            elif term.value is not None:
                numbers.append((position, term.value))
            else:
                if term.variable in CONSTANT_NAMES:
                    constants.append(position)
                first = variables.setdefault(term.variable, position)
                if first != position:
                    equals.append((first, position))
            position += 1
        return Matcher(
            pattern,
            tuple(operations),
            tuple(constants),
            tuple(numbers),
            tuple(equals),
            tuple(variables.items()),
        )

    def match(self, operands: Sequence[int], nodes: Sequence[Node]) -> Match | None:
        """Matches the operands of a root whose operation is the pattern's own."""
        if len(operands) != len(self.pattern.operands):
            return None
        slots = list(operands)
        for position, operation, count in self.operations:
            node = nodes[slots[position]]
            if node.operation is not operation or len(node.operands) != count:
                return None
            slots += node.operands
        for first, second in self.equals:
            if slots[first] != slots[second]:
                return None
        for position in self.constants:
            if nodes[slots[position]].value is None:
                return None
        for position, number in self.numbers:
            if nodes[slots[position]].value != number:
                return None
        return Match(
            {name: slots[position] for name, position in self.variables},
            tuple(slots[position] for position, _, _ in self.operations),
        )
