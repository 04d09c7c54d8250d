"""Terms into nodes: names looked up, function definitions expanded, everything on explicit stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symhdl.errors import Diagnostic, Span, SymhdlError, error
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import FUNCTION_NAMES, Operation
from symhdl.ir.graph import GraphBuilder, Node
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_NODES, MAXIMUM_STEPS
from symhdl.numeric.literal import read_literal

from .calls import call_error, fits, without_arguments
from .messages import shown
from .scope import Body, Function, Scope
from .stages import CONDITIONAL
from .syntax import PAIRED_ARGUMENTS, Head, Term

_TRUTH = {"true": 1, "false": 0, "True": 1, "False": 0}


@dataclass(frozen=True, slots=True)
class _Relation:
    operation: Operation
    is_swapped: bool = False
    is_negated: bool = False


_RELATIONS = {
    "<": _Relation(Operation.LESS),
    ">": _Relation(Operation.LESS, is_swapped=True),
    "<=": _Relation(Operation.LESS_EQUAL),
    "≤": _Relation(Operation.LESS_EQUAL),
    ">=": _Relation(Operation.LESS_EQUAL, is_swapped=True),
    "≥": _Relation(Operation.LESS_EQUAL, is_swapped=True),
    "==": _Relation(Operation.EQUAL),
    "!=": _Relation(Operation.EQUAL, is_negated=True),
    "≠": _Relation(Operation.EQUAL, is_negated=True),
    "<>": _Relation(Operation.EQUAL, is_negated=True),
}
_LOGIC = {Operation.AND, Operation.OR, Operation.NOT}
_IDENTITY_OF_ONE = {Operation.ADD, Operation.MINIMUM, Operation.MAXIMUM}

Goal = str | Function  # what is being worked through: a name, or a function
Key = tuple[Goal, tuple[int, ...] | None]


@dataclass(slots=True, eq=False)
class _Frame:
    """An expression being worked through: a name, or a function with the nodes of its arguments."""

    body: Body
    goal: Goal | None = None
    key: Key | None = None
    parameters: Mapping[str, int] = field(default_factory=dict)
    call: Span | None = None
    position: int = 0


@dataclass(slots=True, eq=False)
class Elaborator:
    """Builds the nodes of expressions; every name and every call with equal arguments once.

    A mistake is noted in `diagnostics` and stands as 0 in what follows, so that more than one can be told.
    """

    scope: Scope
    dialect: Dialect
    assumed_inputs: frozenset[str] = frozenset()
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    undeclared: dict[str, Span] = field(default_factory=dict)
    constants_met: dict[str, Span] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _functions: dict[str, Operation] = field(default_factory=dict)
    _known: dict[Key, int] = field(default_factory=dict)
    _active: dict[Goal, None] = field(default_factory=dict)  # in the order of the frames
    _boolean_choices: set[int] = field(default_factory=set)
    _steps: int = 0

    def __post_init__(self) -> None:
        table = {**FUNCTION_NAMES, CONDITIONAL: Operation.SELECT}
        self._functions = {**table, **dict(self.dialect.functions)}

    def node_of_name(self, name: str) -> int:
        """The node of a name that the text defines."""
        return self._run(_Frame(self.scope.names[name], name, (name, None)))

    def node_of(self, body: Body) -> int:
        """The node of an expression."""
        return self._run(_Frame(body))

    def node_of_condition(self, body: Body) -> int:
        """The node of an expression that must be a condition."""
        frame = _Frame(body)
        node = self._run(frame)
        if not self._is_boolean(node):
            return self._number_as_condition(frame, body.terms[-1])
        return node

    def _run(self, first: _Frame) -> int:
        """Works through the frame and all that it needs; returns its node."""
        if first.key in self._known:
            return self._known[first.key]
        values: list[int] = []
        frames: list[_Frame] = []
        self._enter(frames, first)
        while True:
            frame = frames[-1]
            terms = frame.body.terms
            if frame.position == len(terms):
                value = values.pop()
                self._leave(frames, value)
                if not frames:
                    return value
                continue
            term = terms[frame.position]
            needed = self._step(frame, term, values)
            if needed is None:
                frame.position += 1
            else:
                self._enter(frames, needed)
            self._steps += 1
            if self._steps > MAXIMUM_STEPS or len(self.builder.nodes) > MAXIMUM_NODES:
                raise self._too_large(frame, term)

    def _enter(self, frames: list[_Frame], frame: _Frame) -> None:
        frames.append(frame)
        if frame.goal is not None:
            self._active[frame.goal] = None

    def _leave(self, frames: list[_Frame], value: int) -> None:
        frame = frames.pop()
        if frame.key is not None:
            self._known[frame.key] = value
        if frame.goal is not None:
            self._active.popitem()
            if not frame.body.is_library:
                is_function = isinstance(frame.goal, Function)
                name = frame.goal.name if isinstance(frame.goal, Function) else frame.goal
                self.builder.name(value, name, of_function=is_function)

    def _step(self, frame: _Frame, term: Term, values: list[int]) -> _Frame | None:
        """Executes one term on the stack of values, or returns what must be worked through before."""
        head = term.head
        if head is Head.NAME:
            return self._name(frame, term, values)
        first = len(values) - len(term.operands)
        operands = tuple(values[first:])
        if head is Head.CALL:
            needed = self._call(frame, term, operands)
            if isinstance(needed, _Frame):
                return needed
            result = needed
        elif head is Head.NUMBER:
            result = self._number(frame, term)
        elif head is Head.COMPARISON:
            result = self._comparison(frame, term, operands)
        elif head is Operation.POWER and self.dialect.power and not frame.body.is_library:
            needed = self._call(frame, term._replace(text=self.dialect.power), operands)
            if isinstance(needed, _Frame):
                return needed
            result = needed
        elif isinstance(head, Operation):
            result = self._apply(frame, term, head, operands)
        else:
            result = self._mistake(
                frame,
                term,
                "syntax",
                "a pair of values has no meaning here",
                help=f"pairs belong into {PAIRED_ARGUMENTS}((value, condition), ...)",
            )
        values[first:] = [result]
        return None

    def _number(self, frame: _Frame, term: Term) -> int:
        value = read_literal(term.text)
        if isinstance(value, str):
            return self._mistake(frame, term, "number-limit", value)
        return self.builder.constant(value, self._place(frame, term))

    def _name(self, frame: _Frame, term: Term, values: list[int]) -> _Frame | None:
        name = term.text
        value = frame.parameters.get(name)
        if value is None:
            value = self._known.get((name, None))
        if value is None and name in self.scope.names:
            if name not in self._active:
                return _Frame(self.scope.names[name], name, (name, None))
            value = self._recursion(frame, term, name)
        if value is None:
            value = self._free_name(frame, term)
            self._known[(name, None)] = value
        values.append(value)
        return None

    def _free_name(self, frame: _Frame, term: Term) -> int:
        """The node of a name that nothing in the text assigns: an input, or a constant."""
        name, place = term.text, self._place(frame, term)
        if name in self.scope.inputs:
            return self.builder.input(name, place)
        constants = () if name in self.assumed_inputs else self.dialect.constants
        for constant, operation in constants:
            if name == constant:
                self.constants_met.setdefault(name, place)
                return self.builder.append(Node(operation), place)
        if name in _TRUTH:
            return self.builder.constant(_TRUTH[name], place)
        if name not in self.assumed_inputs and self._is_function(name):
            return self._function_without_arguments(frame, term)
        self.undeclared.setdefault(name, place)
        return self.builder.input(name, place)

    def _is_function(self, name: str) -> bool:
        """Whether the text, the dialect or the table has a function of this name."""
        if self.scope.arities(name):
            return True
        spellings = {name, name.lower()} if self.dialect.ignores_case else {name}
        operations = [self._functions.get(spelling) for spelling in spellings]
        if any(operation is not None and operation.arity != 0 for operation in operations):
            return True
        return any(known in spellings for known, _ in self.scope.library)

    def _function_without_arguments(self, frame: _Frame, term: Term) -> int:
        is_base = any(
            other.head is Operation.POWER and other.operands[0] is term
            for other in frame.body.terms
        )
        found = without_arguments(term.text, is_base=is_base)
        return self._mistake(frame, term, found.id, found.message, help=found.help)

    def _call(self, frame: _Frame, term: Term, operands: tuple[int, ...]) -> int | _Frame:
        function = self._function((term.text, len(operands)), frame)
        if isinstance(function, Operation):
            return self._apply(frame, term, function, operands)
        if function is None and term.text == PAIRED_ARGUMENTS:
            return self._piecewise(frame, term, operands)
        if function is None:
            return self._no_such_function(frame, term)
        known = self._known.get((function, operands))
        if known is not None:
            return known
        if function in self._active:
            return self._recursion(frame, term, function)
        parameters = dict(zip(function.parameters, operands, strict=True))
        call = self._place(frame, term)
        return _Frame(function.body, function, (function, operands), parameters, call)

    def _function(self, key: tuple[str, int], frame: _Frame) -> Function | Operation | None:
        """What a call means: the user's own function, else that of the dialect, else that of the table.

        Some definitions see the table first, as they may be made of the functions that they replace: those of a
        dialect, and every function in its own definition.
        """
        name, count = key
        sees_table = frame.body.is_library or _defines(frame.goal, key)
        if not sees_table:
            if key in self.scope.functions or self.scope.arities(name):
                return self.scope.functions.get(key)
            if key in self.scope.library:
                return self.scope.library[key]
        operation = self._functions.get(name)
        if operation is not None and fits(operation, count):
            return operation
        if frame.body.is_library:
            return self.scope.library.get(key)
        return self.scope.library.get(key, self.scope.functions.get(key))

    def _comparison(self, frame: _Frame, term: Term, operands: tuple[int, ...]) -> int:
        """`a < b < c` is `a < b and b < c`."""
        place = self._place(frame, term)
        result = None
        for index, text in enumerate(term.text.split()):
            relation = _RELATIONS[text]
            pair = operands[index : index + 2]
            if relation.is_swapped:
                pair = pair[::-1]
            node = self.builder.apply(relation.operation, *pair, span=place)
            if relation.is_negated:
                node = self.builder.apply(Operation.NOT, node, span=place)
            if result is not None:
                node = self._connected(Operation.AND, (result, node), place)
            result = node
        assert result is not None, "a comparison without a relation; please report this"
        return result

    def _apply(
        self, frame: _Frame, term: Term, operation: Operation, operands: tuple[int, ...]
    ) -> int:
        if operation in _LOGIC:
            conditions: Sequence[int] = range(len(operands))
        else:
            conditions = (0,) if operation is Operation.SELECT else ()
        for index in conditions:
            if not self._is_boolean(operands[index]):
                return self._number_as_condition(frame, term.operands[index])
        if len(operands) == 1 and operation in _IDENTITY_OF_ONE:
            return operands[0]
        if len(operands) == 1 and operation is Operation.ARGMAX:
            return self.builder.constant(0, self._place(frame, term))
        return self._connected(operation, operands, self._place(frame, term))

    def _connected(self, operation: Operation, operands: tuple[int, ...], place: Span) -> int:
        """The node of the operation; choices between conditions are conditions."""
        index = self.builder.connect(operation, *operands, span=place)
        node = self.builder.nodes[index]
        if node.operation is Operation.SELECT and all(map(self._is_boolean, node.operands[1:])):
            self._boolean_choices.add(index)
        return index

    def _piecewise(self, frame: _Frame, term: Term, operands: tuple[int, ...]) -> int:
        """The first value whose condition holds; the last condition must be `True`."""
        is_paired = len(operands) >= 2 and len(operands) % 2 == 0
        if not is_paired or self.builder.nodes[operands[-1]].value != 1:
            return self._mistake(
                frame,
                term,
                "incomplete-piecewise",
                f"{PAIRED_ARGUMENTS} must say what holds in every case",
                help="end it with (value, True)",
            )
        place = self._place(frame, term)
        result = operands[-2]
        for index in range(len(operands) - 4, -1, -2):
            value, condition = operands[index], operands[index + 1]
            if not self._is_boolean(condition):
                return self._number_as_condition(frame, term.operands[index + 1])
            result = self.builder.apply(Operation.SELECT, condition, value, result, span=place)
        return result

    def _is_boolean(self, index: int) -> bool:
        node = self.builder.nodes[index]
        if node.operation is Operation.CONSTANT:
            return node.value in (0, 1)
        return node.operation.boolean or index in self._boolean_choices

    def _place(self, frame: _Frame, term: Term) -> Span:
        """Where the user wrote it: the call, if the term stands in a definition that is not the user's."""
        if frame.body.is_library and frame.call is not None:
            return frame.call
        return Span(frame.body.source, term.start, term.end)

    def _recursion(self, frame: _Frame, term: Term, goal: Goal) -> int:
        active = list(self._active)
        circle = [*active[active.index(goal) :], goal]
        names = [g if isinstance(g, str) else g.name for g in circle]
        return self._mistake(
            frame,
            term,
            "recursion",
            f"`{shown(names[0])}` is defined through itself",
            notes=() if len(names) == 2 else (f"the way round: {shown(' -> '.join(names))}",),
            help="only definitions that end can become hardware",
        )

    def _no_such_function(self, frame: _Frame, term: Term) -> int:
        found = call_error(term, self.scope, self._functions)
        place = term
        if found.is_about_name:
            # Brackets around the call belong to its place as well, so the name is looked for.
            start = max(term.start, frame.body.source.text.find(term.text, term.start, term.end))
            place = term._replace(start=start, end=start + len(term.text))
        return self._mistake(
            frame, place, found.id, found.message, notes=found.notes, help=found.help
        )

    def _number_as_condition(self, frame: _Frame, term: Term) -> int:
        return self._mistake(
            frame,
            term,
            "number-as-condition",
            "a condition is wanted here, and this is a number",
            help="compare it with something, for example `!= 0`",
        )

    def _mistake(
        self,
        frame: _Frame,
        term: Term,
        id: str,
        message: str,
        *,
        notes: tuple[str, ...] = (),
        help: str | None = None,
    ) -> int:
        """Notes the mistake; the node that stands for the term meanwhile."""
        place = self._place(frame, term)
        if frame.call is not None and not frame.body.is_library:
            call = frame.call
            notes = (*notes, f"needed by the call at {call.source.name}:{call.line}:{call.column}")
        diagnostic = Diagnostic(id, message, place, notes, help)
        if all((d.id, d.span) != (id, place) for d in self.diagnostics):
            self.diagnostics.append(diagnostic)
        if len(self.diagnostics) >= MAXIMUM_DIAGNOSTICS:
            raise SymhdlError(*self.diagnostics)
        return self.builder.constant(0)

    def _too_large(self, frame: _Frame, term: Term) -> SymhdlError:
        return error(
            "too-large",
            f"the expression grows beyond {MAXIMUM_NODES:,} operations",
            frame.call or self._place(frame, term),
            notes=("every call of a function stands for a copy of its definition",),
            help="split the design into several, or make the definitions smaller",
        )


def _defines(goal: Goal | None, key: tuple[str, int]) -> bool:
    return isinstance(goal, Function) and key == (goal.name, len(goal.parameters))
