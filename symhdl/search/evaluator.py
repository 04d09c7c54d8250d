"""The evaluator: what many expressions cost as hardware, by a model, and what they lose on data, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from symhdl.arguments import (
    EVERY,
    Definitions,
    FormatLike,
    Number,
    Range,
    RangeLike,
    assigned_of,
    unfit,
)
from symhdl.choices import DEFAULT_WIDTH, Clock, DspUse, Minimise, PrimitiveUse
from symhdl.cost.clock import period_ns
from symhdl.cost.operators import Fabric
from symhdl.data.fixed import quantise
from symhdl.data.input_ranges import RangeOptions, ranges_of_data
from symhdl.data.opening import tables_of
from symhdl.data.table import Table
from symhdl.design import Design
from symhdl.errors import SymhdlError, error
from symhdl.ir.datapath import Port
from symhdl.ir.graph import Graph, InputDeclaration
from symhdl.lowering import fabric_for
from symhdl.names.canonical import canonical
from symhdl.numeric.assigned import AssignedFormat
from symhdl.numeric.fixed import FixedFormat, format_for_range
from symhdl.options import Chosen, choose
from symhdl.passes.in_order import Ordering
from symhdl.passes.plan_inputs import PlanInputs
from symhdl.request import Request
from symhdl.search.forms import Forms
from symhdl.search.pricing import Pricing, Wanted
from symhdl.search.reading import Expressions
from symhdl.search.rows import WIDE, Rows
from symhdl.search.schedule import REFUSED, Estimated
from symhdl.search.uniform_prices import UniformPricing
from symhdl.targets.target import Target, load_target

Reals = npt.NDArray[np.float64]

MOST_FORMS, MOST_NODES = 200_000, 20_000
"""What is kept of subtrees before all is forgotten, which changes no result."""


class Costs(NamedTuple):
    """What expressions take, each an array with an entry for every expression.

    `cycles` are clock edges from inputs to outputs, `ns` the time between them. `area` is all in LUTs, a block counting
    as many as the compiler holds it worth: by it expressions rank as their compiled designs do. Infinite where the
    compiler would refuse whatever the ranges are, as for `x + log(-1)`; ranges are not proved here, so that what it
    refuses because a domain may be left has figures.
    """

    luts: Reals
    ffs: Reals
    dsps: Reals
    brams: Reals
    cycles: Reals
    ns: Reals
    area: Reals


@dataclass(slots=True)
class _Kept:
    """What is known of subtrees so far."""

    expressions: Expressions
    ordering: Ordering
    pricing: Pricing | None
    uniform: UniformPricing | None
    rows: Rows | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options as they were read, and the data."""

    chosen: Chosen
    target: Target
    to: AssignedFormat | None
    ranges: Mapping[str, Range]
    formats: Mapping[str, FixedFormat]
    columns: Mapping[str, Reals]
    wanted: Reals | None

    @property
    def is_uniform(self) -> bool:
        """Whether it is hardware of one format that is priced."""
        chosen = self.chosen
        given = chosen.width, chosen.output_width, chosen.output_format, chosen.error
        return self.to is not None and all(each is None for each in given)


