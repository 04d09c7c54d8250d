"""The operations of a Graph: one enumeration, with one entry each in which all stands that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Protocol

import numpy as np
from flint import arb

from symhdl.functions import balls, circular, exponential, floating, powers, rational, sigmoids
from symhdl.functions.balls import everywhere, strict
from symhdl.functions.entry import ANY, Entry, Sign, alike, in_libraries
from symhdl.functions.rational import at
from symhdl.functions.univariate import REALS, Domain

__all__ = [
    "ANY",
    "COMPARISONS",
    "DECISIONS",
    "FUNCTION_NAMES",
    "NodeBuilder",
    "Operation",
    "Quantity",
]

HALF = Fraction(1, 2)


class Operation(Enum):
    """Every operation that a Graph node can be."""

    # fmt: off
    INPUT = Entry(0, "an input")
    CONSTANT = Entry(0, "an exact rational constant")
    PI = Entry(
        0, "the circle constant", ("pi",), floating=lambda: np.asarray(np.pi), ball=arb.pi,
        sign=Sign.POSITIVE,
    )
    E = Entry(
        0, "the base of the natural logarithm", ("e",), floating=lambda: np.asarray(np.e),
        ball=arb.const_e, sign=Sign.POSITIVE,
    )

    ADD = Entry(
        ANY, "sum", ("add", "plus"), floating=floating.total, ball=balls.total,
        exact=rational.total, commutative=True,
    )
    SUBTRACT = Entry(
        2, "difference", ("sub", "subtract"), floating=np.subtract, ball=arb.__sub__,
        exact=lambda x, y: x - y,
    )
    MULTIPLY = Entry(
        2, "product", ("mul", "mult", "multiply"), floating=np.multiply, ball=arb.__mul__,
        exact=lambda x, y: x * y, commutative=True,
    )
    DIVIDE = Entry(
        2, "quotient", ("div", "divide"), floating=floating.divide, ball=balls.divide,
        exact=rational.divide, partial=True,
    )
    NEGATE = Entry(
        1, "negation", ("neg",), floating=np.negative, ball=arb.__neg__, exact=lambda x: -x,
    )
    POWER = Entry(
        2, "power; a negative base needs an integer exponent", ("pow", "power"),
        floating=floating.power, ball=balls.power, exact=rational.power, partial=True,
        written={"c": "pow", "fpcore": "pow"},
    )
    INVERSE = Entry(
        1, "1/x", ("inv", "reciprocal"), function=powers.INVERSE, floating=floating.inverse,
        exact=lambda x: rational.divide(Fraction(1), x), sign=Sign.ARGUMENT, partial=True,
    )
    SQUARE = Entry(
        1, "x^2", ("square",), floating=np.square, ball=balls.square, exact=lambda x: x * x,
        sign=Sign.SIZE,
    )
    CUBE = Entry(
        1, "x^3", ("cube",), floating=lambda x: x * x * x, ball=lambda x: x * x * x,
        exact=lambda x: x * x * x, sign=Sign.ARGUMENT,
    )

    SQUARE_ROOT = Entry(
        1, "square root", ("sqrt",), function=powers.SQUARE_ROOT, floating=np.sqrt,
        exact=rational.square_root, sign=Sign.SIZE, partial=True, written=alike("sqrt"),
    )
    CUBE_ROOT = Entry(
        1, "real cube root", ("cbrt",),
        lambda x: x.to(Operation.SIGN) * x.to(Operation.ABSOLUTE) ** Fraction(1, 3),
        function=powers.CUBE_ROOT, floating=np.cbrt, sign=Sign.ARGUMENT,
        written=in_libraries("cbrt"),
    )
    HYPOTENUSE = Entry(
        2, "sqrt(x^2 + y^2)", ("hypot",),
        lambda x, y: (x.to(Operation.SQUARE) + y.to(Operation.SQUARE)).to(Operation.SQUARE_ROOT),
        floating=np.hypot, ball=balls.hypotenuse, sign=Sign.NONNEGATIVE, commutative=True,
        written=in_libraries("hypot"),
    )

    EXP = Entry(
        1, "e^x", ("exp",), function=exponential.EXP, floating=np.exp, exact=at(0, 1),
        sign=Sign.POSITIVE, written=alike("exp"),
    )
    EXP2 = Entry(
        1, "2^x", ("exp2",), lambda x: 2**x, function=exponential.EXP2, floating=np.exp2,
        ball=everywhere(lambda x: balls.TWO**x), sign=Sign.POSITIVE, written=in_libraries("exp2"),
    )
    EXPM1 = Entry(
        1, "e^x - 1", ("expm1",), lambda x: x.to(Operation.EXP) - 1, function=exponential.EXPM1,
        floating=np.expm1, sign=Sign.ARGUMENT, written=in_libraries("expm1"),
    )
    LOG = Entry(
        1, "natural logarithm", ("log", "ln"), function=exponential.LOG,
        floating=floating.logarithm(np.log, 0.0), exact=rational.natural_logarithm, partial=True,
        written=alike("log", latex=r"\ln"),
    )
    LOG2 = Entry(
        1, "logarithm to base 2", ("log2",),
        lambda x: x.to(Operation.LOG) / x.constant(2).to(Operation.LOG), function=exponential.LOG2,
        floating=floating.logarithm(np.log2, 0.0), exact=rational.logarithm(2), partial=True,
        written=in_libraries("log2", latex=r"\log_{2}"),
    )
    LOG10 = Entry(
        1, "logarithm to base 10", ("log10",),
        lambda x: x.to(Operation.LOG) / x.constant(10).to(Operation.LOG),
        function=exponential.LOG10, floating=floating.logarithm(np.log10, 0.0),
        exact=rational.logarithm(10), partial=True,
        written=in_libraries("log10", latex=r"\log_{10}"),
    )
    LOG1P = Entry(
        1, "log(1 + x)", ("log1p",), lambda x: (1 + x).to(Operation.LOG),
        function=exponential.LOG1P, floating=floating.logarithm(np.log1p, -1.0), sign=Sign.ARGUMENT,
        partial=True, written=in_libraries("log1p"),
    )

    SIN = Entry(
        1, "sine", ("sin",), function=circular.SIN, floating=np.sin, exact=at(0, 0),
        written=alike("sin", latex=r"\sin"),
    )
    COS = Entry(
        1, "cosine", ("cos",), function=circular.COS, floating=np.cos, exact=at(0, 1),
        written=alike("cos", latex=r"\cos"),
    )
    TAN = Entry(
        1, "tangent", ("tan",), function=circular.TAN, floating=np.tan, exact=at(0, 0),
        partial=True, written=alike("tan", latex=r"\tan"),
    )
    ASIN = Entry(
        1, "inverse sine", ("asin", "arcsin"), function=circular.ASIN, floating=np.arcsin,
        exact=rational.arcsine, sign=Sign.ARGUMENT, partial=True,
        written=alike("asin", numpy="np.arcsin", latex=r"\arcsin"),
    )
    ACOS = Entry(
        1, "inverse cosine", ("acos", "arccos"), function=circular.ACOS, floating=np.arccos,
        exact=rational.arccosine, sign=Sign.NONNEGATIVE, partial=True,
        written=alike("acos", numpy="np.arccos", latex=r"\arccos"),
    )
    ATAN = Entry(
        1, "inverse tangent", ("atan", "arctan"), function=circular.ATAN, floating=np.arctan,
        exact=at(0, 0), sign=Sign.ARGUMENT,
        written=alike("atan", numpy="np.arctan", latex=r"\arctan"),
    )
    ATAN2 = Entry(
        2, "angle of the point (x, y), written atan2(y, x)", ("atan2", "arctan2"),
        lambda y, x: _angle(y, x), floating=floating.atan2, ball=strict(balls.atan2),
        exact=rational.atan2, partial=True, written=alike("atan2", numpy="np.arctan2"),
    )
    SINH = Entry(
        1, "hyperbolic sine", ("sinh",), function=circular.SINH, floating=np.sinh, exact=at(0, 0),
        sign=Sign.ARGUMENT, written=alike("sinh", latex=r"\sinh"),
    )
    COSH = Entry(
        1, "hyperbolic cosine", ("cosh",), function=circular.COSH, floating=np.cosh, exact=at(0, 1),
        sign=Sign.POSITIVE, written=alike("cosh", latex=r"\cosh"),
    )
    TANH = Entry(
        1, "hyperbolic tangent", ("tanh",), function=circular.TANH, floating=np.tanh,
        exact=at(0, 0), sign=Sign.ARGUMENT, written=alike("tanh", latex=r"\tanh"),
    )
    ASINH = Entry(
        1, "inverse hyperbolic sine", ("asinh", "arcsinh"), function=circular.ASINH,
        floating=np.arcsinh, exact=at(0, 0), sign=Sign.ARGUMENT,
        written=alike("asinh", numpy="np.arcsinh", latex=r"\operatorname{arsinh}"),
    )
    ACOSH = Entry(
        1, "inverse hyperbolic cosine", ("acosh", "arccosh"), function=circular.ACOSH,
        floating=np.arccosh, exact=rational.area_cosine, sign=Sign.NONNEGATIVE, partial=True,
        written=alike("acosh", numpy="np.arccosh", latex=r"\operatorname{arcosh}"),
    )
    ATANH = Entry(
        1, "inverse hyperbolic tangent", ("atanh", "arctanh"), function=circular.ATANH,
        floating=floating.atanh, exact=rational.area_tangent, sign=Sign.ARGUMENT, partial=True,
        written=alike("atanh", numpy="np.arctanh", latex=r"\operatorname{artanh}"),
    )

    ERF = Entry(
        1, "error function", ("erf",), function=sigmoids.ERF, floating=floating.erf, exact=at(0, 0),
        sign=Sign.ARGUMENT, written=alike("erf", numpy="erf", latex=r"\operatorname{erf}"),
    )
    ERFC = Entry(
        1, "1 - erf(x)", ("erfc",), lambda x: 1 - x.to(Operation.ERF), function=sigmoids.ERFC,
        floating=floating.erfc, sign=Sign.POSITIVE,
        written=alike("erfc", numpy="erfc", latex=r"\operatorname{erfc}"),
    )
    SIGMOID = Entry(
        1, "1/(1 + e^-x)", ("sigmoid", "logistic"), lambda x: 1 / (1 + (-x).to(Operation.EXP)),
        function=sigmoids.SIGMOID, floating=floating.sigmoid, sign=Sign.POSITIVE,
    )
    RELU = Entry(
        1, "max(x, 0)", ("relu",), lambda x: x.to(Operation.MAXIMUM, 0), sign=Sign.NONNEGATIVE,
    )
    SOFTPLUS = Entry(
        1, "log(1 + e^x)", ("softplus",), lambda x: (1 + x.to(Operation.EXP)).to(Operation.LOG),
        lambda x: (x.to(Operation.MAXIMUM, 0) + (-x.to(Operation.ABSOLUTE)).to(Operation.EXP).to(Operation.LOG1P)),
        function=sigmoids.SOFTPLUS, ball=everywhere(balls.softplus), sign=Sign.POSITIVE,
    )
    GELU = Entry(
        1, "x (1 + erf(x/sqrt 2))/2", ("gelu",),
        lambda x: x * (1 + (x / x.constant(2).to(Operation.SQUARE_ROOT)).to(Operation.ERF)) / 2,
        lambda x: x / 2 * (-x / x.constant(2).to(Operation.SQUARE_ROOT)).to(Operation.ERFC),
        function=sigmoids.GELU, sign=Sign.ARGUMENT,
    )
    SILU = Entry(
        1, "x sigmoid(x)", ("silu", "swish"), lambda x: x * x.to(Operation.SIGMOID), domain=REALS,
    )
    ELU = Entry(
        1, "x for x > 0, else e^x - 1", ("elu",),
        lambda x: (x < 0).choose(x.to(Operation.EXPM1), x), domain=REALS, singular_points=(0,),
    )
    MISH = Entry(
        1, "x tanh(softplus(x))", ("mish",),
        lambda x: x * x.to(Operation.SOFTPLUS).to(Operation.TANH), domain=REALS,
    )
    LOGIT = Entry(
        1, "log(x/(1 - x))", ("logit",), lambda x: (x / (1 - x)).to(Operation.LOG),
        domain=Domain(0.0, 1.0, closed=False), singular_points=(0, 1), partial=True,
    )
    GAUSS = Entry(
        1, "e^(-x^2)", ("gauss",), lambda x: (-x.to(Operation.SQUARE)).to(Operation.EXP),
        function=sigmoids.GAUSS, sign=Sign.POSITIVE,
    )
    SINC = Entry(
        1, "sin(x)/x, 1 at 0", ("sinc",),
        lambda x: x.to(Operation.EQUAL, 0).choose(1, x.to(Operation.SIN) / x),
        function=sigmoids.SINC, ball=strict(everywhere(arb.sinc)), exact=at(0, 1),
        written={"sympy": "sinc"},
    )

    ABSOLUTE = Entry(
        1, "absolute value", ("abs", "Abs"), floating=np.abs, ball=abs, exact=abs, sign=Sign.SIZE,
        written={"c": "fabs", "numpy": "np.abs", "fpcore": "fabs", "sympy": "Abs"},
    )
    SIGN = Entry(
        1, "-1, 0 or 1", ("sign", "sgn"), lambda x: _sign(x), floating=np.sign,
        ball=strict(arb.sgn), sign=Sign.ARGUMENT,
        written={"numpy": "np.sign", "sympy": "sign", "latex": r"\operatorname{sgn}"},
    )
    FLOOR = Entry(
        1, "largest integer <= x", ("floor",), floating=np.floor, ball=balls.floor,
        exact=rational.floor, written=alike("floor"),
    )
    CEIL = Entry(
        1, "smallest integer >= x", ("ceil", "ceiling"), lambda x: -(-x).to(Operation.FLOOR),
        written=in_libraries("ceil", sympy="ceiling"),
    )
    ROUND = Entry(
        1, "nearest integer, ties upwards", ("round",), lambda x: (x + HALF).to(Operation.FLOOR),
    )
    MODULO = Entry(
        2, "x - y floor(x/y)", ("mod",), lambda x, y: x - y * (x / y).to(Operation.FLOOR),
        floating=floating.modulo, ball=balls.modulo, exact=rational.modulo, partial=True,
        written={"numpy": "np.mod", "sympy": "Mod"},
    )

    MINIMUM = Entry(
        ANY, "smallest operand", ("min", "minimum"), floating=floating.minimum, ball=balls.minimum,
        exact=lambda *operands: min(operands), commutative=True,
    )
    MAXIMUM = Entry(
        ANY, "largest operand", ("max", "maximum"), floating=floating.maximum, ball=balls.maximum,
        exact=lambda *operands: max(operands), commutative=True,
    )
    CLAMP = Entry(
        3, "min(max(x, low), high)", ("clamp", "clip"),
        lambda x, low, high: x.to(Operation.MAXIMUM, low).to(Operation.MINIMUM, high),
        written={"numpy": "np.clip"},
    )
    ARGMAX = Entry(
        ANY, "number of the largest operand, from 0; the first of equals", ("argmax",),
        lambda *operands: _argmax(*operands), floating=floating.argmax, ball=strict(balls.argmax),
        exact=rational.argmax, sign=Sign.NONNEGATIVE,
    )

    LESS = Entry(
        2, "1 where a < b, else 0", floating=lambda a, b: floating.defined(a < b, a, b),
        ball=strict(balls.less), exact=lambda a, b: Fraction(a < b), boolean=True,
    )
    LESS_EQUAL = Entry(
        2, "1 where a <= b, else 0", floating=lambda a, b: floating.defined(a <= b, a, b),
        ball=strict(balls.less_equal), exact=lambda a, b: Fraction(a <= b), boolean=True,
    )
    EQUAL = Entry(
        2, "1 where a = b, else 0", floating=lambda a, b: floating.defined(a == b, a, b),
        ball=strict(balls.equal), exact=lambda a, b: Fraction(a == b), commutative=True,
        boolean=True, written={"sympy": "Eq"},
    )
    NOT = Entry(
        1, "logical not", floating=floating.not_, ball=strict(balls.not_),
        exact=lambda a: Fraction(a == 0), boolean=True,
    )
    AND = Entry(
        2, "logical and", floating=floating.and_, ball=strict(balls.and_),
        exact=lambda a, b: Fraction(a != 0 and b != 0), commutative=True, boolean=True,
    )
    OR = Entry(
        2, "logical or", floating=floating.or_, ball=strict(balls.or_),
        exact=lambda a, b: Fraction(a != 0 or b != 0), commutative=True, boolean=True,
    )
    SELECT = Entry(
        3, "b where the condition a holds, else c", ("where", "select"), floating=floating.select,
        ball=balls.select, exact=lambda condition, a, b: a if condition != 0 else b,
        written={"numpy": "np.where"},
    )
    # fmt: on

    # Members are singletons. The hash of `Enum` is a Python function, too slow for graphs of 100,000 nodes.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{self}>"

    def __reduce_ex__(self, _protocol: object) -> tuple[object, ...]:
        # By name: an entry holds functions, which are not pickled.
        return getattr, (Operation, self.name)

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

COMPARISONS = frozenset({Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL})
DECISIONS = COMPARISONS | {Operation.FLOOR, Operation.MODULO}
"""The operations whose value jumps."""


class NodeBuilder(Protocol):
    """Where definitions are written: a graph that is being built."""

    def apply(self, operation: Operation, *operands: int) -> int:
        """The node of an operation on earlier nodes."""
        ...

    def constant(self, value: Fraction | int) -> int:
        """The node of a number."""
        ...


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a definition, so that definitions read as mathematics: a node, and where nodes are made."""

    builder: NodeBuilder
    node: int

    def to(self, operation: Operation, *others: Quantity | Fraction | int) -> Quantity:
        """The operation on this and the others."""
        operands = (self.node, *(self._of(other).node for other in others))
        return Quantity(self.builder, self.builder.apply(operation, *operands))

    def choose(
        self, chosen: Quantity | Fraction | int, other: Quantity | Fraction | int
    ) -> Quantity:
        """One of two, by this condition."""
        return self.to(Operation.SELECT, chosen, other)

    def constant(self, value: Fraction | int) -> Quantity:
        """A number."""
        return Quantity(self.builder, self.builder.constant(value))

    def _of(self, value: Quantity | Fraction | int) -> Quantity:
        return value if isinstance(value, Quantity) else self.constant(value)

    def __add__(self, other: Quantity | Fraction | int) -> Quantity:
        return self.to(Operation.ADD, other)

    def __radd__(self, other: Fraction | int) -> Quantity:
        return self._of(other) + self

    def __sub__(self, other: Quantity | Fraction | int) -> Quantity:
        return self.to(Operation.SUBTRACT, other)

    def __rsub__(self, other: Fraction | int) -> Quantity:
        return self._of(other) - self

    def __mul__(self, other: Quantity | Fraction | int) -> Quantity:
        return self.to(Operation.MULTIPLY, other)

    def __rmul__(self, other: Fraction | int) -> Quantity:
        return self._of(other) * self

    def __truediv__(self, other: Quantity | Fraction | int) -> Quantity:
        return self.to(Operation.DIVIDE, other)

    def __rtruediv__(self, other: Fraction | int) -> Quantity:
        return self._of(other) / self

    def __pow__(self, other: Quantity | Fraction | int) -> Quantity:
        return self.to(Operation.POWER, other)

    def __rpow__(self, other: Fraction | int) -> Quantity:
        return self._of(other) ** self

    def __neg__(self) -> Quantity:
        return self.to(Operation.NEGATE)

    def __lt__(self, other: Quantity | Fraction | int) -> Quantity:
        return self.to(Operation.LESS, other)

    def __gt__(self, other: Quantity | Fraction | int) -> Quantity:
        return self._of(other).to(Operation.LESS, self)


