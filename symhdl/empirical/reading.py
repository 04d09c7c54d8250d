"""Rows of data from tables: inputs, labels and weights, and what the expressions are there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.data.table import Missing, Table
from symhdl.empirical.exact import exact_at
from symhdl.empirical.labels import inside, labels_of
from symhdl.empirical.samples import Floats, Samples
from symhdl.errors import Diagnostic, SymhdlError, error, shortened, warning
from symhdl.ir.graph import Graph
from symhdl.names.canonical import canonical

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Columns:
    """What rows have beside inputs, by the names of columns, and what becomes of rows that lack something.

    Rows at which the expressions have no value are left out where that is `ignored`, or where missing values are.
    `target` has the numbers that a search held its equation against. With `inside` a row is of class 1 if that is its
    label, and else of class 0.
    """

    labels: str | None = None
    weights: str | None = None
    missing: Missing = "refuse"
    ignored: bool = False
    target: str | None = None
    inside: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of tables, with the SHA-256 of all that they say, and what the user should know."""

    samples: Samples
    digest: str
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one table or of several: numbers by name, texts of labels, and where each stands."""

    numbers: dict[str, Floats]
    texts: list[str]
    places: list[str]

    def taken(self, kept: np.ndarray) -> _Rows:
        if kept.all():
            return self
        at = np.flatnonzero(kept).tolist()
        return _Rows(
            {name: column[kept] for name, column in self.numbers.items()},
            [self.texts[k] for k in at] if self.texts else [],
            [self.places[k] for k in at],
        )


def read_samples(
    tables: Sequence[Table], graph: Graph, columns: Columns, beside: Sequence[Table] = ()
) -> Read:
    """The rows of all tables, with labels that mean what they mean in those `beside` them, too.

    Raises SymhdlError for what they lack, and for rows that make no sense.
    """
    inputs = [declared.name for declared in graph.inputs]
    if not inputs:
        text = "the source has no inputs, so that no data say anything of it"
        raise error("no-inputs", text, help="leave the goal on data out")
    parts = [_read(table, inputs, columns) for table in tables]
    rows = _Rows(
        {name: np.concatenate([part.numbers[name] for part in parts]) for name in parts[0].numbers},
        [text for part in parts for text in part.texts],
        [place for part in parts for place in part.places],
    )
    warnings: list[Diagnostic] = []
    if columns.labels is not None:
        count = len(rows.places)
        rows = _labelled(rows, columns)
        if len(rows.places) < count:
            text = f"{count - len(rows.places)} rows without a label were left out"
            warnings.append(warning("skipped-rows", text))
    found = exact_at(graph, {name: rows.numbers[name] for name in inputs})
    if not found.assumed.all():
        text = f"{np.count_nonzero(~found.assumed)} rows that break an assumption were left out"
        warnings.append(warning("skipped-rows", text))
    if not (found.defined | ~found.assumed).all():
        warnings += _undefined(rows, found.defined | ~found.assumed, columns)
    exact, rows = found.outputs[found.usable], rows.taken(found.usable)
    weights = _weights(rows, columns)
    counting = weights > 0
    rows, exact, weights = rows.taken(counting), exact[counting], weights[counting]
    labels = None
    if columns.labels is not None and rows.places:
        if columns.inside is not None:
            told = inside(rows.texts, columns.inside)
        else:
            names = [output.name for output in graph.outputs]
            told = labels_of(rows.texts, rows.places, names, _kinds(beside, columns.labels))
        labels = told.classes
        warnings += told.warnings
    target = None if columns.target is None else rows.numbers[_key(columns.target)]
    samples = Samples({name: rows.numbers[name] for name in inputs}, exact, labels, weights, target)
    return Read(samples, _digest(samples), (*warnings, *_constant(samples)))


def _read(table: Table, inputs: Sequence[str], columns: Columns) -> _Rows:
    """The rows of one table that have all numbers."""
    wanted = list(inputs)
    told = (columns.weights, "weights of the rows"), (columns.target, "targets of the rows")
    for name, what in told:
        if name is not None:
            table.place_of(name, what)
            wanted = list(dict.fromkeys((*wanted, _key(name))))
    if columns.labels is not None:
        label = table.place_of(columns.labels, "labels of the rows")
    numbers: dict[str, list[Floats]] = {name: [] for name in wanted}
    kept: list[np.ndarray] = []
    for chunk in table.chunks(wanted, columns.missing):
        for name in wanted:
            numbers[name].append(chunk.columns[name])
        kept.append(np.ones(chunk.rows, np.bool_) if chunk.kept is None else chunk.kept)
    at = np.flatnonzero(np.concatenate(kept)).tolist()
    texts: list[str] = []
    if columns.labels is not None:
        every = table.texts(label)
        texts = [every[k] for k in at]
    places = [f"{table.name}, row {k + 1}" for k in at]
    return _Rows({name: np.concatenate(each) for name, each in numbers.items()}, texts, places)


def _key(column: str) -> str:
    """By what name numbers of a column are kept."""
    return canonical(column.strip())


def _kinds(tables: Sequence[Table], labels: str) -> set[str]:
    """What labels the rows of tables."""
    columns = (table.texts(table.place_of(labels, "labels of the rows")) for table in tables)
    return {text for column in columns for text in column if text}


def _labelled(rows: _Rows, columns: Columns) -> _Rows:
    """The rows that have a label; one without is refused unless such rows are left out."""
    has = np.array([bool(text) for text in rows.texts], dtype=np.bool_)
    if columns.missing == "refuse" and not has.all():
        help = "give it one, or leave such rows out (--missing skip)"
        raise _told(rows, np.flatnonzero(~has), "the label is missing", help)
    return rows.taken(has)


def _undefined(rows: _Rows, defined: np.ndarray, columns: Columns) -> Iterator[Diagnostic]:
    """The warning that rows are left out because the expressions have no value there, or the error."""
    if columns.missing == "refuse" and not columns.ignored:
        help = "leave such rows out (--missing skip), or promise nothing there (--undefined ignore)"
        raise _told(rows, np.flatnonzero(~defined), "the expression has no value there", help)
    text = f"{np.count_nonzero(~defined)} rows at which the expression has no value were left out"
    yield warning("skipped-rows", text)


def _told(rows: _Rows, wrong: np.ndarray, what: str, help: str) -> SymhdlError:
    diagnostics = [
        Diagnostic("bad-data", f"{rows.places[k]}: {what}", help=help)
        for k in wrong[:MOST_TOLD].tolist()
    ]
    return SymhdlError(*diagnostics)


def _weights(rows: _Rows, columns: Columns) -> Floats:
    """How much each row counts, 1 at most; alike without a column for it."""
    if columns.weights is None:
        return np.ones(len(rows.places))
    weights = rows.numbers[_key(columns.weights)]
    if (weights < 0).any():
        help = "give weights of 0 or more"
        raise _told(rows, np.flatnonzero(weights < 0), "the weight is negative", help)
    if len(weights) and not (weights > 0).any():
        raise error(
            "bad-data", f"all weights in `{columns.weights}` are 0", help="give some rows weight"
        )
    return weights / weights.max() if len(weights) else weights


def _constant(samples: Samples) -> Iterator[Diagnostic]:
    """What is told of inputs that have one value in all rows. Raises SymhdlError if that are all of them."""
    constant = (
        [name for name, column in samples.inputs.items() if not np.ptp(column)]
        if samples.rows
        else []
    )
    listed = ", ".join(f"`{shortened(name)}`" for name in constant)
    if constant and len(constant) == len(samples.inputs):
        raise error("bad-data", "all rows are the same", help="give rows that differ")
    if constant:
        text = f"all rows have the same value for {listed}"
        yield warning("constant-column", text, help="the design is judged for this value alone")


def _digest(samples: Samples) -> str:
    """The SHA-256 of all that rows say; the order of the rows counts, which says which of them judge."""
    found = hashlib.sha256()
    for name, column in samples.inputs.items():
        found.update(f"{name}\n{len(column)}\n".encode())
        found.update((column + 0.0).astype("<f8").tobytes())
    found.update(samples.weights.astype("<f8").tobytes())
    if samples.labels is not None:
        found.update(samples.labels.astype("<i8").tobytes())
    if samples.target is not None:
        found.update((samples.target + 0.0).astype("<f8").tobytes())
    return found.hexdigest()
