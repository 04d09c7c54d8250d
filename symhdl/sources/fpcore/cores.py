"""The cores of a text: identifiers, arguments, properties and bodies."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, shortened
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_NODES
from symhdl.sources.fpcore.beginning import BEGINNING
from symhdl.sources.fpcore.notes import Notes, asks_for_integers, split_properties
from symhdl.sources.fpcore.text import Atom, Datum, List, read_data
from symhdl.sources.fpcore.values import MAXIMUM_DIMENSIONS

_SHAPE = "write (FPCore name (argument ...) :property value ... body), the name if there is one"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CoreParameter:
    """An argument of a core: a number, or an array of these sizes; the elements are called like inputs."""

    name: str
    sizes: tuple[int, ...]
    elements: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Core:
    """One `(FPCore ...)`; `title` is its `:name`, `calls` are the words that stand first in its lists.

    What is wrong stands in `mistakes`, because it matters only if the core is wanted.
    """

    name: str
    title: str
    parameters: tuple[CoreParameter, ...]
    preconditions: tuple[Datum, ...]
    body: Datum
    span: Span
    calls: frozenset[str]
    is_integer: bool
    mistakes: tuple[Diagnostic, ...]


def is_cores(source: Source) -> bool:
    """Whether the text begins with a core."""
    return BEGINNING.match(source.text) is not None


def read_cores(sources: Iterable[Source]) -> list[Core]:
    """The cores of the texts. Raises SymhdlError if brackets do not match or something else than cores stands there."""
    cores: list[Core] = []
    named: dict[str, Core] = {}
    mistakes: list[Diagnostic] = []
    for source in sources:
        for datum in read_data(source):
            if not isinstance(datum, List) or datum.head != "FPCore":
                message = "expected (FPCore ...)"
                mistakes.append(Diagnostic("syntax", message, datum.span, help=_SHAPE))
                continue
            core = _core(datum)
            first = named.setdefault(core.name, core) if core.name else core
            if first is core:
                cores.append(core)
            elif core.span.source is first.span.source or _text(core) != _text(first):
                message = f"the core `{shortened(core.name)}` is defined twice"
                notes = (f"first at {first.span!r}",)
                place = datum.items[1].span
                mistakes.append(Diagnostic("duplicate-definition", message, place, notes))
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
    return cores


def _text(core: Core) -> str:
    return core.span.source.text[core.span.start : core.span.end]


def _core(form: List) -> Core:
    notes = Notes()
    rest = form.items[1:]
    name = ""
    if rest and isinstance(rest[0], Atom) and not rest[0].is_string:
        name, rest = rest[0].text, rest[1:]
        notes.check_name(form.items[1])
    parameters: tuple[CoreParameter, ...] = ()
    if rest and isinstance(rest[0], List):
        parameters = _parameters(rest[0].items, notes)
    else:
        message = "this core has no list of arguments"
        notes.complain("syntax", message, form.items[0].span, help=_SHAPE)
    properties, bodies = split_properties(rest[1:])
    if rest and (len(bodies) != 1 or (isinstance(bodies[0], Atom) and bodies[0].is_property)):
        message = "a core has one body" if len(bodies) > 1 else "this core has no body"
        place = bodies[1].span if len(bodies) > 1 else form.span
        notes.complain("syntax", message, place, help=_SHAPE)
    body = bodies[0] if bodies else form
    title = properties.get(":name")
    condition = properties.get(":pre")
    preconditions = () if condition is None else tuple(_conjuncts(condition))
    return Core(
        name,
        title.text if isinstance(title, Atom) else "",
        parameters,
        preconditions,
        body,
        form.span,
        _words_first_in(body, *preconditions),
        asks_for_integers(properties),
        tuple(notes.mistakes),
    )


def _parameters(items: tuple[Datum, ...], notes: Notes) -> tuple[CoreParameter, ...]:
    """The arguments: `x`, `(! :precision binary32 x)`, `(A 2 2)`."""
    found: list[CoreParameter] = []
    taken: set[str] = set()
    for item in items:
        parts = item.items if isinstance(item, List) else (item,)
        if isinstance(item, List) and item.head == "!":
            parts = split_properties(parts[1:])[1]
        name, *sizes = parts or (item,)
        notes.check_name(name)
        shape = tuple(_size(size, notes) for size in sizes)
        if len(shape) > MAXIMUM_DIMENSIONS or math.prod(shape) > MAXIMUM_NODES:
            notes.complain("too-large", "this array of inputs is too large", item.span)
        elif isinstance(name, Atom):
            found.append(CoreParameter(name.text, shape, _elements(name.text, shape), name.span))
            twins = taken.intersection(found[-1].elements)
            if twins:
                message = f"two arguments give an input `{shortened(min(twins))}`"
                help = "rename one; the elements of an array v are called v_0, v_1, ..."
                notes.complain("duplicate-name", message, name.span, help)
            taken.update(found[-1].elements)
    return tuple(found)


def _elements(name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    names = [name]
    for size in shape:
        names = [f"{stem}_{index}" for stem in names for index in range(size)]
    return tuple(names)


def _size(datum: Datum, notes: Notes) -> int:
    value = datum.number if isinstance(datum, Atom) else None
    if value is None or isinstance(value, str) or value.denominator != 1 or value < 1:
        message = "the size of an array is a positive integer here"
        help = "write a number for it, as in (v 3): hardware has a fixed number of inputs"
        notes.complain("unknown-size", message, datum.span, help=help)
        return 1
    return int(value)


def _conjuncts(datum: Datum) -> list[Datum]:
    """What must hold all together, `and` taken apart."""
    found: list[Datum] = []
    waiting = [datum]
    while waiting:
        current = waiting.pop()
        if isinstance(current, List) and current.head == "and":
            waiting += reversed(current.items[1:])
        else:
            found.append(current)
    return found


def _words_first_in(*data: Datum) -> frozenset[str]:
    """What may be called: the heads of lists, those of bindings not."""
    found: set[str] = set()
    waiting = list(data)
    while waiting:
        current = waiting.pop()
        if not isinstance(current, List):
            continue
        found.add(current.head)
        is_block = bool(current.items) and isinstance(current.items[0], List)
        for item in current.items:
            waiting += item.items[1:] if is_block and isinstance(item, List) else (item,)
    return frozenset(found)
