"""What Python and NumPy mean: floored remainders, `and` that gives an operand, arrays, names of modules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NoReturn

from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.numeric.fixed import format_problem, parse_format
from symhdl.numeric.limits import MAXIMUM_DIGITS
from symhdl.numeric.literal import read_literal
from symhdl.sources.imperative.machine import Machine
from symhdl.sources.imperative.syntax import Declare, Evaluate, Expression, Kind, Parameter
from symhdl.sources.imperative.values import (
    NOTHING,
    Many,
    Module,
    Nothing,
    Open,
    Scalar,
    Sort,
    Text,
    Value,
    Work,
)
from symhdl.sources.python.calls import Calls
from symhdl.sources.python.library import (
    AMBIGUOUS_REMEDY,
    AMBIGUOUS_SUM,
    CONSTANTS,
    MODULES,
    NO_NUMBERS,
)

_INTEGER = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[1-9][0-9]*|0+")
_BASES = {"0x": 16, "0b": 2, "0o": 8}
_REAL = re.compile(r"(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+")
_ARITHMETIC = {
    "+": Operation.ADD,
    "-": Operation.SUBTRACT,
    "*": Operation.MULTIPLY,
    "/": Operation.DIVIDE,
    "%": Operation.MODULO,
    "**": Operation.POWER,
}
_LOGIC = {"&": Operation.AND, "|": Operation.OR}


class NumpyMachine(Machine):
    """Executes Python."""

    inputs_by_option: frozenset[str] = frozenset()
    imported: Mapping[str, str] = {}

    def literal(self, expression: Expression) -> Scalar:
        """A number."""
        text = expression.text.replace("_", "")
        if text[-1] in "jJ" and text[:2].lower() != "0x":
            raise self.mistake("complex", "complex numbers are not read", expression)
        found: Fraction | str = f"`{expression.text}` is no number in Python"
        sort = Sort.REAL
        if len(text) > MAXIMUM_DIGITS:
            found = f"a number has at most {MAXIMUM_DIGITS} characters, this one has {len(text)}"
        elif _INTEGER.fullmatch(text) is not None:
            sort = Sort.INTEGER
            found = Fraction(int(text, _BASES.get(text[:2].lower(), 10)))
        elif _REAL.fullmatch(text) is not None:
            found = read_literal(text)
        if isinstance(found, str):
            raise self.mistake("bad-number", found, expression)
        return Scalar(self.calculator.constant(found), sort)

    def prefix(self, expression: Expression, operand: Value) -> Value:
        """`-a`, `not a`, `~a`."""
        if isinstance(operand, Many) and operand.is_array:
            return self.mapped([operand], lambda items: self.prefix(expression, items[0]))
        number = self.number_of(operand, expression.operands[0])
        self.calculator.place = self.place(expression)
        is_condition = number.sort is Sort.BOOLEAN
        if expression.text == "!" or (expression.text == "~" and is_condition):
            return Scalar(self.calculator.negation(number.node), Sort.BOOLEAN)
        if expression.text == "~":
            raise self._bits(expression)
        sort = max(number.sort, Sort.INTEGER)
        if expression.text == "+":
            return Scalar(number.node, sort)
        return Scalar(self.calculator.apply(Operation.NEGATE, number.node), sort)

    def _bits(self, expression: Expression) -> SymhdlError:
        help = "use it between comparisons in parentheses; a power is `**`"
        message = f"`{expression.text}` works on bits, and here are no conditions"
        return self.mistake("bits-of-real", message, expression, help)

    def infix(self, expression: Expression, left: Value, right: Value) -> Value:
        """`a + b` and the like, for numbers, and for arrays element by element."""
        operator = expression.text
        if operator in ("&&", "||"):
            return self._shortcut(expression, left, right)
        if operator == "@":
            return self.calls.dot(expression, [left, right])
        if isinstance(left, Many) or isinstance(right, Many):
            return self._of_lists(expression, left, right)
        first, second = expression.operands
        a, b = self.number_of(left, first), self.number_of(right, second)
        self.calculator.place = self.place(expression)
        sort = max(a.sort, b.sort)
        if operator in ("&", "|", "^"):
            if sort is not Sort.BOOLEAN:
                raise self._bits(expression)
            if operator == "^":
                return Scalar(self.calculator.compare("!=", a.node, b.node), sort)
            return Scalar(self.calculator.apply(_LOGIC[operator], a.node, b.node), sort)
        if operator == "+" and sort is Sort.BOOLEAN:
            raise self.mistake("ambiguous", AMBIGUOUS_SUM, expression, AMBIGUOUS_REMEDY)
        sort = max(sort, Sort.INTEGER)
        if operator == "//":
            return Scalar(self.calculator.floor_divide(a.node, b.node), sort)
        if operator not in _ARITHMETIC:
            raise self._bits(expression)
        sort = Sort.REAL if operator == "/" else sort
        return Scalar(self.calculator.apply(_ARITHMETIC[operator], a.node, b.node), sort)

    def _shortcut(self, expression: Expression, left: Value, right: Value) -> Value:
        """`a and b` is a where that counts as false, else b; of conditions it is a condition."""
        first, second = expression.operands
        a, b = self.number_of(left, first), self.number_of(right, second)
        self.calculator.place = self.place(expression)
        is_and = expression.text == "&&"
        if a.sort is Sort.BOOLEAN is b.sort:
            operation = Operation.AND if is_and else Operation.OR
            return Scalar(self.calculator.apply(operation, a.node, b.node), Sort.BOOLEAN)
        then, other = (b, a) if is_and else (a, b)
        node = self.calculator.choose(a.node, then.node, other.node)
        return Scalar(node, max(a.sort, b.sort))

    def _of_lists(self, expression: Expression, left: Value, right: Value) -> Value:
        arrays = [v for v in (left, right) if isinstance(v, Many) and v.is_array]
        if arrays:
            for value, part in zip((left, right), expression.operands, strict=True):
                self._tell_of_number(value, part)
            return self.mapped(
                [left, right], lambda items: self.infix(expression, items[0], items[1])
            )
        if expression.text == "+" and isinstance(left, Many) and isinstance(right, Many):
            return Many((*left.items, *right.items))
        help = "make an array of it: np.array([...])"
        raise self.mistake("no-number", "this cannot be done with lists", expression, help)

    def _tell_of_number(self, value: Value, expression: Expression) -> None:
        """An input beside an array could be an array as well."""
        if isinstance(value, Open) and not value.path:
            message = f"`{value.name}` is taken as one number here, the same for all elements"
            help = f"if it is an array, write np.array([{value.name}[0], {value.name}[1], ...])"
            self.warn("taken-as-number", message, expression, help)

    def mapped(self, values: Sequence[Value], function: Calls.Elementwise) -> Value:
        """The function of the elements; numbers go with every element."""
        return self.calls.mapped(values, function)

    @property
    def calls(self) -> Calls:
        """The functions of the libraries."""
        return Calls(self)

    # --- names ---------------------------------------------------------------------------------------

    def free_name(self, expression: Expression) -> Value:
        """A module, a constant, or an input."""
        name = expression.text
        if name in self.inputs_by_option:
            return self.new_input(name)
        full = self.imported.get(name)
        if full is not None:
            return self._member(expression, full)
        if name == "None":
            return NOTHING
        if name in CONSTANTS and name != "tau":
            return Scalar(self.calculator.constant(name == "True"), Sort.BOOLEAN)
        if name in MODULES:
            return Module(name)
        if name == "pi":
            return self._member(expression, name)
        return Module(name) if self.library.knows(name) else self.new_input(name)

    def _member(self, expression: Expression, full: str) -> Value:
        """What a library holds: a constant, or something to be called."""
        last = full.rpartition(".")[2]
        if last in NO_NUMBERS and last != "None":
            help = "hardware knows finite numbers only"
            raise self.mistake("no-number", f"`{last}` is no finite number", expression, help)
        constant = self.library.constant(last, self.calculator)
        return Module(full) if constant is None else Scalar(constant, Sort.REAL)

    def attribute(self, expression: Expression, base: Value) -> Value:
        """`np.sin`, `np.pi`, or a method such as `x.clip`."""
        self.calculator.place = self.place(expression)
        if isinstance(base, Module) and base.bound is None:
            return self._member(expression, f"{base.name}.{expression.text}")
        if expression.text in ("T", "real", "values"):
            return base
        return Module(expression.text, base)

    def indexed(self, expression: Expression, base: Value, indices: Sequence[Value]) -> Value:
        """`x[0]` and `x[:, 0]` are the input x0; `table["speed"]` is the input speed."""
        if len(indices) == 1 and isinstance(indices[0], Text):
            name = indices[0].text
            if not isinstance(base, Open) or not name.isidentifier():
                raise self.mistake("bad-index", "this is no column", expression.operands[1])
            return self.new_input(name)
        if isinstance(base, Many) and len(indices) > 1 and isinstance(indices[0], Nothing):
            inner = expression._replace(operands=(expression.operands[0], *expression.operands[2:]))
            items = [self.indexed(inner, item, indices[1:]) for item in base.items]
            return Many(tuple(items), is_array=True)
        return super().indexed(expression, base, indices)

    # --- the rest -------------------------------------------------------------------------------------

    def library_call(
        self,
        expression: Expression,
        name: str,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> Value:
        """A function of NumPy, of the module math, or of Python itself."""
        full = self.imported.get(name, name)
        module, _, last = full.rpartition(".")
        module = self.imported.get(module, module)
        return self.calls.call(expression, module, last, arguments, keywords)

    def convert(self, type: str, value: Value, expression: Expression) -> Value:
        """Variables of Python hold everything."""
        del type, expression
        return value

    def cast(self, expression: Expression, value: Value) -> NoReturn:
        """There are no casts."""
        del value
        raise self.mistake("syntax", "this has no meaning in Python", expression)

    def declare(self, statement: Declare) -> Work:
        """There are no declarations."""
        raise AssertionError(f"a declaration in Python: {statement.name}; please report this")

    def parameter_value(self, parameter: Parameter, default: Value | None = None) -> Value:
        """An input; an annotation such as "fixed<12,3>" gives its format."""
        self.roots.setdefault(parameter.name, None)
        found = parse_format(parameter.type)
        if found is not None:
            problem = format_problem(found)
            if problem is not None:
                place = Expression(Kind.NAME, parameter.start, parameter.end)
                raise self.mistake("bad-format", problem, place)
            self.formats[parameter.name] = found
        is_wanted = found is not None or parameter.name in self.inputs_by_option
        if default is None or is_wanted:
            return Open(parameter.name)
        self.constant_parameters.add(parameter.name)
        place = Expression(Kind.NAME, parameter.start, parameter.end)
        message = f"`{parameter.name}` is no input but the constant that it is by default"
        self.warn("default-value", message, place, "take the default away to make it an input")
        return default

    def evaluated(self, statement: Evaluate, value: Value) -> None:
        """Outside of functions an expression is an output."""
        if len(self.frames) == 1 and not isinstance(value, Nothing | Text):
            self.bare.append((statement.value, value))
