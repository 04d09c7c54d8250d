"""SymPy expression objects: walked class by class, neither printed nor evaluated, SymPy itself not even imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.errors import SymhdlError, error
from symhdl.functions.operation import Operation
from symhdl.ir.graph import GraphBuilder, InputDeclaration, Node, OutputDeclaration
from symhdl.ir.parsed import Parsed
from symhdl.numeric.limits import MAXIMUM_NAME_LENGTH, MAXIMUM_NODES
from symhdl.numeric.literal import read_literal
from symhdl.sources.source import Reading, ReadOptions

_PACKAGE = "sympy."


@dataclass(slots=True)
class _Builder:
    """The nodes so far, and what is known of SymPy's objects by identity (their roots keep them alive)."""

    graph: GraphBuilder = field(default_factory=GraphBuilder)
    inputs: list[str] = field(default_factory=list)
    nodes: dict[int, int] = field(default_factory=dict)
    pairs: dict[int, tuple[int, int]] = field(default_factory=dict)

    def constant(self, value: Fraction | int) -> int:
        return self.graph.constant(value)

    def apply(self, operation: Operation, *operands: int) -> int:
        return self.graph.apply(operation, *operands)


_Rule = Callable[[_Builder, tuple[int, ...]], int]


class SympyReader:
    """Reads SymPy's expressions."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is an expression, a sequence of them or a dict of them."""
        return bool(_named(candidate))

    def read_object(self, candidate: object, _: ReadOptions) -> Reading:
        """The graph."""
        return read_objects(candidate)


READER = SympyReader()


def read_objects(source: object) -> Reading:
    """The graph of a SymPy expression, of a sequence of them (`y0`, `y1`, ...), or of a dict by output name.

    Inputs stand in the order of their names. Raises SymhdlError for what has no meaning in hardware.
    """
    expressions = _named(source)
    builder = _Builder()
    outputs = []
    for name, expression in expressions.items():
        _walk(builder, expression)
        outputs.append((name, builder.nodes[id(expression)]))
    inputs = tuple(InputDeclaration(name) for name in sorted(builder.inputs, key=_natural))
    taken = set(builder.inputs)
    declared = tuple(OutputDeclaration(_free(name, taken), node) for name, node in outputs)
    graph = builder.graph.build(inputs, declared)
    return Reading(Parsed(graph), f"SymPy expressions, {len(graph.nodes)} nodes")


def _named(source: object) -> dict[str, object]:
    """The expressions by the names of their outputs; none if something else is among them."""
    if _is_sympy(source) and not isinstance(source, Sequence):
        return {"y": source}
    if isinstance(source, Mapping):
        named = {str(name): expression for name, expression in source.items()}
    elif isinstance(source, Sequence):
        named = {f"y{index}": expression for index, expression in enumerate(source)}
    else:
        named = {}
    return named if all(_is_sympy(expression) for expression in named.values()) else {}


def _is_sympy(candidate: object) -> bool:
    """Whether the object is SymPy's or derived from what is SymPy's, such as a function that somebody declares."""
    return any(_is_of_sympy(ancestor) for ancestor in type(candidate).__mro__)


def _is_of_sympy(kind: type) -> bool:
    module: object = kind.__module__  # None for functions that somebody declares
    return isinstance(module, str) and module.startswith(_PACKAGE)


def _natural(name: str) -> tuple[str, int, str]:
    """x2 before x10."""
    letters = name.rstrip("0123456789")
    digits = name[len(letters) :]
    return letters, int(digits) if digits.isascii() and digits else -1, name


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_out"
    return name


def _arguments(expression: object) -> tuple[object, ...]:
    arguments = getattr(expression, "args", ())
    return arguments if isinstance(arguments, tuple) else ()


def _walk(builder: _Builder, root: object) -> None:
    """Builds the nodes of the expression, operands first; shared parts once."""
    waiting: list[tuple[object, bool]] = [(root, False)]
    while waiting:
        expression, is_ready = waiting.pop()
        if id(expression) in builder.nodes:
            continue
        leaf = _leaf(builder, expression)
        if leaf is not None:
            builder.nodes[id(expression)] = leaf
        elif is_ready:
            builder.nodes[id(expression)] = _operation(builder, expression)
        else:
            waiting.append((expression, True))
            waiting += [(argument, False) for argument in _operands(expression)]
        if len(builder.graph.nodes) > MAXIMUM_NODES:
            raise error("too-large", f"the expression has more than {MAXIMUM_NODES:,} operations")


