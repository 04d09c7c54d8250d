"""A whole text executed: which of its variables and functions become outputs, and the graph of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symhdl.errors import Span, SymhdlError, error
from symhdl.ir.graph import OutputDeclaration
from symhdl.parsed import Parsed
from symhdl.sources.imperative.machine import Machine, parameters_of
from symhdl.sources.imperative.syntax import (
    Assign,
    Block,
    Expression,
    Function,
    Kind,
    Leave,
    Parameter,
    Statement,
)
from symhdl.sources.imperative.values import (
    NOTHING,
    Closure,
    Many,
    Nothing,
    Open,
    Scalar,
    Value,
)

DEFAULT_SELECT = "best"
OUTPUT_NAMES = ("y", "z", "result", "output_value")
_Wanted = list[tuple[str, Value, Span]]


def read_program(machine: Machine, block: Block, select: str = DEFAULT_SELECT) -> Parsed:
    """The graph of the text. Raises SymhdlError with all mistakes that were found.

    Outputs are what is assigned and not used afterwards, and expressions that stand by themselves; if there are none
    but constants, the results of the functions that no other calls, or of the one that `select` names.
    """
    machine.drive(machine.execute(block))
    _raise_if_any(machine)
    wanted = _Outputs(machine, block, select).found()
    _raise_if_any(machine)
    return _parsed(machine, wanted)


def _raise_if_any(machine: Machine) -> None:
    if machine.diagnostics:
        raise SymhdlError(*machine.diagnostics)


class _Outputs:
    """Finds the outputs of a text that has been executed."""

    def __init__(self, machine: Machine, block: Block, select: str) -> None:
        self.machine = machine
        self.block = block
        self.select = select

    def found(self) -> _Wanted:
        """Names, values and places."""
        machine = self.machine
        environment = machine.globals.environment
        if environment is None:  # the text itself returns something
            met = machine.globals.exits["return"]
            return self._named(self._base(), met.environment.get("return", NOTHING), self._whole())
        closures = {n: v for n, v in environment.items() if isinstance(v, Closure)}
        if self.select in closures:
            return self._of_function(self.select, closures[self.select])
        bare = self._bare()
        shown = {expression.text for expression, _ in machine.bare if expression.kind is Kind.NAME}
        variables = [
            part
            for name in self._unused(environment)
            if name not in shown
            for part in self._named(name, environment[name], self._place_of(name))
        ]
        changing = [part for part in (*variables, *bare) if not self._is_constant(part[1])]
        if changing or not closures:
            return [*variables, *bare]
        roots = {name: closure for name, closure in closures.items() if self._is_root(name)}
        if not roots:
            roots = dict(list(closures.items())[-1:])
        return [
            part for name, closure in roots.items() for part in self._of_function(name, closure)
        ]

    def _unused(self, environment: Mapping[str, Value]) -> list[str]:
        """The variables that nothing reads after they are set, or from which no other one is computed."""
        scope = self.machine.globals
        values = {
            name: environment[name]
            for name in scope.assigned
            if not isinstance(environment.get(name, NOTHING), Closure | Nothing)
        }
        if not set(values) - scope.unread:
            return list(values)
        nodes = self.machine.calculator.builder.nodes
        last = {name: node for name, value in values.items() for node in self._nodes(value)}
        behind = bytearray(len(nodes))
        for index in range(len(nodes) - 1, -1, -1):
            if behind[index] or index in last.values():
                for operand in nodes[index].operands:
                    behind[operand] = 1
        ends = {name for name, node in last.items() if nodes[node].operands and not behind[node]}
        return [name for name in values if name in scope.unread or name in ends] or list(values)

    def _nodes(self, value: Value) -> list[int]:
        return [value.node] if isinstance(value, Scalar) else []

    def _is_constant(self, value: Value) -> bool:
        if isinstance(value, Many):
            return all(map(self._is_constant, value.items))
        return isinstance(value, Scalar) and self.machine.calculator.value(value.node) is not None

    def _is_root(self, name: str) -> bool:
        """Whether no other function calls it; `main` never becomes hardware."""
        others = (s for s in self.block if isinstance(s, Function) and s.name != name)
        return name != "main" and not any(name in names_in(other) for other in others)

    def _whole(self) -> Span:
        source = self.machine.source
        return Span(source, 0, max(1, len(source.text)))

    def _place_of(self, name: str) -> Span:
        """Where the variable is assigned last, for the lines above the first function."""
        place: Statement | None = None
        for statement in self.block:
            if isinstance(statement, Assign):
                names = [t.text for t in statement.targets]
                place = statement if name in names else place
            elif getattr(statement, "name", None) == name:
                place = statement
        source = self.machine.source
        return self._whole() if place is None else Span(source, place.start, place.end)

    def _bare(self) -> _Wanted:
        """The expressions that stand by themselves: `y` for one, `y0`, `y1`, ... for several."""
        bare = self.machine.bare
        found: _Wanted = []
        for index, (expression, value) in enumerate(bare):
            base = self._base(parameters_of(value) if isinstance(value, Closure) else ())
            name = base if len(bare) == 1 else f"{base}{index}"
            if expression.kind is Kind.NAME:
                name = expression.text
            found += self._value(name, expression, value)
        return found

    def _base(self, parameters: Sequence[Parameter] = ()) -> str:
        """What an output without a name is called: something that is no input."""
        taken = {*self.machine.roots, *(parameter.name for parameter in parameters)}
        return next((name for name in OUTPUT_NAMES if name not in taken), OUTPUT_NAMES[0])

    def _value(self, name: str, expression: Expression, value: Value) -> _Wanted:
        place = self.machine.place(expression)
        if not isinstance(value, Closure):
            return self._named(name, value, place, names_of(expression))
        return self._of_closure(name, value, place)

    def _named(self, name: str, value: Value, place: Span, names: Sequence[str] = ()) -> _Wanted:
        """The numbers of a value by the names that they get."""
        self.machine.calculator.place = place
        if isinstance(value, Many):
            if len(names) != len(value.items):
                separator = "" if not name[-1:].isdigit() else "_"
                names = [f"{name}{separator}{index}" for index in range(len(value.items))]
            pairs = zip(names, value.items, strict=True)
            return [part for inner, item in pairs for part in self._named(inner, item, place)]
        if isinstance(value, Open) and value.written:
            parts = sorted(value.written, key=lambda item: item[0])
            return [
                part
                for index, item in parts
                for part in self._named(Open(name, (index,)).name, item, place)
            ]
        return [(name, self.machine.number(value), place)]

    def _of_function(self, name: str, closure: Closure) -> _Wanted:
        function = closure.function
        return self._of_closure(
            name, closure, Span(self.machine.source, function.start, function.end)
        )

    def _of_closure(self, name: str, closure: Closure, place: Span) -> _Wanted:
        """The result of a function, and what it leaves in its references and arrays."""
        machine = self.machine
        machine.depth_of_text = 2
        parameters = parameters_of(closure)
        values = [machine.parameter_value(p, closure.defaults.get(p.name)) for p in parameters]
        function = closure.function
        expression = Expression(Kind.NAME, function.start, function.end)
        result = machine.drive(machine.enter(closure, values, expression))
        machine.depth_of_text = 1
        if machine.diagnostics:
            return []
        ended = machine.ended or {}
        found: _Wanted = []
        if not isinstance(result, Nothing):
            found += self._named(name, result, place, returned_names(closure))
        for parameter, before in zip(parameters, values, strict=True):
            after = ended.get(parameter.name)
            if (parameter.is_pointer or parameter.sizes) and after not in (None, before):
                found += self._changed(parameter, before, after)
        if not found:
            message = f"`{name}` returns nothing"
            raise error("no-output", message, place, help="add a return")
        machine.unused(parameters)
        return found

    def _changed(self, parameter: Parameter, before: Value, after: Value | None) -> _Wanted:
        place = Span(self.machine.source, parameter.start, parameter.end)
        if isinstance(before, Many) and isinstance(after, Many):
            pairs = zip(before.items, after.items, strict=True)
            return [
                part
                for index, (old, new) in enumerate(pairs)
                if old != new
                for part in self._named(Open(parameter.name, (index,)).name, new, place)
            ]
        assert after is not None
        return self._named(parameter.name, after, place)


def names_of(expression: Expression) -> list[str]:
    """The names in `a, b`, if there is nothing but different names."""
    if expression.kind is not Kind.SEQUENCE:
        return []
    names = [part.text for part in expression.operands if part.kind is Kind.NAME]
    return names if len(set(names)) == len(expression.operands) else []


def returned_names(closure: Closure) -> list[str]:
    """The names in the last `return a, b` of the function."""
    function = closure.function
    if isinstance(function, Expression):
        return names_of(function.operands[0])
    for statement in reversed(function.body):
        if isinstance(statement, Leave) and statement.value is not None:
            return names_of(statement.value)
    return []


def names_in(function: Function) -> set[str]:
    """All names in the body of a function."""
    found: set[str] = set()
    waiting: list[object] = [function.body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Expression) and part.kind is Kind.NAME:
            found.add(part.text)
        if isinstance(part, tuple):
            waiting.extend(part)
    return found


def _parsed(machine: Machine, wanted: _Wanted) -> Parsed:
    if not wanted:
        source = machine.source
        end = max(0, len(source.text.rstrip()) - 1)
        help = "write an expression, an assignment, or a function"
        place = Span(source, end, end + 1)
        raise error("no-output", "there is nothing to compute", place, help=help)
    inputs = machine.declared_inputs()
    taken = {declared.name for declared in inputs}
    outputs = []
    for name, value, place in wanted:
        free = _free(name, taken)
        taken.add(free)
        node = machine.number(value).node
        outputs.append(OutputDeclaration(free, node, span=place))
    graph = machine.calculator.builder.build(tuple(inputs), tuple(outputs))
    return Parsed(graph, tuple(machine.warnings.values()))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_out"
    return name
