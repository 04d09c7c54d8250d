"""FPCore's operators and constants over the real numbers, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.sources.fpcore.nodes import Nodes

HALF = Fraction(1, 2)


class Sort(Enum):
    """What a scalar is."""

    NUMBER = "a number"
    CONDITION = "a condition"


@dataclass(frozen=True, slots=True)
class Operator:
    """How many operands of which sort an operator takes (`most` None: any number), and what it builds of them."""

    least: int
    most: int | None
    build: Callable[..., int]
    operands: Sort = Sort.NUMBER
    result: Sort = Sort.NUMBER


def _is(operation: Operation) -> Operator:
    """An operator that the graph has."""

    def build(nodes: Nodes, *operands: int) -> int:
        return nodes.apply(operation, *operands)

    return Operator(operation.arity, operation.arity, build)


def _folded(operation: Operation) -> Callable[..., int]:
    """An operation of two, from left to right."""

    def build(nodes: Nodes, *operands: int) -> int:
        result = operands[0]
        for operand in operands[1:]:
            result = nodes.apply(operation, result, operand)
        return result

    return build


def _sum(nodes: Nodes, *operands: int) -> int:
    return nodes.apply(Operation.ADD, *operands) if len(operands) > 1 else operands[0]


def _minus(nodes: Nodes, *operands: int) -> int:
    if len(operands) == 1:
        return nodes.apply(Operation.NEGATE, operands[0])
    return _folded(Operation.SUBTRACT)(nodes, *operands)


def _quotient(nodes: Nodes, *operands: int) -> int:
    if len(operands) == 1:
        return nodes.apply(Operation.INVERSE, operands[0])
    return _folded(Operation.DIVIDE)(nodes, *operands)


def _fma(nodes: Nodes, x: int, y: int, z: int) -> int:
    return nodes.apply(Operation.ADD, nodes.apply(Operation.MULTIPLY, x, y), z)


def _exp10(nodes: Nodes, x: int) -> int:
    return nodes.apply(Operation.POWER, nodes.constant(10), x)


def _positive_difference(nodes: Nodes, x: int, y: int) -> int:
    difference = nodes.apply(Operation.SUBTRACT, x, y)
    return nodes.apply(Operation.MAXIMUM, difference, nodes.constant(0))


def _is_negative(nodes: Nodes, x: int) -> int:
    return nodes.apply(Operation.LESS, x, nodes.constant(0))


def _with_sign_of(nodes: Nodes, magnitude: int, x: int) -> int:
    """The magnitude where x >= 0, else its opposite: over the reals there is no negative zero."""
    opposite = nodes.apply(Operation.NEGATE, magnitude)
    return nodes.apply(Operation.SELECT, _is_negative(nodes, x), opposite, magnitude)


def _copysign(nodes: Nodes, x: int, y: int) -> int:
    return _with_sign_of(nodes, nodes.apply(Operation.ABSOLUTE, x), y)


def _truncated(nodes: Nodes, x: int) -> int:
    up, down = nodes.apply(Operation.CEIL, x), nodes.apply(Operation.FLOOR, x)
    return nodes.apply(Operation.SELECT, _is_negative(nodes, x), up, down)


def _half_away_from_zero(nodes: Nodes, x: int) -> int:
    half = nodes.constant(HALF)
    up = nodes.apply(Operation.FLOOR, nodes.apply(Operation.ADD, x, half))
    down = nodes.apply(Operation.CEIL, nodes.apply(Operation.SUBTRACT, x, half))
    return nodes.apply(Operation.SELECT, _is_negative(nodes, x), down, up)


def _half_to_even(nodes: Nodes, x: int) -> int:
    """The even number below, plus 0, 1 or 2; both ties go to the even one."""
    two = nodes.constant(2)
    halved = nodes.apply(Operation.MULTIPLY, nodes.constant(HALF), x)
    even = nodes.apply(Operation.MULTIPLY, two, nodes.apply(Operation.FLOOR, halved))
    rest = nodes.apply(Operation.SUBTRACT, x, even)
    step = _stepwise(nodes, rest, nodes.constant(HALF), nodes.constant(3 * HALF))
    return nodes.apply(Operation.ADD, even, step)


def _stepwise(nodes: Nodes, x: int, first: int, second: int) -> int:
    """0 up to the first bound, 2 from the second one on, 1 between."""
    one, two = nodes.constant(1), nodes.constant(2)
    above = nodes.apply(Operation.SELECT, nodes.apply(Operation.LESS, x, second), one, two)
    is_low = nodes.apply(Operation.LESS_EQUAL, x, first)
    return nodes.apply(Operation.SELECT, is_low, nodes.constant(0), above)


def _truncated_remainder(nodes: Nodes, x: int, y: int) -> int:
    """x - y trunc(x/y): the remainder of the magnitudes with the sign of x."""
    size, step = nodes.apply(Operation.ABSOLUTE, x), nodes.apply(Operation.ABSOLUTE, y)
    return _with_sign_of(nodes, nodes.apply(Operation.MODULO, size, step), x)


def _nearest_remainder(nodes: Nodes, x: int, y: int) -> int:
    """x - y n for the integer n next to x/y, the even one of two: from the remainder of a division by 2|y|."""
    step = nodes.apply(Operation.ABSOLUTE, y)
    double = nodes.apply(Operation.MULTIPLY, nodes.constant(2), step)
    rest = nodes.apply(Operation.MODULO, x, double)
    first = nodes.apply(Operation.MULTIPLY, nodes.constant(HALF), step)
    second = nodes.apply(Operation.MULTIPLY, nodes.constant(3 * HALF), step)
    steps = _stepwise(nodes, rest, first, second)
    return nodes.apply(Operation.SUBTRACT, rest, nodes.apply(Operation.MULTIPLY, steps, step))


def _all_hold(nodes: Nodes, *operands: int) -> int:
    return _folded(Operation.AND)(nodes, *operands) if operands else nodes.constant(1)


def _some_hold(nodes: Nodes, *operands: int) -> int:
    return _folded(Operation.OR)(nodes, *operands) if operands else nodes.constant(0)


def _always(value: int) -> Operator:
    """A question about floating-point numbers that every real number answers alike."""
    return Operator(1, 1, lambda nodes, _: nodes.constant(value), result=Sort.CONDITION)


def _is_not_zero(nodes: Nodes, x: int) -> int:
    is_zero = nodes.apply(Operation.EQUAL, x, nodes.constant(0))
    return nodes.apply(Operation.NOT, is_zero)


def _negation(nodes: Nodes, x: int) -> int:
    return nodes.apply(Operation.NOT, x)


OPERATORS: dict[str, Operator] = {
    "+": Operator(1, None, _sum),
    "-": Operator(1, None, _minus),
    "*": Operator(1, None, _folded(Operation.MULTIPLY)),
    "/": Operator(1, None, _quotient),
    "neg": _is(Operation.NEGATE),
    "fabs": _is(Operation.ABSOLUTE),
    "fma": Operator(3, 3, _fma),
    "exp": _is(Operation.EXP),
    "exp2": _is(Operation.EXP2),
    "exp10": Operator(1, 1, _exp10),
    "expm1": _is(Operation.EXPM1),
    "log": _is(Operation.LOG),
    "log10": _is(Operation.LOG10),
    "log2": _is(Operation.LOG2),
    "log1p": _is(Operation.LOG1P),
    "pow": _is(Operation.POWER),
    "sqrt": _is(Operation.SQUARE_ROOT),
    "cbrt": _is(Operation.CUBE_ROOT),
    "hypot": _is(Operation.HYPOTENUSE),
    "sin": _is(Operation.SIN),
    "cos": _is(Operation.COS),
    "tan": _is(Operation.TAN),
    "asin": _is(Operation.ASIN),
    "acos": _is(Operation.ACOS),
    "atan": _is(Operation.ATAN),
    "atan2": _is(Operation.ATAN2),
    "sinh": _is(Operation.SINH),
    "cosh": _is(Operation.COSH),
    "tanh": _is(Operation.TANH),
    "asinh": _is(Operation.ASINH),
    "acosh": _is(Operation.ACOSH),
    "atanh": _is(Operation.ATANH),
    "erf": _is(Operation.ERF),
    "erfc": _is(Operation.ERFC),
    "ceil": _is(Operation.CEIL),
    "floor": _is(Operation.FLOOR),
    "trunc": Operator(1, 1, _truncated),
    "round": Operator(1, 1, _half_away_from_zero),
    "nearbyint": Operator(1, 1, _half_to_even),
    "rint": Operator(1, 1, _half_to_even),
    "fmod": Operator(2, 2, _truncated_remainder),
    "remainder": Operator(2, 2, _nearest_remainder),
    "fmax": Operator(2, 2, _folded(Operation.MAXIMUM)),
    "fmin": Operator(2, 2, _folded(Operation.MINIMUM)),
    "fdim": Operator(2, 2, _positive_difference),
    "copysign": Operator(2, 2, _copysign),
    "and": Operator(0, None, _all_hold, Sort.CONDITION, Sort.CONDITION),
    "or": Operator(0, None, _some_hold, Sort.CONDITION, Sort.CONDITION),
    "not": Operator(1, 1, _negation, Sort.CONDITION, Sort.CONDITION),
    "isnan": _always(0),
    "isinf": _always(0),
    "isfinite": _always(1),
    "isnormal": Operator(1, 1, _is_not_zero, result=Sort.CONDITION),
    "signbit": Operator(1, 1, _is_negative, result=Sort.CONDITION),
}
"""What operators mean on real numbers. More than two operands are taken from left to right."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A comparison of two; `is_ordered` if a chain compares neighbours only, else all pairs."""

    operation: Operation
    is_swapped: bool = False
    is_negated: bool = False
    is_ordered: bool = True

    def build(self, nodes: Nodes, x: int, y: int) -> int:
        """The condition for one pair."""
        result = nodes.apply(self.operation, *((y, x) if self.is_swapped else (x, y)))
        return nodes.apply(Operation.NOT, result) if self.is_negated else result


