"""Values of FPCore's expressions as nodes of a graph: loops unrolled, calls expanded, everything on explicit stacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias, cast

from symhdl.errors import Diagnostic, Span, SymhdlError, error, warning
from symhdl.sources.fpcore.arithmetic import Arithmetic
from symhdl.sources.fpcore.nodes import Nodes
from symhdl.sources.fpcore.operations import (
    CONDITIONS,
    CONSTANTS,
    INFINITE,
    Sort,
    is_operator,
)
from symhdl.sources.fpcore.text import shown, walk
from symhdl.sources.fpcore.tree import (
    Annotated,
    Apply,
    Binding,
    Choice,
    Core,
    Count,
    Expression,
    Let,
    Name,
    Number,
    While,
)
from symhdl.sources.fpcore.values import Array, Scalar, Special, Value, elements_of, shape_of

MAXIMUM_ITERATIONS = 5000  # of one loop
MAXIMUM_CALLS = 1000  # of cores inside one another

Task: TypeAlias = Generator[Expression, Value, Value]


@dataclass(slots=True)
class Evaluator:
    """Finds values; raises SymhdlError for what cannot be hardware.

    A variable has a list of values, the innermost binding last; a core sees a dictionary of its own.
    """

    cores: Mapping[str, Core]
    arithmetic: Arithmetic
    warnings: list[Diagnostic] = field(default_factory=list)
    _entered: tuple[Core, Sequence[Value]] | None = None
    _scope: dict[str, list[Value]] = field(default_factory=dict)
    _active: list[Core] = field(default_factory=list)
    _known: dict[tuple[Core, tuple[Value, ...]], Value] = field(default_factory=dict)

    @property
    def nodes(self) -> Nodes:
        """The nodes of all values."""
        return self.arithmetic.nodes

    def enter(self, core: Core, arguments: Sequence[Value]) -> None:
        """Prepares for expressions of a core: its arguments have these values."""
        self._entered = (core, arguments)
        self._active = [core]
        self._scope = _bound(core, arguments)

    def value(self, expression: Expression) -> Value:
        """The value of the body or of a precondition of the core that was entered."""
        try:
            return cast(Value, walk(expression, self._begin))
        except SymhdlError:
            if self._entered is not None:
                self.enter(*self._entered)  # what was bound inside is bound no more
            raise

    def _begin(self, expression: Expression) -> Value | Task:
        self.arithmetic.spend(1, expression.span)
        return _RULES[type(expression)](self, expression)

    # --- Leaves -----------------------------------------------------------------------------------

    def _number(self, expression: Number) -> Value:
        self.nodes.place = expression.span
        return Scalar(self.nodes.constant(expression.value))

    def _name(self, expression: Name) -> Value:
        name = expression.text
        if self._scope.get(name):
            return self._scope[name][-1]
        if name in CONDITIONS:
            return Scalar(self.nodes.constant(CONDITIONS[name]), Sort.CONDITION)
        if name in INFINITE:
            return Special(INFINITE[name])
        if name in CONSTANTS:
            return Scalar(CONSTANTS[name](self.nodes))
        help = "a loop gives its index a value only inside, unless it has just one"
        raise error(
            "unknown-name", f"`{shown(name)}` has no value here", expression.span, help=help
        )

    # --- Bindings ---------------------------------------------------------------------------------

    def _bind(self, name: str, value: Value) -> None:
        self._scope.setdefault(name, []).append(value)

    def _release(self, names: Sequence[str]) -> None:
        for name in names:
            self._scope[name].pop()

    def _initialise(
        self, bindings: Sequence[Binding], is_sequential: bool
    ) -> Generator[Expression, Value, list[str]]:
        """Binds the names to their first values."""
        found: list[tuple[str, Value]] = []
        for binding in bindings:
            value = yield binding.initial
            found.append((binding.name, value))
            if is_sequential:
                self._bind(binding.name, value)
        if not is_sequential:
            for name, value in found:
                self._bind(name, value)
        return [name for name, _ in found]

    def _update(
        self, bindings: Sequence[Binding], is_sequential: bool
    ) -> Generator[Expression, Value, None]:
        """Gives the names their next values, one after the other or all at once."""
        found: list[tuple[str, Value]] = []
        for binding in bindings:
            value = yield binding.update
            found.append((binding.name, value))
            if is_sequential:
                self._scope[binding.name][-1] = value
        for name, value in found:
            self._scope[name][-1] = value

    def _let(self, expression: Let) -> Task:
        names = yield from self._initialise(expression.bindings, expression.is_sequential)
        result = yield expression.body
        self._release(names)
        return result

    def _while(self, expression: While) -> Task:
        names = yield from self._initialise(expression.bindings, expression.is_sequential)
        iterations = 0
        while True:
            condition = yield expression.condition
            goes_on = self.nodes.decided(
                self.arithmetic.condition(condition, expression.condition.span)
            )
            if goes_on is None:
                raise self._data_loop(condition, expression)
            if not goes_on:
                break
            iterations += 1
            if iterations > MAXIMUM_ITERATIONS:
                raise self._endless(expression.condition.span)
            yield from self._update(expression.bindings, expression.is_sequential)
        result = yield expression.body
        self._release(names)
        return result

    def _data_loop(self, condition: Value, expression: While) -> SymhdlError:
        is_data = isinstance(condition, Scalar) and self.nodes.varies(condition.node)
        cause = "the inputs decide" if is_data else "numbers too close to compare decide"
        return error(
            "data-loop",
            f"{cause} how often this loop runs",
            expression.condition.span,
            notes=("a loop becomes hardware by being unrolled, a fixed number of times",),
            help="count the iterations with a constant, as in (for ([i 8]) ...)",
        )

    def _endless(self, span: Span) -> SymhdlError:
        return error(
            "endless-loop",
            f"this loop runs more than {MAXIMUM_ITERATIONS:,} times",
            span,
            notes=("a loop becomes hardware by being unrolled",),
        )

    def _count(self, expression: Count) -> Task:
        shape: list[int] = []
        for index in expression.indices:
            size = yield index.initial
            span = index.initial.span
            shape.append(self.arithmetic.integer(size, span, "the number of iterations"))
        if math.prod(shape) > MAXIMUM_ITERATIONS:
            raise self._endless(expression.span)
        names = yield from self._initialise(expression.bindings, expression.is_sequential)
        indices = [index.name for index in expression.indices]
        parts: list[Value] = []
        for place in product(*(range(size) for size in shape)):
            self._bind_indices(indices, place)
            yield from self._update(expression.bindings, expression.is_sequential)
            if expression.is_tensor:
                parts.append((yield expression.body))
            self._release(indices)
        if expression.is_tensor:
            array = self.arithmetic.array(parts, expression.span)
            result: Value = Array((*shape, *array.shape[1:]), array.elements)
        else:
            # The standard makes a loop with one index the same as one that counts up to the size.
            last = indices if len(indices) == 1 else []
            self._bind_indices(last, shape)
            result = yield expression.body
            self._release(last)
        self._release(names)
        return result

    def _bind_indices(self, names: Sequence[str], place: Sequence[int]) -> None:
        for name, number in zip(names, place, strict=False):
            self._bind(name, Scalar(self.nodes.constant(number)))

    # --- Calls and choices ------------------------------------------------------------------------

    def _apply(self, expression: Apply) -> Task:
        values: list[Value] = []
        for operand in expression.operands:
            values.append((yield operand))
        name = expression.operator
        core = self.cores.get(name)
        # Inside a core that is called like an operator, the operator is meant.
        if core is not None and not (is_operator(name) and core is self._active[-1]):
            return (yield from self._call(core, expression, tuple(values)))
        return self.arithmetic.applied(expression, values)

    def _choice(self, expression: Choice) -> Task:
        """Only the branch that is taken, if a constant decides; else both."""
        value = yield expression.condition
        condition = self.arithmetic.condition(value, expression.condition.span)
        decision = self.nodes.decided(condition)
        if decision is not None:
            return (yield expression.then if decision else expression.otherwise)
        then = yield expression.then
        otherwise = yield expression.otherwise
        return self.arithmetic.chosen(expression, condition, then, otherwise)

    def _annotated(self, expression: Annotated) -> Task:
        """Integers that stay integers need no rounding; what else would be rounded down is told."""
        value = yield expression.body
        text = expression.span.source.text[expression.body.span.start : expression.body.span.end]
        constant = self.nodes[value.node].value if isinstance(value, Scalar) else None
        if constant is None or constant.denominator != 1 or "/" in text:
            self.warn_of_integers(expression.span)
        return value

    def warn_of_integers(self, span: Span) -> None:
        """Notes once that the arithmetic of integers is not followed."""
        if all(known.id != "integer-precision" for known in self.warnings):
            note = "FPCore rounds every operation down to a 64-bit integer there"
            message = "`:precision integer` is read as exact arithmetic"
            self.warnings.append(
                warning("integer-precision", message, span, notes=(note,), help="write (floor ...)")
            )

    def _call(self, core: Core, expression: Apply, values: tuple[Value, ...]) -> Task:
        known = self._known.get((core, values))
        if known is not None:
            return known
        if len(self._active) >= MAXIMUM_CALLS:
            raise error(
                "recursion",
                f"calls of `{shown(core.name)}` do not end before the inputs are known",
                expression.span,
                notes=(f"{MAXIMUM_CALLS:,} cores are open inside one another",),
                help="only what ends after a constant number of calls can become hardware",
            )
        _check_arguments(core, expression, values)
        self.arithmetic.spend(sum(len(elements_of(value)) for value in values), expression.span)
        outer = self._scope
        self._scope = _bound(core, values)
        for name, size in _sizes(core, values).items():
            self._bind(name, Scalar(self.nodes.constant(size)))
        self._active.append(core)
        result = yield core.body
        self._active.pop()
        self._scope = outer
        self._known[(core, values)] = result
        return result


def _bound(core: Core, values: Sequence[Value]) -> dict[str, list[Value]]:
    return {p.name: [value] for p, value in zip(core.parameters, values, strict=True)}


def _check_arguments(core: Core, expression: Apply, values: Sequence[Value]) -> None:
    """Raises SymhdlError if an argument has another shape than the core wants."""
    sizes: dict[str, int] = {}
    for parameter, value, operand in zip(core.parameters, values, expression.operands, strict=True):
        shape = shape_of(value)
        wanted = [
            sizes.setdefault(size, actual) if isinstance(size, str) else size
            for size, actual in zip(parameter.sizes, shape, strict=False)
        ]
        if len(shape) != len(parameter.sizes) or tuple(wanted) != shape:
            name = shown(parameter.name)
            expected = " ".join(str(size) for size in parameter.sizes)
            kind = f"an array ({name} {expected})" if parameter.sizes else "a number"
            found = f"an array of {' x '.join(map(str, shape))}" if shape else "a number"
            message = f"`{shown(core.name)}` wants {kind} here, and this is {found}"
            raise error("wrong-type", message, operand.span)


def _sizes(core: Core, values: Sequence[Value]) -> dict[str, int]:
    """The names of sizes and what they are in this call."""
    return {
        size: actual
        for parameter, value in zip(core.parameters, values, strict=True)
        for size, actual in zip(parameter.sizes, shape_of(value), strict=True)
        if isinstance(size, str)
    }


_RULES: dict[type[Expression], Callable[..., Value | Task]] = {
    Number: Evaluator._number,
    Name: Evaluator._name,
    Apply: Evaluator._apply,
    Choice: Evaluator._choice,
    Annotated: Evaluator._annotated,
    Let: Evaluator._let,
    While: Evaluator._while,
    Count: Evaluator._count,
}
