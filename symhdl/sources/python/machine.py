"""What Python and NumPy mean: floored remainders, `and` that gives an operand, names of modules."""

from __future__ import annotations

from fractions import Fraction

from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.numeric.fixed import format_problem, parse_format
from symhdl.numeric.literal import read_literal
from symhdl.sources.imperative.expressions import ARITHMETIC
from symhdl.sources.imperative.syntax import Construct, Expression, FunctionParameter
from symhdl.sources.imperative.values import (
    NOTHING,
    Many,
    Module,
    Open,
    Scalar,
    Sort,
    Value,
)
from symhdl.sources.python.calls import LibraryCalls
from symhdl.sources.python.library import (
    AMBIGUOUS_REMEDY,
    AMBIGUOUS_SUM,
    MODULES,
    NO_NUMBERS,
)

_ARITHMETIC = {**ARITHMETIC, "%": Operation.MODULO, "**": Operation.POWER}
_LOGIC = {"&": Operation.AND, "|": Operation.OR, "&&": Operation.AND, "||": Operation.OR}


class NumpyMachine(LibraryCalls):
    """Executes Python."""

    no_numbers = NO_NUMBERS

    def literal(self, expression: Expression) -> Scalar:
        """A number, as its digits stand in the text: `ast` would make a double of it."""
        text = expression.text.replace("_", "")
        is_real = text[:2].lower() != "0x" and not set(text.lower()).isdisjoint(".e")
        found = read_literal(text) if is_real else Fraction(int(text, 0))
        if isinstance(found, str):
            raise self.mistake("bad-number", found, expression)
        return Scalar(self.calculator.constant(found), Sort.REAL if is_real else Sort.INTEGER)

    def prefix(self, expression: Expression, operand: Value) -> Value:
        """`-a`, `not a`, `~a`."""
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
        is_logic = operator in ("&&", "||")
        if isinstance(left, Many) or isinstance(right, Many):
            return self.refused(expression, ())
        first, second = expression.operands
        a, b = self.number_of(left, first), self.number_of(right, second)
        self.calculator.place = self.place(expression)
        sort = max(a.sort, b.sort)
        if sort is Sort.BOOLEAN and operator in _LOGIC:
            return Scalar(self.calculator.apply(_LOGIC[operator], a.node, b.node), sort)
        if is_logic:  # `a and b` is a where that counts as false, else b
            then, other = (b, a) if operator == "&&" else (a, b)
            return Scalar(self.calculator.choose(a.node, then.node, other.node), sort)
        if sort is Sort.BOOLEAN and operator == "^":
            return Scalar(self.calculator.compare("!=", a.node, b.node), sort)
        if operator == "+" and sort is Sort.BOOLEAN:
            raise self.mistake("ambiguous", AMBIGUOUS_SUM, expression, AMBIGUOUS_REMEDY)
        sort = Sort.REAL if operator == "/" else max(sort, Sort.INTEGER)
        if operator == "//":
            return Scalar(self.calculator.floor_divide(a.node, b.node), sort)
        if operator not in _ARITHMETIC:
            raise self._bits(expression)
        return Scalar(self.calculator.apply(_ARITHMETIC[operator], a.node, b.node), sort)

    # --- names ---------------------------------------------------------------------------------------

    def known_name(self, expression: Expression) -> Value | None:
        """A module, or a constant."""
        name = expression.text
        if name in self.imported or name in ("pi", "nan"):
            return self._member(expression, self.imported.get(name, name))
        if name in ("True", "False"):
            return Scalar(self.calculator.constant(name == "True"), Sort.BOOLEAN)
        if name == "None":
            return NOTHING
        return Module(name) if name in MODULES else None

    def _member(self, expression: Expression, full: str) -> Value:
        """What a library holds: a constant, or something to be called."""
        last = full.rpartition(".")[2]
        if last in ("nan", "NaN"):  # no value: a mistake only where something comes to it
            zero = self.calculator.constant(0)
            return Scalar(self.calculator.apply(Operation.DIVIDE, zero, zero), Sort.REAL)
        constant = self.constant(last, expression)
        return Module(full) if constant is None else Scalar(constant, Sort.REAL)

    def attribute(self, expression: Expression, base: Value) -> Value:
        """`np.sin`, `np.pi`."""
        if isinstance(base, Module):
            return self._member(expression, f"{base.name}.{expression.text}")
        help = f"write a function: np.{expression.text}(...)"
        raise self.mistake("unsupported", "methods of values are not read", expression, help)

    # --- the rest -------------------------------------------------------------------------------------

    def convert(self, type: str, value: Value, expression: Expression) -> Value:
        """Variables of Python hold everything."""
        del type, expression
        return value

    def parameter_value(self, parameter: FunctionParameter, default: Value | None = None) -> Value:
        """An input; an annotation such as "fixed<12,3>" gives its format."""
        if parameter.name in ("self", "cls"):
            return NOTHING
        self.roots.setdefault(parameter.name, None)
        place = Expression(Construct.NAME, parameter.start, parameter.end)
        found = parse_format(parameter.type)
        if found is not None:
            problem = format_problem(found)
            if problem is not None:
                raise self.mistake("bad-format", problem, place)
            self.formats[parameter.name] = found
        if default is None or found is not None or parameter.name in self.inputs_by_option:
            return Open(parameter.name)
        message = f"`{parameter.name}` is not an input but the constant that it is by default"
        self.warn("default-value", message, place, "take the default away to make it an input")
        return default
