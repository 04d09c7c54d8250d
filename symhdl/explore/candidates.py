"""The candidates for a combination: equations of each class, made alike, with their values at rows of data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from symhdl.compiler import Read
from symhdl.data.table import Table
from symhdl.empirical.exact import exact_at
from symhdl.empirical.folding import Folding, folds_of, joined
from symhdl.empirical.goal import winners
from symhdl.empirical.reading import Columns, read_samples
from symhdl.empirical.samples import Integers, Samples
from symhdl.errors import Diagnostic, UsageError, error, shortened
from symhdl.explore.front import front_of
from symhdl.explore.job import Job
from symhdl.explore.limits import ADDED, Limits
from symhdl.explore.picks import Pool
from symhdl.explore.row import Row
from symhdl.explore.values import Values
from symhdl.explore.work import Workshop, chosen_of, read_of
from symhdl.ir.graph import Graph
from symhdl.parsed import Parsed
from symhdl.simulate import INT64_BITS
from symhdl.sources.reading.merge import merged


@dataclass(frozen=True, slots=True)
class Candidate:
    """An equation that was made, with its row."""

    job: Job
    row: Row

    @property
    def loss(self) -> float:
        """That of the search, infinite if it is not known; rows that are to judge must not choose by their figures."""
        return math.inf if self.row.loss is None else self.row.loss


Classes = Mapping[str, Sequence[Candidate]]
"""The candidates of each class; all of them are made alike."""


def settings_of(made: Sequence[Candidate], limits: Limits) -> dict[str, list[Classes]]:
    """The candidates by device, and by all that they are made alike in.

    Those that another of the class beats in the loss of the search and in all that is limited are left out; where a
    loss is not known, all stay. Designs that are cut, which another run may make other ones, are left out. Raises
    UsageError where there is one class, SymhdlError for a class without designs.
    """
    names = classes_of([each.job for each in made])
    for name in names:
        if not any(e.job.equation.class_name == name and e.row.status == "done" for e in made):
            text = f"class `{shortened(name)}` has no design, so that there is no combination"
            raise error("no-designs", text, help="see what its rows tell")
    alike: dict[object, dict[str, list[Candidate]]] = {}
    for each in made:
        if each.row.status == "done" and limits.holds_alone(each.row):
            classes = alike.setdefault(each.job.options, {name: [] for name in names})
            classes[each.job.equation.class_name].append(each)
    found: dict[str, list[Classes]] = {}
    for classes in alike.values():
        if all(classes.values()):
            first = next(iter(classes.values()))[0]
            kept = {name: _worth_it(each, limits) for name, each in classes.items()}
            found.setdefault(chosen_of(first.job).device, []).append(kept)
    return found


def classes_of(jobs: Sequence[Job]) -> list[str]:
    """The classes of a combination. Raises UsageError where there is one."""
    names = list(dict.fromkeys(job.equation.class_name for job in jobs))
    if len(names) < 2:
        text = "a combination is of one equation for each class, and there is one class"
        help = "name several: --class g=FILE --class q=FILE"
        raise UsageError(Diagnostic("one-class", text, help=help))
    return names


def _worth_it(candidates: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    """The candidates on the front of loss and of what is limited, or of LUTs."""
    names = limits.added or ("luts",)
    costs = np.array([[*added_costs(each.row, names), each.loss] for each in candidates])
    if not np.isfinite(costs[:, -1]).all():
        return list(candidates)
    return [candidates[place] for place in np.flatnonzero(front_of(costs)).tolist()]


def added_costs(row: Row, names: Sequence[str] = ADDED) -> list[float]:
    """What a row takes of resources; infinite where that is not known."""
    values = (getattr(row, name) for name in names)
    return [math.inf if value is None else float(value) for value in values]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that choose combinations, rows of data that only judge them, and what the user should know of both.

    The last `copies` of those that choose lie between rows of the data. What is exact at them are the most accurate
    equations of the classes.
    """

    choosing: Samples
    copies: int
    judging: Samples
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def right(self) -> Integers:
        """The class of each row that chooses: that of its label, or of the most accurate equations."""
        labels = self.choosing.labels
        return winners(self.choosing.exact) if labels is None else labels


