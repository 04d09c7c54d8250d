"""The functions of Python, math and NumPy that look at more than one number, or at lists of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from symhdl.functions.operation import Operation
from symhdl.sources.imperative.syntax import Expression
from symhdl.sources.imperative.values import (
    NOTHING,
    Many,
    Nothing,
    Open,
    Scalar,
    Sort,
    Value,
)
from symhdl.sources.python.library import MATH_NAMES, TRUTHS

if TYPE_CHECKING:
    from symhdl.sources.python.machine import NumpyMachine

LARGEST_LIST = 10_000
_KEYWORDS: dict[str, tuple[str, ...]] = {
    "clip": ("a", "a_min", "a_max"),
    "clamp": ("input", "min", "max"),
    "round": ("number", "ndigits"),
    "around": ("a", "decimals"),
    "round_": ("a", "decimals"),
    "where": ("condition", "x", "y"),
    "select": ("condlist", "choicelist", "default"),
    "leaky_relu": ("input", "negative_slope"),
    "elu": ("input", "alpha"),
    "sum": ("a", "start"),
    "heaviside": ("x1", "x2"),
    "lerp": ("input", "end", "weight"),
}
_OTHER_KEYWORDS = {"min": "a_min", "max": "a_max", "decimals": "ndigits"}
_IGNORED = ("dtype", "copy", "device", "requires_grad", "inplace", "axis", "dim")
_REDUCTIONS = ("sum", "prod", "mean", "max", "min", "amax", "amin", "any", "all")


class Calls:
    """Calls of what the libraries define."""

    Elementwise: TypeAlias = Callable[[Sequence[Value]], Value]

    def __init__(self, machine: NumpyMachine) -> None:
        self.machine = machine
        self.calculator = machine.calculator

    def call(
        self,
        expression: Expression,
        module: str,
        name: str,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> Value:
        """The value of the call. Raises SymhdlError if there is no such function."""
        if module == "math":
            name = MATH_NAMES.get(name, name)
        if "random" in module.split("."):
            raise self.machine.unknown_function(expression, name)
        if name == "print":
            return NOTHING
        given = self._positional(expression, name, arguments, keywords)
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, expression, given)
        if name in _REDUCTIONS:
            return self._reduced(expression, name, given)
        return self.mapped(given, lambda items: self._plain(expression, name, items))

    def mapped(self, values: Sequence[Value], function: Elementwise) -> Value:
        """The function of the elements of arrays; numbers go with every element."""
        counts = {len(value.items) for value in values if isinstance(value, Many)}
        if not counts:
            return function(values)
        if len(counts) > 1:
            raise self.machine.mistake_here("bad-shape", "these arrays are of different lengths")
        (count,) = counts
        rows = (
            [value.items[index] if isinstance(value, Many) else value for value in values]
            for index in range(count)
        )
        return Many(tuple(self.mapped(row, function) for row in rows), is_array=True)

    def _positional(
        self,
        expression: Expression,
        name: str,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> list[Value]:
        given = list(arguments)
        names = _KEYWORDS.get(name, ())
        for keyword, value in keywords.items():
            if keyword in _IGNORED:
                continue
            found = keyword if keyword in names else _OTHER_KEYWORDS.get(keyword, keyword)
            if found not in names:
                message = f"the argument `{keyword}` of `{name}` is not read"
                raise self.machine.mistake("unsupported", message, expression)
            position = names.index(found)
            given += [NOTHING] * (position + 1 - len(given))
            given[position] = value
        return given

    def _plain(self, expression: Expression, name: str, arguments: Sequence[Value]) -> Value:
        """A function of numbers."""
        machine = self.machine
        if not machine.library.knows(name):
            raise machine.unknown_function(expression, name)
        numbers = [machine.number_of(value, expression) for value in arguments]
        self.calculator.place = machine.place(expression)
        nodes = [number.node for number in numbers]
        node = machine.library.call(name, nodes, self.calculator)
        if node is None:
            counts = " or ".join(str(n) for n in machine.library.arities(name) if n > 0)
            message = f"`{name}` takes {counts} arguments, here it has {len(nodes)}"
            raise machine.mistake("wrong-arity", message, expression)
        return Scalar(node, Sort.BOOLEAN if name in TRUTHS else Sort.REAL)

    def _numbers(self, expression: Expression, values: Sequence[Value]) -> list[int]:
        return [self.machine.number_of(value, expression).node for value in values]

    def _list(self, expression: Expression, value: Value) -> tuple[Value, ...]:
        if isinstance(value, Many):
            return value.items
        help = "write the elements out: [x[0], x[1]]"
        message = "how many elements this has is not known here"
        raise self.machine.mistake("loop-bound", message, expression, help)

    def _count(
        self, expression: Expression, wanted: Sequence[int], values: Sequence[Value]
    ) -> None:
        if len(values) not in wanted:
            counts = " or ".join(map(str, wanted))
            message = f"{counts} arguments are wanted here, not {len(values)}"
            raise self.machine.mistake("wrong-arity", message, expression)

    # --- functions of lists -------------------------------------------------------------------------

    def _reduced(self, expression: Expression, name: str, given: Sequence[Value]) -> Value:
        """`sum([a, b])`, `max(a, b)`, `np.max([a, b])`."""
        is_extreme = name in ("max", "min", "amax", "amin")
        if len(given) > 1 and is_extreme and not isinstance(given[0], Many):
            return self.mapped(given, lambda items: self._plain(expression, name, items))
        self._count(expression, (1, 2) if name == "sum" else (1,), given)
        items = self._list(expression, given[0])
        if any(isinstance(item, Many) for item in items):
            message = f"`{name}` of lists in lists is not read"
            raise self.machine.mistake("unsupported", message, expression)
        nodes = self._numbers(expression, items)
        if name == "sum" and len(given) == 2:
            nodes += self._numbers(expression, given[1:])
        self.calculator.place = self.machine.place(expression)
        return self._combined(expression, name, nodes)

    def _combined(self, expression: Expression, name: str, nodes: Sequence[int]) -> Scalar:
        calculator = self.calculator
        if name in ("any", "all"):
            operation, result = (Operation.OR, 0) if name == "any" else (Operation.AND, 1)
            node = calculator.constant(result)
            for part in nodes:
                node = calculator.apply(operation, node, calculator.truth(part))
            return Scalar(node, Sort.BOOLEAN)
        if name == "prod":
            return Scalar(self._product(nodes), Sort.REAL)
        if not nodes:
            if name == "sum":
                return Scalar(calculator.constant(0), Sort.REAL)
            raise self.machine.mistake("no-number", "this list is empty", expression)
        if name in ("sum", "mean"):
            total = calculator.apply(Operation.ADD, *nodes)
            if name == "mean":
                count = calculator.constant(len(nodes))
                total = calculator.apply(Operation.DIVIDE, total, count)
            return Scalar(total, Sort.REAL)
        operation = Operation.MAXIMUM if name in ("max", "amax") else Operation.MINIMUM
        return Scalar(calculator.apply(operation, *nodes), Sort.REAL)

    def _product(self, nodes: Sequence[int]) -> int:
        if not nodes:
            return self.calculator.constant(1)
        result = nodes[0]
        for node in nodes[1:]:
            result = self.calculator.apply(Operation.MULTIPLY, result, node)
        return result

    def dot(self, expression: Expression, given: Sequence[Value]) -> Value:
        """The sum of the products of the elements; a matrix gives one for each row."""
        self._count(expression, (2,), given)
        left, right = given
        if isinstance(left, Many) and left.items and isinstance(left.items[0], Many):
            rows = [self.dot(expression, [row, right]) for row in left.items]
            return Many(tuple(rows), is_array=True)
        if isinstance(left, Open) and isinstance(right, Many):
            left = Many(tuple(left.element(index) for index in range(len(right.items))))
        if isinstance(right, Open) and isinstance(left, Many):
            right = Many(tuple(right.element(index) for index in range(len(left.items))))
        one, two = self._list(expression, left), self._list(expression, right)
        if len(one) != len(two):
            message = f"{len(one)} and {len(two)} elements do not go together"
            raise self.machine.mistake("bad-shape", message, expression)
        if any(isinstance(item, Many) for item in two):
            help = "write it as sums of products"
            message = "products with a matrix on the right are not read"
            raise self.machine.mistake("unsupported", message, expression, help)
        pairs = zip(self._numbers(expression, one), self._numbers(expression, two), strict=True)
        self.calculator.place = self.machine.place(expression)
        products = [self.calculator.apply(Operation.MULTIPLY, a, b) for a, b in pairs]
        return self._combined(expression, "sum", products)

    def where(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.where(condition, a, b)`."""
        self._count(expression, (3,), given)
        return self.mapped(given, lambda items: self._chosen(expression, items))

    def _chosen(self, expression: Expression, items: Sequence[Value]) -> Value:
        condition = self.machine.truth(items[0], expression)
        self.calculator.place = self.machine.place(expression)
        return self.machine.merged(condition, items[1], items[2])

    def select(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.select(conditions, values, default)`: the value of the first condition that holds."""
        self._count(expression, (2, 3), given)
        conditions = self._list(expression, given[0])
        values = self._list(expression, given[1])
        if len(conditions) != len(values):
            message = "there are not as many conditions as values"
            raise self.machine.mistake("wrong-arity", message, expression)
        result: Value = Scalar(self.calculator.constant(0), Sort.INTEGER)
        if len(given) > 2 and not isinstance(given[2], Nothing):
            result = given[2]
        for condition, value in reversed(list(zip(conditions, values, strict=True))):
            result = self.where(expression, [condition, value, result])
        return result

    def clip(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.clip(x, low, high)`; a bound may be None."""
        self._count(expression, (2, 3), given)
        return self.mapped(given, lambda items: self._clipped(expression, items))

    def _clipped(self, expression: Expression, items: Sequence[Value]) -> Value:
        node = self.machine.number_of(items[0], expression).node
        bounds = zip((Operation.MAXIMUM, Operation.MINIMUM), items[1:], strict=False)
        for operation, bound in bounds:
            if not isinstance(bound, Nothing):
                limit = self.machine.number_of(bound, expression).node
                self.calculator.place = self.machine.place(expression)
                node = self.calculator.apply(operation, node, limit)
        return Scalar(node, Sort.REAL)

    def round(self, expression: Expression, given: Sequence[Value]) -> Value:
        """To so many decimals, ties to the even one."""
        self._count(expression, (1, 2), given)
        value, *digits = given
        places = 0
        if digits and not isinstance(digits[0], Nothing):
            number = self.machine.number_of(digits[0], expression).node
            places = self.machine.constant_index(number, expression)
        factor = Fraction(10) ** max(-100, min(100, places))
        return self.mapped([value], lambda items: self._rounded(expression, items[0], factor))

    def _rounded(self, expression: Expression, value: Value, factor: Fraction) -> Value:
        calculator = self.calculator
        node = self.machine.number_of(value, expression).node
        calculator.place = self.machine.place(expression)
        if factor != 1:
            node = calculator.apply(Operation.MULTIPLY, node, calculator.constant(factor))
        rounded = self.machine.library.call("rint", [node], calculator)
        assert rounded is not None
        if factor != 1:
            rounded = calculator.apply(Operation.DIVIDE, rounded, calculator.constant(factor))
        return Scalar(rounded, Sort.REAL)

    def array(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.array([a, b])`."""
        self._count(expression, (1,), given)
        (value,) = given
        return _as_array(value)

    def list(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`list((a, b))`."""
        self._count(expression, (1,), given)
        return Many(self._list(expression, given[0]))

    def range(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`range(stop)`, `range(start, stop, step)`, of constants."""
        self._count(expression, (1, 2, 3), given)
        nodes = self._numbers(expression, given)
        numbers = [self.machine.constant_index(node, expression) for node in nodes]
        if len(numbers) == 3 and numbers[2] == 0:
            raise self.machine.mistake("bad-index", "the step is 0", expression)
        found = range(*numbers)
        if len(found) > LARGEST_LIST:
            message = f"a range has at most {LARGEST_LIST:,} numbers"
            raise self.machine.mistake("too-large", message, expression)
        return Many(tuple(self._integer(number) for number in found))

    def _integer(self, number: int) -> Scalar:
        return Scalar(self.calculator.constant(number), Sort.INTEGER)

    def enumerate(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`enumerate(values)`."""
        self._count(expression, (1,), given)
        items = self._list(expression, given[0])
        pairs = (Many((self._integer(index), item)) for index, item in enumerate(items))
        return Many(tuple(pairs))

    def zip(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`zip(a, b)`; it ends with the shortest, and an input is as long as that."""
        known = [len(value.items) for value in given if isinstance(value, Many)]
        if not known:
            self._list(expression, given[0] if given else NOTHING)
        rows: list[Value] = []
        for index in range(min(known)):
            row = [
                value.element(index)
                if isinstance(value, Open)
                else self._list(expression, value)[index]
                for value in given
            ]
            rows.append(Many(tuple(row)))
        return Many(tuple(rows))

    def reversed(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`reversed(values)`."""
        self._count(expression, (1,), given)
        return Many(self._list(expression, given[0])[::-1])

    def len(self, expression: Expression, given: Sequence[Value]) -> Value:
        """How many elements."""
        self._count(expression, (1,), given)
        return self._integer(len(self._list(expression, given[0])))

    def polyval(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.polyval(coefficients, x)`, the highest power first."""
        self._count(expression, (2,), given)
        nodes = self._numbers(expression, self._list(expression, given[0]))
        x = self.machine.number_of(given[1], expression).node
        self.calculator.place = self.machine.place(expression)
        result = self.calculator.constant(0) if not nodes else nodes[0]
        for node in nodes[1:]:
            product = self.calculator.apply(Operation.MULTIPLY, result, x)
            result = self.calculator.apply(Operation.ADD, product, node)
        return Scalar(result, Sort.REAL)

    def divmod(self, expression: Expression, given: Sequence[Value]) -> Value:
        """The floored quotient and the remainder."""
        self._count(expression, (2,), given)
        a, b = self._numbers(expression, given)
        self.calculator.place = self.machine.place(expression)
        quotient = Scalar(self.calculator.floor_divide(a, b), Sort.REAL)
        return Many((quotient, Scalar(self.calculator.apply(Operation.MODULO, a, b), Sort.REAL)))


def _as_array(value: Value) -> Value:
    if not isinstance(value, Many):
        return value
    return Many(tuple(_as_array(item) for item in value.items), is_array=True)


_SPECIAL: dict[str, Callable[[Calls, Expression, Sequence[Value]], Value]] = {
    "where": Calls.where,
    "select": Calls.select,
    "clip": Calls.clip,
    "clamp": Calls.clip,
    "round": Calls.round,
    "around": Calls.round,
    "round_": Calls.round,
    "array": Calls.array,
    "asarray": Calls.array,
    "tensor": Calls.array,
    "stack": Calls.array,
    "list": Calls.list,
    "tuple": Calls.list,
    "range": Calls.range,
    "arange": Calls.range,
    "enumerate": Calls.enumerate,
    "zip": Calls.zip,
    "reversed": Calls.reversed,
    "len": Calls.len,
    "dot": Calls.dot,
    "inner": Calls.dot,
    "vdot": Calls.dot,
    "matmul": Calls.dot,
    "polyval": Calls.polyval,
    "divmod": Calls.divmod,
}
