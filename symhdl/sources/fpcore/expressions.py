"""Values of FPCore's expressions as nodes of a graph: loops unrolled, calls expanded, everything on explicit stacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TypeAlias, cast

from symhdl.errors import Span, SymhdlError, error, shortened
from symhdl.sources.fpcore.arithmetic import Arithmetic
from symhdl.sources.fpcore.cores import Core
from symhdl.sources.fpcore.notes import Notes, asks_for_integers, nearest, split_properties
from symhdl.sources.fpcore.operators import (
    CONSTANT_NAMES,
    FOREIGN,
    NO_NUMBERS,
    OPERATORS,
    UNSUPPORTED,
    takes,
)
from symhdl.sources.fpcore.text import Atom, Datum, List, walk
from symhdl.sources.fpcore.values import CoreScalar, Value

MAXIMUM_ITERATIONS = 5000  # of one loop
MAXIMUM_CALLS = 1000  # of cores inside one another

Task: TypeAlias = Generator[Datum, Value, Value]
Binding: TypeAlias = Generator[Datum, Value, None]

_OPERATOR_FIRST = "write the operator first, as in (* x y)"
_SHAPES = {
    "if": "(if condition then otherwise)",
    "let": "(let ([name value] ...) body)",
    "while": "(while condition ([name initial update] ...) body)",
    "for": "(for ([index count] ...) ([name initial update] ...) body)",
    "!": "(! :property value ... body)",
    "#": "(# body)",
}


@dataclass(slots=True)
class CoreEvaluator:
    """Finds values; raises SymhdlError for what cannot be hardware.

    What is wrong with the text itself gathers in `notes`, and 0 stands in its place until the end of the body, of the
    call or of the iteration. A variable has a list of values, the innermost binding last; a core sees a dictionary of
    its own. `defined` are the functions of the native language, with how many arguments each takes.
    """

    cores: Mapping[str, Core]
    defined: Mapping[str, set[int]]
    arithmetic: Arithmetic
    notes: Notes
    _scope: dict[str, list[Value]] = field(default_factory=dict)
    _active: list[Core] = field(default_factory=list)
    _known: dict[tuple[Core, tuple[Value, ...]], Value] = field(default_factory=dict)

    def value(self, core: Core, arguments: Sequence[Value], expression: Datum) -> Value:
        """The value of the body or of a precondition of the core, whose arguments have these values."""
        self._active = [core]
        self._scope = _bound(core, arguments)
        try:
            result = cast("Value", walk(expression, self._begin))
        except SymhdlError:
            self.notes.refuse()  # what comes of a mistake is not told
            raise
        self.notes.refuse()
        return result

    def _begin(self, datum: Datum) -> Value | Task:
        self.arithmetic.spend(1, datum.span)
        if isinstance(datum, Atom):
            return self._atom(datum)
        name = datum.head
        if name in _RULES:
            return _RULES[name](self, datum)
        if name in UNSUPPORTED and name not in self.cores and name not in self.defined:
            what, help = UNSUPPORTED[name]
            message = f"`{name}`, {what}"
            return self._complain("unsupported-function", message, datum.items[0].span, help)
        if name:
            return self._application(datum)
        message = "an operator is missing here" if datum.items else "these brackets are empty"
        return self._complain("syntax", message, datum.span, _OPERATOR_FIRST)

    def _complain(self, id: str, message: str, span: Span, help: str | None = None) -> Value:
        """Notes a mistake; the number that stands for the expression meanwhile."""
        self.notes.complain(id, message, span, help)
        return self.arithmetic.number(0)

    # --- Names and numbers ------------------------------------------------------------------------

    def _atom(self, atom: Atom) -> Value:
        if atom.is_string:
            return self._complain("syntax", "a string has no value", atom.span)
        if isinstance(atom.number, Fraction):
            self.arithmetic.calculator.place = atom.span
            return self.arithmetic.number(atom.number)
        if atom.number is not None:
            message = f"`{shortened(atom.text)}`: {atom.number}"
            return self._complain("bad-number", message, atom.span)
        if self._scope.get(atom.text):
            return self._scope[atom.text][-1]
        return self.arithmetic.constant(atom.text, atom.span) or self._unbound(atom)

    def _unbound(self, atom: Atom) -> Value:
        text = atom.text
        message = f"`{shortened(text)}` is bound nowhere"
        if text in NO_NUMBERS:
            message = f"{text} is not a real number, and hardware in fixed point has no others"
            help = "write a number that is large enough"
            return self._complain("no-real-number", message, atom.span, help)
        if text.startswith("-") and self._scope.get(text[1:]):
            help = f"write (- {text[1:]}): a name may begin with `-`"
        elif text in OPERATORS or text in self.cores:
            message, help = f"`{shortened(text)}` is a function", f"write ({shortened(text)} ...)"
        else:
            guess = nearest(text, (n for n, v in self._scope.items() if v), CONSTANT_NAMES)
            help = f"did you mean `{guess}`?" if guess else "make it an argument of the core"
        return self._complain("unknown-name", message, atom.span, help)

    # --- Calls ------------------------------------------------------------------------------------

    def _application(self, form: List) -> Task:
        values: list[Value] = []
        for operand in form.items[1:]:
            values.append((yield operand))
        name, count = form.head, len(values)
        core = self.cores.get(name)
        # Inside a core that is called like an operator, the operator is meant.
        if core is not None and not (core is self._active[-1] and name in OPERATORS):
            wanted = str(len(core.parameters))
            if count == len(core.parameters):
                return (yield from self._call(core, form, tuple(values)))
        elif takes(name, count) or count in self.defined.get(name, ()):
            return self.arithmetic.applied(form, values)
        elif name in self.defined:
            wanted = " or ".join(map(str, sorted(self.defined[name])))
        elif name in OPERATORS:
            least, most, *_ = OPERATORS[name]
            wanted = str(least) if least == most else f"at least {least}"
        else:
            return self._unknown_operator(name, form.items[0].span)
        counts = f"`{shortened(name)}` takes {wanted}, and here are {count}"
        return self._complain("wrong-arity", f"wrong number of operands: {counts}", form.span)

    def _unknown_operator(self, name: str, head: Span) -> Value:
        if self._scope.get(name) or name[0].isdigit():
            message = f"`{shortened(name)}` is not an operator"
            return self._complain("unknown-function", message, head, _OPERATOR_FIRST)
        guess = FOREIGN.get(name.lower()) or nearest(name, self.cores, OPERATORS, _RULES)
        help = f"did you mean `{guess}`?" if guess else "a core of that name must be given"
        message = f"there is no operator `{shortened(name)}`"
        return self._complain("unknown-function", message, head, help)

    def _call(self, core: Core, form: List, values: tuple[Value, ...]) -> Task:
        known = self._known.get((core, values))
        if known is not None:
            return known
        if core.mistakes:
            raise SymhdlError(*core.mistakes)
        if len(self._active) >= MAXIMUM_CALLS:
            raise error(
                "recursion",
                f"calls of `{shortened(core.name)}` do not end before the inputs are known",
                form.span,
                notes=(f"{MAXIMUM_CALLS:,} cores are open inside one another",),
                help="only what ends after a constant number of calls can become hardware",
            )
        outer = self._scope
        self._scope = _bound(core, values)
        self._active.append(core)
        result = yield core.body
        self.notes.refuse()
        self._active.pop()
        self._scope = outer
        self._known[(core, values)] = result
        self._give_name(core.name, result, of_function=True)
        return result

    # --- Bindings ---------------------------------------------------------------------------------

    def _rows(self, form: List, position: int, width: int) -> Sequence[List] | None:
        """The bindings at a position: lists of so many items, each with a name first; None if they are not that."""
        block = form.items[position]
        items = block.items if isinstance(block, List) else (block,)
        rows = [row for row in items if isinstance(row, List) and len(row.items) == width]
        if len(rows) < len(items):
            return None
        seen: set[str] = set()
        for row in rows:
            name = row.head
            self.notes.check_name(row.items[0])
            if name in seen and form.head != "let*":
                message = f"`{shortened(name)}` is bound twice"
                self.notes.complain("duplicate-name", message, row.items[0].span)
            seen.add(name)
        return rows

    def _misshapen(self, form: List) -> Value:
        name = form.head.rstrip("*")
        help = f"write {_SHAPES[name].replace(name, form.head, 1)}"
        message = f"this `{form.head}` has not the shape that it must have"
        return self._complain("syntax", message, form.span, help)

    def _bind(self, name: str, value: Value) -> None:
        self._scope.setdefault(name, []).append(value)
        self._give_name(name, value)

    def _give_name(self, name: str, value: Value, *, of_function: bool = False) -> None:
        """What the text calls a value, if it is no array."""
        if isinstance(value, CoreScalar):
            self.arithmetic.calculator.builder.name(value.node, name, of_function=of_function)

    def _release(self, rows: Sequence[List]) -> None:
        for row in rows:
            self._scope[row.head].pop()

    def _initialise(self, form: List, rows: Sequence[List]) -> Binding:
        """Binds the names to their first values, one after the other with a star, else all at once."""
        values: list[Value] = []
        for row in rows:
            values.append((yield row.items[1]))
            if form.head.endswith("*"):
                self._bind(row.head, values[-1])
        for row, value in zip(rows, values, strict=True):
            if not form.head.endswith("*"):
                self._bind(row.head, value)

    def _update(self, form: List, rows: Sequence[List]) -> Binding:
        """Gives the names their next values."""
        values: list[Value] = []
        for row in rows:
            values.append((yield row.items[2]))
            if form.head.endswith("*"):
                self._scope[row.head][-1] = values[-1]
        for row, value in zip(rows, values, strict=True):
            self._scope[row.head][-1] = value
            self._give_name(row.head, value)
        self.notes.refuse()

    # --- Forms ------------------------------------------------------------------------------------

    def _let(self, form: List) -> Task:
        rows = self._rows(form, 1, 2) if len(form.items) == 3 else None
        if rows is None:
            return self._misshapen(form)
        yield from self._initialise(form, rows)
        result = yield form.items[2]
        self._release(rows)
        return result

    def _while(self, form: List) -> Task:
        rows = self._rows(form, 2, 3) if len(form.items) == 4 else None
        if rows is None:
            return self._misshapen(form)
        yield from self._initialise(form, rows)
        iterations = 0
        while self._goes_on((yield form.items[1]), form.items[1].span):
            iterations += 1
            if iterations > MAXIMUM_ITERATIONS:
                raise _endless(form.items[1].span)
            yield from self._update(form, rows)
        result = yield form.items[3]
        self._release(rows)
        return result

    def _goes_on(self, value: Value, span: Span) -> bool:
        condition = self.arithmetic.node(value, True, span)
        decision = self.arithmetic.decided(condition, span)
        if decision is not None:
            return decision
        is_data = self.arithmetic.calculator.builder.varies(condition)
        cause = "the inputs decide" if is_data else "numbers too close to compare decide"
        raise error(
            "data-loop",
            f"{cause} how often this loop runs",
            span,
            notes=("a loop becomes hardware by being unrolled, a fixed number of times",),
            help="count the iterations with a constant, as in (for ([i 8]) ...)",
        )

    def _for(self, form: List) -> Task:
        indices = self._rows(form, 1, 2) if len(form.items) == 4 else None
        rows = self._rows(form, 2, 3) if len(form.items) == 4 else None
        if indices is None or rows is None:
            return self._misshapen(form)
        shape: list[int] = []
        for index in indices:
            size = yield index.items[1]
            span = index.items[1].span
            shape.append(self.arithmetic.integer(size, span, "the number of iterations"))
        if math.prod(shape) > MAXIMUM_ITERATIONS:
            raise _endless(form.span)
        yield from self._initialise(form, rows)
        for place in product(*map(range, shape)):
            self._bind_indices(indices, place)
            yield from self._update(form, rows)
            self._release(indices)
        # The standard makes a loop with one index the same as one that counts up to the size.
        last = indices if len(indices) == 1 else []
        self._bind_indices(last, shape)
        result = yield form.items[3]
        self._release([*last, *rows])
        return result

    def _bind_indices(self, rows: Sequence[List], place: Sequence[int]) -> None:
        for row, number in zip(rows, place, strict=False):
            self._bind(row.head, self.arithmetic.number(number))

    def _if(self, form: List) -> Task:
        """Only the branch that is taken, if a constant decides; else both."""
        if len(form.items) != 4:
            return self._misshapen(form)
        _, test, then, otherwise = form.items
        condition = self.arithmetic.node((yield test), True, test.span)
        decision = self.arithmetic.decided(condition, test.span)
        if decision is not None:
            return (yield then if decision else otherwise)
        one = yield then
        other = yield otherwise
        return self.arithmetic.chosen(condition, one, other, form.span)

    def _annotated(self, form: List) -> Task:
        """`(! :property value ... body)`, and `(# body)` for integers."""
        properties, bodies = split_properties(form.items[1:])
        if len(bodies) != 1:
            return self._misshapen(form)
        if form.head == "#" or asks_for_integers(properties):
            self.notes.warn_of_integers(form.span)
        return (yield bodies[0])


def _endless(span: Span) -> SymhdlError:
    message = f"this loop runs more than {MAXIMUM_ITERATIONS:,} times"
    note = "a loop becomes hardware by being unrolled"
    return error("endless-loop", message, span, notes=(note,))


def _bound(core: Core, values: Sequence[Value]) -> dict[str, list[Value]]:
    return {p.name: [value] for p, value in zip(core.parameters, values, strict=True)}


_RULES: dict[str, Callable[[CoreEvaluator, List], Task]] = {
    "if": CoreEvaluator._if,
    "let": CoreEvaluator._let,
    "let*": CoreEvaluator._let,
    "while": CoreEvaluator._while,
    "while*": CoreEvaluator._while,
    "for": CoreEvaluator._for,
    "for*": CoreEvaluator._for,
    "!": CoreEvaluator._annotated,
    "#": CoreEvaluator._annotated,
}
