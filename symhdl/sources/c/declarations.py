"""What declarations of C do: types convert, parameters become inputs, arrays are filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhdl.errors import SymhdlError, error
from symhdl.functions.operation import Operation
from symhdl.sources.c.types import NARROW, CType, c_type
from symhdl.sources.imperative.machine import Machine
from symhdl.sources.imperative.syntax import (
    Declare,
    Evaluate,
    Expression,
    Function,
    Kind,
    Parameter,
)
from symhdl.sources.imperative.values import (
    NOTHING,
    Many,
    Nothing,
    Open,
    Scalar,
    Sort,
    Value,
    Work,
)

LARGEST_ARRAY = 4096


class CDeclarations(Machine):
    """Types, parameters and variables of C."""

    def convert(self, type: str, value: Value, expression: Expression) -> Value:
        """The value as a variable of the type holds it: integers cut off the fraction, narrow ones wrap round."""
        target = c_type(type)
        if target.sort is None or isinstance(value, Many | Nothing):
            return value
        if isinstance(value, Open) and (value.written or self._suits(value, target)):
            return replace(value, sort=target.sort)
        number = self.number_of(value, expression)
        self.calculator.place = self.place(expression)
        if target.sort is Sort.BOOLEAN:
            return Scalar(self.calculator.truth(number.node), Sort.BOOLEAN)
        if target.sort is Sort.REAL:
            return Scalar(number.node, Sort.REAL)
        node = number.node
        if number.sort is Sort.REAL:
            node = self.calculator.truncate(node)
        return Scalar(self._wrapped(node, number.sort, target), Sort.INTEGER)

    def _suits(self, value: Open, target: CType) -> bool:
        """Whether every value of the input is one of the type."""
        if target.sort is Sort.REAL:
            return True
        known = self.formats.get(value.root)
        return value.sort is Sort.INTEGER is target.sort and target.format in (None, known)

    def _wrapped(self, node: int, sort: Sort, target: CType) -> int:
        """The number modulo the size of a narrow type, as the conversion of integers has it."""
        found = target.format
        if found is None or found.width > NARROW or sort is Sort.BOOLEAN:
            return node
        calculator = self.calculator
        size = calculator.constant(1 << found.width)
        value = calculator.value(node)
        if value is not None and found.minimum <= value <= found.maximum:
            return node
        if not found.signed:
            return calculator.apply(Operation.MODULO, node, size)
        half = calculator.constant(1 << (found.width - 1))
        shifted = calculator.apply(Operation.ADD, node, half)
        return calculator.apply(
            Operation.SUBTRACT, calculator.apply(Operation.MODULO, shifted, size), half
        )

    def parameter_value(self, parameter: Parameter, default: Value | None = None) -> Value:
        """An input, or as many as the array has elements; default values are for calls."""
        del default
        self.roots.setdefault(parameter.name, None)
        found = c_type(parameter.type)
        if found.format is not None:
            self.formats[parameter.name] = found.format
        sort = Sort.REAL if found.sort is None else found.sort
        return self._inputs(parameter.name, (), sort, parameter.sizes)

    def _inputs(
        self, name: str, path: tuple[int, ...], sort: Sort, sizes: Sequence[Expression | None]
    ) -> Value:
        if not sizes or sizes[0] is None:
            return Open(name, path, sort)
        count = self._size(sizes[0])
        return Many(tuple(self._inputs(name, (*path, k), sort, sizes[1:]) for k in range(count)))

    def _size(self, expression: Expression) -> int:
        number = self.number_of(self.drive(self.evaluate(expression)), expression)
        count = self.constant_index(number.node, expression)
        if not 0 < count <= LARGEST_ARRAY:
            message = f"an array has from 1 to {LARGEST_ARRAY} elements, this one has {count}"
            raise self.mistake("too-large", message, expression)
        return count

    def _twice(self, name: str, place: Expression) -> SymhdlError:
        return self.mistake("duplicate-definition", f"`{name}` is declared twice", place)

    def check_definition(self, statement: Function) -> None:
        """A function has one definition; those of C++ for other parameters are not told apart."""
        if self.frame.slot(statement.name) is not None:
            place = Expression(Kind.NAME, statement.start, statement.end)
            raise self._twice(statement.name, place)

    def set(self, name: str, value: Value) -> None:
        """A function changes its own variables only."""
        is_global = self.frame.slot(name) is None and self.globals.slot(name) is not None
        if is_global and len(self.frames) > 1:
            message = f"the function changes `{name}`, which is declared outside of it"
            help = "return the value, or hand it back through a pointer"
            raise error("state", message, self.calculator.place, help=help)
        super().set(name, value)

    def declare(self, statement: Declare) -> Work:
        """`type name = value`; without a value, outside of functions, it is an input."""
        place = Expression(Kind.NAME, statement.start, statement.end, (), statement.name)
        found = c_type(statement.type)
        if statement.name in self.frame.scopes[-1]:
            raise self._twice(statement.name, place)
        is_inside = len(self.frames) > 1
        if statement.is_pointer:
            raise self.mistake("unsupported", "pointers are not read", place, "use arrays")
        if is_inside and found.is_static and not found.is_constant:
            message = "a `static` variable keeps its value from call to call"
            raise self.mistake("state", message, place, "give it to the function as an argument")
        if found.is_fixed_point:
            message = "the format of this variable is not kept: formats inside are chosen by symhdl"
            self.warn("format-ignored", message, place)
        value: Value | None = None
        # The name holds from here on, so that what it stands for outside is hidden in its own value.
        slot = self.frame.declare(statement.name, "" if statement.sizes else statement.type)
        if statement.sizes:
            self.frame.element_types[slot] = statement.type
        if statement.value is not None:
            value = yield self.evaluate(statement.value)
        if statement.sizes:
            value = self._array(statement, value, statement.sizes, place)
        elif value is None and not is_inside:
            parameter = Parameter(place.start, place.end, statement.name, statement.type)
            value = self.parameter_value(parameter)
            assert self.frame.environment is not None
            self.frame.environment[slot] = value
            return NOTHING
        if value is not None:
            self.bind(place, value)
        return NOTHING

    def _array(
        self,
        statement: Declare,
        value: Value | None,
        sizes: Sequence[Expression | None],
        place: Expression,
    ) -> Value:
        """An array; elements that are not given are 0 if any is given."""
        if isinstance(value, Scalar | Open):
            raise self.mistake("no-array", "an array needs its values in braces", place)
        items = list(value.items) if isinstance(value, Many) else []
        count = len(items) if sizes[0] is None else self._size(sizes[0])
        if len(items) > count:
            message = f"{len(items)} values for {count} elements"
            raise self.mistake("bad-index", message, place)
        if value is None and len(self.frames) == 1:
            sort = c_type(statement.type).sort or Sort.REAL
            return self._inputs(statement.name, (), sort, sizes)
        if len(sizes) > 1:
            filled = [*items, *([None if value is None else Many(())] * (count - len(items)))]
            return Many(tuple(self._array(statement, i, sizes[1:], place) for i in filled))
        zero: Value = NOTHING
        if value is not None:
            zero = Scalar(self.calculator.constant(0), Sort.INTEGER)
        filled_in = [*items, *([zero] * (count - len(items)))]
        return Many(tuple(self.convert(statement.type, item, place) for item in filled_in))

    def evaluated(self, statement: Evaluate, value: Value) -> None:
        """Outside of functions an expression is an output."""
        if len(self.frames) == 1 and not isinstance(value, Nothing):
            self.bare.append((statement.value, value))
