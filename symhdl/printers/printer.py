"""Graphs as text: which languages there are, and the way from a graph to the text of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

from symhdl.arguments import text_of, unfit
from symhdl.errors import Diagnostic, UsageError, error, warning
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, InputDeclaration, without_dead_nodes
from symhdl.ir.graph_text import print_graph
from symhdl.names.identifiers import Identifier
from symhdl.names.spelling import similar
from symhdl.printers.expression import Writer, negative_nodes
from symhdl.printers.language import Assignment, Language, Program, Renaming
from symhdl.printers.lower import lower
from symhdl.printers.names import legal_names, names_of_parts
from symhdl.printers.parts import LARGEST_CONDITION, expanded_size, named_parts

LANGUAGES = {
    "native": "symhdl.printers.native:NATIVE",
    "sympy": "symhdl.printers.sympy_text:SYMPY",
    "c": "symhdl.printers.c:C",
    "numpy": "symhdl.printers.numpy_text:NUMPY",
    "fpcore": "symhdl.printers.fpcore:FPCORE",
    "latex": "symhdl.printers.latex:LATEX",
}
MAXIMUM_NODES_OF_PORTIONS = 2_000_000
ASSUMPTIONS = "assumptions"
GRAPH = "graph"  # the graph's own format, which keeps everything, node by node


@dataclass(frozen=True, slots=True)
class Printed:
    """The text, and what the user should know of it."""

    text: str
    warnings: tuple[Diagnostic, ...] = ()


def language_named(name: str) -> Language:
    """The language. Raises UsageError if there is none of that name."""
    if name not in LANGUAGES:
        known = [*LANGUAGES, GRAPH]
        guess = similar(name, known)
        help = f"did you mean `{guess}`?" if guess else f"languages are {', '.join(known)}"
        message = f"nothing can be written in `{name}`"
        raise UsageError(Diagnostic("unknown-language", message, help=help))
    module, _, attribute = LANGUAGES[name].partition(":")
    language: Language = getattr(import_module(module), attribute)
    return language


def source_of(graph: Graph, language: str = "native") -> str:
    """The graph as readable text: native, in another of the `LANGUAGES`, or as `graph`.

    What is read from the text again has the same values. Raises SymhdlError for what the language cannot say.
    """
    if not isinstance(graph, Graph):
        raise unfit("graph", graph, "a graph", "symhdl.parse makes one")
    return print_in(graph, text_of("language", language)).text


def print_in(graph: Graph, language: str) -> Printed:
    """Like `source_of`, with warnings of what is not as it was: names, formats."""
    if language == GRAPH:
        return Printed(print_graph(graph))
    chosen = language_named(language)
    programs = [program_of(part, chosen) for part in _portions(graph, chosen)]
    texts = ["\n".join(chosen.layout(program)) + "\n" for program in programs]
    return Printed("\n".join(texts), (*_renamed(programs), *_left_out(graph, chosen)))


def assumptions_in(graph: Graph, language: str = "native") -> tuple[str, ...]:
    """What a graph assumes, each condition as one text over the inputs. Raises SymhdlError for one that is too long."""
    chosen = language_named(language)
    return tuple("".join(pieces) for pieces in program_of(graph, chosen).assumptions)


def _portions(graph: Graph, language: Language) -> list[Graph]:
    """The graph, or one for each output with the inputs that it needs."""
    if not language.splits_outputs or len(graph.outputs) == 1:
        return [graph]
    if len(graph.outputs) * len(graph.nodes) > MAXIMUM_NODES_OF_PORTIONS:
        raise error(
            "too-large",
            f"{language.name} has a text of its own for each of the {len(graph.outputs)} outputs;"
            f" together they would be too long",
            help="convert them one by one",
        )
    portions = [without_dead_nodes(replace(graph, outputs=(output,))) for output in graph.outputs]
    return [replace(portion, inputs=_used_inputs(portion)) for portion in portions]


def _used_inputs(graph: Graph) -> tuple[InputDeclaration, ...]:
    used = {node.name for node in graph.nodes}
    return tuple(declared for declared in graph.inputs if declared.name in used)


def _renamed(programs: list[Program]) -> list[Diagnostic]:
    found = {renaming.old: renaming for program in programs for renaming in program.renamings}
    return [
        warning("renamed", f"`{renaming.old}` is called `{renaming.new}`: {renaming.reason}")
        for renaming in found.values()
    ]


def _left_out(graph: Graph, language: Language) -> list[Diagnostic]:
    """What the declarations say and the language cannot."""
    formats = [*(d.format for d in graph.inputs), *(d.format for d in graph.outputs)]
    has_format = any(format is not None for format in formats)
    has_range = any(declared.range is not None for declared in graph.inputs)
    has_error = any(declared.error is not None for declared in graph.outputs)
    lost = [
        what
        for what, is_there in (
            ("formats", has_format),
            ("ranges", has_range),
            ("errors", has_error),
            (ASSUMPTIONS, bool(graph.assumptions)),
        )
        if is_there and what not in language.declares
    ]
    if not lost:
        return []
    return [warning("left-out", f"{language.name} has no place for {' and '.join(lost)}")]


def program_of(graph: Graph, language: Language) -> Program:
    """The graph in the words of the language."""
    lowered = lower(replace(graph, assumptions=()), language.abilities)
    conditions = _conditions(graph, language)
    inputs, outputs = _identifiers(lowered, conditions, language)
    writer, assigned = _writer(lowered, language, inputs, outputs)
    parts = tuple(
        Assignment(writer.names[node], writer.write(node), lowered.nodes[node].operation.boolean)
        for node in assigned
    )
    shown_outputs = tuple(language.names.shown(identifier.text) for identifier in outputs)
    written = {part.name for part in parts}
    results = tuple(
        Assignment(name, writer.mention(output.node))
        for output, name in zip(lowered.outputs, shown_outputs, strict=True)
        if name not in written
    )
    shown_inputs = tuple(language.names.shown(identifier.text) for identifier in inputs)
    declared = [*(d.name for d in graph.inputs), *(d.name for d in graph.outputs)]
    renamings = tuple(
        Renaming(old, language.names.shown(new.text), new.reason)
        for old, new in zip(declared, (*inputs, *outputs), strict=True)
        if new.reason is not None
    )
    assumptions = () if conditions is None else _assumptions(conditions, language, shown_inputs)
    return Program(graph, shown_inputs, shown_outputs, parts, results, renamings, assumptions)


def _conditions(graph: Graph, language: Language) -> Graph | None:
    """What is assumed, by itself; None for nothing, and where the language has no place for it."""
    if not graph.assumptions or ASSUMPTIONS not in language.declares:
        return None
    return lower(without_dead_nodes(replace(graph, outputs=())), language.abilities)


def _assumptions(
    conditions: Graph, language: Language, inputs: tuple[str, ...]
) -> tuple[tuple[str, ...], ...]:
    """The conditions in terms of the inputs alone. Raises SymhdlError where they are too long for that."""
    size: list[int] = []
    for node in conditions.nodes:
        size.append(bool(node.operands) + sum(size[operand] for operand in node.operands))
    if max(size) > LARGEST_CONDITION:
        message = f"an assumption of more than {LARGEST_CONDITION:,} operations cannot be written"
        raise error("too-large", message, help="convert to `graph`")
    shown = {d.name: name for d, name in zip(conditions.inputs, inputs, strict=True)}
    names = {index: shown[node.name] for index, node in enumerate(conditions.nodes) if node.name}
    nodes = conditions.nodes
    writer = Writer(language, nodes, names, negative_nodes(nodes, names))
    return tuple(writer.write(assumption.node) for assumption in conditions.assumptions)


def _identifiers(
    graph: Graph, conditions: Graph | None, language: Language
) -> tuple[tuple[Identifier, ...], tuple[Identifier, ...]]:
    """Names for inputs and outputs, none of which is that of a constant in the graph."""
    wanted = [*(d.name for d in graph.inputs), *(d.name for d in graph.outputs)]
    nodes = graph.nodes if conditions is None else (*graph.nodes, *conditions.nodes)
    operations = {node.operation for node in nodes}
    constants = operations & {Operation.PI, Operation.E}
    taken = [text for constant in constants for text in language.forms[constant].texts]
    found = legal_names(wanted, language.names, taken)
    return found[: len(graph.inputs)], found[len(graph.inputs) :]


def _writer(
    graph: Graph,
    language: Language,
    inputs: tuple[Identifier, ...],
    outputs: tuple[Identifier, ...],
) -> tuple[Writer, list[int]]:
    """What writes the expressions, and the nodes that have names of their own, in order."""
    shown = language.names.shown
    by_input = {
        declared.name: shown(identifier.text)
        for declared, identifier in zip(graph.inputs, inputs, strict=True)
    }
    by_output: dict[int, str] = {}
    if language.outputs_are_parts:
        for output, identifier in zip(graph.outputs, outputs, strict=True):
            by_output.setdefault(output.node, shown(identifier.text))
    always = frozenset(node for node in by_output if graph.nodes[node].operands)
    repeated = language.largest_repeated if len(graph.outputs) == 1 else 0
    if expanded_size(graph, repeated) <= repeated:
        is_named = [index in always for index in range(len(graph.nodes))]
    else:
        is_named = named_parts(
            graph, language.largest, always, names_conditions=language.names_conditions
        )
    taken = {shown(identifier.text) for identifier in (*inputs, *outputs)}
    fresh = names_of_parts(language.names, taken)
    names: dict[int, str] = {}
    assigned: list[int] = []
    for index, node in enumerate(graph.nodes):
        if node.name:
            names[index] = by_input[node.name]
        elif is_named[index]:
            names[index] = by_output.get(index) or shown(next(fresh))
            assigned.append(index)
    return Writer(language, graph.nodes, names, negative_nodes(graph.nodes, names)), assigned