def _operands(expression: object) -> tuple[object, ...]:
    """The arguments; the pairs of a Piecewise are taken apart."""
    if _kind(expression) != "Piecewise":
        return _arguments(expression)
    return tuple(part for pair in _arguments(expression) for part in _arguments(pair))


def _kind(expression: object) -> str:
    """The class by name, `` if it is none of SymPy's."""
    return type(expression).__name__ if _is_of_sympy(type(expression)) else ""


def _leaf(builder: _Builder, expression: object) -> int | None:
    kind = _kind(expression)
    if kind in ("Symbol", "Dummy"):
        return _symbol(builder, str(getattr(expression, "name", "")))
    if kind in _CONSTANTS:
        return builder.graph.append(Node(_CONSTANTS[kind]))
    if kind in ("BooleanTrue", "BooleanFalse"):
        return builder.constant(kind == "BooleanTrue")
    if kind == "Float":
        return builder.constant(_float(expression))
    numerator, denominator = getattr(expression, "p", None), getattr(expression, "q", None)
    is_number = bool(getattr(expression, "is_Rational", False))
    if is_number and isinstance(numerator, int) and isinstance(denominator, int):
        return builder.constant(Fraction(numerator, denominator))
    return None


_CONSTANTS = {"Pi": Operation.PI, "Exp1": Operation.E}


def _float(expression: object) -> Fraction:
    """The decimal number that SymPy shows, exactly."""
    value = read_literal(str(expression))
    if isinstance(value, str):
        raise error("number-limit", f"{str(expression)[:60]}: {value}")
    return value


def _symbol(builder: _Builder, name: str) -> int:
    if not name or not name.isprintable() or len(name) > MAXIMUM_NAME_LENGTH:
        raise error("bad-name", f"a symbol cannot be called {name[:60]!r}")
    if name not in builder.inputs:
        builder.inputs.append(name)
    return builder.graph.input(name)


def _operation(builder: _Builder, expression: object) -> int:
    kind = _kind(expression)
    operands = tuple(builder.nodes[id(argument)] for argument in _operands(expression))
    if kind in _FUNCTIONS:
        operation = _FUNCTIONS[kind]
        if operation.arity in (len(operands), -1):
            return builder.apply(operation, *operands)
    rule = _RULES.get(kind)
    if rule is None:
        raise _unsupported(expression)
    return rule(builder, operands)


def _unsupported(expression: object) -> SymhdlError:
    name = type(expression).__name__
    return error(
        "unknown-function",
        f"SymPy's {name} has no meaning in hardware",
        help="rewrite the expression in real functions, for example with .rewrite(...) or .doit()",
    )


_FUNCTIONS = {
    "Add": Operation.ADD,
    "exp": Operation.EXP,
    "log": Operation.LOG,
    "sin": Operation.SIN,
    "cos": Operation.COS,
    "tan": Operation.TAN,
    "asin": Operation.ASIN,
    "acos": Operation.ACOS,
    "atan": Operation.ATAN,
    "atan2": Operation.ATAN2,
    "sinh": Operation.SINH,
    "cosh": Operation.COSH,
    "tanh": Operation.TANH,
    "asinh": Operation.ASINH,
    "acosh": Operation.ACOSH,
    "atanh": Operation.ATANH,
    "erf": Operation.ERF,
    "erfc": Operation.ERFC,
    "sinc": Operation.SINC,
    "Abs": Operation.ABSOLUTE,
    "sign": Operation.SIGN,
    "floor": Operation.FLOOR,
    "ceiling": Operation.CEIL,
    "Mod": Operation.MODULO,
    "Max": Operation.MAXIMUM,
    "Min": Operation.MINIMUM,
    "StrictLessThan": Operation.LESS,
    "LessThan": Operation.LESS_EQUAL,
    "Equality": Operation.EQUAL,
    "Not": Operation.NOT,
    "ITE": Operation.SELECT,
}


