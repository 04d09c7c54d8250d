"""What declarations of C do: types convert, parameters become inputs, arrays are filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhdl.errors import error
from symhdl.functions.operation import Operation
from symhdl.numeric.fixed import FixedFormat
from symhdl.sources.c.types import c_type
from symhdl.sources.imperative.machine import Machine
from symhdl.sources.imperative.syntax import Construct, Declare, Expression, FunctionParameter
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

    may_define_again = False

    def convert(self, type: str, value: Value, expression: Expression) -> Value:
        """The value as a variable of the type holds it: integers cut off the fraction, narrow ones wrap round."""
        target = c_type(type)
        if target.sort is None or isinstance(value, Many | Nothing):
            return value
        if isinstance(value, Open):
            formats = (None, self.formats.get(value.root))
            is_same = value.sort is Sort.INTEGER is target.sort and target.format in formats
            if value.written or is_same or target.sort is Sort.REAL:
                return replace(value, sort=target.sort)
        number = self.number_of(value, expression)
        self.calculator.place = self.place(expression)
        node = number.node
        if target.sort is Sort.BOOLEAN:
            node = self.calculator.truth(node)
        elif target.sort is Sort.INTEGER:
            if number.sort is Sort.REAL:
                node = self.calculator.truncate(node)
            if target.wrapping is not None and number.sort is not Sort.BOOLEAN:
                node = self._wrapped(node, target.wrapping)
        return Scalar(node, target.sort)

    def _wrapped(self, node: int, format: FixedFormat) -> int:
        """The number modulo the size of a narrow type, as the conversion of integers has it."""
        apply, constant = self.calculator.apply, self.calculator.constant
        value = self.calculator.value(node)
        if value is not None and format.minimum <= value <= format.maximum:
            return node
        lowest = constant(int(format.minimum))
        above = apply(Operation.SUBTRACT, node, lowest) if format.signed else node
        rest = apply(Operation.MODULO, above, constant(1 << format.width))
        return apply(Operation.ADD, rest, lowest) if format.signed else rest

    def parameter_value(self, parameter: FunctionParameter, default: Value | None = None) -> Value:
        """An input, or as many as the array has elements."""
        del default
        self.roots.setdefault(parameter.name, None)
        found = c_type(parameter.type)
        if found.format is not None:
            self.formats[parameter.name] = found.format
        sort = Sort.REAL if found.sort is None else found.sort
        return self._inputs(Open(parameter.name, (), sort), parameter.sizes)

    def _inputs(self, whole: Open, sizes: Sequence[Expression | None]) -> Value:
        if not sizes or sizes[0] is None:
            return whole
        parts = (
            Open(whole.root, (*whole.path, k), whole.sort) for k in range(self._size(sizes[0]))
        )
        return Many(tuple(self._inputs(part, sizes[1:]) for part in parts))

    def _size(self, expression: Expression) -> int:
        number = self.number_of(self.drive(self.evaluate(expression)), expression)
        count = self.constant_index(number.node, expression)
        if not 0 < count <= LARGEST_ARRAY:
            message = f"an array has from 1 to {LARGEST_ARRAY} elements, this one has {count}"
            raise self.mistake("too-large", message, expression)
        return count

    def set(self, name: str, value: Value) -> None:
        """A function changes its own variables only."""
        is_global = self.frame.slot(name) is None and self.globals.slot(name) is not None
        if is_global and len(self.frames) > 1:
            message = f"the function changes `{name}`, which is declared outside of it"
            help = "return the value, and assign it where the function is called"
            raise error("state", message, self.calculator.place, help=help)
        super().set(name, value)

    def declare(self, statement: Declare) -> Work:
        """`type name = value`; without a value, outside of functions, it is an input."""
        place = Expression(Construct.NAME, statement.start, statement.end, (), statement.name)
        words = statement.type.split()
        if statement.name in self.frame.scopes[-1]:
            message = f"`{statement.name}` is declared twice"
            raise self.mistake("duplicate-definition", message, place)
        is_inside = len(self.frames) > 1
        if is_inside and "static" in words and "const" not in words and "constexpr" not in words:
            message = "a `static` variable keeps its value from call to call"
            raise self.mistake("state", message, place, "give it to the function as an argument")
        if "_fixed<" in statement.type or "_ufixed<" in statement.type:
            message = "the format of this variable is not kept: formats inside are chosen by symhdl"
            self.warn("format-ignored", message, place)
        # The name holds from here on, so that what it stands for outside is hidden in its own value.
        slot = self.frame.declare(statement.name, "" if statement.sizes else statement.type)
        value: Value | None = None
        if statement.value is not None:
            value = yield self.evaluate(statement.value)
        if value is None and not is_inside:
            parameter = FunctionParameter(
                place.start, place.end, statement.name, statement.type, None, statement.sizes
            )
            value = self.parameter_value(parameter)
            assert self.frame.environment is not None
            self.frame.environment[slot] = value
        elif statement.sizes:
            self.bind(place, self._filled(statement, value, statement.sizes, place))
        elif value is not None:
            self.bind(place, value)
        if statement.sizes:
            self.frame.element_types[slot] = statement.type
        return NOTHING

    def _filled(
        self,
        statement: Declare,
        value: Value | None,
        sizes: Sequence[Expression | None],
        place: Expression,
    ) -> Value:
        """An array; elements that are not given are 0 if any is given."""
        if isinstance(value, Scalar | Open):
            raise self.mistake("no-array", "an array needs its values in braces", place)
        items: list[Value | None] = list(value.items) if isinstance(value, Many) else []
        count = len(items) if sizes[0] is None else self._size(sizes[0])
        if len(items) > count:
            message = f"{len(items)} values for {count} elements"
            raise self.mistake("bad-index", message, place)
        missing = count - len(items)
        if len(sizes) > 1:
            items += [None if value is None else Many(())] * missing
            return Many(tuple(self._filled(statement, i, sizes[1:], place) for i in items))
        zero = NOTHING if value is None else Scalar(self.calculator.constant(0), Sort.INTEGER)
        converted = [self.convert(statement.type, item or zero, place) for item in items]
        return Many((*converted, *[zero] * missing))
