"""Statements of C and Python: assignments, conditions and loops, executed on symbols."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from symhdl.errors import SymhdlError
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.imperative.expressions import Evaluator
from symhdl.sources.imperative.syntax import (
    Assign,
    Block,
    Branch,
    Declare,
    Evaluate,
    Expression,
    Function,
    Group,
    Iterate,
    Kind,
    Leave,
    Loop,
    Parameter,
    Statement,
)
from symhdl.sources.imperative.values import (
    NOTHING,
    RESULT,
    Closure,
    Environment,
    Exit,
    Frame,
    Many,
    Open,
    Scalar,
    Sort,
    Value,
    Work,
)

_FATAL = ("too-large", "too-deep")
MAXIMUM_OPEN_ROUNDS = 256  # of a loop whose condition is no constant
_JOIN = 8  # steps that two ways take which part and meet
_COST = 16  # variables that are copied in the time of a step


class Executor(Evaluator):
    """Statements. What is particular to a language is left to it."""

    # How deep the frames of the text itself are: one more once the function that becomes hardware runs.
    depth_of_text: int = 1

    @abstractmethod
    def convert(self, type: str, value: Value, expression: Expression) -> Value:
        """The value as a variable of the type holds it."""

    @abstractmethod
    def declare(self, statement: Declare) -> Work:
        """Executes a declaration."""

    @abstractmethod
    def parameter_value(self, parameter: Parameter, default: Value | None = None) -> Value:
        """What a parameter of the function that becomes hardware holds: an input."""

    @abstractmethod
    def evaluated(self, statement: Evaluate, value: Value) -> None:
        """Looks at an expression that stands as a statement."""

    @property
    def frame(self) -> Frame:
        """The call that is being executed."""
        return self.frames[-1]

    def execute(self, block: Block) -> Work:
        """The statements one after the other; those behind a `return` are not looked at."""
        for statement in block:
            if self.frame.environment is None:
                break
            yield self._statement(statement)
        return NOTHING

    def _statement(self, statement: Statement) -> Work:
        """One statement; a mistake in it is noted, and the rest of the text looked at all the same."""
        depth = len(self.frames)
        try:
            return (yield self._executed(statement))
        except SymhdlError as problem:
            if depth > self.depth_of_text or any(d.id in _FATAL for d in problem.diagnostics):
                raise
            self._note(problem)
            del self.frames[depth:]
            self._spoil(statement)
        return NOTHING

    def _note(self, problem: SymhdlError) -> None:
        known = {(d.id, d.span) for d in self.diagnostics}
        self.diagnostics += [d for d in problem.diagnostics if (d.id, d.span) not in known]
        if len(self.diagnostics) >= MAXIMUM_DIAGNOSTICS:
            raise SymhdlError(*self.diagnostics)

    def _spoil(self, statement: Statement) -> None:
        """Gives what the statement would have set some value, so that one mistake is told once."""
        zero: Value = Scalar(self.calculator.constant(0), Sort.INTEGER)
        names = []
        if isinstance(statement, Assign):
            names = [t.text for t in statement.targets if t.kind is Kind.NAME]
        elif isinstance(statement, Declare):
            names = [statement.name]
            zero = Open(statement.name) if statement.sizes else zero
        for name in names:
            slot = self.frame.slot(name) or self.frame.declare(name)
            if self.frame.environment is not None:
                self.frame.environment.setdefault(slot, zero)

    def _executed(self, statement: Statement) -> Work:
        match statement:
            case Assign():
                return (yield self._assign(statement))
            case Declare():
                return (yield self.declare(statement))
            case Evaluate():
                self.evaluated(statement, (yield self.evaluate(statement.value)))
            case Branch():
                return (yield self._branch(statement))
            case Loop():
                return (yield self._loop(statement))
            case Iterate():
                return (yield self._iterate(statement))
            case Leave():
                return (yield self._leave(statement))
            case Group():
                return (yield self._group(statement.body))
            case Function():
                return (yield self._define(statement))
        return NOTHING

    def _define(self, statement: Function) -> Work:
        """A function; its default values are those of the moment."""
        defaults: dict[str, Value] = {}
        for parameter in statement.parameters:
            if parameter.name in defaults:
                place = Expression(Kind.NAME, parameter.start, parameter.end)
                message = f"there are two parameters `{parameter.name}`"
                raise self.mistake("duplicate-definition", message, place)
            defaults[parameter.name] = NOTHING
            if parameter.default is not None:
                defaults[parameter.name] = yield self.evaluate(parameter.default)
        given = {p.name for p in statement.parameters if p.default is not None}
        kept = {name: value for name, value in defaults.items() if name in given}
        self.check_definition(statement)
        self.set(statement.name, Closure(statement, self.frame, kept))
        return NOTHING

    def check_definition(self, statement: Function) -> None:
        """A language may refuse a second function of the same name."""

    def set(self, name: str, value: Value) -> None:
        """Gives a variable a value; a name that has none yet becomes one."""
        frame = self.frame
        slot = frame.slot(name)
        if slot is None:
            slot = frame.declare(name)
        assert frame.environment is not None, "nothing is set where nothing arrives"
        frame.environment[slot] = value
        frame.maybe_unset.discard(slot)
        frame.unread.add(slot)
        frame.assigned.setdefault(slot, None)

    def _assign(self, statement: Assign) -> Work:
        """`a = b = value`; in `a += b = value` the operator is that of the first target."""
        value = yield self.evaluate(statement.value)
        target, *others = statement.targets
        for other in reversed(others):
            value = yield self._store(other, value)
        if statement.operator != "=":
            old = yield self.evaluate(target)
            operator = statement.operator[:-1]
            operands = (target, statement.value)
            expression = Expression(Kind.INFIX, statement.start, statement.end, operands, operator)
            self.calculator.place = self.place(expression)
            value = self.infix(expression, old, value)
        yield self._store(target, value)
        return NOTHING

    def _store(self, target: Expression, value: Value) -> Work:
        """Assigns to one target; returns what it then holds."""
        if target.kind is Kind.INDEX:
            indices: list[int] = []
            for index in target.operands[1:]:
                found = yield self.evaluate(index)
                indices.append(self.number_of(found, index).node)
            return self._store_element(target, indices, value)
        return self.bind(target, value)

    def bind(self, target: Expression, value: Value) -> Value:
        """Assigns the value to a name, or its elements to several; returns what is held then."""
        if target.kind is Kind.PREFIX and target.text == "*":
            target = target.operands[0]
        if target.kind is Kind.SEQUENCE:
            for part, item in zip(target.operands, self._unpacked(target, value), strict=True):
                self.bind(part, item)
            return value
        if target.kind is not Kind.NAME:
            raise self.mistake("bad-target", "only variables can be assigned to", target)
        slot = self.frame.slot(target.text)
        type = "" if slot is None else self.frame.types.get(slot, "")
        self.calculator.place = self.place(target)
        value = self.convert(type, value, target)
        self.set(target.text, value)
        return value

    def _unpacked(self, target: Expression, value: Value) -> Sequence[Value]:
        count = len(target.operands)
        if isinstance(value, Open):
            return [value.element(index) for index in range(count)]
        if isinstance(value, Many) and len(value.items) == count:
            return value.items
        raise self.mistake("bad-target", f"there are not {count} values to take apart", target)

    def _store_element(self, target: Expression, indices: list[int], value: Value) -> Value:
        base = target.operands[0]
        if base.kind is not Kind.NAME:
            raise self.mistake("bad-target", "only elements of variables can be set", target)
        slot = self.frame.slot(base.text)
        array: Value = Open(base.text)
        if slot is not None and self.frame.environment is not None:
            array = self.variable(base, self.frame, slot)
            value = self.convert(self.frame.element_types.get(slot, ""), value, target)
        places = list(zip(indices, target.operands[1:], strict=True))
        self.set(base.text, self._with_element(target, array, places, value))
        return value

    def _with_element(
        self, target: Expression, array: Value, places: list[tuple[int, Expression]], value: Value
    ) -> Value:
        (position, index), *rest = places
        if isinstance(array, Many) and not rest and self.calculator.value(position) is None:
            calculator = self.calculator
            items = [
                self.merged(calculator.compare("==", position, calculator.constant(k)), value, old)
                for k, old in enumerate(array.items)
            ]
            return Many(tuple(items))
        old = self.element(target, array, position, index)
        if rest:
            value = self._with_element(target, old, rest, value)
        number = self.constant_index(position, index)
        if isinstance(array, Open):
            return array.replaced(number, value)
        assert isinstance(array, Many), "an element of no array; please report this"
        items = list(array.items)
        items[number] = value
        return Many(tuple(items))

    def _group(self, body: Block) -> Work:
        frame = self.frame
        frame.scopes.append({})
        depth = len(frame.scopes)
        yield self.execute(body)
        del frame.scopes[depth:]
        for slot in frame.scopes.pop().values():
            if frame.environment is not None:
                frame.environment.pop(slot, None)
        return NOTHING

    def _branch(self, statement: Branch) -> Work:
        condition = statement.condition
        decision = self.truth((yield self.evaluate(condition)), condition)
        value = self.calculator.value(decision)
        if value is not None:
            return (yield self.execute(statement.then if value else statement.otherwise))
        yield self._parted(decision, condition, statement.then, statement.otherwise)
        return NOTHING

    def _parted(self, decision: int, place: Expression, then: Block, otherwise: Block) -> Work:
        """Follows both ways and joins them."""
        frame = self.frame
        before, exits = frame.environment, frame.exits
        assert before is not None, "a condition where nothing arrives; please report this"
        self.step(place, _JOIN + len(before) // _COST)
        ends: list[tuple[Environment | None, dict[str, Exit]]] = []
        for block in (then, otherwise):
            frame.environment, frame.exits = dict(before), {}
            yield self.execute(block)
            ends.append((frame.environment, frame.exits))
        (one, first), (two, second) = ends
        self.calculator.place = self.place(place)
        frame.environment, frame.exits = one, exits
        frame.environment = self.join(frame, decision, one, two)
        for word in {**first, **second}:
            met = self.join_exits(frame, decision, first.get(word), second.get(word))
            self._meet(word, met)
        return NOTHING

    def _meet(self, word: str, met: Exit | None) -> None:
        frame = self.frame
        joined = self.follow(frame, frame.exits.get(word), met)
        if joined is not None:
            frame.exits[word] = joined

    def _leave(self, statement: Leave) -> Work:
        frame = self.frame
        value: Value = NOTHING
        if statement.value is not None:
            value = yield self.evaluate(statement.value)
            value = self.convert(frame.types.get(RESULT, ""), value, statement.value)
        assert frame.environment is not None, "a way out where nothing arrives"
        variables = frame.environment
        if statement.word == RESULT:
            variables = {**variables, RESULT: value}
        frame.environment = None
        self._meet(statement.word, Exit(None, variables))
        return NOTHING

    def _loop(self, statement: Loop) -> Work:
        frame = self.frame
        place = Expression(Kind.NAME, statement.start, statement.end)
        is_tested = not statement.is_tested_last
        rounds = 0
        outside = frame.exits
        frame.exits = {}
        while frame.environment is not None:
            self.step(place, 1 + len(frame.environment) // _COST)
            if is_tested and statement.condition is not None:
                condition = statement.condition
                decision = self.truth((yield self.evaluate(condition)), condition)
                value = self.calculator.value(decision)
                if value == 0:
                    break
                if value is None:
                    stop = (Leave(statement.start, statement.end, "break", None),)
                    yield self._parted(decision, condition, (), stop)
                    rounds += 1
                    self._check_rounds(condition, rounds)
            is_tested = True
            yield self.execute(statement.body)
            self._resume("continue")
            if frame.environment is not None:
                yield self.execute(statement.step)
        self._end_loop(outside)
        return NOTHING

    def _check_rounds(self, condition: Expression, rounds: int) -> None:
        """A loop that a variable can end must end by a constant too, and soon."""
        if rounds > MAXIMUM_OPEN_ROUNDS:
            message = f"nothing constant ends this loop within {MAXIMUM_OPEN_ROUNDS} rounds"
            help = "give it a constant bound beside its condition"
            raise self.mistake("loop-bound", message, condition, help)

    def _iterate(self, statement: Iterate) -> Work:
        items = self.items_of((yield self.evaluate(statement.values)), statement.values)
        frame = self.frame
        outside = frame.exits
        frame.exits = {}
        for item in items:
            if frame.environment is None:
                break
            self.step(statement.target, 1 + len(frame.environment) // _COST)
            self.bind(statement.target, item)
            yield self.execute(statement.body)
            self._resume("continue")
        self._end_loop(outside)
        return NOTHING

    def _resume(self, word: str) -> None:
        """Goes on behind the place to which the word leads."""
        frame = self.frame
        met = frame.exits.pop(word, None)
        if met is None:
            return
        variables = dict(met.environment)
        if met.condition is None or frame.environment is None:
            frame.environment = variables
        else:
            frame.environment = self.join(frame, met.condition, variables, frame.environment)

    def _end_loop(self, outside: dict[str, Exit]) -> None:
        frame = self.frame
        self._resume("break")
        returned = frame.exits.get(RESULT)
        frame.exits = outside
        self._meet(RESULT, returned)
