"""The cores of a text: identifiers, arguments, properties and bodies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error, warning
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.fpcore.beginning import BEGINNING
from symhdl.sources.fpcore.syntax import Grammar, asks_for_integers
from symhdl.sources.fpcore.text import Atom, Datum, List, read_data, read_number, shown
from symhdl.sources.fpcore.tree import Core, Expression, Parameter

MAXIMUM_DIMENSIONS = 16

# A name, perhaps a comment before it; atomic groups, because texts may be long.

_SHAPE = "(FPCore name (argument ...) :property value ... body), the name if there is one"


class _Outline(NamedTuple):
    """A core whose parts have been found."""

    form: List
    name: str
    arguments: List
    rest: tuple[Datum, ...]


def is_cores(source: Source) -> bool:
    """Whether the text begins with a core."""
    return BEGINNING.match(source.text) is not None


def read_cores(sources: Iterable[Source], functions: Mapping[str, Collection[int]]) -> list[Core]:
    """The cores of the texts; `functions` are further ones that they may call, with their numbers of arguments.

    Raises SymhdlError if brackets do not match or something else than cores stands in a text; what is wrong inside
    a core stands in its `mistakes`, because it matters only if the core is wanted.
    """
    outlines: list[_Outline] = []
    named: dict[str, _Outline] = {}
    mistakes: list[Diagnostic] = []
    for source in sources:
        for datum in read_data(source):
            outline = _outline(datum)
            if isinstance(outline, Diagnostic):
                mistakes.append(outline)
            elif not _is_same(outline, named.setdefault(outline.name, outline)):
                outlines.append(outline)
    known: dict[str, set[int]] = {name: set(counts) for name, counts in functions.items()}
    places: dict[str, Span] = {}
    for outline in outlines:
        if not outline.name:
            continue
        if outline.name in places:
            first = places[outline.name]
            notes = (f"first at {first.source.name}:{first.line}:{first.column}",)
            message = f"the core `{shown(outline.name)}` is defined twice"
            span = outline.form.items[1].span
            mistakes.append(Diagnostic("duplicate-definition", message, span, notes))
        places.setdefault(outline.name, outline.form.items[1].span)
        known[outline.name] = {len(outline.arguments.items)}
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
    return [_core(outline, known) for outline in outlines]


def _is_same(a: _Outline, b: _Outline) -> bool:
    """Whether two cores of one name are the same text, such as a definition that the source holds too."""
    if not a.name or a.form.span.source is b.form.span.source:
        return False
    places = (a.form.span, b.form.span)
    texts = [place.source.text[place.start : place.end] for place in places]
    return texts[0] == texts[1]


def _outline(datum: Datum) -> _Outline | Diagnostic:
    if not isinstance(datum, List) or datum.head != "FPCore":
        return Diagnostic("syntax", "expected (FPCore ...)", datum.span, help=f"write {_SHAPE}")
    items = datum.items[1:]
    name = ""
    if items and isinstance(items[0], Atom) and not items[0].is_string:
        name, items = items[0].text, items[1:]
    if not items or not isinstance(items[0], List):
        message = "this core has no list of arguments"
        return Diagnostic("syntax", message, datum.items[0].span, help=f"write {_SHAPE}")
    return _Outline(datum, name, items[0], items[1:])


def _core(outline: _Outline, functions: Mapping[str, Collection[int]]) -> Core:
    grammar = Grammar(functions)
    if outline.name:
        grammar.check_name(outline.form.items[1])
    parameters = _parameters(grammar, outline.arguments.items)
    properties, body = _split(grammar, outline)
    sizes = [size for p in parameters for size in p.sizes if isinstance(size, str)]
    with grammar.bound([*(p.name for p in parameters), *sizes]):
        expression = grammar.expression(body)
        conditions = _conjuncts(properties[":pre"]) if ":pre" in properties else []
        preconditions = [e for e in (_precondition(grammar, c) for c in conditions) if e]
    title = properties.get(":name")
    return Core(
        outline.name,
        title.text if isinstance(title, Atom) else "",
        parameters,
        tuple(preconditions),
        expression,
        outline.form.span,
        frozenset(grammar.calls),
        asks_for_integers(properties),
        tuple(grammar.mistakes),
        tuple(grammar.warnings),
    )


def _split(grammar: Grammar, outline: _Outline) -> tuple[dict[str, Datum], Datum]:
    """The properties, and the body behind them."""
    rest = outline.rest
    end = 0
    while end + 1 < len(rest) and _is_property(rest[end]):
        end += 2
    properties = grammar.properties(rest[:end])
    body = rest[end:]
    if len(body) == 1 and properties is not None and not _is_property(body[0]):
        return properties, body[0]
    place = body[1].span if len(body) > 1 else outline.form.span
    message = "a core has one body" if len(body) > 1 else "this core has no body"
    grammar.complain("syntax", message, place, help=f"write {_SHAPE}")
    return properties or {}, Atom("0", place)


def _is_property(datum: Datum) -> bool:
    return isinstance(datum, Atom) and datum.text.startswith(":") and not datum.is_string


def _parameters(grammar: Grammar, items: Sequence[Datum]) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    seen: set[str] = set()
    for item in items:
        name, sizes = _declared(grammar, item)
        if name is None:
            continue
        if name.text in seen:
            message = f"the argument `{shown(name.text)}` occurs twice"
            grammar.complain("duplicate-name", message, name.span)
        seen.add(name.text)
        grammar.check_name(name)
        found.append(Parameter(name.text, sizes, name.span))
    return tuple(found)


def _declared(grammar: Grammar, item: Datum) -> tuple[Atom | None, tuple[int | str, ...]]:
    """The name and the sizes of an argument: `x`, `(! :precision binary32 x)`, `(A 2 2)`."""
    parts = item.items if isinstance(item, List) else (item,)
    if isinstance(item, List) and item.head == "!":
        parts = parts[1:]
        while len(parts) > 2 and _is_property(parts[0]):
            parts = parts[2:]
    if not parts or not isinstance(parts[0], Atom) or len(parts) > MAXIMUM_DIMENSIONS + 1:
        help = "write a name, or a name and the sizes of an array as in (A 2 3)"
        grammar.complain("syntax", "this is no argument", item.span, help=help)
        return None, ()
    return parts[0], tuple(_size(grammar, part) for part in parts[1:])


def _size(grammar: Grammar, datum: Datum) -> int | str:
    if isinstance(datum, Atom) and not datum.is_string:
        value = read_number(datum.text)
        if value is None:
            grammar.check_name(datum)
            return datum.text
        if not isinstance(value, str) and value.denominator == 1 and value > 0:
            return int(value)
    grammar.complain("syntax", "a size is a positive integer or a name", datum.span)
    return 1


def _precondition(grammar: Grammar, datum: Datum) -> Expression | None:
    """The condition; None with a warning if it needs an operator that cannot be built, which the design does not."""
    before = len(grammar.mistakes)
    expression = grammar.expression(datum)
    found = grammar.mistakes[before:]
    if not found or any(mistake.id != "unsupported-function" for mistake in found):
        return expression
    del grammar.mistakes[before:]
    grammar.warnings.append(assumption(datum.span, found[0].message))
    return None


def assumption(span: Span, *notes: str) -> Diagnostic:
    """The warning that a precondition says more than ranges can."""
    text = shown(span.source.text[span.start : span.end])
    message = f"the precondition {text} is not used beyond the ranges of single inputs"
    help = "the design holds without it, for everything in the ranges"
    return warning("assumption", message, span, notes=notes, help=help)


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


def refuse_mistakes(cores: Iterable[Core]) -> None:
    """Raises SymhdlError with all that is wrong in the cores."""
    mistakes = [mistake for core in cores for mistake in core.mistakes]
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])


def refuse_unknown_sizes(core: Core) -> None:
    """Raises SymhdlError if an argument of the core is an array of unknown size."""
    for parameter in core.parameters:
        names = [size for size in parameter.sizes if isinstance(size, str)]
        if names:
            raise error(
                "unknown-size",
                f"the size `{shown(names[0])}` of the array `{shown(parameter.name)}` is not known",
                parameter.span,
                notes=("hardware has a fixed number of inputs",),
                help=f"write a number for it, as in ({shown(parameter.name)} 3), or call the core",
            )