def _sign(x: Quantity) -> Quantity:
    positive, negative = x > 0, x < 0
    return negative.choose(-1, positive.choose(1, 0))


def _argmax(*operands: Quantity) -> Quantity:
    """A tournament of (number, value): the left one wins unless the right one is larger."""
    level = [(operand.constant(number), operand) for number, operand in enumerate(operands)]
    while len(level) > 1:
        winners = []
        for k in range(0, len(level) - 1, 2):
            (first, value), (second, other) = level[k], level[k + 1]
            number = (value < other).choose(second, first)
            winners.append((number, value.to(Operation.MAXIMUM, other)))
        level = winners + level[len(winners) * 2 :]
    return level[0][0]


def _angle(y: Quantity, x: Quantity) -> Quantity:
    """By octants: atan(min(|x|, |y|) / max(|x|, |y|)), mirrored at the diagonal and the axes.

    The divisor is zero at the origin only, which is outside the domain.
    """
    width, height = x.to(Operation.ABSOLUTE), y.to(Operation.ABSOLUTE)
    longer, shorter = width.to(Operation.MAXIMUM, height), width.to(Operation.MINIMUM, height)
    ratio = shorter * longer.to(Operation.INVERSE)
    angle = ratio.to(Operation.MINIMUM, 1).to(Operation.ATAN)
    pi = Quantity(x.builder, x.builder.apply(Operation.PI))
    right_angle = HALF * pi
    for mirrored, whole in ((width < height, right_angle), (x < 0, pi)):
        angle = mirrored.choose(whole - angle, angle)
    return (y < 0).choose(-angle, angle)
