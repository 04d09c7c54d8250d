"""A search for expressions with DEAP: NSGA-II on loss and cost, which others find.

Every expression is scaled to the target, by a factor of few bits and a constant, before it is judged: what is searched
for is its shape. Of the children of a generation those are judged that look best in double precision for their size,
after their constants have moved to where they fit better.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from deap import base, gp, tools
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]

GRAIN = 8
"""Constants are multiples of one over this, up to `LARGEST_CONSTANT`."""

LARGEST_CONSTANT = 3
FACTOR_BITS, SHIFT_GRAIN = 3, 16
"""Significant bits of the factor, and what the constant is a multiple of one over, by which a shape is scaled."""

LARGEST_VALUE = 1024.0
TALLEST, MOST_NODES = 7, 24
STARTED = 3
"""Trees at the beginning for each that is kept."""

BORN = 5
"""Children for each that is judged."""

MOVES = (-4, -1, 1, 4)
"""By how many grains a constant is moved."""

DEFINITIONS = "gauss(x) = exp(-x^2)"
"""What symhdl is told of the functions of expressions."""


class Judge(Protocol):
    """What expressions are worth."""

    def worth(self, texts: Sequence[str]) -> Sequence[tuple[float, float]]:
        """The mean square error and the cost of each."""
        ...


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried."""

    population: int
    generations: int


@dataclass(frozen=True, slots=True)
class Found:
    """An expression with its loss and its cost."""

    text: str
    loss: float
    cost: float


