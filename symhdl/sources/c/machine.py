"""What C means: integer division that truncates, conversions, arrays, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from symhdl.errors import shortened
from symhdl.functions.operation import Operation
from symhdl.numeric.limits import MAXIMUM_DIGITS
from symhdl.numeric.literal import read_literal
from symhdl.sources.c.declarations import CDeclarations
from symhdl.sources.c.library import (
    INTEGERS,
    KEEPS_INTEGERS,
    NO_NUMBERS,
    ONLY_FOR_INTEGERS,
    ROUNDED_TO_INTEGERS,
    TRUTHS,
)
from symhdl.sources.c.types import c_type
from symhdl.sources.imperative.expressions import ARITHMETIC
from symhdl.sources.imperative.syntax import Construct, Expression
from symhdl.sources.imperative.values import Call, Scalar, Sort, Value

_INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uUlLzZ]{0,3}")
_REAL = re.compile(
    r"((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?[0-9]+)"
    r"(?:[fFlL]|[fF](?:16|32|64))?"
)
_OCTAL = re.compile(r"0[0-7]*")
_LOGIC = {"&&": Operation.AND, "||": Operation.OR}


class CMachine(CDeclarations):
    """Executes C."""

    no_numbers = NO_NUMBERS

    # --- numbers --------------------------------------------------------------------------------------

    def literal(self, expression: Expression) -> Scalar:
        """A number. Integers with a leading 0 are octal."""
        text = expression.text
        found: Fraction | str = f"`{text}` is not a number in C"
        help = "a product needs its `*`" if text[-1:].isalpha() else None
        integer, real = _INTEGER.fullmatch(text), _REAL.fullmatch(text)
        if len(text) > MAXIMUM_DIGITS:
            found = f"a number has at most {MAXIMUM_DIGITS} digits, this one has {len(text)}"
        elif integer is not None and _OCTAL.fullmatch(integer[1]):
            found = Fraction(int(integer[1], 8))
        elif integer is not None and integer[1].isdigit() and integer[1].lstrip("0") != integer[1]:
            found = f"`{text}` begins with 0, so it is octal, and has other digits than 0 to 7"
        elif integer is not None:
            found = Fraction(int(integer[1], 0))
        elif real is not None:
            found = read_literal(real[1])
        if isinstance(found, str):
            raise self.mistake("bad-number", found, expression, help)
        return Scalar(
            self.calculator.constant(found), Sort.REAL if real and not integer else Sort.INTEGER
        )

    def prefix(self, expression: Expression, operand: Value) -> Value:
        """`-a`, `!a`; `*p` is the only element of an array that a parameter points to."""
        inner = expression.operands[0]
        if expression.text == "*":
            self._slot_of(expression)
            return operand
        number = self.number_of(operand, inner)
        self.calculator.place = self.place(expression)
        if expression.text == "!":
            return Scalar(self.calculator.negation(number.node), Sort.INTEGER)
        sort = max(number.sort, Sort.INTEGER)
        if expression.text == "+":
            return Scalar(number.node, sort)
        negative = self.calculator.apply(Operation.NEGATE, number.node)
        self._warn_of_wrapping(expression, negative)
        return Scalar(negative, sort)

    def _slot_of(self, pointed: Expression) -> str:
        """Where the parameter of `*parameter` is kept."""
        name = pointed.operands[0]
        slot = self.frame.slot(name.text) if name.kind is Construct.NAME else None
        if slot is None or slot not in self.frame.element_types:
            help = "write a[1] for *(a + 1), and values instead of addresses"
            message = "only a parameter can be a pointer"
            raise self.mistake("unsupported", message, pointed, help)
        return slot

    def bind(self, target: Expression, value: Value) -> None:
        """Assigns to a variable, or to what a parameter points to."""
        if target.kind is Construct.PREFIX and target.text == "*":
            type = self.frame.element_types[self._slot_of(target)]
            value = self.convert(type, value, target)
            target = target.operands[0]
        super().bind(target, value)

    def comparison(self, expression: Expression, operands: Sequence[Value]) -> Scalar:
        """`a < b`. A chain of them is no mistake in C, but hardly ever meant."""
        first = expression.operands[0]
        is_chain = first.kind is Construct.COMPARISON and first.start == first.operands[0].start
        if is_chain and expression.text not in ("==", "!="):
            message = "this compares the truth of the first comparison, 0 or 1"
            self.warn("chained-comparison", message, expression, "write a < b && b < c")
        return super().comparison(expression, operands)

    def _warn_of_wrapping(self, expression: Expression, node: int) -> None:
        """Tells of a difference of an unsigned variable that may be below 0, where C goes on at the other end."""
        value = self.calculator.value(node)
        if (value is None or value < 0) and any(map(self._is_unsigned, expression.operands)):
            message = "unsigned numbers wrap round in C where they get below 0, here they do not"
            self.warn("wraps-round", message, expression, "declare the variables as int")

    def _is_unsigned(self, expression: Expression) -> bool:
        """Whether this is a variable of an unsigned type that is not promoted to `int`."""
        slot = self.frame.slot(expression.text) if expression.kind is Construct.NAME else None
        found = c_type("" if slot is None else self.frame.types.get(slot, ""))
        return found.sort is Sort.INTEGER and found.is_unsigned and found.wrapping is None

    def infix(self, expression: Expression, left: Value, right: Value) -> Value:
        """`a + b` and the like; integers stay integers."""
        first, second = expression.operands
        a, b = self.number_of(left, first), self.number_of(right, second)
        self.calculator.place = self.place(expression)
        operator = expression.text
        sort = max(a.sort, b.sort, Sort.INTEGER)
        if operator in _LOGIC:
            one, two = self.calculator.truth(a.node), self.calculator.truth(b.node)
            return Scalar(self.calculator.apply(_LOGIC[operator], one, two), Sort.INTEGER)
        if operator in ARITHMETIC and (operator != "/" or sort is Sort.REAL):
            node = self.calculator.apply(ARITHMETIC[operator], a.node, b.node)
            if operator == "-" and sort is Sort.INTEGER:
                self._warn_of_wrapping(expression, node)
            return Scalar(node, sort)
        if sort is Sort.REAL:
            help = "write fmod(a, b), or declare integers"
            raise self.mistake("bits-of-real", "`%` is for integers", expression, help)
        return Scalar(self._divided(expression, a.node, b.node), sort)

    def _divided(self, expression: Expression, a: int, b: int) -> int:
        """The quotient of integers without its fraction, or what it leaves, which has the sign of the dividend."""
        calculator = self.calculator
        if calculator.value(b) == 0:
            raise self.mistake("division-by-zero", "an integer is divided by zero", expression)
        quotient = calculator.apply(Operation.DIVIDE, a, b)
        whole = calculator.truncate(quotient)
        if expression.text == "%":
            product = calculator.apply(Operation.MULTIPLY, b, whole)
            return calculator.apply(Operation.SUBTRACT, a, product)
        value = calculator.value(quotient)
        if value is not None and value.denominator != 1:
            shown = shortened(str(value), 30)
            message = f"integers are divided here, so the fraction of {shown} is cut off"
            help = "write 1.0 instead of 1 for a quotient with a fraction"
            self.warn("integer-division", message, expression, help)
        return whole

    # --- names and calls ------------------------------------------------------------------------------

    def known_name(self, expression: Expression) -> Value | None:
        """A constant of the headers."""
        name = expression.text
        if name in INTEGERS:
            return Scalar(self.calculator.constant(INTEGERS[name]), Sort.INTEGER)
        constant = self.constant(name, expression)
        return None if constant is None else Scalar(constant, Sort.REAL)

    def library_call(self, name: str, call: Call) -> Value:
        """A function of math.h, with or without the letter that tells its type, or one of the user's."""
        expression, arguments, _ = call
        shorter = name[:-1] if name[-1:] in "fl" else name
        is_known = self.library.knows(name) or name in ROUNDED_TO_INTEGERS
        known = name if is_known else shorter
        plain = ROUNDED_TO_INTEGERS.get(known, known)
        if not self.library.knows(plain):
            raise self.unknown_function(expression, name)
        places = expression.operands[1:]
        numbers = [self.number_of(v, p) for v, p in zip(arguments, places, strict=True)]
        sorts = [number.sort for number in numbers]
        if plain in ONLY_FOR_INTEGERS and Sort.REAL in sorts:
            message = (
                f"in C `{name}` is for integers; it is read as the one of C++, for all numbers"
            )
            self.warn("integer-function", message, expression.operands[0], "write fabs")
        node = self.called(expression, plain, numbers)
        if known in ROUNDED_TO_INTEGERS or known in TRUTHS:
            return Scalar(node, Sort.INTEGER)
        if plain in KEEPS_INTEGERS:
            return Scalar(node, max(*sorts, Sort.INTEGER))
        return Scalar(node, Sort.REAL)
