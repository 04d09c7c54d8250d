"""Objects of genetic-programming tools: lists of nodes in prefix order, written out exactly and read by the grammar.

The text is the way because functions that the user defines are texts, and because messages then point somewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real

from msgspec import structs

from symhdl.errors import Source, SymhdlError, error
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.grammar import parse
from symhdl.ir.graph import Graph
from symhdl.numeric.limits import MAXIMUM_NODES
from symhdl.parsed import Excerpt, Parsed
from symhdl.sources.reading.reader import Reading, ReadOptions

_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_RESERVED = frozenset(
    ("if", "then", "else", "and", "or", "not", "input", "output", "true", "false", "True", "False")
).union(name for name, _ in NATIVE.constants)
_STAND_IN = re.compile(r"input_[0-9]+")

SortKey = tuple[str, int, str] | int


@dataclass(frozen=True, slots=True)
class TreeStep:
    """A node: how many operands follow it, and what is written before, between and after them."""

    opening: str
    arity: int = 0
    separator: str = ", "
    closing: str = ")"


def call(name: object, arity: object, what: str) -> TreeStep:
    """The step of a function. Raises SymhdlError if no text can hold its name."""
    if not isinstance(name, str) or not _PLAIN_NAME.fullmatch(name) or not isinstance(arity, int):
        raise error(
            "bad-name",
            f"a function of {what} cannot be called {str(name)[:60]!r}",
            help="give the primitive a name made of letters and digits",
        )
    return TreeStep(f"{name}(", arity)


def number(value: object, what: str) -> TreeStep:
    """The step of a constant: the shortest digits that mean this very double. Raises SymhdlError if it has none."""
    if isinstance(value, Integral):
        return _negative_in_brackets(str(int(value)))
    if isinstance(value, Real) and math.isfinite(value):
        return _negative_in_brackets(repr(float(value)))
    raise error(
        "no-number", f"{what} holds {str(value)[:60]!r}, and hardware holds finite numbers only"
    )


def _negative_in_brackets(text: str) -> TreeStep:
    return TreeStep(f"({text})" if text.startswith("-") else text)


@dataclass(slots=True)
class TreeNames:
    """The inputs met so far, and how the text calls those whose names it could not hold."""

    written: dict[str, str] = field(default_factory=dict)

    def step(self, name: str) -> TreeStep:
        """The step of the input."""
        if name not in self.written:
            is_taken = name in _RESERVED or _STAND_IN.fullmatch(name) is not None
            is_plain = _PLAIN_NAME.fullmatch(name) is not None and not is_taken
            self.written[name] = name if is_plain else f"input_{len(self.written)}"
        return TreeStep(self.written[name])


def text_of(steps: Iterable[TreeStep], what: str) -> str:
    """The tree as text. Raises SymhdlError if the steps are too many, or none, or not those of one tree."""
    parts: list[str] = []
    waiting: list[tuple[TreeStep, int]] = []  # nodes with operands to come, and how many have come
    is_complete = False
    for count, step in enumerate(steps):
        if count > MAXIMUM_NODES:
            raise error("too-large", f"{what} has more than {MAXIMUM_NODES:,} nodes")
        if is_complete:
            raise _malformed(what)
        parts.append(step.opening)
        if step.arity > 0:
            waiting.append((step, 0))
            continue
        while waiting:
            owner, come = waiting.pop()
            if come + 1 < owner.arity:
                parts.append(owner.separator)
                waiting.append((owner, come + 1))
                break
            parts.append(owner.closing)
        is_complete = not waiting
    if not is_complete:
        raise _malformed(what)
    return "".join(parts)


def _malformed(what: str) -> SymhdlError:
    return error(
        "bad-program",
        f"the nodes of {what} are not those of one tree",
        help="a tree is complete when every function has as many operands as its arity says",
    )


def is_of(candidate: object, module: str, *names: str) -> bool:
    """Whether the object is of one of these classes of the module, or of one derived from it."""
    return any(
        kind.__module__ == module and kind.__name__ in names for kind in type(candidate).__mro__
    )


def by_output(candidate: object, is_tree: Callable[[object], bool]) -> dict[str, object]:
    """The trees by the names of their outputs; none if something else is among them."""
    if is_tree(candidate):
        return {"y": candidate}
    if isinstance(candidate, Mapping):
        named = {str(name): tree for name, tree in candidate.items()}
    elif isinstance(candidate, Sequence) and not isinstance(candidate, str | bytes):
        named = {f"y{index}": tree for index, tree in enumerate(candidate)}
    else:
        named = {}
    return named if all(map(is_tree, named.values())) else {}


def read_texts(
    texts: Mapping[str, str],
    names: TreeNames,
    dialect: Dialect,
    options: ReadOptions,
    *,
    what: str,
    order: Callable[[str], SortKey] | None = None,
) -> Reading:
    """The graph of expressions by output; the inputs stand in the order of their keys, else of appearance."""
    whole = "\n".join(texts.values())
    excerpts: list[Excerpt] = []
    start = 0
    for name, text in texts.items():
        excerpts.append(Excerpt(name, start, start + len(text)))
        start += len(text) + 1
    parsed: Parsed = parse(
        Source(f"<{what}>", whole),
        options.definitions,
        dialect=dialect,
        inputs=options.inputs,
        excerpts=excerpts,
    )
    graph = _with_names(parsed.graph, {written: name for name, written in names.written.items()})
    if order is not None:
        inputs = tuple(sorted(graph.inputs, key=lambda declared: order(declared.name)))
        graph = replace(graph, inputs=inputs)
    return Reading(replace(parsed, graph=graph), whole)


def _with_names(graph: Graph, names: Mapping[str, str]) -> Graph:
    """The graph with its inputs called as the tool calls them."""
    if all(written == name for written, name in names.items()):
        return graph
    nodes = tuple(
        structs.replace(node, name=names.get(node.name, node.name)) if node.name else node
        for node in graph.nodes
    )
    inputs = tuple(replace(d, name=names.get(d.name, d.name)) for d in graph.inputs)
    return replace(graph, nodes=nodes, inputs=inputs)


def natural(name: str) -> tuple[str, int, str]:
    """The key of an order in which x2 comes before x10."""
    letters = name.rstrip("0123456789")
    digits = name[len(letters) :]
    return letters, int(digits) if digits.isascii() and digits else -1, name