class Fitness(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """Loss and cost, of which less is better."""

    weights = (-1.0, -1.0)


class Individual(gp.PrimitiveTree):  # type: ignore[misc]  # DEAP has no types
    """A tree with its fitness, and its place among those that are kept."""

    def __init__(self, content: Iterable[Any]) -> None:
        super().__init__(content)
        self.fitness = Fitness()
        self.place = 0


def gauss(x: Floats) -> Floats:
    """exp(-x^2)."""
    return np.exp(-np.square(x))


def primitives_of(names: Sequence[str]) -> gp.PrimitiveSet:
    """Sums, products, and functions of one number, which become a table where that has few bits."""
    found = gp.PrimitiveSet("shape", len(names))
    found.renameArguments(**{f"ARG{place}": name for place, name in enumerate(names)})
    two = {
        "add": np.add,
        "sub": np.subtract,
        "mul": np.multiply,
        "max": np.maximum,
        "min": np.minimum,
    }
    one = {"abs": np.abs, "square": np.square, "sin": np.sin, "tanh": np.tanh, "gauss": gauss}
    for arity, functions in ((2, two), (1, one)):
        for name, function in functions.items():
            found.addPrimitive(function, arity, name=name)
    found.addEphemeralConstant("constant", _constant)
    return found


def _constant() -> float:
    ends = LARGEST_CONSTANT * GRAIN
    return random.randint(-ends, ends) / GRAIN  # noqa: S311 - no secrets


def values_of(
    text: str | gp.PrimitiveTree, primitives: gp.PrimitiveSet, columns: Columns
) -> Floats:
    """An expression in double precision at rows."""
    tree = gp.PrimitiveTree.from_string(text, primitives) if isinstance(text, str) else text
    rows = len(next(iter(columns.values())))
    stack: list[Any] = []
    with np.errstate(all="ignore"):
        for node in reversed(tree):
            if node.arity:
                operands = [stack.pop() for _ in range(node.arity)]
                stack.append(primitives.context[node.name](*operands))
            else:
                stack.append(columns[node.value] if node.value in columns else float(node.value))
    return np.broadcast_to(np.asarray(stack[0], dtype=np.float64), (rows,))


def scaled(shape: str, values: Floats, target: Floats) -> str | None:
    """The shape times a factor and plus a constant, nearest to the target; None for one that does not follow it."""
    found = _scale_of(values, target)
    return None if found is None else f"add(mul({found[0]!r}, {shape}), {found[1]!r})"


def _scale_of(values: Floats, target: Floats) -> tuple[float, float] | None:
    """The factor and the constant."""
    if not np.isfinite(values).all() or np.abs(values).max() > LARGEST_VALUE:
        return None
    around = values - values.mean()
    power = float(around @ around)
    factor = _of_few_bits(float(around @ target) / power) if power > 1e-6 else 0.0
    if not factor:
        return None
    return factor, round(float(target.mean() - factor * values.mean()) * SHIFT_GRAIN) / SHIFT_GRAIN


def _of_few_bits(value: float) -> float:
    """The number of `FACTOR_BITS` significant bits that is nearest."""
    unit = 2.0 ** (np.floor(np.log2(abs(value))) - FACTOR_BITS + 1) if value else 1.0
    return float(round(value / unit) * unit)


class Search:
    """One search for one target."""

    def __init__(self, columns: Columns, target: Floats, judge: Judge) -> None:
        self.columns, self.target, self.judge = columns, target, judge
        self.primitives = primitives_of(list(columns))
        self.known: dict[str, Found | None] = {}
        self.most, self.tallest = MOST_NODES, TALLEST

    def run(self, effort: Effort, seed: int, start: Sequence[str] = ()) -> list[Found]:
        """The front of all that was tried, by cost; some shapes may be there from the start.

        DEAP draws from Python's own generator, which is seeded.
        """
        random.seed(seed)
        begun = [self._read(text) for text in start]
        self.most = max([MOST_NODES, *map(len, begun)])
        self.tallest = max([TALLEST, *(tree.height for tree in begun)])
        drawn = [self._drawn() for _ in range(STARTED * effort.population)]
        kept = self._kept(begun + drawn, effort)
        for _ in range(effort.generations):
            born = [self._child(kept) for _ in range(BORN * effort.population)]
            children = [self._moved(tree) for tree in self._promising(born, effort.population)]
            kept = self._kept(kept + children, effort)
        return front(each for each in self.known.values() if each is not None)

    def _read(self, text: str) -> Individual:
        """A tree whose constants may change as those of drawn ones do."""
        tree = Individual(gp.PrimitiveTree.from_string(text, self.primitives))
        (constant,) = (t for t in self.primitives.terminals[object] if isinstance(t, type))
        for place, node in enumerate(tree):
            if isinstance(getattr(node, "value", None), float):
                tree[place] = constant()
                tree[place].value = node.value
        return tree

    def _drawn(self) -> Individual:
        return Individual(gp.genHalfAndHalf(self.primitives, 1, 4))

    def _child(self, kept: Sequence[Individual]) -> Individual:
        one, other = Individual(self._parent(kept)), Individual(self._parent(kept))
        change = random.choices(range(6), (50, 15, 10, 12, 7, 6))[0]  # noqa: S311 - no secrets
        made = (
            lambda: gp.cxOnePoint(one, other),
            lambda: gp.mutUniform(one, self._twig, self.primitives),
            lambda: gp.mutNodeReplacement(one, self.primitives),
            lambda: gp.mutEphemeral(one, "one"),
            lambda: gp.mutInsert(one, self.primitives),
            lambda: gp.mutShrink(one),
        )[change]()[0]
        return made if made.height <= self.tallest and len(made) <= self.most else self._drawn()

    def _promising(self, born: Sequence[Individual], count: int) -> list[Individual]:
        """Those that are new and lose least in double precision for their size."""
        new: dict[str, Individual] = {}
        for tree in born:
            shape = str(tree)
            loss = self._real_loss(tree) if shape not in self.known and shape not in new else np.inf
            if np.isfinite(loss):
                tree.fitness.values = (loss, len(tree))
                new[shape] = tree
        return list(tools.selNSGA2(list(new.values()), min(count, len(new))))

    def _real_loss(self, tree: gp.PrimitiveTree) -> float:
        """The mean square error in double precision; infinite for what does not follow the target."""
        values = values_of(tree, self.primitives, self.columns)
        scale = _scale_of(values, self.target)
        if scale is None:
            return float(np.inf)
        return float(np.mean((scale[0] * values + scale[1] - self.target) ** 2))

    def _moved(self, tree: Individual) -> Individual:
        """The tree with each of its constants in turn where it loses least."""
        least = self._real_loss(tree)
        for place, node in enumerate(tree):
            if isinstance(getattr(node, "value", None), float):
                tree[place] = own = type(node)()  # for other trees have the same node
                best = node.value
                for move in MOVES:
                    own.value = node.value + move / GRAIN
                    loss = self._real_loss(tree)
                    if abs(own.value) <= LARGEST_CONSTANT and loss < least:
                        least, best = loss, own.value
                own.value = best
        return tree

    def _twig(self, pset: gp.PrimitiveSet, type_: object) -> list[Any]:
        return list(gp.genFull(pset, 0, 2, type_))

    def _parent(self, kept: Sequence[Individual]) -> Individual:
        """The better of two, so that what is alone on its part of the front comes first."""
        pair = random.choice(kept), random.choice(kept)  # noqa: S311 - no secrets
        return min(pair, key=lambda each: each.place)

    def _kept(self, trees: list[Individual], effort: Effort) -> list[Individual]:
        """The best of the trees, of equal ones the first."""
        shapes = [str(tree) for tree in trees]
        self._judge(dict(zip(shapes, trees, strict=True)))
        distinct: dict[tuple[float, float], Individual] = {}
        for shape, tree in zip(shapes, trees, strict=True):
            found = self.known[shape]
            if found is not None:
                tree.fitness.values = (found.loss, found.cost)
                distinct.setdefault(tree.fitness.values, tree)
        kept = tools.selNSGA2(list(distinct.values()), min(effort.population, len(distinct)))
        for place, tree in enumerate(kept):
            tree.place = place
        return list(kept)

    def _judge(self, trees: Mapping[str, Individual]) -> None:
        """Judges what is new, all together."""
        texts: dict[str, str] = {}
        for shape, tree in trees.items():
            if shape not in self.known:
                self.known[shape] = None
                text = scaled(shape, values_of(tree, self.primitives, self.columns), self.target)
                if text is not None:
                    texts[shape] = text
        worths = self.judge.worth(list(texts.values()))
        for (shape, text), (loss, cost) in zip(texts.items(), worths, strict=True):
            self.known[shape] = Found(text, loss, cost) if np.isfinite([loss, cost]).all() else None


def front(found: Iterable[Found]) -> list[Found]:
    """Those than which no other is better in loss or cost and as good in the other, by cost."""
    least: list[Found] = []
    for each in sorted(found, key=lambda each: (each.cost, each.loss, each.text)):
        if not least or each.loss < least[-1].loss:
            least.append(each)
    return least
