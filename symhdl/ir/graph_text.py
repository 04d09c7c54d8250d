"""A Graph as text and back, exact, one line per node.

    symhdl graph 2
    input "x" : fixed<12,3> in [-3, 3]
    input "t"
    output "y" = %3 : fixed<14,2> error <= 1/1024
    assume %4
    nodes
    %0 = input "x"
    %1 = constant 1/4
    %2 "wave" = sin %0
    %3 "y" = multiply %1 %2
    %4 = less %0 %1
    end

Format, range and error stand there if the declaration has them, and before the `=` what the user calls the value of the
node. Operations are named as in the table of operations. Text of version 1, which has no such names, is read as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symhdl.errors import Source, Span, SymhdlError, error
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Assumption, Graph, InputDeclaration, Node, OutputDeclaration
from symhdl.ir.lines import (
    FORMAT,
    INTEGER,
    NATURAL,
    QUOTED,
    LineReader,
    integer_of,
    integer_text,
    line_syntax,
    quoted,
    reader_of,
    spans_of_lines,
)
from symhdl.ir.verify import SHOWN_PROBLEMS, Problem, graph_problems
from symhdl.numeric.fixed import FixedFormat

HEADING = "symhdl graph 2"
MAXIMUM_NODES = 4_000_000

# --- printing -------------------------------------------------------------------------------------


def print_graph(graph: Graph) -> str:
    """The text from which `read_graph` makes an equal graph, spans apart."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    yield HEADING
    for declared in graph.inputs:
        limits = (
            "" if declared.range is None else " in [{}, {}]".format(*map(_real, declared.range))
        )
        yield f"input {quoted(declared.name)}{_format_text(declared.format)}{limits}"
    for output in graph.outputs:
        bound = "" if output.error is None else f" error <= {_real(output.error)}"
        yield f"output {quoted(output.name)} = %{output.node}{_format_text(output.format)}{bound}"
    for assumption in graph.assumptions:
        yield f"assume %{assumption.node}"
    yield "nodes"
    for index, (node, name) in enumerate(zip(graph.nodes, graph.names, strict=True)):
        yield f"%{index}{f' {quoted(name)}' if name else ''} = {node_text(node)}"
    yield "end"


def node_text(node: Node) -> str:
    """The operation, the constant's value or the input's name, and the operands: `multiply %1 %2`."""
    pieces = [node.operation.name.lower()]
    if node.value is not None:
        pieces.append(_real(node.value))
    if node.name:
        pieces.append(quoted(node.name))
    return " ".join(pieces + [f"%{operand}" for operand in node.operands])


def _real(value: Fraction) -> str:
    denominator = "" if value.denominator == 1 else f"/{integer_text(value.denominator)}"
    return integer_text(value.numerator) + denominator


def _format_text(format: FixedFormat | None) -> str:
    return "" if format is None else f" : {format}"


# --- reading --------------------------------------------------------------------------------------

_FRACTION = f"{INTEGER}(?:/{INTEGER})?"
_OPERATIONS = {operation.name.lower(): operation for operation in Operation}

_HEADING = line_syntax((f"{HEADING[:-1]}[12]", f"`{HEADING}`"))
_NAME = (QUOTED, "a name in double quotes")
_FORMAT = (f"(?: : {FORMAT})?", "a format")
_INPUT = line_syntax(
    ("input ", "`input`"),
    _NAME,
    _FORMAT,
    (rf"(?: in \[{_FRACTION}, {_FRACTION}\])?", "a range such as ` in [-1, 1/2]`"),
)
_OUTPUT = line_syntax(
    ("output ", "`output`"),
    _NAME,
    (" = %", "` = ` and a node"),
    (NATURAL, "the number of a node"),
    _FORMAT,
    (f"(?: error <= {_FRACTION})?", "an error such as ` error <= 1/1024`"),
)
_ASSUMPTION = line_syntax(("assume %", "`assume` and a node"), (NATURAL, "the number of a node"))
_NODES = line_syntax(("nodes", "`input`, `output`, `assume` or `nodes`"))
_NODE = line_syntax(
    ("%", "a node or `end`"),
    (NATURAL, "the number of the node"),
    (f"(?: {QUOTED})?", "what the user calls it"),
    (" = ", "` = `"),
    (
        "(" + "|".join(sorted(_OPERATIONS, key=len, reverse=True)) + r")(?![a-z0-9_])",
        "an operation",
    ),
    (f"(?: {_FRACTION})?", "a constant"),
    (f"(?: {QUOTED})?", "a name"),
    ("((?: %[0-9]{1,9})*)", "operands"),
)
_END = line_syntax(("end", "`end`"))


