"""Numbers, alone and in arrays, that write down what is done with them by operators and by NumPy's functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn, TypeAlias, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from symhdl.errors import SymhdlError, error
from symhdl.functions.operation import Operation
from symhdl.numeric.literal import read_literal
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.library import Library
from symhdl.sources.python.library import AMBIGUOUS_REMEDY, AMBIGUOUS_SUM, CONSTANTS, NUMPY
from symhdl.sources.tracing.places import Places

_LOGIC = {
    "bitwise_and": Operation.AND,
    "bitwise_or": Operation.OR,
    "bitwise_xor": None,
    "logical_and": Operation.AND,
    "logical_or": Operation.OR,
    "invert": Operation.NOT,
}
_CONSTANTS = {math.pi: Operation.PI, math.e: Operation.E}
_OTHER_NAMES = {"conjugate": "positive"}
_IGNORED = ("dtype", "casting", "order", "subok", "axis", "keepdims", "out")

Objects: TypeAlias = NDArray[np.object_]
Function: TypeAlias = Callable[..., object]


@dataclass(slots=True, eq=False)
class Recorder:
    """The graph that grows while a function is called.

    `dispatch` does NumPy's functions that are no ufuncs, given the recorder, the function, its arguments and options.
    """

    dispatch: Function
    calculator: Calculator = field(default_factory=Calculator)
    library: Library = field(default_factory=lambda: Library(NUMPY, CONSTANTS))
    places: Places = field(default_factory=Places)

    def refusal(self, id: str, message: str, help: str | None = None) -> SymhdlError:
        """The error that something cannot be done where the function is now."""
        return error(id, message, self.places.here(), help=help)

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
            raise self.refusal("no-number", number)
        return self.calculator.constant(number)

    def call(self, name: str, values: Sequence[object]) -> Traced:
        """A function of numbers, by its name in NumPy."""
        nodes = [self.node(value) for value in values]
        calculator = self.calculator
        calculator.place = self.places.here()
        known = calculator.builder.nodes
        is_condition = [
            isinstance(value, bool | np.bool_) or known[node].operation.boolean
            for value, node in zip(values, nodes, strict=True)
        ]
        if name == "add" and all(is_condition):
            raise self.refusal("ambiguous", AMBIGUOUS_SUM, AMBIGUOUS_REMEDY)
        if name in _LOGIC or name.endswith("_shift"):
            return Traced(self, self._logic(name, nodes))
        found = self.library.call(_OTHER_NAMES.get(name, name), nodes, calculator)
        if found is None:
            message = f"`{name}` has no meaning in hardware"
            help = "use the functions that `symhdl functions` lists"
            raise self.refusal("unknown-function", message, help)
        return Traced(self, found)

    def _logic(self, name: str, nodes: Sequence[int]) -> int:
        calculator = self.calculator
        if name.startswith("logical"):
            nodes = [calculator.truth(node) for node in nodes]
        if name not in _LOGIC or not all(map(calculator.is_boolean, nodes)):
            message = "the bits of numbers are not at hand here"
            help = "use & | ^ ~ between comparisons, ** for powers; shift by x * 2**n, x / 2**n"
            raise self.refusal("bits-of-real", message, help)
        operation = _LOGIC[name]
        if operation is None:
            return calculator.compare("!=", *nodes)
        return calculator.apply(operation, *nodes)

    def choose(self, condition: object, then: object, other: object) -> Traced:
        """`then` where the condition is not zero."""
        nodes = self.node(condition), self.node(then), self.node(other)
        self.calculator.place = self.places.here()
        return Traced(self, self.calculator.choose(*nodes))

    def by_element(self, function: Function, *values: object) -> object:
        """The function of the elements of arrays, by NumPy's rules of shapes."""
        universal = np.frompyfunc(function, len(values), 1)
        return self.array(universal(*map(objects, values)))

    def array(self, values: object) -> object:
        """The values as arrays of NumPy that know where their functions are; a single number is itself."""
        if isinstance(values, list | tuple):
            return type(values)(map(self.array, values))
        if not isinstance(values, np.ndarray):
            return values
        if values.ndim == 0:
            return values.item()
        array = values.view(TracedArray)
        array.recorder = self
        return array

    def ufunc(
        self, ufunc: np.ufunc, method: str, inputs: Sequence[object], options: Mapping[str, Any]
    ) -> object:
        """One of NumPy's functions of arrays, by its method. Raises SymhdlError for what cannot be traced."""
        name = ufunc.__name__
        for option, value in options.items():
            if option not in _IGNORED and value is not None and value is not True:
                raise self.refusal("unsupported", f"`{option}` of np.{name} is not traced")
        if name == "divmod":
            parts = (np.floor_divide, np.remainder)
            return tuple(self.ufunc(part, method, inputs, options) for part in parts)
        arrays = [objects(value) for value in inputs]
        function: Any = np.frompyfunc(
            lambda *values: self.call(name, values), ufunc.nin, 1, identity=ufunc.identity
        )
        shape = {option: options[option] for option in ("axis", "keepdims") if option in options}
        try:
            apply = np.matmul if name == "matmul" else getattr(function, method)
            result = self.array(apply(*arrays, **shape))
        except ValueError as problem:  # NumPy's word about shapes
            raise self.refusal("bad-shape", str(problem)) from None
        (target,) = options.get("out") or (None,)
        if not isinstance(target, np.ndarray):
            return result
        target[...] = result
        return target