def rows_of(made: Sequence[Candidate], labels: str | None, weights: str | None) -> Rows:
    """The rows for candidates, which all have the same data. Raises SymhdlError for data that cannot be used."""
    whole = [each for each in made if each.row.status == "done"]
    chosen = chosen_of(whole[0].job)
    if chosen.data is None:
        text = "the best combination is looked for on rows of data, and there are none"
        raise UsageError(Diagnostic("combination-data", text, help="add --data FILE"))
    classes: dict[str, list[Candidate]] = {}
    for each in whole:
        classes.setdefault(each.job.equation.class_name, []).append(each)
    reference = together({name: _most_accurate(found) for name, found in classes.items()})
    graph = reference.parsed.graph
    jobs = {each.job.equation: each.job for each in whole}.values()
    graphs = [read_of(job, chosen_of(job)).parsed.graph for job in jobs]
    inputs = {declared.name: declared for own in graphs for declared in own.inputs}
    graph = replace(graph, inputs=tuple(inputs.values()))
    ignored = chosen.undefined != "error"
    columns = Columns(labels, weights, missing=chosen.missing, ignored=ignored)
    tables = Workshop().tables_of(chosen)
    read = read_samples(tables, graph, columns)
    if chosen.goal is not None:
        for job, own in zip(jobs, graphs, strict=True):
            _check_same_rows(job, own, read.samples, tables, columns)
    folds = folds_of(read.samples, None, graph, Folding(labels is not None))
    copies = folds.choosing.rows - folds.choosing_rows
    return Rows(joined(folds.tuning, folds.choosing), copies, folds.judging, read.warnings)


def _check_same_rows(
    job: Job, graph: Graph, samples: Samples, tables: Sequence[Table], columns: Columns
) -> None:
    """Raises SymhdlError unless an equation that has a goal uses these rows alone: others are drawn otherwise."""
    shared = int(exact_at(graph, samples.inputs).usable.sum())
    rows = read_samples(tables, graph, columns).samples.rows
    if not rows == samples.rows == shared:
        named = f"the goal of `{shortened(job.equation.text)}`"
        text = f"{named} drew from {rows} rows and the combination draws from {samples.rows}, {shared} of them the same"
        help = "leave out of the data what one of them cannot use: rows that chose a design must not judge it"
        raise error("different-rows", text, help=help)


def _most_accurate(candidates: Sequence[Candidate]) -> Candidate:
    """The candidate of the least loss, or where none is known the most complex one."""
    return min(candidates, key=lambda each: (each.loss, -(each.row.complexity or 0)))


def together(chosen: Mapping[str, Candidate]) -> Read:
    """The equations as one graph with an output for each class. Raises SymhdlError."""
    parts: list[tuple[Parsed, tuple[str]]] = []
    lines: dict[str, None] = {}
    for name, each in chosen.items():
        parts.append((read_of(each.job, chosen_of(each.job)).parsed, (name,)))
        lines |= dict.fromkeys(each.job.equation.definitions)
    lines |= dict.fromkeys(f"{name} = {each.job.equation.text}" for name, each in chosen.items())
    return Read(merged(parts), "\n".join(lines))


def pools_of(
    classes: Classes, values: Mapping[Job, Values], rows: int, names: Sequence[str]
) -> list[Pool]:
    """The values of all candidates at the first rows, as integers of one scale, and what they take of resources."""
    found = [[values[each.job] for each in candidates] for candidates in classes.values()]
    scale = max(one.fraction for each in found for one in each)
    pools = []
    for candidates, each in zip(classes.values(), found, strict=True):
        costs = np.array([added_costs(one.row, names or ("luts",)) for one in candidates])
        losses = np.array([one.loss for one in candidates])
        integers = np.stack([_scaled(one.integers[:rows], scale - one.fraction) for one in each])
        pools.append(Pool(integers, costs, np.where(np.isfinite(losses), losses, 0.0)))
    return pools


def _scaled(integers: np.ndarray, shift: int) -> np.ndarray:
    """The integers times 2^shift, as machine integers where they fit."""
    largest = max(abs(int(integers.max())), abs(int(integers.min())))
    if largest.bit_length() + shift > INT64_BITS:
        return integers.astype(object) << shift
    return integers.astype(np.int64) << shift
