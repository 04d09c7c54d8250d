"""Executes a text of C or Python on symbols: every way through it becomes part of one graph.

The text is walked, never run. Both ways of a condition are followed and joined by a choice; loops go round as long as
their condition is a constant that holds, or leave under a condition; calls are put in place of themselves. Steps are
generators on an explicit stack, so that no depth of the text meets a limit of Python.
"""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.errors import Span
from symhdl.sources.imperative.base import ProgramInput
from symhdl.sources.imperative.expressions import Evaluator
from symhdl.sources.imperative.syntax import (
    Assign,
    Block,
    Branch,
    Construct,
    Declare,
    Evaluate,
    Expression,
    FunctionDefinition,
    FunctionParameter,
    Group,
    Iterate,
    Leave,
    Loop,
    Statement,
)
from symhdl.sources.imperative.values import (
    NOTHING,
    RESULT,
    Call,
    Closure,
    Environment,
    Frame,
    Many,
    Nothing,
    Open,
    Return,
    Text,
    Value,
    Work,
)

DEEPEST_CALL = 100
_JOIN = 8  # steps that two ways take which part and meet
_COST = 16  # variables that are copied in the time of a step


class Machine(Evaluator):
    """Statements and calls. What is particular to a language is left to it."""

    may_define_again = True  # a function that is defined already
    ended: Environment | None = None  # the variables at the end of the last call

    @property
    def frame(self) -> Frame:
        """The call that is being executed."""
        return self.frames[-1]

    def execute(self, block: Block) -> Work:
        """The statements one after the other; those behind a `return` are not looked at."""
        for statement in block:
            if self.frame.environment is None:
                break
            yield self._executed(statement)
        return NOTHING

    def _executed(self, statement: Statement) -> Work:
        match statement:
            case Assign():
                yield self._assign(statement)
            case Declare():
                yield self.declare(statement)
            case Evaluate():
                value = yield self.evaluate(statement.value)
                if len(self.frames) == 1 and not isinstance(value, Nothing | Text):
                    self.bare.append((statement.value, value))  # outside of functions an output
            case Branch():
                yield self._branch(statement)
            case Loop():
                yield self._loop(statement)
            case Iterate():
                yield self._iterate(statement)
            case Leave():
                yield self._leave(statement)
            case Group():
                self.frame.scopes.append({})
                yield self.execute(statement.body)
                self.frame.leave_scope()
            case FunctionDefinition():
                yield self._define(statement)
        return NOTHING

    def _define(self, statement: FunctionDefinition) -> Work:
        """A function; its default values are those of the moment."""
        place = Expression(Construct.NAME, statement.start, statement.end)
        if not self.may_define_again and self.frame.slot(statement.name) is not None:
            message = f"`{statement.name}` is declared twice"
            raise self.mistake("duplicate-definition", message, place)
        names: set[str] = set()
        defaults: dict[str, Value] = {}
        for parameter in statement.parameters:
            if parameter.name in names:
                place = Expression(Construct.NAME, parameter.start, parameter.end)
                message = f"there are two parameters `{parameter.name}`"
                raise self.mistake("duplicate-definition", message, place)
            names.add(parameter.name)
            if parameter.default is not None:
                defaults[parameter.name] = yield self.evaluate(parameter.default)
        self.set(statement.name, Closure(statement, self.frame, defaults))
        return NOTHING

    # --- assignments ----------------------------------------------------------------------------------

    def set(self, name: str, value: Value) -> None:
        """Gives a variable a value; a name that nothing declares is one of the whole function."""
        frame = self.frame
        slot = frame.slot(name) or frame.declare(name, scope=0)
        assert frame.environment is not None, "nothing is set where nothing arrives"
        frame.environment[slot] = value
        frame.unread.add(slot)
        frame.assigned.setdefault(slot, None)
        self.give_name(value, name)

    def _assign(self, statement: Assign) -> Work:
        """`a = b = value`, `a += value`."""
        value = yield self.evaluate(statement.value)
        for target in statement.targets:
            if statement.operator != "=":
                old = yield self.evaluate(target)
                operands = (target, statement.value)
                sign = statement.operator[:-1]
                whole = Expression(Construct.INFIX, statement.start, statement.end, operands, sign)
                self.calculator.place = self.place(whole)
                value = self.infix(whole, old, value)
            yield self.store(target, value)
        return NOTHING

    def store(self, target: Expression, value: Value) -> Work:
        """Assigns to one target."""
        if target.kind is not Construct.INDEX:
            self.bind(target, value)
            return NOTHING
        base, indices = target, list[Expression]()
        while base.kind is Construct.INDEX:
            base, indices = base.operands[0], [*base.operands[1:], *indices]
        if base.kind is not Construct.NAME:
            raise self.mistake("bad-target", "only elements of variables can be set", target)
        places: list[tuple[int, Expression]] = []
        for index in indices:
            position = self.number_of((yield self.evaluate(index)), index).node
            places.append((self.constant_index(position, index), index))
        slot = self.frame.slot(base.text) or ""
        assert self.frame.environment is not None, "nothing is set where nothing arrives"
        array = self.frame.environment.get(slot, Open(base.text))
        value = self.convert(self.frame.element_types.get(slot, ""), value, target)
        self.give_name(value, "_".join([base.text, *(str(number) for number, _ in places)]))
        self.set(base.text, self._with_element(target, array, places, value))
        return NOTHING

    def _with_element(
        self, target: Expression, array: Value, places: list[tuple[int, Expression]], value: Value
    ) -> Value:
        (number, index), *rest = places
        old = self.element(target, array, self.calculator.constant(number), index)
        if rest:
            value = self._with_element(target, old, rest, value)
        if isinstance(array, Open):
            return array.replaced(number, value)
        assert isinstance(array, Many), "an element of no array; please report this"
        items = list(array.items)
        items[number] = value
        return Many(tuple(items))

    def bind(self, target: Expression, value: Value) -> None:
        """Assigns the value to a name, or its elements to several."""
        if target.kind is Construct.SEQUENCE:
            for part, item in zip(target.operands, self._unpacked(target, value), strict=True):
                self.bind(part, item)
            return
        if target.kind is not Construct.NAME:
            raise self.mistake("bad-target", "only variables can be assigned to", target)
        slot = self.frame.slot(target.text)
        type = "" if slot is None else self.frame.types.get(slot, "")
        self.calculator.place = self.place(target)
        self.set(target.text, self.convert(type, value, target))

    def _unpacked(self, target: Expression, value: Value) -> Sequence[Value]:
        count = len(target.operands)
        if isinstance(value, Open):
            return [value.element(index) for index in range(count)]
        if isinstance(value, Many) and len(value.items) == count:
            return value.items
        raise self.mistake("bad-target", f"there are not {count} values to take apart", target)

    # --- conditions and ways out ----------------------------------------------------------------------

    def _branch(self, statement: Branch) -> Work:
        condition = statement.condition
        decision = self.truth((yield self.evaluate(condition)), condition)
        value = self.calculator.value(decision)
        if value is not None:
            return (yield self.execute(statement.then if value else statement.otherwise))
        return (yield self._parted(decision, condition, statement.then, statement.otherwise))

    def _parted(self, decision: int, place: Expression, then: Block, otherwise: Block) -> Work:
        """Follows both ways and joins them."""
        frame = self.frame
        before, returned = frame.environment, frame.returned
        assert before is not None, "a condition where nothing arrives; please report this"
        self.step(place, _JOIN + len(before) // _COST)
        ends: list[tuple[Environment | None, Return | None]] = []
        for block in (then, otherwise):
            frame.environment, frame.returned = dict(before), None
            yield self.execute(block)
            ends.append((frame.environment, frame.returned))
        (one, first), (two, second) = ends
        self.calculator.place = self.place(place)
        frame.environment = self.join(decision, one, two)
        frame.returned = self.follow(returned, self.join_returns(decision, first, second))
        return NOTHING

    def _leave(self, statement: Leave) -> Work:
        frame = self.frame
        value: Value = NOTHING
        if statement.value is not None:
            value = yield self.evaluate(statement.value)
            value = self.convert(frame.types.get(RESULT, ""), value, statement.value)
        assert frame.environment is not None, "a way out where nothing arrives"
        variables = {**frame.environment, RESULT: value}
        frame.environment = None
        frame.returned = self.follow(frame.returned, Return(self.calculator.constant(1), variables))
        return NOTHING

    # --- loops ----------------------------------------------------------------------------------------

    def _loop(self, statement: Loop) -> Work:
        frame = self.frame
        condition = statement.condition
        place = condition or Expression(Construct.NAME, statement.start, statement.end)
        while frame.environment is not None:
            self.step(place, 1 + len(frame.environment) // _COST)
            if condition is not None:
                decision = self.truth((yield self.evaluate(condition)), condition)
                value = self.calculator.value(decision)
                if value is None:
                    message = "how often this loop goes round depends on an input"
                    help = "give it a constant bound, and an `if` around what it does"
                    raise self.mistake("loop-bound", message, place, help)
                if not value:
                    break
            yield self.execute(statement.body)
            yield self.execute(statement.step)
        return NOTHING

    def _iterate(self, statement: Iterate) -> Work:
        items = self.items_of((yield self.evaluate(statement.values)), statement.values)
        for item in items:
            if self.frame.environment is None:
                break
            self.step(statement.target, 1 + len(self.frame.environment) // _COST)
            self.bind(statement.target, item)
            yield self.execute(statement.body)
        return NOTHING

    # --- calls ----------------------------------------------------------------------------------------

    def unused(self, parameters: Sequence[FunctionParameter], values: Sequence[Value]) -> None:
        """Parameters that nothing reads are inputs all the same."""
        met = {found.root for found in self.inputs.values()}
        for parameter, value in zip(parameters, values, strict=True):
            name = parameter.name
            if isinstance(value, Open) and name not in met and not parameter.sizes:
                place = Span(self.source, parameter.start, parameter.end)
                self.inputs.setdefault(name, ProgramInput(name, (), place))

    def call_closure(self, closure: Closure, call: Call) -> Work:
        """The value of a call of what the text defines; its body is executed here."""
        expression, arguments, keywords = call
        if len(self.frames) > DEEPEST_CALL:
            help = "only functions that end can become hardware"
            message = f"calls are nested deeper than {DEEPEST_CALL} here"
            raise self.mistake("recursion", message, expression, help)
        parameters = parameters_of(closure)
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
        given = {**closure.defaults, **given}
        missing = [name for name in names if name not in given]
        if missing:
            message = f"the argument `{missing[0]}` is missing"
            raise self.mistake("wrong-arity", message, expression)
        self.calculator.place = self.place(expression)
        result = yield self.enter(closure, [given[name] for name in names], expression)
        ended = self.ended
        assert ended is not None
        for parameter, argument in zip(parameters, expression.operands[1:], strict=False):
            # What an array holds at the end is assigned to what was given for it.
            if parameter.sizes and argument.kind in (Construct.NAME, Construct.INDEX):
                yield self.store(argument, ended[parameter.name])
        return result

    def enter(self, closure: Closure, values: Sequence[Value], place: Expression) -> Work:
        """Executes a function with these values; returns its result."""
        frame = Frame(closure.frame)
        self.frames.append(frame)
        for parameter, value in zip(parameters_of(closure), values, strict=True):
            slot = frame.declare(parameter.name, "" if parameter.sizes else parameter.type)
            if parameter.sizes:
                frame.element_types[slot] = parameter.type
            self.bind(Expression(Construct.NAME, place.start, place.end, (), parameter.name), value)
        function = closure.function
        if isinstance(function, Expression):
            result = yield self.evaluate(function.operands[0])
        else:
            frame.types[RESULT] = function.type
            yield self.execute(function.body)
            result = self._result(frame, place)
        self.ended = frame.environment
        self.frames.pop()
        if isinstance(function, FunctionDefinition):
            self.give_name(result, function.name, of_function=True)
        return result

    def _result(self, frame: Frame, place: Expression) -> Value:
        """The value that is returned on all ways."""
        met = frame.returned
        if met is None:
            return NOTHING
        variables = met.environment
        if not self.is_certain(met) and frame.environment is not None:
            self.calculator.place = self.place(place)
            if variables[RESULT] is not NOTHING:
                message = (
                    "the function returns a value on some ways, and ends without one on others"
                )
                raise self.mistake("no-return", message, place, "add a return at its end")
            behind = {**frame.environment, RESULT: NOTHING}
            joined = self.join(met.condition, variables, behind)
            assert joined is not None
            variables = joined
        frame.environment = variables
        return variables[RESULT]


def parameters_of(closure: Closure) -> tuple[FunctionParameter, ...]:
    """The parameters of a function or a lambda."""
    function = closure.function
    if isinstance(function, FunctionDefinition):
        found: tuple[FunctionParameter, ...] = function.parameters
        return found
    names = [name for name in function.text.split(",") if name]
    return tuple(FunctionParameter(function.start, function.end, name) for name in names)