def objects(value: object) -> Objects:
    """The value as a plain array of objects."""
    if isinstance(value, np.ndarray):
        return cast("Objects", value.view(np.ndarray).astype(object, copy=False))
    if isinstance(value, list | tuple):
        return np.array(value, dtype=object)
    single = np.empty((), dtype=object)
    single[()] = value
    return single


def exact_number(value: object) -> Fraction | str:
    """The exact value of a number of Python or NumPy, or why there is none.

    A float is taken as the shortest decimal number that denotes it: 0.1 is a tenth, as in a text, and not the binary
    fraction nearest to it. What its author wrote is the decimal, and both lie within half a unit in its last place.
    """
    if isinstance(value, bool | np.bool_ | int | np.integer):
        return Fraction(int(value))
    if isinstance(value, Fraction):
        return value
    if isinstance(value, float | np.floating | Decimal):
        is_finite = math.isfinite(value)
        return read_literal(str(value)) if is_finite else f"{value} is not a finite number"
    return f"a number is wanted here, and this is of the type {type(value).__name__}"


def _refused(id: str, message: str, help: str) -> Callable[..., NoReturn]:
    """A method for what only the hardware could tell."""

    def method(self: Traced | TracedArray, *_: object, **__: object) -> NoReturn:
        raise self.recorder.refusal(id, message, help)

    return method


def _named(name: str) -> Callable[[Traced], Traced]:
    """A method that is a function of NumPy."""
    return lambda self: self.recorder.call(name, [self])


class Traced(NDArrayOperatorsMixin):
    """A number that is only known in hardware."""

    __slots__ = ("node", "recorder")

    def __init__(self, recorder: Recorder, node: int) -> None:
        self.recorder = recorder
        self.node = node

    def __repr__(self) -> str:
        return f"<traced number {self.node}>"

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: object, **options: object
    ) -> object:
        return self.recorder.ufunc(ufunc, method, inputs, options)

    def __array_function__(
        self, func: Function, types: object, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> object:
        del types
        return self.recorder.dispatch(self.recorder, func, args, kwargs)

    def __getattr__(self, name: str) -> Function:
        """NumPy asks the elements of its arrays of objects for `sin` and the like."""
        known = self.recorder.library.arities(_OTHER_NAMES.get(name, name))
        if name.startswith("_") or 1 not in known:
            raise AttributeError(f"a traced number has no {name}")
        return lambda: self.recorder.call(name, [self])

    __bool__ = _refused(
        "condition",
        "whether this holds is only known in hardware, so Python cannot decide by it",
        "choose with np.where(condition, a, b); write & and | for `and` and `or`, np.maximum for max(...);"
        " make arrays with np.stack([...])",
    )
    __float__ = __int__ = __complex__ = _refused(
        "no-number",
        "this number is only known in hardware, and a plain float is wanted of it",
        "use NumPy's functions, np.sin(x) instead of math.sin(x); choose with np.where",
    )
    __index__ = _refused(
        "bad-index",
        "this number is only known in hardware, so it cannot count or index",
        "choose with np.where or np.select",
    )
    __getitem__ = _refused(
        "no-array",
        "this input is a number, not an array",
        'tell how many elements it has: symhdl.trace(f, x=["fixed<12,3>"] * 16)',
    )
    astype = _refused(
        "unsupported",
        "traced numbers are real numbers, which have no other type",
        "leave `astype` out; for whole numbers write np.trunc(x) or np.floor(x)",
    )

    def __round__(self, digits: int | None = None) -> object:
        return np.round(cast(Any, self), digits or 0)

    __floor__, __ceil__, __trunc__ = map(_named, ("floor", "ceil", "trunc"))


class TracedArray(np.ndarray[Any, np.dtype[np.object_]]):
    """An array of objects, some of which are traced."""

    recorder: Recorder

    def __array_finalize__(self, original: object) -> None:
        if isinstance(original, TracedArray):
            self.recorder = original.recorder

    __array_ufunc__ = Traced.__array_ufunc__
    __array_function__ = Traced.__array_function__  # type: ignore[assignment] # wider than NumPy's
    astype = Traced.astype