class Evaluator:
    """Prices expressions and computes what their hardware computes, soon enough to stand inside a search.

    `cost` prices what `symhdl.compile` makes of an expression with these options: with formats of its own for `width`,
    `output_width`, `output_format` or `error`; without these, with the one format of `formats` for all operators, as
    `uniform` has it. `loss` and `outputs` are those of hardware with the format of `formats` (text as
    `"fixed<16,6>"` or `"fixed<12,4,AP_RND,AP_SAT>"`), equal to the bit: expressions compiled with `uniform` and
    `undefined="ignore"`.

    `data` is a table as for `compile`: its columns are the inputs, in the ranges of the rows, which `margin` widens;
    `target` is a column of it, or an array, that outputs are held against. `ranges` are those of inputs without
    columns, or in place of those of the data. An expression may be a text of any dialect, an expression of SymPy, a
    tree of DEAP, gplearn or Operon. Texts are read sooner where their `dialect` is given.

    Results do not depend on what was asked before. One evaluator may serve several threads, one after the other; it can
    be pickled, without what it has found. Raises SymhdlError for options that make no sense.
    """

    def __init__(
        self,
        *,
        device: str | Path = "generic",
        formats: str | FixedFormat | AssignedFormat | None = None,
        data: object = None,
        target: str | npt.ArrayLike | None = None,
        ranges: Mapping[str, RangeLike] | None = None,
        margin: Number = 0,
        width: int | None = None,
        output_width: int | None = None,
        output_format: FormatLike | None = None,
        error: Number | None = None,
        frequency: Clock = 200.0,
        dsp: DspUse = "auto",
        primitives: PrimitiveUse = "auto",
        minimise: Minimise = "auto",
        dialect: str | None = None,
        define: Definitions | str = (),
    ) -> None:
        chosen = choose(
            {
                "device": device, "data": data, "ranges": ranges, "margin": margin, "width": width,
                "output_width": output_width, "output_format": output_format, "error": error,
                "frequency": frequency, "dsp": dsp, "primitives": primitives, "minimise": minimise,
                "dialect": dialect, "define": define or None,
            }
        )  # fmt: skip
        to = None if formats is None else assigned_of("formats", formats)
        self._asked = _asked(replace(chosen, data=None), to, data, target)
        self._kept = _kept(self._asked)
        self._lock = Lock()

    def __getstate__(self) -> _Asked:
        """What was asked for, without what was found."""
        return self._asked

    def __setstate__(self, state: _Asked) -> None:
        """As new."""
        self._asked = state
        self._kept = _kept(state)
        self._lock = Lock()

    def __repr__(self) -> str:
        asked = self._asked
        return f"<evaluator: {', '.join(asked.ranges)} on {asked.target.name}>"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(self._asked.ranges)

    def cost(self, expressions: Sequence[object]) -> Costs:
        """What each expression takes on the device, by the model. Raises SymhdlError for what cannot be read."""
        with self._lock:
            kept = self._fresh()
            found: list[Estimated] = []
            for graph in kept.expressions.graphs(_listed(expressions)):
                self._check(graph)
                found += _estimates(kept, graph)
        worth = self._asked.target.worth
        areas = [worth.in_luts(each.luts, each.dsps, each.brams) for each in found]
        rows = np.array(found, dtype=np.float64).reshape(-1, len(Estimated._fields))
        luts, ffs, dsps, brams, cycles, ns = rows.T
        return Costs(luts, ffs, dsps, brams, cycles, ns, np.array(areas, dtype=np.float64))

    def outputs(self, expressions: Sequence[object]) -> Reals:
        """What the hardware of each expression (rows) computes on each row of the data (columns), as real numbers.

        Nan where the compiler would refuse, whatever the ranges are; ranges are not proved here, so that what has a
        value nowhere in those of its inputs is computed as functions are held at the ends of their domains. Raises
        SymhdlError for what cannot be read, without `formats` or without `data`, and for functions of formats of more
        than 16 bits.
        """
        with self._lock:
            kept, to = self._fresh(), self._asked.to
            if kept.rows is None or to is None:
                text = "outputs are those of one format for all operators, on rows of data"
                raise error("bad-argument", text, help='give formats="fixed<16,6>" and data=...')
            found: list[Reals] = []
            for graph in kept.expressions.graphs(_listed(expressions)):
                self._check(graph)
                found += _outputs(kept.rows, graph)
        scale = 2.0**-to.format.fraction
        return np.array(found, dtype=np.float64).reshape(-1, kept.rows.rows) * scale

    def loss(self, expressions: Sequence[object]) -> Reals:
        """The mean squared distance between the target and what the hardware computes, for each expression.

        Infinite where the compiler would refuse. Raises as `outputs`, and without `target`.
        """
        wanted = self._asked.wanted
        if wanted is None:
            text = "there is nothing to hold outputs against"
            raise error(
                "bad-argument", text, help="give a column of the data, or an array: target=..."
            )
        found = ((self.outputs(expressions) - wanted) ** 2).mean(axis=1)
        return np.where(np.isnan(found), np.inf, found)

    def _fresh(self) -> _Kept:
        """What is kept, begun anew where it is too much."""
        kept = self._kept
        forms = 0 if kept.pricing is None else len(kept.pricing.forms.forms)
        if forms > MOST_FORMS or len(kept.ordering.builder.nodes) > MOST_NODES:
            kept = self._kept = _kept(self._asked)
        return kept

    def _check(self, graph: Graph) -> None:
        known = self._asked.ranges
        for declared in graph.inputs:
            if declared.name not in known:
                text = f"there is neither a column nor a range for input `{declared.name}`"
                raise error("missing-range", text, help=f"inputs are {', '.join(known)}")


def _listed(expressions: object) -> Sequence[object]:
    if isinstance(expressions, str) or not isinstance(expressions, Sequence):
        raise unfit("expressions", expressions, "a list of expressions")
    return expressions


def _estimates(kept: _Kept, graph: Graph) -> list[Estimated]:
    pricing: Pricing | UniformPricing
    if kept.uniform is not None:
        pricing = kept.uniform
        try:
            places = kept.ordering.add(graph)
        except SymhdlError:
            return [REFUSED] * len(graph.outputs)
        roots = [places[output.node] for output in graph.outputs]
    else:
        assert kept.pricing is not None, "an evaluator without prices; please report this"
        pricing = kept.pricing
        roots = kept.pricing.forms.add(graph)
    return [pricing.estimate(root) for root in roots]


