"""What is to be computed: outputs, definitions and the order of inputs, from whatever SymPy gives several things in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from symhdl.errors import error
from symhdl.ir.graph import InputDeclaration, OutputDeclaration
from symhdl.parsed import Parsed
from symhdl.sources.reading.reader import ReadOptions
from symhdl.sources.reading.trees import natural
from symhdl.sources.sympy.item import CONTAINER, NAMED, SYMBOL, Item
from symhdl.sources.sympy.library import SympyLibrary
from symhdl.sources.sympy.rules import RuleWriter

MATRIX = "Matrix"
_CONTAINERS = (CONTAINER, MATRIX, "List", "CodeBlock")
_EQUATIONS = ("Equality", "Assignment")
_OUTPUT = "y"


@dataclass(slots=True)
class _Program:
    outputs: list[tuple[str, Item]] = field(default_factory=list)
    unnamed: list[Item] = field(default_factory=list)
    definitions: dict[str, Item] = field(default_factory=dict)
    parameters: list[str] = field(default_factory=list)  # of a Lambda, in its order

    def collect(self, root: Item) -> None:
        """Takes in an item and all that is inside, if it is a container; in the order of the elements."""
        waiting: list[tuple[str, Item]] = [("", root)]
        while waiting:
            name, item = waiting.pop()
            if item.kind in _CONTAINERS:
                parts = _with_replacements(item)
                names = [f"{name}{index}" if name else "" for index in range(len(parts))]
                waiting += reversed(list(zip(names, parts, strict=True)))
            elif item.kind == NAMED:
                waiting.append((name + item.name, item.arguments[0]))
            elif item.kind == "Lambda" and len(item.arguments) == 2:
                self._take_parameters(item)
                waiting.append((name, item.arguments[1]))
            elif _is_definition(item):
                self._define(*item.arguments)
            elif name:
                self.outputs.append((name, item))
            else:
                self.unnamed.append(item)

    def _take_parameters(self, item: Item) -> None:
        signature = item.arguments[0]
        symbols = signature.arguments if signature.kind == CONTAINER else (signature,)
        self.parameters += [s.name for s in symbols if s.name not in self.parameters]

    def _define(self, left: Item, right: Item) -> None:
        if left.name in self.definitions:
            raise error("duplicate-definition", f"`{left.name}` is defined twice", left.span)
        self.definitions[left.name] = right

    def named_outputs(self) -> list[tuple[str, Item]]:
        """The outputs: those with names, what is defined and used by nothing, and the rest as y, or y0, y1, ..."""
        everything = [item for _, item in self.outputs] + self.unnamed
        used = _symbols([*everything, *self.definitions.values()])
        final = [name for name in self.definitions if name not in used]
        if not final and not everything:
            final = list(self.definitions)  # all in circles; building them tells which
        defined = [(name, Item(SYMBOL, name=name)) for name in final]
        is_single = len(self.unnamed) == 1
        unnamed = [
            (_OUTPUT if is_single else f"{_OUTPUT}{index}", item)
            for index, item in enumerate(self.unnamed)
        ]
        return [*self.outputs, *defined, *unnamed]


def _is_definition(item: Item) -> bool:
    """Whether it is an equation that says what a symbol is, not a condition on it."""
    if item.kind not in _EQUATIONS or len(item.arguments) != 2:
        return False
    left, right = item.arguments
    return left.kind == SYMBOL and left.name not in _symbols([right])


def _with_replacements(item: Item) -> tuple[Item, ...]:
    """The elements; of what `cse` returns, the replacements as definitions and then the expressions."""
    if len(item.arguments) != 2 or any(part.kind != CONTAINER for part in item.arguments):
        return item.arguments
    replacements, expressions = item.arguments
    pairs = [part.arguments for part in replacements.arguments]
    if not all(len(pair) == 2 and pair[0].kind == SYMBOL for pair in pairs):
        return item.arguments
    definitions = [Item("Assignment", tuple(pair)) for pair in pairs]
    return (*definitions, expressions)


def _symbols(items: Iterable[Item]) -> set[str]:
    """The names of all symbols in the items."""
    waiting = list(items)
    seen = set(waiting)
    names: set[str] = set()
    while waiting:
        item = waiting.pop()
        if item.kind == SYMBOL:
            names.add(item.name)
        fresh = [part for part in item.arguments if part not in seen]
        seen.update(fresh)
        waiting += fresh
    return names


def read_items(root: Item, options: ReadOptions) -> Parsed:
    """The graph; inputs stand in the order of their names, or in that of a Lambda's parameters.

    Raises SymhdlError for what has no meaning in hardware.
    """
    program = _Program()
    program.collect(root)
    wanted = program.named_outputs()
    if not wanted:
        raise error(
            "no-output", "there is nothing to compute", root.span, help="give an expression"
        )
    writer = RuleWriter(SympyLibrary(options.definitions), program.definitions)
    nodes = [(name, item, writer.write(item)) for name, item in wanted]
    place = {name: index for index, name in enumerate(program.parameters)}
    met = [name for name in writer.symbols if name not in place]
    ordered = [*program.parameters, *sorted(met, key=natural)]
    inputs = tuple(InputDeclaration(name) for name in ordered)
    taken = set(ordered)
    outputs = []
    for name, item, node in nodes:
        free = _free(name, taken)
        taken.add(free)
        outputs.append(OutputDeclaration(free, node, span=item.span))
    graph = writer.graph.build(inputs, tuple(outputs))
    return Parsed(graph, tuple(writer.warnings))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_out"
    return name
