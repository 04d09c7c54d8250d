"""What a job becomes: a row, whatever happens that a user can do wrong."""

from __future__ import annotations

import re
import time
import traceback
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from symhdl.arguments import EVERY
from symhdl.budget import INTERRUPTED
from symhdl.compiler import Read, compile_read, read_chosen
from symhdl.errors import Source, SymhdlError, error
from symhdl.explore.job import BY_INPUT, Job
from symhdl.explore.measured import measured
from symhdl.explore.row import INTERNAL, OUTPUTS_AT, Row
from symhdl.ir.graph import Graph, without_dead_nodes
from symhdl.options import Chosen, choose
from symhdl.variants import Variants

if TYPE_CHECKING:
    from symhdl.compiled import CompiledDesign
    from symhdl.data.table import Table

_DEFINED = re.compile(r"^\s*(\w+)\s*\(", re.MULTILINE)
KEPT = 8  # equations whose passes are shared among their jobs
TOP = "top"
NO_MEMORY = "there is not enough memory for this design"


def row_of(job: Job) -> Row:
    """The row of a job; a design that cannot be made is a row, too."""
    return Workshop().row_of(job)


def chosen_of(job: Job) -> Chosen:
    """The options of a job as the compiler wants them. Raises SymhdlError."""
    given: dict[str, object] = {
        name: dict(text) if name in BY_INPUT else text  # type: ignore[arg-type] # which pairs are
        for name, text in job.options
    }
    own: tuple[str, ...] = given.get("define", ())  # type: ignore[assignment] # texts
    names = {name for text in own for name in _DEFINED.findall(text)}
    tables = (each for each in job.equation.definitions if not names & {*_DEFINED.findall(each)})
    defined = (*tables, *own)  # the user knows better than a table
    return choose({**given, "define": [Source("--define", text) for text in defined]}, flags=True)


def read_of(job: Job, chosen: Chosen) -> Read:
    """The graph of the job's equation alone, with the inputs that it uses. Raises SymhdlError."""
    equation = job.equation
    dialect = equation.dialect or chosen.dialect
    read = read_chosen(equation.source, replace(chosen, dialect=dialect))
    graph = read.parsed.graph
    if equation.output:
        outputs = tuple(each for each in graph.outputs if each.name == equation.output)
        if not outputs:
            raise error("unknown-output", f"there is no output `{equation.output}`")
        graph = without_dead_nodes(replace(graph, outputs=outputs))
    return replace(read, parsed=replace(read.parsed, graph=_with_used_inputs(graph)))


def _with_used_inputs(graph: Graph) -> Graph:
    """The graph without the inputs that nothing depends on."""
    used = {node.name for node in without_dead_nodes(graph).nodes if node.name}
    return replace(graph, inputs=tuple(each for each in graph.inputs if each.name in used))


@dataclass(slots=True)
class Workshop:
    """Makes rows of jobs; what jobs of one equation have in common is done once."""

    _known: OrderedDict[object, tuple[Read, Variants]] = field(default_factory=OrderedDict)
    _tables: dict[object, tuple[Table, ...]] = field(default_factory=dict)

    def row_of(self, job: Job) -> Row:
        """As the function."""
        start = time.perf_counter()
        row: Row
        try:
            design = self.design_of(job)
            row = self._with_data(job, design, _row(job, design))
        except SymhdlError as problem:
            first = problem.diagnostics[0]
            message = "\n\n".join(told.render() for told in problem.diagnostics)
            row = Row.failure(job, first.id, message)
        except MemoryError:
            row = Row.failure(job, "out-of-memory", NO_MEMORY)
        except Exception as problem:  # noqa: BLE001 - a mistake of ours must not end all that comes behind
            message = "".join(traceback.format_exception(problem))
            row = Row.failure(job, INTERNAL, message)
        return replace(row, seconds=round(time.perf_counter() - start, 3))

    def design_of(self, job: Job) -> CompiledDesign:
        """The design of a job. Raises SymhdlError as the compiler does; Ctrl-C raises also where that would cut it."""
        chosen = replace(chosen_of(job), top=TOP, cache=True)
        if chosen.data is not None:
            chosen = replace(chosen, data=self.tables_of(chosen))
        read, variants = self._read(job, chosen)
        design = compile_read(read, without_strangers(chosen, read), known=variants)
        if any(each.id == INTERRUPTED for each in design.warnings):
            raise KeyboardInterrupt
        return design

    def _with_data(self, job: Job, design: CompiledDesign, row: Row) -> Row:
        """The row with what rows of data say of its design."""
        rows = dict(job.figures).get(OUTPUTS_AT)
        if rows is not None:
            from symhdl.explore.outputs import outputs_of

            return replace(row, outputs=outputs_of(design.operators, Path(rows)))
        chosen = chosen_of(job)
        if chosen.data is None:
            return row
        from symhdl.explore.figures import aim_of, figures_of

        return replace(row, figures=figures_of(design, self.tables_of(chosen), aim_of(job)))

    def tables_of(self, chosen: Chosen) -> tuple[Table, ...]:
        """The tables of the data, each opened once. Raises SymhdlError."""
        from symhdl.data.opening import tables_of

        key = repr((chosen.data, chosen.decimal))
        if key not in self._tables:
            self._tables[key] = tables_of(chosen.data, chosen.decimal)
        return self._tables[key]

    def _read(self, job: Job, chosen: Chosen) -> tuple[Read, Variants]:
        options = dict(job.options)
        key = (
            job.equation,
            *(options.get(name) for name in ("define", "combine", "assume")),
            *(frozenset(dict(options.get(name, ()))) for name in BY_INPUT),  # type: ignore[arg-type]
        )
        if key not in self._known:
            read = read_of(job, chosen)
            self._known[key] = read, Variants(read.parsed.graph)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return self._known[key]


def _row(job: Job, design: CompiledDesign) -> Row:
    """What there is to say of a design."""
    found = measured(design, job.far)
    return replace(
        Row.of(job, "cut" if design.design.cut else "done"),
        error_bound=design.error_bound,
        luts=found.luts,
        ffs=found.ffs,
        dsps=found.dsps,
        brams=found.brams,
        cycles=design.latency,
        ns=found.ns,
        measured=found.by,
    )


def without_strangers(chosen: Chosen, read: Read) -> Chosen:
    """The options without ranges and formats of inputs that other equations have."""
    own = {declared.name for declared in read.parsed.graph.inputs} | {EVERY}
    ranges = tuple(each for each in chosen.ranges or () if each[0] in own)
    formats = tuple(each for each in chosen.input_formats or () if each[0] in own)
    return replace(chosen, ranges=ranges, input_formats=formats)
