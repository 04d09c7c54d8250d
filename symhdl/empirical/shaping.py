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

    `roots` are the nodes that become codes, one each: the outputs, or what a choice of the greatest is among. `scored`
    are the weights of rows for the score, `classes` the right class of each row, `margins` the greatest and the second
    greatest of all outputs of the copies of rows. `names` and `arguments` are of each root.
    """

    shaping: Shaping
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
    copied = folds.dense.taken(range(min(COPIES, folds.dense.rows)))
    columns, weights, scored = _rows(copied, folds.tuning, robust)
    roots = roots_of(graph)
    depends = _inputs_of_nodes(graph)
    periods = _readable(graph, roots, depends)
    values = _values(graph, columns, {*periods, *roots})
    targets = np.stack([values[root] for root in roots], axis=1)
    finite = np.asarray(np.isfinite(targets).all(axis=1))
    if not finite.all():
        columns = {name: column[finite] for name, column in columns.items()}
        values = {node: value[finite] for node, value in values.items()}
        targets, weights, scored = targets[finite], weights[finite], scored[finite]
    values = {node: value for node, value in values.items() if np.isfinite(value).all()}
    copies = int(np.count_nonzero(finite[: copied.rows]))
    near, margins = _nearness(targets, weights, copies)
    shaping = Shaping(columns, weights, targets, near, values)
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
        shaping, roots, scored / scored.sum(), targets.argmax(axis=1).astype(np.int64), margins,
        tuple(depends[root] for root in roots), tuple(arguments), copies,
    )  # fmt: skip


def _rows(
    copied: Samples, tuned: Samples, robust: float
) -> tuple[dict[str, Floats], Floats, Floats]:
    """Copies, wider copies and the rows themselves: inputs, weights for entries of tables, and for the score."""
    around = Around(robust, NOISY_SHARES, 1.0) if robust else Around(WIDTH, SHARES, WIDE_WEIGHT)
    generator = np.random.default_rng(0)
    drawn = generator.integers(copied.rows, size=WIDE_ROWS)
    wide = with_noise(copied.taken(drawn).inputs, around.width, tuned, generator)
    columns = {
        name: np.concatenate([column, wide[name], tuned.inputs[name]])
        for name, column in copied.inputs.items()
    }
    parts = (copied.weights, copied.weights[drawn], tuned.weights)
    weights = np.concatenate(
        [
            parts[0] / parts[0].mean(),
            parts[1] / max(parts[1].mean(), 1e-12) * around.weight,
            parts[2] / parts[2].sum() * (TUNING_WEIGHT * copied.rows),
        ]
    )
    scored = np.concatenate(
        [share * part / part.sum() for share, part in zip(around.shares, parts, strict=True)]
    )
    return columns, weights, scored


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