def read_graph(text: str, name: str = "graph") -> Graph:
    """The graph that the text describes; the spans point into the text.

    `name` is the file's name for messages. Raises SymhdlError for whatever is wrong with the text.
    """
    reader = reader_of(text, name)
    reader.read(_HEADING)
    inputs = tuple(_inputs(reader))
    outputs = tuple(_outputs(reader))
    assumptions = tuple(_assumptions(reader))
    reader.read(_NODES)
    numbers: list[int] = []
    named = tuple(_nodes(reader, numbers))
    reader.read(_END)
    reader.expect_end()
    spans: tuple[Span | None, ...] = tuple(spans_of_lines(reader.source, numbers))
    nodes, names = tuple(node for node, _ in named), tuple(name for _, name in named)
    graph = Graph(nodes, spans, names, inputs, outputs, assumptions)
    problems = graph_problems(graph)
    if problems:
        raise _invalid(reader.source, spans, problems)
    return graph


def _rational(reader: LineReader, numerator: str, denominator: str) -> Fraction:
    bottom = integer_of(denominator) if denominator else 1
    if bottom <= 0:
        raise reader.previous_wrong("a denominator is not positive")
    return Fraction(integer_of(numerator), bottom)


def _inputs(reader: LineReader) -> Iterator[InputDeclaration]:
    while reader.starts("input "):
        span = reader.span()
        name, format, low, low_denominator, high, high_denominator = reader.required(_INPUT)
        limits = None
        if low:
            lower = _rational(reader, low, low_denominator)
            limits = (lower, _rational(reader, high, high_denominator))
        parsed = reader.format(format) if format else None
        yield InputDeclaration(reader.unquoted(name), parsed, limits, span)


def _outputs(reader: LineReader) -> Iterator[OutputDeclaration]:
    while reader.starts("output "):
        span = reader.span()
        name, node, format, numerator, denominator = reader.required(_OUTPUT)
        bound = _rational(reader, numerator, denominator) if numerator else None
        parsed = reader.format(format) if format else None
        yield OutputDeclaration(reader.unquoted(name), int(node), parsed, bound, span)


def _assumptions(reader: LineReader) -> Iterator[Assumption]:
    while reader.starts("assume "):
        span = reader.span()
        (node,) = reader.required(_ASSUMPTION)
        yield Assumption(int(node), span)


def _nodes(reader: LineReader, numbers: list[int]) -> Iterator[tuple[Node, str]]:
    """The nodes with their names; the numbers of their lines are added to `numbers`."""
    while reader.starts("%"):
        index = len(numbers)
        numbers.append(reader.number)
        if index >= MAXIMUM_NODES:
            raise reader.wrong(f"more than {MAXIMUM_NODES} nodes")
        own, called, operation, value, denominator, name, operands = reader.required(_NODE)
        if int(own) != index:
            raise reader.previous_wrong(f"this is node %{index}; nodes are numbered from 0 on")
        node = Node(
            _OPERATIONS[operation],
            tuple(map(int, operands.replace("%", "").split())),
            _rational(reader, value, denominator) if value else None,
            reader.unquoted(name) if name else "",
        )
        yield node, reader.unquoted(called) if called else ""


def _invalid(
    source: Source, spans: tuple[Span | None, ...], problems: tuple[Problem, ...]
) -> SymhdlError:
    first = problems[0]
    span = Span(source, 0, len(HEADING)) if first.index is None else spans[first.index]
    shown = [str(problem) for problem in problems[1:SHOWN_PROBLEMS]]
    return error("invalid-graph", f"not a valid graph: {first.message}", span, notes=shown)
