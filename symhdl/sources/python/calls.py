"""The functions of Python, math and NumPy that look at more than one number, or at lists of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from symhdl.functions.operation import Operation
from symhdl.sources.imperative.machine import Machine
from symhdl.sources.imperative.syntax import Expression
from symhdl.sources.imperative.values import (
    NOTHING,
    Call,
    Many,
    Module,
    Nothing,
    Scalar,
    Sort,
    Value,
)
from symhdl.sources.python.library import MATH_NAMES, TRUTHS

LARGEST_LIST = 10_000
_PARAMETERS: dict[str, tuple[str, ...]] = {
    "clip": ("a", "a_min", "a_max"),
    "clamp": ("input", "min", "max"),
    "round": ("number", "ndigits"),
    "around": ("a", "decimals"),
    "where": ("condition", "x", "y"),
    "select": ("condlist", "choicelist", "default"),
    "leaky_relu": ("input", "negative_slope"),
    "elu": ("input", "alpha"),
    "sum": ("a", "start"),
}
"""The names of parameters, where people write them."""

_OTHER_NAMES = {"min": "a_min", "max": "a_max", "decimals": "ndigits"}
_IGNORED = ("dtype", "copy", "device", "requires_grad", "inplace", "axis", "dim")


class LibraryCalls(Machine):
    """Calls of what the libraries define."""

    imported: Mapping[str, str] = {}

    def library_call(self, name: str, call: Call) -> Value:
        """A function of NumPy, of the module math, or of Python itself. Raises SymhdlError if there is none."""
        expression, arguments, _ = call
        module, _, name = self.imported.get(name, name).rpartition(".")
        if self.imported.get(module, module) == "math":
            name = MATH_NAMES.get(name, name)
        if name == "print":
            return NOTHING
        if name == "reduce":  # functools.reduce(np.maximum, [a, b]), np.logical_and.reduce((a, b))
            return self._folded(expression, [Module(module), *arguments][-2:])
        given = self._given(name, call)
        counts, function = _FUNCTIONS.get(name, ((), None))
        if function is not None and len(given) not in counts:
            wanted = " or ".join(map(str, counts))
            message = f"`{name}` takes {wanted} arguments, here it has {len(given)}"
            raise self.mistake("wrong-arity", message, expression)
        self.calculator.place = self.place(expression)
        if function is not None:
            return function(self, expression, given)
        is_pair = name in ("max", "min", "amax", "amin") and len(given) > 1
        if name in _REDUCTIONS and not is_pair:
            return self._reduced(expression, name, given)
        node = self.called(expression, name, given)
        return Scalar(node, Sort.BOOLEAN if name in TRUTHS else Sort.REAL)

    def _given(self, name: str, call: Call) -> list[Value]:
        """The arguments in the order of the parameters."""
        given = list(call.arguments)
        names = _PARAMETERS.get(name, ())
        for keyword, value in call.keywords.items():
            found = keyword if keyword in names else _OTHER_NAMES.get(keyword, keyword)
            if found in names:
                position = names.index(found)
                given += [NOTHING] * (position + 1 - len(given))
                given[position] = value
            elif keyword not in _IGNORED:
                message = f"the argument `{keyword}` of `{name}` is not read"
                help = "write it without its name, or leave it out"
                raise self.mistake("unsupported", message, call.expression, help)
        return given

    def _nodes(self, expression: Expression, values: Sequence[Value]) -> list[int]:
        nodes = [self.number_of(value, expression).node for value in values]
        self.calculator.place = self.place(expression)
        return nodes

    def _reduced(self, expression: Expression, name: str, given: Sequence[Value]) -> Value:
        """`sum([a, b])`, `np.max([a, b])`."""
        items = self.items_of(given[0] if given else NOTHING, expression)
        nodes = self._nodes(expression, [*items, *given[1:]])
        operation, neutral = _REDUCTIONS[name]
        sort = Sort.BOOLEAN if name in TRUTHS else Sort.REAL
        if not nodes and neutral is None:
            raise self.mistake("no-number", "this list is empty", expression)
        apply = self.calculator.apply
        if operation in (Operation.ADD, Operation.MAXIMUM, Operation.MINIMUM) and nodes:
            result = apply(operation, *nodes)
        else:
            result = self.calculator.constant(neutral or 0)
            for node in nodes:
                part = self.calculator.truth(node) if sort is Sort.BOOLEAN else node
                result = apply(operation, result, part)
        if name == "mean":
            result = apply(Operation.DIVIDE, result, self.calculator.constant(len(nodes)))
        return Scalar(result, sort)

    def _folded(self, expression: Expression, given: Sequence[Value]) -> Value:
        """The function of two numbers, applied to the elements one after the other."""
        function, values = given
        items = self.items_of(values, expression)
        if not isinstance(function, Module) or not items:
            raise self.mistake("no-function", "this needs a function and a list", expression)
        result = items[0]
        for item in items[1:]:
            result = self.library_call(function.name, Call(expression, [result, item], {}))
        return result

    def where(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.where(condition, a, b)`."""
        condition = self.truth(given[0], expression)
        self.calculator.place = self.place(expression)
        return self.merged(condition, given[1], given[2])

    def select(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.select(conditions, values, default)`: the value of the first condition that holds."""
        conditions, values = (self.items_of(value, expression) for value in given[:2])
        if len(conditions) != len(values):
            message = "there are not as many conditions as values"
            raise self.mistake("wrong-arity", message, expression)
        result: Value = Scalar(self.calculator.constant(0), Sort.INTEGER)
        if len(given) > 2:
            result = given[2]
        for condition, value in reversed(list(zip(conditions, values, strict=True))):
            result = self.where(expression, [condition, value, result])
        return result

    def clip(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`np.clip(x, low, high)`; a bound may be None."""
        (node,) = self._nodes(expression, given[:1])
        for operation, bound in zip(
            (Operation.MAXIMUM, Operation.MINIMUM), given[1:], strict=False
        ):
            if not isinstance(bound, Nothing):
                node = self.calculator.apply(operation, node, *self._nodes(expression, [bound]))
        return Scalar(node, Sort.REAL)

    def round(self, expression: Expression, given: Sequence[Value]) -> Value:
        """To so many decimals, ties to the even one."""
        nodes = self._nodes(expression, given)
        places = self.constant_index(nodes[1], expression) if len(nodes) > 1 else 0
        factor = self.calculator.constant(Fraction(10) ** max(-100, min(100, places)))
        scaled = [given[0], Scalar(factor, Sort.REAL)]
        return Scalar(self.called(expression, "round_to", scaled), Sort.REAL)

    def range(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`range(stop)`, `range(start, stop, step)`, of constants."""
        nodes = self._nodes(expression, given)
        numbers = [self.constant_index(node, expression) for node in nodes]
        if len(numbers) == 3 and numbers[2] == 0:
            raise self.mistake("bad-index", "the step is 0", expression)
        found = range(*numbers)
        if len(found) > LARGEST_LIST:
            message = f"a range has at most {LARGEST_LIST:,} numbers"
            raise self.mistake("too-large", message, expression)
        return Many(tuple(self._integer(number) for number in found))

    def _integer(self, number: int) -> Scalar:
        return Scalar(self.calculator.constant(number), Sort.INTEGER)

    def enumerate(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`enumerate(values)`."""
        items = enumerate(self.items_of(given[0], expression))
        return Many(tuple(Many((self._integer(index), item)) for index, item in items))

    def zip(self, expression: Expression, given: Sequence[Value]) -> Value:
        """`zip(a, b)`; it ends with the shortest."""
        columns = [self.items_of(value, expression) for value in given]
        return Many(tuple(Many(row) for row in zip(*columns, strict=False)))

    def array(self, _: Expression, given: Sequence[Value]) -> Value:
        """`np.array([a, b])`: a list, whose elements can be used one by one."""
        return given[0]

    def refused(self, expression: Expression, _: Sequence[Value]) -> Value:
        """What computes with whole arrays."""
        message = "computing with whole arrays is not read"
        help = "write it element by element, or trace the function: symhdl.trace(f, ...)"
        raise self.mistake("unsupported", message, expression, help)


_REDUCTIONS: dict[str, tuple[Operation, int | None]] = {
    "max": (Operation.MAXIMUM, None),
    "amax": (Operation.MAXIMUM, None),
    "min": (Operation.MINIMUM, None),
    "amin": (Operation.MINIMUM, None),
    "mean": (Operation.ADD, None),
    "sum": (Operation.ADD, 0),
    "prod": (Operation.MULTIPLY, 1),
    "any": (Operation.OR, 0),
    "all": (Operation.AND, 1),
}
"""What makes one number of a list, and of an empty one."""

_Function: TypeAlias = Callable[[LibraryCalls, Expression, Sequence[Value]], Value]
_FUNCTIONS: dict[str, tuple[Sequence[int], _Function | None]] = {
    "where": ((3,), LibraryCalls.where),
    "select": ((2, 3), LibraryCalls.select),
    **dict.fromkeys(("clip", "clamp"), ((2, 3), LibraryCalls.clip)),
    **dict.fromkeys(("round", "around"), ((1, 2), LibraryCalls.round)),
    **dict.fromkeys(("range", "arange"), ((1, 2, 3), LibraryCalls.range)),
    "enumerate": ((1,), LibraryCalls.enumerate),
    "zip": ((1, 2, 3, 4), LibraryCalls.zip),
    **dict.fromkeys(("array", "asarray", "tensor"), ((1,), LibraryCalls.array)),
    **dict.fromkeys(
        ("dot", "matmul", "polyval", "len", "list", "tuple", "stack"),
        ((1, 2), LibraryCalls.refused),
    ),
}
"""How many arguments they take, and what they do."""
