"""The rows that shape networks of codes, and what of a graph may be read inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.empirical.chain_fits import Shaping
from symhdl.empirical.chain_space import Argument, slopes_of
from symhdl.empirical.folding import with_noise
from symhdl.empirical.samples import Floats, Folds, Integers, Samples
from symhdl.evaluate import evaluate_nodes
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, reachable

WHOLE_PERIODS = frozenset({Operation.SIN, Operation.COS})
HALF_PERIODS = frozenset({Operation.TAN})
SHARES, NOISY_SHARES = (0.85, 0.1, 0.05), (0.25, 0.7, 0.05)
"""How much copies of rows, wider copies and rows themselves count for the score of a candidate, and under noise."""
COPIES, WIDE_ROWS = 8000, 1000
"""At most so many copies of rows, and so many wider ones, shape a network."""
DECIDING = (
    3  # times as many of both say what it decides rightly, of which few would be right by luck
)
WIDTH = 0.3  # standard deviations by which wider copies lie around copies
WIDE_WEIGHT = 0.4  # of a wider copy for the entries of tables, beside that of a copy
TUNING_WEIGHT = 0.25  # of all rows themselves for the entries, beside all copies
NEAR = 1.3  # medians of the margin, within which what an output is matters much for the decision
FLOOR = 0.03  # how much it matters elsewhere


@dataclass(frozen=True, slots=True)
class Around:
    """Wider copies: how wide, in standard deviations, all shares in the score, and the weight of one of them."""

    width: float
    shares: tuple[float, float, float]
    weight: float


@dataclass(frozen=True, slots=True)
class Shaped:
    """What a search works on.

    `roots` are the nodes that become codes, one each: the outputs, or what a choice of the greatest is among. `reals`
    are the inputs at all rows, of which those that shape come first. `scored` are the weights of rows for the score,
    `classes` the right class of each row, `margins` the greatest and the second greatest of all outputs of the copies
    of rows that shape. `names` and `arguments` are of each root.
    """

    shaping: Shaping
    reals: Mapping[str, Floats]
    roots: tuple[int, ...]
    scored: Floats
    classes: Integers
    margins: tuple[Floats, Floats]
    names: tuple[tuple[str, ...], ...]
    arguments: tuple[tuple[Argument, ...], ...]
    copies: int

    @property
    def read(self) -> tuple[str, ...]:
        """The inputs that any root depends on."""
        return tuple(sorted({name for names in self.names for name in names}))


def roots_of(graph: Graph) -> tuple[int, ...]:
    """The nodes that become codes."""
    first = graph.nodes[graph.outputs[0].node]
    if len(graph.outputs) == 1 and first.operation is Operation.ARGMAX:
        return first.operands
    return tuple(output.node for output in graph.outputs)


def shaped(graph: Graph, folds: Folds, robust: float = 0.0) -> Shaped:
    """The rows that shape, and the graph's values at them; seeded.

    Where a goal is to hold under noise of `robust` standard deviations, most rows have such noise.
    """
    rows = _rows(folds.decided, folds.tuning, robust)
    roots = roots_of(graph)
    depends = _inputs_of_nodes(graph)
    periods = _readable(graph, roots, depends)
    values = _values(graph, rows.columns, {*periods, *roots})
    targets = np.stack([values[root] for root in roots], axis=1)
    finite = np.asarray(np.isfinite(targets).all(axis=1))
    columns = {name: column[finite] for name, column in rows.columns.items()}
    scored, classes = rows.scored[finite], targets[finite].argmax(axis=1).astype(np.int64)
    first = np.flatnonzero(finite[: len(rows.weights)])
    weights, targets = rows.weights[first], targets[first]
    values = {node: value[first] for node, value in values.items()}
    values = {node: value for node, value in values.items() if np.isfinite(value).all()}
    copies = int(np.count_nonzero(first < rows.copies))
    near, margins = _nearness(targets, weights, copies)
    of_first = {name: column[: len(first)] for name, column in columns.items()}
    shaping = Shaping(of_first, weights, targets, near, values)
    arguments = []
    for number, root in enumerate(roots):
        inside = set(reachable(graph.nodes, (root,)))
        arguments.append(
            tuple(
                _argument(node, periods[node], depends[node], shaping, number, copies)
                for node in sorted(inside & set(periods) & set(values))
            )
        )
    return Shaped(
        shaping, columns, roots, scored / scored.sum(), classes, margins,
        tuple(depends[root] for root in roots), tuple(arguments), copies,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of inputs, with weights for the score; `weights` for entries of tables are of those that shape."""

    columns: Mapping[str, Floats]
    scored: Floats
    weights: Floats
    copies: int


