"""Executes a text of C or Python on symbols: every way through it becomes part of one graph.

The text is walked, never run. Both ways of a condition are followed and joined by a choice; loops go round as long as
their condition is a constant that holds, or leave under a condition; calls are put in place of themselves. Steps are
generators on an explicit stack, so that no depth of the text meets a limit of Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symhdl.errors import Span
from symhdl.sources.imperative.base import Input
from symhdl.sources.imperative.statements import Executor
from symhdl.sources.imperative.syntax import (
    Expression,
    Function,
    Kind,
    Parameter,
)
from symhdl.sources.imperative.values import (
    NOTHING,
    RESULT,
    Closure,
    Environment,
    Frame,
    Value,
    Work,
)

DEEPEST_CALL = 100


class Machine(Executor):
    """Calls, and with them the whole machine."""

    ended: Environment | None = None  # the variables at the end of the last call

    def unused(self, parameters: Sequence[Parameter]) -> None:
        """Parameters that nothing reads are inputs all the same."""
        met = {found.root for found in self.inputs.values()}
        for parameter in parameters:
            name = parameter.name
            is_array = parameter.sizes or parameter.is_pointer
            if name not in met and not is_array and name not in self.constant_parameters:
                place = Span(self.source, parameter.start, parameter.end)
                self.inputs.setdefault(name, Input(name, (), place))

    def call_closure(
        self,
        expression: Expression,
        closure: Closure,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> Work:
        """The value of a call of what the text defines; its body is executed here."""
        if len(self.frames) > DEEPEST_CALL:
            help = "only functions that end can become hardware"
            message = f"calls are nested deeper than {DEEPEST_CALL} here"
            raise self.mistake("recursion", message, expression, help)
        parameters = parameters_of(closure)
        given = self._given(expression, parameters, arguments, keywords)
        values: list[Value] = []
        for parameter in parameters:
            if parameter.name in given:
                values.append(given[parameter.name])
            elif parameter.name in closure.defaults:
                values.append(closure.defaults[parameter.name])
            else:
                message = f"the argument `{parameter.name}` is missing"
                raise self.mistake("wrong-arity", message, expression)
        self.calculator.place = self.place(expression)
        result = yield self.enter(closure, values, expression)
        yield self._hand_back(expression, parameters)
        return result

    def _hand_back(self, expression: Expression, parameters: Sequence[Parameter]) -> Work:
        """What references and arrays hold at the end is assigned to what was given for them."""
        ended = self.ended
        assert ended is not None
        for parameter, argument in zip(parameters, expression.operands[1:], strict=False):
            if not (parameter.is_pointer or parameter.sizes):
                continue
            target = argument
            if target.kind is Kind.PREFIX and target.text == "&":
                target = target.operands[0]
            if target.kind in (Kind.NAME, Kind.INDEX) and parameter.name in ended:
                yield self._store(target, ended[parameter.name])
        return NOTHING

    def _given(
        self,
        expression: Expression,
        parameters: Sequence[Parameter],
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> dict[str, Value]:
        names = [parameter.name for parameter in parameters]
        if len(arguments) > len(names):
            message = f"{len(names)} arguments are wanted, here are {len(arguments)}"
            raise self.mistake("wrong-arity", message, expression)
        given = dict(zip(names, arguments, strict=False))
        for name, value in keywords.items():
            if name not in names or name in given:
                message = f"there is no parameter `{name}` left"
                raise self.mistake("wrong-arity", message, expression)
            given[name] = value
        return given

    def enter(self, closure: Closure, values: Sequence[Value], place: Expression) -> Work:
        """Executes a function with these values; returns its result."""
        frame = Frame(closure.frame)
        self.frames.append(frame)
        for parameter, value in zip(parameters_of(closure), values, strict=True):
            type = "" if parameter.sizes else parameter.type
            frame.declare(parameter.name, f"{type} *" if parameter.is_pointer else type)
            expression = Expression(Kind.NAME, place.start, place.end, (), parameter.name)
            self.bind(expression, value)
        function = closure.function
        if isinstance(function, Expression):
            result = yield self.evaluate(function.operands[0])
        else:
            frame.types[RESULT] = function.type
            yield self.execute(function.body)
            result = self._result(frame, place)
        self.ended = frame.environment
        self.frames.pop()
        return result

    def _result(self, frame: Frame, place: Expression) -> Value:
        """The value that is returned on all ways."""
        met = frame.exits.get(RESULT)
        if met is None:
            return NOTHING
        variables = dict(met.environment)
        if met.condition is not None and frame.environment is not None:
            self.calculator.place = self.place(place)
            behind: Environment = {**frame.environment}
            behind.setdefault(RESULT, NOTHING)
            if variables[RESULT] is not NOTHING:
                message = (
                    "the function returns a value on some ways, and ends without one on others"
                )
                raise self.mistake("no-return", message, place, "add a return at its end")
            joined = self.join(frame, met.condition, variables, behind)
            assert joined is not None
            variables = joined
        frame.environment = variables
        return variables.get(RESULT, NOTHING)


def parameters_of(closure: Closure) -> tuple[Parameter, ...]:
    """The parameters of a function or a lambda."""
    function = closure.function
    if isinstance(function, Function):
        found: tuple[Parameter, ...] = function.parameters
        return found
    names = [name for name in function.text.split(",") if name]
    return tuple(Parameter(function.start, function.end, name) for name in names)