RELATIONS = {
    "<": Relation(Operation.LESS),
    ">": Relation(Operation.LESS, is_swapped=True),
    "<=": Relation(Operation.LESS_EQUAL),
    ">=": Relation(Operation.LESS_EQUAL, is_swapped=True),
    "==": Relation(Operation.EQUAL),
    "=": Relation(Operation.EQUAL),
    "!=": Relation(Operation.EQUAL, is_negated=True, is_ordered=False),
}

STRUCTURAL: dict[str, tuple[int, int | None]] = {
    "cast": (1, 1),
    "array": (0, None),
    "dim": (1, 1),
    "size": (2, 2),
    "ref": (1, None),
}
"""Operators that only move values about, and how many operands they take."""

FORMS = ("if", "let", "let*", "while", "while*", "for", "for*", "tensor", "tensor*", "!", "digits")

UNSUPPORTED = {
    "tgamma": "the gamma function",
    "lgamma": "the logarithm of the gamma function",
    "logb": "the exponent of a floating-point number",
    "nextafter": "the next floating-point number",
}
"""Operators that are known and cannot be built."""

FOREIGN = {
    "abs": "fabs", "max": "fmax", "min": "fmin", "ln": "log", "^": "pow", "**": "pow",
    "expt": "pow", "power": "pow", "mod": "fmod", "%": "fmod", "arctan": "atan", "arcsin": "asin",
    "arccos": "acos", "ceiling": "ceil", "truncate": "trunc", "&&": "and", "||": "or",
    "begin": "let*", "define": "let*", "cond": "if", "log2p1": "log1p",
}  # fmt: skip
"""What other languages call FPCore's operators."""


