"""A Datapath as text and back: the file `<top>.datapath`, exact, complete, one line per cell.

    symhdl datapath 2
    top "poly"
    device "generic"
    frequency 200.0
    dsp auto
    primitives auto
    source "y = x*x"
    fact "..."
    assume "x < 3"
    unit {"name": "MULT18X18D", "kind": "multiply", ...}
    input "x" port x : fixed<12,3> from -1536 to 1536 is %0
    output "y" port y : fixed<16,9> from 0 to 2304 is %3 error 0.001953125
    cells
    %0 "x" = input : -1536..1536 / 2^9 @0
    %1 = square %0 : 0..2359296 / 2^18 @0 for "x*x"
    %2 = shift_right %1 shift=10 : 0..2304 / 2^8 @0
    %3 = register %2 latency=1 : 0..2304 / 2^8 @1
    end

A cell's line has its name if it has one, the kind, the operands, the parameters that are not 0 by their names (weights
as `weights=8,-1`), the latency and the unit (`unit "MULT18X18D"`) if it has them, the integer range, the fractional
bits (`/ 2^fraction`), the stage (`@stage`), and what it was built for if that is known.
The contents of a table follow on indented lines. A source of several lines takes several `source` lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhdl.choices import DSP_WORDS, DspUse, PrimitiveUse
from symhdl.errors import SymhdlError, error
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.lines import (
    FORMAT,
    IDENTIFIER,
    INTEGER,
    INTEGERS,
    NATURAL,
    QUOTED,
    REAL,
    LineReader,
    LineSyntax,
    integer_of,
    integer_text,
    line_syntax,
    quoted,
    reader_of,
    spans_of_lines,
)
from symhdl.ir.unit_text import UNIT, read_unit, unit_text
from symhdl.ir.verify import MAXIMUM_TABLE, SHOWN_PROBLEMS, Problem, datapath_problems
from symhdl.numeric.limits import MAXIMUM_CELLS
from symhdl.targets.units import Unit

FAMILY = "symhdl datapath "
HEADING = f"{FAMILY}2"
ENTRIES_PER_LINE = 16

# --- printing -------------------------------------------------------------------------------------


def print_datapath(datapath: Datapath) -> str:
    """The text from which `read_datapath` makes an equal datapath."""
    return "\n".join(_lines(datapath)) + "\n"


def _lines(datapath: Datapath) -> Iterator[str]:
    yield HEADING
    yield f"top {quoted(datapath.top)}"
    yield f"device {quoted(datapath.device)}"
    yield f"frequency {datapath.frequency_mhz!r}"
    yield f"dsp {datapath.dsp}"
    yield f"primitives {datapath.primitives}"
    for line in datapath.source.split("\n"):
        yield f"source {quoted(line)}"
    for fact in datapath.facts:
        yield f"fact {quoted(fact)}"
    for assumption in datapath.assumptions:
        yield f"assume {quoted(assumption)}"
    for unit in datapath.units:
        yield f"unit {unit_text(unit)}"
    for keyword, ports in (("input", datapath.inputs), ("output", datapath.outputs)):
        for port in ports:
            yield f"{keyword} {_port_text(port)}"
    yield "cells"
    for index, cell in enumerate(datapath.cells):
        yield _cell_text(index, cell)
        for start in range(0, len(cell.contents), ENTRIES_PER_LINE):
            yield "  " + " ".join(
                map(integer_text, cell.contents[start : start + ENTRIES_PER_LINE])
            )
    yield "end"


def _port_text(port: Port) -> str:
    bound = "" if port.error_bound is None else f" error {port.error_bound!r}"
    if port.error_bound_real_inputs is not None:
        bound += f" with real inputs {port.error_bound_real_inputs!r}"
    return (
        f"{quoted(port.name)} port {port.port} : {port.format} "
        f"from {integer_text(port.minimum)} to {integer_text(port.maximum)} is %{port.cell}{bound}"
    )


def _cell_text(index: int, cell: Cell) -> str:
    name = f" {quoted(cell.name)}" if cell.name else ""
    operands = "".join(f" %{operand}" for operand in cell.operands)
    weights = ",".join(map(integer_text, cell.weights))
    numbers = "".join(
        f" {name}={integer_text(number)}" for name, number in _numbers(cell) if number
    )
    parameters = (f" weights={weights}" if weights else "") + numbers
    unit = f" unit {quoted(cell.unit)}" if cell.unit else ""
    origin = f" for {quoted(cell.origin)}" if cell.origin else ""
    bounds = f"{integer_text(cell.minimum)}..{integer_text(cell.maximum)}"
    return (
        f"%{index}{name} = {cell.kind.name.lower()}{operands}{parameters}{unit} : {bounds} "
        f"/ 2^{cell.fraction} @{cell.stage}{origin}"
    )


def _numbers(cell: Cell) -> tuple[tuple[str, int], ...]:
    """The numbers of a cell by their names."""
    return (
        ("value", cell.value), ("shift", cell.shift), ("count", cell.count), ("latency", cell.latency)
    )  # fmt: skip


# --- reading --------------------------------------------------------------------------------------

_HEADING = line_syntax((HEADING, f"`{HEADING}`"))
_STRINGS: dict[str, LineSyntax] = {
    word: line_syntax((f"{word} ", f"`{word}`"), (QUOTED, "a string in double quotes"))
    for word in ("top", "device", "source", "fact", "assume")
}
_FREQUENCY = line_syntax(("frequency ", "`frequency`"), (REAL, "a frequency in MHz"))
_DSP = line_syntax(("dsp ", "`dsp`"), ("(auto|none|[0-9]{1,9})", "`auto`, `none` or a number"))
_PRIMITIVES = line_syntax(("primitives ", "`primitives`"), ("(auto|none)", "`auto` or `none`"))
_UNIT = line_syntax(("unit ", "`unit`"), (UNIT, "a unit as JSON"))
_PORT = line_syntax(
    ("(?:input|output) ", "`input`, `output` or `cells`"),
    (QUOTED, "a name in double quotes"),
    (" port ", "` port `"),
    (IDENTIFIER, "an identifier"),
    (" : ", "` : `"),
    (FORMAT, "a format such as fixed<12,3>"),
    (" from ", "` from `"),
    (INTEGER, "an integer"),
    (" to ", "` to `"),
    (INTEGER, "an integer"),
    (" is %", "` is ` and a cell"),
    (NATURAL, "the number of a cell"),
    (f"(?: error {REAL})?", "an error bound such as ` error 0.001`"),
    (f"(?: with real inputs {REAL})?", "a bound such as ` with real inputs 0.002`"),
)
_KINDS = {kind.name.lower(): kind for kind in CellKind}
_CELL = line_syntax(
    ("%", "a cell or `end`"),
    (NATURAL, "the number of the cell"),
    (f"(?: {QUOTED})?", "a name"),
    (" = ", "` = `"),
    ("(" + "|".join(sorted(_KINDS, key=len, reverse=True)) + ")", "a kind of cell"),
    ("((?: %[0-9]{1,9})*)", "operands"),
    (f"(?: weights={INTEGERS})?", "weights such as ` weights=8,-1`"),
    (f"(?: value={INTEGER})?", "a value such as ` value=-4`"),
    (f"(?: shift={NATURAL})?", "a shift such as ` shift=3`"),
    (f"(?: count={NATURAL})?", "a count such as ` count=5`"),
    (f"(?: latency={NATURAL})?", "a latency such as ` latency=1`"),
    (f"(?: unit {QUOTED})?", 'a unit such as ` unit "MULT18X18D"`'),
    (" : ", "` : ` and a range"),
    (INTEGER, "an integer"),
    (r"\.\.", "`..`"),
    (INTEGER, "an integer"),
    (r" / 2\^", "` / 2^` and the fractional bits"),
    ("(-?[0-9]{1,6})", "the number of fractional bits"),
    (" @", "` @` and the stage"),
    (NATURAL, "the stage"),
    (f"(?: for {QUOTED})?", 'what the cell was built for, such as ` for "x*x"`'),
)
_CONTENTS = line_syntax(("  ", "table entries"), (f"({INTEGER}(?: {INTEGER})*)", "integers"))
_CELLS = line_syntax(("cells", "`input`, `output` or `cells`"))
_END = line_syntax(("end", "`end`"))


def read_datapath(text: str, name: str = "datapath") -> Datapath:
    """The datapath that the text describes, checked as thoroughly as one that the compiler made.

    `name` is the file's name for messages. Raises SymhdlError for whatever is wrong with the text.
    """
    reader = reader_of(text, name)
    if reader.starts(FAMILY) and reader.line != HEADING:
        message = f"this was written by another version of symhdl; here it is `{HEADING}`"
        raise error("other-version", message, reader.span(), help="compile again")
    reader.read(_HEADING)
    top = _string(reader, "top")
    device = _string(reader, "device")
    frequency = _real(reader, *reader.required(_FREQUENCY))
    dsp = _dsp_of(reader.required(_DSP)[0])
    given = reader.required(_PRIMITIVES)[0]
    primitives: PrimitiveUse = "none" if given == "none" else "auto"
    source = "\n".join(_strings(reader, "source"))
    facts = tuple(_strings(reader, "fact"))
    assumptions = tuple(_strings(reader, "assume"))
    units = tuple(_units(reader))
    inputs = tuple(_ports(reader, "input"))
    outputs = tuple(_ports(reader, "output"))
    reader.read(_CELLS)
    numbers: list[int] = []
    cells = tuple(_cells(reader, numbers))
    reader.read(_END)
    reader.expect_end()
    datapath = Datapath(
        top, cells, inputs, outputs, source, frequency, device, facts, dsp, primitives, units,
        assumptions,
    )  # fmt: skip
    problems = datapath_problems(datapath)
    if problems:
        raise _invalid(reader, numbers, problems)
    return datapath


def _dsp_of(text: str) -> DspUse:
    words: dict[str, DspUse] = {word: word for word in DSP_WORDS}
    return words[text] if text in words else int(text)


def _string(reader: LineReader, keyword: str) -> str:
    (text,) = reader.required(_STRINGS[keyword])
    return reader.unquoted(text)


def _strings(reader: LineReader, keyword: str) -> Iterator[str]:
    while reader.starts(keyword + " "):
        yield _string(reader, keyword)


def _units(reader: LineReader) -> Iterator[Unit]:
    while reader.starts("unit "):
        found = read_unit(reader.required(_UNIT)[0])
        if isinstance(found, str):
            raise reader.previous_wrong(found)
        yield found


def _real(reader: LineReader, text: str) -> float:
    value = float(text)
    if value == float("inf"):
        raise reader.previous_wrong(f"{text} is too large")
    return value


def _ports(reader: LineReader, keyword: str) -> Iterator[Port]:
    while reader.starts(keyword + " "):
        name, port, format, low, high, cell, bound, real = (
            value or "" for value in reader.read(_PORT)
        )
        yield Port(
            reader.unquoted(name),
            port,
            int(cell),
            reader.format(format),
            integer_of(low),
            integer_of(high),
            _real(reader, bound) if bound else None,
            _real(reader, real) if real else None,
        )


def _cells(reader: LineReader, numbers: list[int]) -> Iterator[Cell]:
    """The cells; the numbers of their lines are added to `numbers`."""
    while reader.starts("%"):
        index = len(numbers)
        numbers.append(reader.number)
        if index >= MAXIMUM_CELLS:
            raise reader.wrong(f"more than {MAXIMUM_CELLS} cells")
        (
            own, name, kind, operands, weights, value, shift, count, latency, unit, low, high, fraction, stage, origin
        ) = (field or "" for field in reader.read(_CELL))  # fmt: skip
        if int(own) != index:
            raise reader.previous_wrong(f"this is cell %{index}; cells are numbered from 0 on")
        yield Cell(
            _KINDS[kind],
            tuple(map(int, operands.replace("%", "").split())),
            integer_of(low),
            integer_of(high),
            int(fraction),
            int(stage),
            int(latency or 0),
            reader.unquoted(unit) if unit else "",
            integer_of(value) if value else 0,
            int(shift or 0),
            int(count or 0),
            tuple(map(integer_of, weights.split(","))) if weights else (),
            _contents(reader),
            reader.unquoted(name) if name else "",
            reader.unquoted(origin) if origin else "",
        )


def _contents(reader: LineReader) -> tuple[int, ...]:
    contents: list[int] = []
    while reader.starts("  "):
        entries = reader.required(_CONTENTS)[0]
        contents += map(integer_of, entries.split())
        if len(contents) > MAXIMUM_TABLE:
            raise reader.previous_wrong(f"a table has at most {MAXIMUM_TABLE} entries")
    return tuple(contents)


def _invalid(
    reader: LineReader, numbers: Sequence[int], problems: Sequence[Problem]
) -> SymhdlError:
    first = problems[0]
    shown = tuple(str(problem) for problem in problems[1:SHOWN_PROBLEMS])
    line = 0 if first.index is None else numbers[first.index]
    (span,) = spans_of_lines(reader.source, [line])
    message = f"not a valid datapath: {first.message}"
    return error("invalid-datapath", message, span, notes=shown)