def _rows(dense: Samples, tuned: Samples, robust: float) -> _Rows:
    """Copies, wider copies and the rows themselves, which shape; then more copies and wider ones."""
    around = Around(robust, NOISY_SHARES, 1.0) if robust else Around(WIDTH, SHARES, WIDE_WEIGHT)
    generator = np.random.default_rng(0)
    copied = dense.taken(range(min(DECIDING * COPIES, dense.rows)))
    copies = min(COPIES, dense.rows)
    drawn = np.concatenate(
        [
            generator.integers(copies, size=WIDE_ROWS),
            generator.integers(copied.rows, size=(DECIDING - 1) * WIDE_ROWS),
        ]
    )
    wide = with_noise(copied.taken(drawn).inputs, around.width, tuned, generator)
    columns = {
        name: np.concatenate(
            [
                *(column[:copies], wide[name][:WIDE_ROWS], tuned.inputs[name]),
                *(column[copies:], wide[name][WIDE_ROWS:]),
            ]
        )
        for name, column in copied.inputs.items()
    }
    own, others = copied.weights, copied.weights[drawn]
    first, some = own[:copies], others[:WIDE_ROWS]
    weights = np.concatenate(
        [
            first / first.mean(),
            some / max(some.mean(), 1e-12) * around.weight,
            tuned.weights / tuned.weights.sum() * (TUNING_WEIGHT * copies),
        ]
    )
    of_copies, of_wide, of_tuned = (
        share * part / part.sum()
        for share, part in zip(around.shares, (own, others, tuned.weights), strict=True)
    )
    scored = np.concatenate(
        [of_copies[:copies], of_wide[:WIDE_ROWS], of_tuned, of_copies[copies:], of_wide[WIDE_ROWS:]]
    )
    return _Rows(columns, scored, weights, copies)


def _nearness(
    targets: Floats, weights: Floats, copies: int
) -> tuple[Floats, tuple[Floats, Floats]]:
    """How much each row counts for each output, and the two greatest outputs of the copies."""
    ordered = np.sort(targets, axis=1)
    first, second = ordered[:, -1], ordered[:, -2]
    width = NEAR * float(np.median((first - second)[:copies])) or 1.0
    others = np.where(targets == first[:, None], second[:, None], first[:, None])
    near = weights[:, None] * (np.exp(-(((targets - others) / width) ** 2)) + FLOOR)
    return near, (first[:copies], second[:copies])


def _readable(
    graph: Graph, roots: Sequence[int], depends: Sequence[tuple[str, ...]]
) -> dict[int, tuple[float, ...]]:
    """Nodes of several inputs that may be sums of tables: roots, and arguments of functions with their periods."""
    found: dict[int, tuple[float, ...]] = {root: () for root in roots if len(depends[root]) > 1}
    for node in graph.nodes:
        if len(node.operands) != 1 or len(depends[node.operands[0]]) < 2:
            continue
        periods: tuple[float, ...] = ()
        if node.operation in WHOLE_PERIODS:
            periods = (2 * np.pi, np.pi)  # a product of both repeats after half of it
        elif node.operation in HALF_PERIODS:
            periods = (np.pi,)
        found[node.operands[0]] = periods or found.get(node.operands[0], ())
    return found


def _values(graph: Graph, columns: Mapping[str, Floats], wanted: set[int]) -> dict[int, Floats]:
    rows = len(next(iter(columns.values())))
    return {
        node: np.array(np.broadcast_to(value, rows), dtype=np.float64)
        for node, value in enumerate(evaluate_nodes(graph, columns))
        if node in wanted
    }


def _inputs_of_nodes(graph: Graph) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for node in graph.nodes:
        names = {name for operand in node.operands for name in found[operand]}
        if node.operation is Operation.INPUT:
            names.add(node.name)
        found.append(tuple(sorted(names)))
    return found


def _argument(
    node: int, periods: tuple[float, ...], names: tuple[str, ...], shaping: Shaping, number: int,
    copies: int,
) -> Argument:  # fmt: skip
    values = shaping.arguments[node]
    columns = {name: shaping.reals[name] for name in names}
    slopes = slopes_of(values, columns, shaping.near[:, number])
    low, high = np.quantile(values[:copies], [0.01, 0.99])
    return Argument(node, names, slopes, float(high - low) or 1.0, periods)
