"""Functions that the user defines in the native language, called from FPCore."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from symhdl.errors import Source, Span
from symhdl.functions.operation import Operation
from symhdl.grammar import parse
from symhdl.ir.graph import Graph
from symhdl.sources.fpcore.nodes import Nodes

_DEFINITION = re.compile(r"(?:^|[;\n])[^\S\n]*([^\W\d]\w*)[^\S\n]*\(([^()=\n]*)\)[^\S\n]*=(?!=)")


@dataclass(frozen=True, slots=True)
class NativeFunctions:
    """The definitions, each of which is read by the grammar when it is first called."""

    definitions: tuple[Source, ...]
    nodes: Nodes
    _graphs: dict[tuple[str, int], Graph] = field(default_factory=dict)

    def build(self, name: str, operands: Sequence[int], span: Span) -> int:
        """The node of a call. Raises SymhdlError if the definition is faulty."""
        key = (name, len(operands))
        parameters = [f"argument_{index}" for index in range(len(operands))]
        if key not in self._graphs:
            call = Source("<call>", f"{name}({', '.join(parameters)})")
            self._graphs[key] = parse(call, self.definitions, inputs=parameters).graph
        graph = self._graphs[key]
        values = dict(zip(parameters, operands, strict=True))
        self.nodes.place = span
        found: list[int] = []
        for node in graph.nodes:
            if node.operation is Operation.INPUT:
                found.append(values[node.name])
            elif node.value is not None:
                found.append(self.nodes.constant(node.value))
            elif not node.operands:
                found.append(self.nodes.named(node.operation))
            else:
                operands = [found[operand] for operand in node.operands]
                found.append(self.nodes.apply(node.operation, *operands))
        return found[graph.outputs[0].node]


def defined_functions(definitions: Sequence[Source]) -> dict[str, set[int]]:
    """The functions that the texts define, with their numbers of arguments."""
    found: dict[str, set[int]] = {}
    for definition in definitions:
        for match in _DEFINITION.finditer(definition.text):
            found.setdefault(match[1], set()).add(match[2].count(",") + 1)
    return found