def _outputs(rows: Rows, graph: Graph) -> list[Reals]:
    nothing = np.full(rows.rows, np.nan)
    try:
        places = rows.ordering.add(graph)
    except SymhdlError:
        return [nothing] * len(graph.outputs)
    found: list[Reals] = []
    for output in graph.outputs:
        try:
            found.append(rows.output(places[output.node]).astype(np.float64))
        except SymhdlError as problem:
            if problem.diagnostics[0].id == WIDE:
                raise
            found.append(nothing)
    return found


def _asked(
    chosen: Chosen, to: AssignedFormat | None, data: object, target: str | npt.ArrayLike | None
) -> _Asked:
    tables = () if data is None else tables_of(data)
    ranges = dict(chosen.ranges or ())
    if EVERY in ranges:
        text = "ranges belong to inputs by their names"
        raise error("bad-argument", text, help='such as ranges={"x": (-1, 1)}')
    aim = canonical(target.strip()) if isinstance(target, str) else None
    names = dict.fromkeys(canonical(name.strip()) for table in tables for name in table.names)
    if tables and aim is not None and aim not in names:
        raise tables[0].without([aim], "target")
    inputs = [name for name in names if name != aim]
    columns = _columns(tables, [*inputs, *([] if aim is None else [aim])]) if tables else {}
    missing = [name for name in inputs if name not in ranges]
    if tables and missing:
        options = RangeOptions(Fraction(chosen.margin))
        ranges |= dict(ranges_of_data(tables, inputs, missing, missing, options).ranges)
    wanted = None
    if aim is not None:
        wanted = columns.pop(aim)
    elif target is not None:
        wanted = np.asarray(target, dtype=np.float64)
        rows = len(next(iter(columns.values()), ()))
        if wanted.shape != (rows,):
            raise error("bad-argument", f"the target has not one number for each of {rows} rows")
    width = chosen.width or DEFAULT_WIDTH
    formats = {name: format_for_range(*ends, width) for name, ends in ranges.items()}
    return _Asked(chosen, load_target(chosen.device), to, ranges, formats, columns, wanted)


def _columns(tables: Sequence[Table], names: Sequence[str]) -> dict[str, Reals]:
    """All rows of all tables."""
    parts: dict[str, list[Reals]] = {name: [] for name in names}
    for table in tables:
        for chunk in table.chunks(names, "refuse"):
            for name in names:
                parts[name].append(chunk.columns[name])
    return {name: np.concatenate(each) for name, each in parts.items()}


def _kept(asked: _Asked) -> _Kept:
    chosen, to = asked.chosen, asked.to
    expressions = Expressions(tuple(asked.ranges), chosen.dialect, chosen.define)
    ordering = Ordering()
    fabric, period = _fabric(asked)
    pricing = uniform = rows = None
    ends = {name: (float(low), float(high)) for name, (low, high) in asked.ranges.items()}
    if asked.is_uniform:
        assert to is not None, "a uniform format that is none; please report this"
        uniform = UniformPricing(ordering, ends, to, fabric, period)
    else:
        fractions = {name: each.fraction for name, each in asked.formats.items()}
        output = chosen.output_format
        wanted = Wanted(
            fractions,
            chosen.output_width or DEFAULT_WIDTH,
            None if output is None else output.fraction,
            None if chosen.error is None else float(chosen.error),
        )
        pricing = Pricing(Forms(ends), wanted, fabric, period)
    if to is not None and asked.columns:
        integers = _integers(asked, to)
        count = len(next(iter(asked.columns.values())))
        rows = Rows(ordering, integers, to, asked.target, count)
    return _Kept(expressions, ordering, pricing, uniform, rows)


def _fabric(asked: _Asked) -> tuple[Fabric, float]:
    """What expressions are made of, and the time between two registers; 0 without a clock."""
    chosen, target = asked.chosen, asked.target
    request = Request(
        frequency_mhz=chosen.frequency,
        dsp=chosen.dsp,
        primitives=chosen.primitives,
        minimise=chosen.minimise,
    )
    known = request.known_mhz
    return fabric_for(request, target), period_ns(known, target) if known else 0.0


def _integers(asked: _Asked, to: AssignedFormat) -> dict[str, npt.NDArray[np.int64]]:
    """The integers of the inputs on all rows, as they come in at the ports. Raises SymhdlError as the compiler."""
    names = tuple(asked.columns)
    declared = tuple(InputDeclaration(name) for name in names)
    request = Request(
        input_format=to.format, uniform=to, ranges=tuple(asked.ranges.items()), undefined="ignore"
    )
    design = PlanInputs().run(Design(Graph((), (), (), declared, ()), request, asked.target))
    found = {}
    for plan in design.inputs:
        port = Port(plan.name, plan.name, 0, plan.format, plan.minimum, plan.maximum)
        found[plan.name] = quantise(asked.columns[plan.name], port)[0].astype(np.int64)
    return found
