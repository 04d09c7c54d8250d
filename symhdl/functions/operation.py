"""The operations of a Graph: one enumeration with arity, spellings and a line of documentation each.

What an operation means numerically stands in `meaning.py`, keyed by the same names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ANY = -1  # as many operands as one likes, at least one


@dataclass(frozen=True, slots=True)
class Entry:
    """What the table says of an operation.

    `names` are the spellings as a function in the native language, the first one preferred; an operation without
    names is written with an operator or by a construct of the language. A `partial` operation has no value for some
    operands.
    """

    arity: int
    documentation: str
    names: tuple[str, ...] = ()
    commutative: bool = False
    boolean: bool = False
    partial: bool = False


class Operation(Enum):
    """Every operation that a Graph node can be."""

    INPUT = Entry(0, "an input")
    CONSTANT = Entry(0, "an exact rational constant")
    PI = Entry(0, "the circle constant", ("pi",))
    E = Entry(0, "the base of the natural logarithm", ("e",))

    ADD = Entry(ANY, "sum", ("add", "plus"), commutative=True)
    SUBTRACT = Entry(2, "difference", ("sub", "subtract"))
    MULTIPLY = Entry(2, "product", ("mul", "mult", "multiply"), commutative=True)
    DIVIDE = Entry(2, "quotient", ("div", "divide"), partial=True)
    NEGATE = Entry(1, "opposite", ("neg",))
    POWER = Entry(
        2, "power; a negative base needs an integer exponent", ("pow", "power"), partial=True
    )
    INVERSE = Entry(1, "1/x", ("inv", "reciprocal"), partial=True)
    SQUARE = Entry(1, "x^2", ("square",))
    CUBE = Entry(1, "x^3", ("cube",))

    SQUARE_ROOT = Entry(1, "square root", ("sqrt",), partial=True)
    CUBE_ROOT = Entry(1, "real cube root", ("cbrt",))
    HYPOTENUSE = Entry(2, "sqrt(x^2 + y^2)", ("hypot",), commutative=True)

    EXP = Entry(1, "e^x", ("exp",))
    EXP2 = Entry(1, "2^x", ("exp2",))
    EXPM1 = Entry(1, "e^x - 1", ("expm1",))
    LOG = Entry(1, "natural logarithm", ("log", "ln"), partial=True)
    LOG2 = Entry(1, "logarithm to base 2", ("log2",), partial=True)
    LOG10 = Entry(1, "logarithm to base 10", ("log10",), partial=True)
    LOG1P = Entry(1, "log(1 + x)", ("log1p",), partial=True)

    SIN = Entry(1, "sine", ("sin",))
    COS = Entry(1, "cosine", ("cos",))
    TAN = Entry(1, "tangent", ("tan",), partial=True)
    ASIN = Entry(1, "inverse sine", ("asin", "arcsin"), partial=True)
    ACOS = Entry(1, "inverse cosine", ("acos", "arccos"), partial=True)
    ATAN = Entry(1, "inverse tangent", ("atan", "arctan"))
    ATAN2 = Entry(
        2, "angle of the point (x, y), written atan2(y, x)", ("atan2", "arctan2"), partial=True
    )
    SINH = Entry(1, "hyperbolic sine", ("sinh",))
    COSH = Entry(1, "hyperbolic cosine", ("cosh",))
    TANH = Entry(1, "hyperbolic tangent", ("tanh",))
    ASINH = Entry(1, "inverse hyperbolic sine", ("asinh", "arcsinh"))
    ACOSH = Entry(1, "inverse hyperbolic cosine", ("acosh", "arccosh"), partial=True)
    ATANH = Entry(1, "inverse hyperbolic tangent", ("atanh", "arctanh"), partial=True)

    ERF = Entry(1, "error function", ("erf",))
    ERFC = Entry(1, "1 - erf(x)", ("erfc",))
    SIGMOID = Entry(1, "1/(1 + e^-x)", ("sigmoid", "logistic"))
    RELU = Entry(1, "max(x, 0)", ("relu",))
    SOFTPLUS = Entry(1, "log(1 + e^x)", ("softplus",))
    GELU = Entry(1, "x (1 + erf(x/sqrt 2))/2", ("gelu",))
    GAUSS = Entry(1, "e^(-x^2)", ("gauss",))
    SINC = Entry(1, "sin(x)/x, 1 at 0", ("sinc",))

    ABSOLUTE = Entry(1, "absolute value", ("abs", "Abs"))
    SIGN = Entry(1, "-1, 0 or 1", ("sign", "sgn"))
    FLOOR = Entry(1, "largest integer <= x", ("floor",))
    CEIL = Entry(1, "smallest integer >= x", ("ceil", "ceiling"))
    ROUND = Entry(1, "nearest integer, ties upwards", ("round",))
    MODULO = Entry(2, "x - y floor(x/y)", ("mod",), partial=True)

    MINIMUM = Entry(ANY, "smallest operand", ("min", "minimum"), commutative=True)
    MAXIMUM = Entry(ANY, "largest operand", ("max", "maximum"), commutative=True)
    CLAMP = Entry(3, "min(max(x, low), high)", ("clamp", "clip"))
    ARGMAX = Entry(ANY, "number of the largest operand, from 0; the first of equals", ("argmax",))

    LESS = Entry(2, "1 where a < b, else 0", boolean=True)
    LESS_EQUAL = Entry(2, "1 where a <= b, else 0", boolean=True)
    EQUAL = Entry(2, "1 where a = b, else 0", commutative=True, boolean=True)
    NOT = Entry(1, "logical not", boolean=True)
    AND = Entry(2, "logical and", commutative=True, boolean=True)
    OR = Entry(2, "logical or", commutative=True, boolean=True)
    SELECT = Entry(3, "b where the condition a holds, else c", ("where", "select"))

    # Members are singletons. The hash of `Enum` is a Python function, too slow for graphs of 100,000 nodes.
    __hash__ = object.__hash__

    @property
    def entry(self) -> Entry:
        """The line of the table."""
        line: Entry = self._value_  # `value` is a Python-level descriptor, ten times as slow
        return line

    @property
    def arity(self) -> int:
        """How many operands; `ANY` for one or more."""
        return self.entry.arity

    @property
    def commutative(self) -> bool:
        """Whether the order of the operands does not matter."""
        return self.entry.commutative

    @property
    def boolean(self) -> bool:
        """Whether the value is 0 or 1."""
        return self.entry.boolean

    @property
    def partial(self) -> bool:
        """Whether there are operands for which there is no value."""
        return self.entry.partial


FUNCTION_NAMES: dict[str, Operation] = {
    name: operation for operation in Operation for name in operation.entry.names
}
"""Every spelling of every function of the native language."""
