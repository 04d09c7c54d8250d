"""Who is who: the names and functions that a text defines, and the mistakes in defining them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from symhdl.errors import Diagnostic, Source, Span
from symhdl.names.canonical import canonical

from .messages import shown
from .syntax import (
    AssumeStatement,
    Bare,
    Definition,
    Head,
    InputStatement,
    OutputStatement,
    Statement,
    Term,
    postorder,
)
from .tokens import span_of


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """An expression ready to be worked through: its terms, operands first, and the source that they stand in.

    `is_library` marks a text that the user did not write: messages point at the call instead.
    """

    source: Source
    terms: Sequence[Term]
    is_library: bool = False

    @property
    def span(self) -> Span:
        """The place of the whole expression."""
        return Span(self.source, self.terms[-1].start, self.terms[-1].end)


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function that a text defines."""

    name: str
    parameters: tuple[str, ...]
    body: Body


@dataclass(slots=True)
class Scope:
    """All that is defined. Functions are told apart by name and number of arguments."""

    names: dict[str, Body] = field(default_factory=dict)
    functions: dict[tuple[str, int], Function] = field(default_factory=dict)
    library: Mapping[tuple[str, int], Function] = field(default_factory=dict)
    inputs: dict[str, tuple[InputStatement, Span]] = field(default_factory=dict)
    outputs: dict[str, tuple[OutputStatement, Span]] = field(default_factory=dict)
    bare: list[Body] = field(default_factory=list)
    assumed: list[Body] = field(default_factory=list)
    assigned: list[str] = field(default_factory=list)  # by the text itself, in its order
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _arities: dict[str, list[int]] = field(default_factory=dict)
    _places: dict[str | tuple[str, int], Span] = field(default_factory=dict)

    def add_text(self, source: Source, statements: Iterable[Statement]) -> None:
        """Takes in the statements of the program itself."""
        for statement in statements:
            match statement:
                case Bare(expression):
                    self.bare.append(body_of(source, expression))
                case InputStatement():
                    self._add_inputs(source, statement)
                case OutputStatement():
                    self._add_outputs(source, statement)
                case AssumeStatement(condition):
                    self.assumed.append(body_of(source, condition))
                case Definition():
                    name = self._add_definition(source, statement)
                    if name is not None:
                        self.assigned.append(name)

    def add_definitions(self, source: Source, statements: Iterable[Statement]) -> None:
        """Takes in a text that may only define functions and names."""
        for statement in statements:
            if isinstance(statement, Definition):
                self._add_definition(source, statement)
                continue
            self._report(
                "no-definition",
                "expected a definition",
                Span(source, 0, max(1, len(source.text))),
                help="write name(arguments) = expression",
            )

    def arities(self, name: str) -> list[int]:
        """The numbers of arguments with which the text defines the function."""
        return self._arities.get(name, [])

    def _add_inputs(self, source: Source, statement: InputStatement) -> None:
        for token in statement.names:
            name = canonical(token.text)
            if self._is_new(name, span_of(source, token)):
                self.inputs[name] = (statement, span_of(source, token))

    def _add_outputs(self, source: Source, statement: OutputStatement) -> None:
        for token in statement.names:
            name, place = canonical(token.text), span_of(source, token)
            if name in self.outputs:
                self._report_twice(f"the output `{shown(name)}`", place, self.outputs[name][1])
                continue
            self.outputs[name] = (statement, place)
            if statement.expression is not None and self._is_new(name, place):
                self.names[name] = body_of(source, statement.expression)

    def _add_definition(self, source: Source, statement: Definition) -> str | None:
        """Takes in `left = right`; returns the name if the left side is one."""
        left = statement.left
        place = Span(source, left.start, left.end)
        if left.head is Head.NAME:
            name = left.text
            if not self._is_new(name, place):
                return None
            self.names[name] = body_of(source, statement.expression)
            return name
        if left.head is not Head.CALL:
            self._report(
                "bad-definition",
                "the left side of `=` must be a name or a function of names",
                place,
                help="equations are not solved: write name = expression",
            )
            return None
        self._add_function(source, left, statement.expression)
        return None

    def _add_function(self, source: Source, left: Term, expression: Term) -> None:
        parameters: list[str] = []
        for operand in left.operands:
            place = Span(source, operand.start, operand.end)
            if operand.head is not Head.NAME:
                self._report("bad-definition", "the parameters of a function must be names", place)
                return
            if operand.text in parameters:
                self._report_twice(f"the parameter `{shown(operand.text)}`", place, None)
                return
            parameters.append(operand.text)
        place = Span(source, left.start, left.end)
        if not parameters:
            self._report(
                "bad-definition",
                "a function has at least one parameter",
                place,
                help=f"without parameters it is a name: {shown(left.text)} = ...",
            )
            return
        name = left.text
        key = (name, len(parameters))
        if key in self._places:
            self._report_twice(f"the function `{shown(name)}`", place, self._places[key])
            return
        self._places[key] = place
        self._arities.setdefault(name, []).append(len(parameters))
        self.functions[key] = Function(name, tuple(parameters), body_of(source, expression))

    def _is_new(self, name: str, place: Span) -> bool:
        if name in self._places:
            self._report_twice(f"`{shown(name)}`", place, self._places[name])
            return False
        self._places[name] = place
        return True

    def _report_twice(self, what: str, place: Span, first: Span | None) -> None:
        notes: tuple[str, ...] = ()
        if first is not None:
            notes = (f"first at {first.source.name}:{first.line}:{first.column}",)
        self._report("duplicate-definition", f"{what} is defined twice", place, notes=notes)

    def _report(
        self,
        id: str,
        message: str,
        place: Span,
        *,
        notes: tuple[str, ...] = (),
        help: str | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(id, message, place, notes, help))


def library_of(
    source: Source, statements: Iterable[Statement]
) -> Mapping[tuple[str, int], Function]:
    """The functions that a dialect takes for granted."""
    scope = Scope()
    scope.add_definitions(source, statements)
    assert not scope.diagnostics, "a dialect with faulty definitions; please report this"
    return {
        key: Function(
            function.name,
            function.parameters,
            Body(function.body.source, function.body.terms, is_library=True),
        )
        for key, function in scope.functions.items()
    }


def body_of(source: Source, term: Term) -> Body:
    """The term ready to be worked through."""
    return Body(source, postorder(term))