def is_operator(name: str) -> bool:
    """Whether FPCore has an operator of this name that takes values only."""
    return name in OPERATORS or name in RELATIONS or name in STRUCTURAL


def known_operators() -> list[str]:
    """Every word that may stand first in a form, for suggestions."""
    return [*OPERATORS, *RELATIONS, *STRUCTURAL, *FORMS]


def _constant(operation: Operation, *operands: int | Operation) -> Callable[[Nodes], int]:
    """An operation on constants."""

    def build(nodes: Nodes) -> int:
        known = [nodes.constant(o) if isinstance(o, int) else nodes.named(o) for o in operands]
        return nodes.apply(operation, *known)

    return build


def _composed(
    outer: Operation, inner: Callable[[Nodes], int], *before: int
) -> Callable[[Nodes], int]:
    """An operation on constants, the last of which is an operation itself."""

    def build(nodes: Nodes) -> int:
        return nodes.apply(outer, *(nodes.constant(value) for value in before), inner(nodes))

    return build


CONSTANTS: dict[str, Callable[[Nodes], int]] = {
    "E": lambda nodes: nodes.named(Operation.E),
    "LOG2E": _composed(Operation.INVERSE, _constant(Operation.LOG, 2)),
    "LOG10E": _composed(Operation.INVERSE, _constant(Operation.LOG, 10)),
    "LN2": _constant(Operation.LOG, 2),
    "LN10": _constant(Operation.LOG, 10),
    "PI": lambda nodes: nodes.named(Operation.PI),
    "PI_2": _constant(Operation.DIVIDE, Operation.PI, 2),
    "PI_4": _constant(Operation.DIVIDE, Operation.PI, 4),
    "M_1_PI": _constant(Operation.INVERSE, Operation.PI),
    "M_2_PI": _constant(Operation.DIVIDE, 2, Operation.PI),
    "M_2_SQRTPI": _composed(Operation.DIVIDE, _constant(Operation.SQUARE_ROOT, Operation.PI), 2),
    "SQRT2": _constant(Operation.SQUARE_ROOT, 2),
    "SQRT1_2": _composed(Operation.INVERSE, _constant(Operation.SQUARE_ROOT, 2)),
    "MAXFLOAT": lambda nodes: nodes.constant((2**24 - 1) * 2**104),
}
"""Constants that are real numbers."""

CONDITIONS = {"TRUE": 1, "FALSE": 0}
INFINITE = {
    "INFINITY": "INFINITY", "HUGE_VAL": "INFINITY", "+inf.0": "INFINITY",
    "-inf.0": "-INFINITY", "NAN": "NAN", "+nan.0": "NAN", "-nan.0": "NAN",
}  # fmt: skip
"""Names of what is no real number, and what each of them is."""

CONSTANT_NAMES: Sequence[str] = (*CONSTANTS, *CONDITIONS, *INFINITE)