def _multiply(builder: _Builder, operands: tuple[int, ...]) -> int:
    """The product; factors with a negative power are divided by instead."""
    above: list[int] = []
    below: list[int] = []
    for operand in operands:
        node = builder.graph.nodes[operand]
        if node.operation is Operation.INVERSE:
            below.append(node.operands[0])
        else:
            above.append(operand)
    product = _product(builder, above)
    return builder.apply(Operation.DIVIDE, product, _product(builder, below)) if below else product


def _product(builder: _Builder, factors: Sequence[int]) -> int:
    if not factors:
        return builder.constant(1)
    result = factors[0]
    for factor in factors[1:]:
        result = builder.apply(Operation.MULTIPLY, result, factor)
    return result


def _power(builder: _Builder, operands: tuple[int, ...]) -> int:
    """`x**(1/2)` is a root, and `x**-n` is 1/x**n."""
    base, exponent = operands
    value = builder.graph.nodes[exponent].value
    if value is None:
        return builder.apply(Operation.POWER, base, exponent)
    if value < 0:
        return builder.apply(Operation.INVERSE, _positive_power(builder, base, -value))
    return _positive_power(builder, base, value)


def _positive_power(builder: _Builder, base: int, exponent: Fraction) -> int:
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return builder.apply(Operation.SQUARE_ROOT, base)
    return builder.apply(Operation.POWER, base, builder.constant(exponent))


def _fold(operation: Operation) -> _Rule:
    """An operation of two for SymPy's of any number."""

    def rule(builder: _Builder, operands: tuple[int, ...]) -> int:
        result = operands[0]
        for operand in operands[1:]:
            result = builder.apply(operation, result, operand)
        return result

    return rule


def _swapped(operation: Operation) -> _Rule:
    return lambda builder, operands: builder.apply(operation, operands[1], operands[0])


def _inverse_of(operation: Operation) -> _Rule:
    return lambda builder, operands: builder.apply(
        Operation.INVERSE, builder.apply(operation, operands[0])
    )


def _unequal(builder: _Builder, operands: tuple[int, ...]) -> int:
    return builder.apply(Operation.NOT, builder.apply(Operation.EQUAL, *operands))


def _heaviside(builder: _Builder, operands: tuple[int, ...]) -> int:
    """0 below zero, 1 above, and at zero the second argument, by default 1/2."""
    x, zero = operands[0], builder.constant(0)
    at_zero = operands[1] if len(operands) > 1 else builder.constant(Fraction(1, 2))
    is_zero = builder.apply(Operation.EQUAL, x, zero)
    above = builder.apply(Operation.SELECT, is_zero, at_zero, builder.constant(1))
    return builder.apply(Operation.SELECT, builder.apply(Operation.LESS, x, zero), zero, above)


def _piecewise(builder: _Builder, operands: tuple[int, ...]) -> int:
    """The first value whose condition holds; the last condition must be true."""
    if builder.graph.nodes[operands[-1]].value != 1:
        raise error(
            "incomplete-piecewise",
            "Piecewise must say what holds in every case",
            help="end it with (value, True)",
        )
    result = operands[-2]
    for index in range(len(operands) - 4, -1, -2):
        value, condition = operands[index], operands[index + 1]
        result = builder.apply(Operation.SELECT, condition, value, result)
    return result


_RULES: dict[str, _Rule] = {
    "Mul": _multiply,
    "Pow": _power,
    "And": _fold(Operation.AND),
    "Or": _fold(Operation.OR),
    "StrictGreaterThan": _swapped(Operation.LESS),
    "GreaterThan": _swapped(Operation.LESS_EQUAL),
    "Unequality": _unequal,
    "Heaviside": _heaviside,
    "Piecewise": _piecewise,
    "sec": _inverse_of(Operation.COS),
    "csc": _inverse_of(Operation.SIN),
    "cot": _inverse_of(Operation.TAN),
    "sech": _inverse_of(Operation.COSH),
    "csch": _inverse_of(Operation.SINH),
    "coth": _inverse_of(Operation.TANH),
    "re": lambda _, operands: operands[0],
}
