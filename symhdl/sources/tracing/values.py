"""Numbers that write down what is done with them: by operators, by NumPy's functions, alone and in arrays."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

import numpy as np

from symhdl.errors import SymhdlError, error
from symhdl.functions.operation import Operation
from symhdl.numeric.literal import read_literal
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.library import Library
from symhdl.sources.python.library import AMBIGUOUS_REMEDY, AMBIGUOUS_SUM, CONSTANTS, NUMPY
from symhdl.sources.tracing.places import Places

_BITS = {
    "bitwise_and": Operation.AND,
    "bitwise_or": Operation.OR,
    "bitwise_xor": None,
    "logical_and": Operation.AND,
    "logical_or": Operation.OR,
    "invert": Operation.NOT,
    "bitwise_not": Operation.NOT,
}
_SHIFTS = {
    "left_shift": "write x * 2**n",
    "right_shift": "write x / 2**n, or np.floor(x / 2**n) without the bits that fall out",
}
_CONSTANTS = {math.pi: Operation.PI, math.e: Operation.E}
_OTHER_NAMES = {"conjugate": "positive"}
_RELATIONS = {
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}


@dataclass(slots=True, eq=False)
class Recorder:
    """The graph that grows while a function is called."""

    calculator: Calculator = field(default_factory=Calculator)
    library: Library = field(default_factory=lambda: Library(NUMPY, CONSTANTS))
    places: Places = field(default_factory=Places)

    def node(self, value: object) -> int:
        """The node of a traced number or of an ordinary one. Raises SymhdlError for anything else."""
        if isinstance(value, Traced):
            return value.node
        if isinstance(value, np.ndarray) and value.ndim == 0:
            return self.node(value.item())
        if isinstance(value, float) and value in _CONSTANTS:
            return self.calculator.symbol(_CONSTANTS[value])
        number = exact_number(value)
        if isinstance(number, str):
            raise error("no-number", number, self.places.here())
        return self.calculator.constant(number)

    def call(self, name: str, values: Sequence[object]) -> Traced:
        """A function of numbers, by its name in NumPy."""
        nodes = [self.node(value) for value in values]
        calculator = self.calculator
        calculator.place = self.places.here()
        if name == "add" and all(self._is_condition(value) for value in values):
            raise error("ambiguous", AMBIGUOUS_SUM, calculator.place, help=AMBIGUOUS_REMEDY)
        if name in _RELATIONS and len(nodes) == 2:
            return Traced(self, calculator.compare(_RELATIONS[name], *nodes))
        if name in _SHIFTS:
            message = "the bits of numbers are not at hand here, so they cannot be shifted"
            raise error("bits-of-real", message, calculator.place, help=_SHIFTS[name])
        if name in _BITS:
            return Traced(self, self._logic(name, nodes))
        found = self.library.call(_OTHER_NAMES.get(name, name), nodes, calculator)
        if found is None:
            raise error(
                "unknown-function",
                f"`{name}` has no meaning in hardware",
                calculator.place,
                help="use the functions that `symhdl functions` lists",
            )
        return Traced(self, found)

    def _is_condition(self, value: object) -> bool:
        if not isinstance(value, Traced):
            return isinstance(value, bool | np.bool_)
        return self.calculator.builder.nodes[value.node].operation.boolean

    def _logic(self, name: str, nodes: Sequence[int]) -> int:
        calculator = self.calculator
        if name.startswith("logical"):
            nodes = [calculator.truth(node) for node in nodes]
        if not all(map(calculator.is_boolean, nodes)):
            message = "the bits of numbers are not at hand here"
            help = "use & | ^ ~ between comparisons, and ** for powers"
            raise error("bits-of-real", message, calculator.place, help=help)
        operation = _BITS[name]
        if operation is None:
            return calculator.compare("!=", *nodes)
        return calculator.apply(operation, *nodes)

    def rounded(self, value: object, digits: int) -> Traced:
        """To so many decimals, ties to the even one."""
        if digits == 0:
            return self.call("rint", [value])
        factor = Fraction(10) ** max(-100, min(100, digits))
        scaled = self.call("rint", [self.call("multiply", [value, factor])])
        return self.call("divide", [scaled, factor])

    def choose(self, condition: object, then: object, other: object) -> Traced:
        """`then` where the condition is not zero."""
        nodes = self.node(condition), self.node(then), self.node(other)
        self.calculator.place = self.places.here()
        return Traced(self, self.calculator.choose(*nodes))


def exact_number(value: object) -> Fraction | str:
    """The exact value of a number of Python or NumPy, or why there is none.

    A float is taken as the shortest decimal number that denotes it: 0.1 is a tenth, as in a text, and not the binary
    fraction nearest to it. What its author wrote is the decimal, and both lie within half a unit in its last place.
    """
    if isinstance(value, bool | np.bool_):
        return Fraction(int(value))
    if isinstance(value, int | np.integer):
        return Fraction(int(value))
    if isinstance(value, Fraction):
        return value
    if isinstance(value, float | np.floating | Decimal):
        if not math.isfinite(value):
            return f"{value} is no finite number"
        if isinstance(value, Decimal):
            return Fraction(value) if abs(value.adjusted()) < 4000 else "this number is too large"
        return read_literal(str(value))
    return f"a number is wanted here, and this is of the type {type(value).__name__}"


def no_type(recorder: Recorder) -> SymhdlError:
    """Why a traced number cannot be converted to a type of NumPy."""
    return error(
        "unsupported",
        "traced numbers are real numbers, which have no other type",
        recorder.places.here(),
        help="leave `astype` out; for whole numbers write np.trunc(x) or np.floor(x)",
    )


def _operator(ufunc: np.ufunc, *, is_reflected: bool = False) -> Callable[..., object]:
    """A method of `Traced` that does what the function does."""

    def operator(self: Traced, other: object) -> object:
        if not isinstance(other, _OPERANDS):
            return NotImplemented
        inputs = (other, self) if is_reflected else (self, other)
        return _dispatch().apply_ufunc(self.recorder, ufunc, "__call__", inputs, {})

    return operator


def _dispatch() -> types.ModuleType:
    """The module of arrays, which is built upon this one."""
    from symhdl.sources.tracing import arrays

    return arrays


class Traced:
    """A number that is only known in hardware."""

    __slots__ = ("node", "recorder")

    __add__, __radd__ = _operator(np.add), _operator(np.add, is_reflected=True)
    __sub__, __rsub__ = _operator(np.subtract), _operator(np.subtract, is_reflected=True)
    __mul__, __rmul__ = _operator(np.multiply), _operator(np.multiply, is_reflected=True)
    __truediv__, __rtruediv__ = _operator(np.divide), _operator(np.divide, is_reflected=True)
    __floordiv__ = _operator(np.floor_divide)
    __rfloordiv__ = _operator(np.floor_divide, is_reflected=True)
    __mod__, __rmod__ = _operator(np.remainder), _operator(np.remainder, is_reflected=True)
    __pow__, __rpow__ = _operator(np.power), _operator(np.power, is_reflected=True)
    __and__, __rand__ = _operator(np.bitwise_and), _operator(np.bitwise_and, is_reflected=True)
    __or__, __ror__ = _operator(np.bitwise_or), _operator(np.bitwise_or, is_reflected=True)
    __xor__, __rxor__ = _operator(np.bitwise_xor), _operator(np.bitwise_xor, is_reflected=True)
    __lshift__, __rlshift__ = _operator(np.left_shift), _operator(np.left_shift, is_reflected=True)
    __rshift__, __rrshift__ = (
        _operator(np.right_shift),
        _operator(np.right_shift, is_reflected=True),
    )
    __matmul__, __rmatmul__ = _operator(np.matmul), _operator(np.matmul, is_reflected=True)
    __lt__, __le__ = _operator(np.less), _operator(np.less_equal)
    __gt__, __ge__ = _operator(np.greater), _operator(np.greater_equal)
    __eq__, __ne__ = _operator(np.equal), _operator(np.not_equal)  # type: ignore[assignment] # a node
    __hash__ = None  # type: ignore[assignment] # equality is a node, so nothing can be looked up

    def __init__(self, recorder: Recorder, node: int) -> None:
        self.recorder = recorder
        self.node = node

    def __repr__(self) -> str:
        return f"<traced number {self.node}>"

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: object, **options: object
    ) -> object:
        return _dispatch().apply_ufunc(self.recorder, ufunc, method, inputs, options)

    def __array_function__(
        self,
        function: Callable[..., object],
        kinds: object,
        arguments: Sequence[object],
        options: Mapping[str, object],
    ) -> object:
        del kinds
        return _dispatch().apply_function(self.recorder, function, arguments, options)

    def __getattr__(self, name: str) -> Callable[[], Traced]:
        """NumPy asks the elements of its arrays of objects for `sin` and the like."""
        if name.startswith("_") or 1 not in self.recorder.library.arities(name):
            raise AttributeError(f"a traced number has no {name}")
        return lambda: self.recorder.call(name, [self])

    def __bool__(self) -> bool:
        raise self._refused(
            "condition",
            "whether this holds is only known in hardware, so Python cannot decide by it",
            "choose with np.where(condition, a, b); write & and | for `and` and `or`, np.maximum for max(...);"
            " make arrays with np.stack([...])",
        )

    def __float__(self) -> NoReturn:
        raise self._refused(
            "no-number",
            "this number is only known in hardware, and a plain float is wanted of it",
            "use NumPy's functions: np.sin(x) instead of math.sin(x)",
        )

    __int__ = __float__
    __complex__ = __float__

    def __index__(self) -> NoReturn:
        raise self._refused(
            "bad-index",
            "this number is only known in hardware, so it cannot count or index",
            "choose with np.where or np.select",
        )

    def __getitem__(self, index: object) -> NoReturn:
        raise self._refused(
            "no-array",
            "this input is a number, not an array",
            'tell how many elements it has: symhdl.trace(f, x=["fixed<12,3>"] * 16)',
        )

    def astype(self, *_: object, **__: object) -> NoReturn:
        """Numbers here have no types of NumPy."""
        raise no_type(self.recorder)

    def _refused(self, id: str, message: str, help: str) -> SymhdlError:
        return error(id, message, self.recorder.places.here(), help=help)

    def __round__(self, digits: int | None = None) -> Traced:
        return self.recorder.rounded(self, digits or 0)

    def __floor__(self) -> Traced:
        return self.recorder.call("floor", [self])

    def __ceil__(self) -> Traced:
        return self.recorder.call("ceil", [self])

    def __trunc__(self) -> Traced:
        return self.recorder.call("trunc", [self])

    def __neg__(self) -> Traced:
        return self.recorder.call("negative", [self])

    def __pos__(self) -> Traced:
        return self

    def __abs__(self) -> Traced:
        return self.recorder.call("absolute", [self])

    def __invert__(self) -> Traced:
        return self.recorder.call("invert", [self])

    def __divmod__(self, other: object) -> tuple[Traced, Traced]:
        call = self.recorder.call
        return call("floor_divide", [self, other]), call("remainder", [self, other])

    def __rdivmod__(self, other: object) -> tuple[Traced, Traced]:
        call = self.recorder.call
        return call("floor_divide", [other, self]), call("remainder", [other, self])


_OPERANDS = (
    Traced, bool, int, float, Fraction, Decimal, np.generic, np.ndarray, list, tuple,
)  # fmt: skip
