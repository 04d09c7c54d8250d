"""A whole text executed: which of its variables and functions become outputs, and the graph of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symhdl.errors import Diagnostic, Span, UsageError, error, shortened
from symhdl.ir.graph import OutputDeclaration
from symhdl.names.spelling import similar
from symhdl.parsed import Parsed
from symhdl.sources.imperative.machine import Machine, parameters_of
from symhdl.sources.imperative.syntax import (
    Assign,
    Block,
    Construct,
    Expression,
    FunctionDefinition,
    FunctionParameter,
    Leave,
)
from symhdl.sources.imperative.values import (
    RESULT,
    Closure,
    Many,
    Nothing,
    Open,
    Scalar,
    Value,
)
from symhdl.sources.reading.merge import free_name

DEFAULT_SELECT = "best"
EVERYTHING = (DEFAULT_SELECT, "all")
OUTPUT_NAMES = ("y", "z", "result", "output_value")
_Wanted = list[tuple[str, Value, Span]]


def read_program(machine: Machine, block: Block, select: str = DEFAULT_SELECT) -> Parsed:
    """The graph of the text. Raises SymhdlError with the first mistake.

    Outputs are what is assigned and not used afterwards, and expressions that stand by themselves; if there are none
    but constants, the results of the functions that no other calls, or of the one that `select` names.
    """
    machine.drive(machine.execute(block))
    wanted = _Outputs(machine, block, select).found()
    if not wanted:
        end = max(0, len(machine.source.text.rstrip()) - 1)
        help = "write an expression, an assignment, or a function"
        place = Span(machine.source, end, end + 1)
        raise error("no-output", "there is nothing to compute", place, help=help)
    inputs = machine.declared_inputs()
    taken = dict.fromkeys((declared.name for declared in inputs), 0)
    outputs = []
    for name, value, place in wanted:
        outputs.append(
            OutputDeclaration(free_name(name, taken), machine.number(value).node, span=place)
        )
    graph = machine.calculator.builder.build(tuple(inputs), tuple(outputs))
    return Parsed(graph, tuple(machine.warnings.values()))


class _Outputs:
    """Finds the outputs of a text that has been executed."""

    def __init__(self, machine: Machine, block: Block, select: str) -> None:
        self.machine = machine
        self.block = block
        self.select = select

    def found(self) -> _Wanted:
        """Names, values and places."""
        environment = self.machine.globals.environment
        if environment is None:  # the text itself returns something
            returned = self.machine.globals.returned
            assert returned is not None, "a text that ends nowhere; please report this"
            result = returned.environment[RESULT]
            return self._named(self._free_name(()), result, self._place_of(""))
        closures = {n: v for n, v in environment.items() if isinstance(v, Closure)}
        if self.select in closures:
            return self._of_closure(self.select, closures[self.select])
        if self.select not in EVERYTHING:
            raise self._unknown(closures)
        shown = {part.text for part, _ in self.machine.bare if part.kind is Construct.NAME}
        variables = [
            part
            for name in self._unused(environment)
            if name not in shown
            for part in self._named(name, environment[name], self._place_of(name))
        ]
        everything = [*variables, *self._bare()]
        if not closures or not all(self._is_constant(value) for _, value, _ in everything):
            return everything
        roots = [name for name in closures if self._is_root(name)] or list(closures)[-1:]
        return [part for name in roots for part in self._of_closure(name, closures[name])]

    def _unknown(self, closures: Iterable[str]) -> UsageError:
        message = f"no function is called `{shortened(self.select)}`"
        guess = similar(self.select, closures)
        help = f"did you mean `{guess}`?" if guess else "give the name of a function of the text"
        return UsageError(Diagnostic("select", message, help=help))

    def _unused(self, environment: Mapping[str, Value]) -> list[str]:
        """The variables that nothing reads after they are set; all, if there are none."""
        scope = self.machine.globals
        values = {
            name: environment[name]
            for name in scope.assigned
            if name in environment and not isinstance(environment[name], Closure | Nothing)
        }
        return [name for name in values if name in scope.unread] or list(values)

    def _is_constant(self, value: Value) -> bool:
        return isinstance(value, Scalar) and self.machine.calculator.value(value.node) is not None

    def _is_root(self, name: str) -> bool:
        """Whether no other function calls it; `main` never becomes hardware."""
        others = (s for s in self.block if isinstance(s, FunctionDefinition) and s.name != name)
        return name != "main" and not any(name in _names_in(other) for other in others)

    def _place_of(self, name: str) -> Span:
        """Where the variable is assigned last, outside of functions; else the whole text."""
        start, end = 0, max(1, len(self.machine.source.text))
        for statement in self.block:
            targets = statement.targets if isinstance(statement, Assign) else ()
            if name in (getattr(statement, "name", ""), *(t.text for t in targets)):
                start, end = statement.start, statement.end
        return Span(self.machine.source, start, end)

    def _bare(self) -> _Wanted:
        """The expressions that stand by themselves: `y` for one, `y0`, `y1`, ... for several."""
        bare = self.machine.bare
        found: _Wanted = []
        for index, (expression, value) in enumerate(bare):
            parameters = parameters_of(value) if isinstance(value, Closure) else ()
            name = self._free_name(parameters) + (str(index) if len(bare) > 1 else "")
            if expression.kind is Construct.NAME:
                name = expression.text
            place = self.machine.place(expression)
            if isinstance(value, Closure):
                found += self._of_closure(name, value)
            else:
                found += self._named(name, value, place, names_of(expression))
        return found

    def _free_name(self, parameters: Sequence[FunctionParameter]) -> str:
        """What an output without a name is called: something that is no input."""
        taken = {*self.machine.roots, *(parameter.name for parameter in parameters)}
        return next((name for name in OUTPUT_NAMES if name not in taken), OUTPUT_NAMES[0])

    def _named(self, name: str, value: Value, place: Span, names: Sequence[str] = ()) -> _Wanted:
        """The numbers of a value by the names that they get."""
        self.machine.calculator.place = place
        match value:
            case Many(items):
                if len(names) != len(items):
                    separator = "" if not name[-1:].isdigit() else "_"
                    names = [f"{name}{separator}{index}" for index in range(len(items))]
                pairs = list(zip(names, items, strict=True))
            case Open(written=written) if written:
                pairs = [
                    (Open(name, (index,)).name, item) for index, item in sorted_by_index(written)
                ]
            case _:
                return [(name, self.machine.number(value), place)]
        return [part for inner, item in pairs for part in self._named(inner, item, place)]

    def _of_closure(self, name: str, closure: Closure) -> _Wanted:
        """The result of a function, and what it leaves in its arrays."""
        machine = self.machine
        parameters = parameters_of(closure)
        values = [machine.parameter_value(p, closure.defaults.get(p.name)) for p in parameters]
        function = closure.function
        expression = Expression(Construct.NAME, function.start, function.end)
        place = machine.place(expression)
        result = machine.drive(machine.enter(closure, values, expression))
        ended = machine.ended or {}
        found: _Wanted = []
        if not isinstance(result, Nothing):
            found += self._named(name, result, place, returned_names(closure))
        for parameter, before in zip(parameters, values, strict=True):
            after = ended.get(parameter.name, before)
            if parameter.sizes and after != before:
                found += self._changed(parameter, before, after)
        if not found:
            message = f"`{name}` returns nothing"
            raise error("no-output", message, place, help="add a return")
        machine.unused(parameters, values)
        return found

    def _changed(self, parameter: FunctionParameter, before: Value, after: Value) -> _Wanted:
        """What a function leaves in an array; elements that it does not touch are no outputs."""
        place = Span(self.machine.source, parameter.start, parameter.end)
        if not (isinstance(before, Many) and isinstance(after, Many)):
            return self._named(parameter.name, after, place)
        return [
            part
            for index, (old, new) in enumerate(zip(before.items, after.items, strict=True))
            if old != new
            for part in self._named(Open(parameter.name, (index,)).name, new, place)
        ]


def sorted_by_index(written: Sequence[tuple[int, Value]]) -> list[tuple[int, Value]]:
    """The elements in their order."""
    return sorted(written, key=lambda item: item[0])


def names_of(expression: Expression) -> list[str]:
    """The names in `a, b`, if there is nothing but different names."""
    names = [part.text for part in expression.operands if part.kind is Construct.NAME]
    is_plain = expression.kind is Construct.SEQUENCE and len(set(names)) == len(expression.operands)
    return names if is_plain else []


def returned_names(closure: Closure) -> list[str]:
    """The names in the last `return a, b` of the function."""
    function = closure.function
    if isinstance(function, Expression):
        return names_of(function.operands[0])
    values = [s.value for s in function.body if isinstance(s, Leave) and s.value is not None]
    return names_of(values[-1]) if values else []


def _names_in(function: FunctionDefinition) -> set[str]:
    """All names in the body of a function."""
    found: set[str] = set()
    waiting: list[object] = [function.body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Expression) and part.kind is Construct.NAME:
            found.add(part.text)
        if isinstance(part, tuple):
            waiting.extend(part)
    return found
