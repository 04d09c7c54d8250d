"""Functions by name for SymPy's objects and `srepr`: the user's definitions, SymPy's dialect, the native table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.functions.operation import ANY, FUNCTION_NAMES, Operation
from symhdl.grammar import parse
from symhdl.ir.graph import Graph, GraphBuilder, Node
from symhdl.parsed import Parsed
from symhdl.sources.sympy.dialect import SYMPY
from symhdl.sources.sympy.item import APPLIED, SYMBOL, Item

_NAME = re.compile(r"[^\W\d]\w*")
_PARAMETER = "argument_"
_TABLE: Mapping[str, Operation] = {**FUNCTION_NAMES, **dict(SYMPY.functions)}


class Builder(Protocol):
    """What functions are written into."""

    graph: GraphBuilder

    def input(self, symbol: Item) -> int:
        """The node of an input."""
        ...


@dataclass(slots=True)
class SympyLibrary:
    """Applies functions; each is read once, as a graph of its parameters."""

    definitions: tuple[Source, ...] = ()
    _known: dict[tuple[str, int], Graph] = field(default_factory=dict)

    def apply(self, builder: Builder, item: Item, operands: tuple[int, ...]) -> int:
        """The node of the function that the item applies. Raises SymhdlError if there is none."""
        name = item.name if item.kind == APPLIED else item.kind
        operation = _TABLE.get(name)
        is_known = operation is not None and operation.arity in (ANY, len(operands))
        if operation is not None and is_known and operands and not self._mentions(name):
            if len(operands) == 1 and operation.arity == ANY:
                return operands[0]
            return builder.graph.apply(operation, *operands, span=item.span)
        key = (name, len(operands))
        if key not in self._known:
            self._known[key] = self._read(item, *key)
        return _inlined(builder, self._known[key], item, operands)

    def _mentions(self, name: str) -> bool:
        """Whether the user's definitions may give the function another meaning."""
        return any(name in definition.text for definition in self.definitions)

    def _read(self, item: Item, name: str, count: int) -> Graph:
        if not _NAME.fullmatch(name) or count == 0:
            raise _without_meaning(item, name, count)
        parameters = [f"{_PARAMETER}{index}" for index in range(count)]
        call = Source("<SymPy>", f"{name}({', '.join(parameters)})")
        try:
            parsed: Parsed = parse(call, self.definitions, dialect=SYMPY, inputs=parameters)
        except SymhdlError as problem:
            raise _told(problem, call, item, name, count) from None
        return parsed.graph


def _told(problem: SymhdlError, call: Source, item: Item, name: str, count: int) -> SymhdlError:
    """The problem with the item's place instead of that in the call, which the user has not written."""
    told: list[Diagnostic] = []
    for diagnostic in problem.diagnostics:
        if diagnostic.span is None or diagnostic.span.source is not call:
            told.append(diagnostic)
        elif diagnostic.id == "unknown-function":
            return _without_meaning(item, name, count)
        else:
            told.append(replace(diagnostic, span=item.span))
    return SymhdlError(*told)


def _without_meaning(item: Item, name: str, count: int) -> SymhdlError:
    if item.kind == APPLIED:
        parameters = ", ".join("abcdefgh"[: max(1, min(count, 8))])
        return error(
            "unknown-function",
            f"there is no function `{name}`",
            item.span,
            help=f"define it: {name}({parameters}) = ...",
        )
    return error(
        "unknown-function",
        f"SymPy's {name} has no meaning in hardware",
        item.span,
        help="rewrite the expression in real functions, for example with .rewrite(...) or .doit()",
    )


def _inlined(builder: Builder, graph: Graph, item: Item, operands: tuple[int, ...]) -> int:
    """The graph of a function with the operands in place of its parameters."""
    nodes: list[int] = []
    for node in graph.nodes:
        if node.operation is Operation.INPUT:
            nodes.append(_argument(builder, node, item.span, operands))
        elif node.operands:
            inner = (nodes[operand] for operand in node.operands)
            nodes.append(builder.graph.apply(node.operation, *inner, span=item.span))
        else:
            nodes.append(builder.graph.append(node, item.span))
    return nodes[graph.outputs[0].node]


def _argument(builder: Builder, node: Node, span: Span | None, operands: tuple[int, ...]) -> int:
    if node.name.startswith(_PARAMETER):
        return operands[int(node.name.removeprefix(_PARAMETER))]
    return builder.input(Item(SYMBOL, name=node.name, identity=node.name, span=span))
