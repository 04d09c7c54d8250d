"""Where the ways of a text meet: the variables of both, each chosen by the condition that parted them."""

from __future__ import annotations

from symhdl.errors import error
from symhdl.functions.operation import Operation
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.values import (
    Environment,
    Exit,
    Frame,
    Many,
    Open,
    Scalar,
    Value,
)


class Merger:
    """Joins values under conditions. `number` makes a number of a value, or raises SymhdlError."""

    def __init__(self, calculator: Calculator) -> None:
        self.calculator = calculator

    def number(self, value: Value) -> Scalar:
        """The value as a number."""
        raise AssertionError(f"a machine says what number {value} is; please report this")

    def merged(self, condition: int, then: Value, other: Value) -> Value:
        """`then` where the condition holds."""
        if then is other or then == other:
            return then
        if isinstance(then, Many) and isinstance(other, Many):
            if len(then.items) == len(other.items):
                pairs = zip(then.items, other.items, strict=True)
                items = tuple(self.merged(condition, a, b) for a, b in pairs)
                return Many(items, then.is_array or other.is_array)
        elif isinstance(then, Scalar | Open) and isinstance(other, Scalar | Open):
            if (
                isinstance(then, Open)
                and isinstance(other, Open)
                and (then.written or other.written)
            ):
                return self._merged_open(condition, then, other)
            one, two = self.number(then), self.number(other)
            node = self.calculator.choose(condition, one.node, two.node)
            return Scalar(node, max(one.sort, two.sort))
        raise error(
            "bad-choice",
            "the two ways end with different kinds of things here",
            self.calculator.place,
            help="choose between numbers, or between lists of the same length",
        )

    def _merged_open(self, condition: int, then: Open, other: Open) -> Open:
        result = then
        for index in dict([*then.written, *other.written]):
            value = self.merged(condition, then.element(index), other.element(index))
            result = result.replaced(index, value)
        return result

    def join(
        self,
        frame: Frame,
        condition: int,
        then: Environment | None,
        other: Environment | None,
    ) -> Environment | None:
        """The variables behind two ways; what only one of them sets cannot be read afterwards."""
        if then is None or other is None:
            return other if then is None else then
        joined: Environment = {}
        for name, value in then.items():
            if name in other:
                joined[name] = self.merged(condition, value, other[name])
            else:
                frame.maybe_unset.add(name)
        frame.maybe_unset.update(name for name in other if name not in then)
        return joined

    def join_exits(
        self, frame: Frame, condition: int, then: Exit | None, other: Exit | None
    ) -> Exit | None:
        """The exit that two ways have in common."""
        apply = self.calculator.apply
        if then is None and other is None:
            return None
        if other is None:
            assert then is not None
            inner = then.condition
            both = condition if inner is None else apply(Operation.AND, condition, inner)
            return Exit(both, then.environment)
        denied = apply(Operation.NOT, condition)
        if then is None:
            inner = other.condition
            both = denied if inner is None else apply(Operation.AND, denied, inner)
            return Exit(both, other.environment)
        environment = self.join(frame, condition, dict(then.environment), dict(other.environment))
        assert environment is not None
        if then.condition is None and other.condition is None:
            return Exit(None, environment)
        one = self.calculator.constant(1)
        conditions = (one if exit.condition is None else exit.condition for exit in (then, other))
        return Exit(apply(Operation.SELECT, condition, *conditions), environment)

    def follow(self, frame: Frame, first: Exit | None, second: Exit | None) -> Exit | None:
        """The exit of two statements one after the other: the first one that is taken counts."""
        if first is None or second is None:
            return second if first is None else first
        if first.condition is None:
            return first
        environment = self.join(
            frame, first.condition, dict(first.environment), dict(second.environment)
        )
        assert environment is not None
        if second.condition is None:
            return Exit(None, environment)
        either = self.calculator.apply(Operation.OR, first.condition, second.condition)
        return Exit(either, environment)
