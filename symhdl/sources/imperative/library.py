"""Functions that a dialect or the user defines in the native language, ready to be put into another text's graph."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from symhdl.errors import Source, Span, error
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.functions.operation import ANY, FUNCTION_NAMES, Operation
from symhdl.grammar import parse
from symhdl.ir.graph import Graph
from symhdl.sources.imperative.calculator import Calculator

_SIGNATURE = re.compile(
    r"(?:^|;)[ \t]*([^\W\d]\w*)[ \t]*(?:\(([^()\n]*)\))?[ \t]*=(?!=)", re.MULTILINE
)


COMMON_DEFINITIONS = """
        trunc(x) = if x < 0 then ceil(x) else floor(x)
        rint(x) = if x - floor(x) == 1/2 then 2*floor(x/2 + 1/4) else floor(x + 1/2)
        fmod(x, y) = if x/y < 0 then x - y*ceil(x/y) else x - y*floor(x/y)
        nearest_remainder(x, y) = if x/y - floor(x/y) == 1/2 then x - 2*y*floor(x/y/2 + 1/4) else x - y*floor(x/y + 1/2)
        fma(x, y, z) = x*y + z
        copysign(x, y) = if y < 0 then -abs(x) else abs(x)
        signbit(x) = x < 0
        exp10(x) = 10^x
        ldexp(x, n) = x*2^n
        rsqrt(x) = 1/sqrt(x)
        hypot(x, y, z) = sqrt(x^2 + y^2 + z^2)
        lerp(a, b, t) = a + t*(b - a)
"""
"""What the libraries of C and of Python have in common, over the reals."""


@dataclass(slots=True)
class Library:
    """The functions and constants of a dialect, and before them those that the user defines.

    `expressions` are constants that are made of others, such as a quarter of pi.
    """

    dialect: Dialect
    expressions: Mapping[str, str] = field(default_factory=dict)
    definitions: tuple[Source, ...] = ()
    _own: set[tuple[str, int]] = field(default_factory=set)
    _templates: dict[tuple[str, int], Graph] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = Source(f"<{self.dialect.name}>", self.dialect.definitions)
        for source in (text, *self.definitions):
            self._own.update(signatures(source))
        self._own.update((name, 0) for name in self.expressions)

    def knows(self, name: str) -> bool:
        """Whether there is a function of this name."""
        return bool(self.arities(name))

    def names(self) -> set[str]:
        """The names of all functions."""
        table = {name for name, operation in FUNCTION_NAMES.items() if operation.arity != 0}
        own = {name for name, count in self._own if count}
        return table | own | {name for name, _ in self.dialect.functions}

    def arities(self, name: str) -> list[int]:
        """The numbers of arguments that the function takes, `ANY` for any."""
        found = [count for known, count in self._own if known == name and count]
        operation = self._operation(name)
        if operation is not None and operation.arity != 0:
            found.append(operation.arity)
        return found

    def _operation(self, name: str) -> Operation | None:
        return dict(self.dialect.functions).get(name, FUNCTION_NAMES.get(name))

    def constant(self, name: str, calculator: Calculator) -> int | None:
        """The node of a constant; None if there is none of this name."""
        operation = dict(self.dialect.constants).get(name)
        if operation is not None and operation.arity == 0:
            return calculator.symbol(operation)
        return self._instance(name, (), calculator)

    def call(self, name: str, operands: Sequence[int], calculator: Calculator) -> int | None:
        """The node of a call; None if no function of this name takes so many arguments."""
        built = self._instance(name, operands, calculator)
        if built is not None:
            return built
        operation = self._operation(name)
        if operation is None or operation.arity not in (ANY, len(operands)) or not operands:
            return None
        if operation is Operation.SELECT:
            return calculator.choose(*operands)
        return calculator.apply(operation, *operands)

    def _instance(self, name: str, operands: Sequence[int], calculator: Calculator) -> int | None:
        key = (name, len(operands))
        if key not in self._own:
            return None
        if key not in self._templates:
            self._templates[key] = self._template(name, len(operands), calculator.place)
        node = calculator.copy(self._templates[key], operands)
        if self._is_users(name):
            calculator.builder.name(node, name, of_function=True)
        return node

    def _is_users(self, name: str) -> bool:
        return any(name == known for source in self.definitions for known, _ in signatures(source))

    def _template(self, name: str, count: int, place: Span | None) -> Graph:
        names = [f"argument_{index}" for index in range(count)]
        text = f"{name}({', '.join(names)})" if names else self.expressions.get(name, name)
        source = Source("<call>", text)
        dialect = replace(self.dialect, constants=NATIVE.constants)
        graph = parse(source, self.definitions, dialect=dialect, inputs=names).graph
        if len(graph.outputs) != 1:
            raise error("bad-definition", f"the definition of `{name}` is not read", place)
        order = {declared.name: declared for declared in graph.inputs}
        inputs = [order.pop(wanted) for wanted in names if wanted in order]
        ordered: Graph = replace(graph, inputs=(*inputs, *order.values()))
        return ordered


def signatures(source: Source) -> list[tuple[str, int]]:
    """The names that a text of definitions defines, and how many parameters each has."""
    found = []
    for match in _SIGNATURE.finditer(source.text):
        count = len(match[2].split(",")) if match[2] and match[2].strip() else 0
        found.append((match[1], count))
    return found
