"""What one bit more or less of each node would cost, by the estimates with which regions are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from symhdl.analysis.natural import natural_fraction
from symhdl.cost.products import Factor
from symhdl.design import Design
from symhdl.functions.operation import Operation
from symhdl.lowering.asked import depth_for, fabric_for
from symhdl.lowering.estimates import Estimates, Number

SUMS = frozenset({Operation.ADD, Operation.SUBTRACT})
MOST_FUNCTIONS = 100  # that are estimated anew; beyond, bits around other functions have no price
MOST_AROUND = 64
"""Nodes that a bit goes through before it is rounded away: so much of a longer way counts."""


class BitPrice(NamedTuple):
    """In LUTs, blocks as the LUTs that each saves: what one bit `more` takes, and what one bit `less` saves."""

    more: float
    less: float


def bit_prices(design: Design, wanted: Iterable[int]) -> dict[int, BitPrice]:
    """The price of a bit of the wanted nodes that round, with what becomes of it up to where it is rounded again.

    A function has a bit more if its error is half as large. Left out is what nobody estimates: quotients, constants,
    and what lies around functions where there are very many. Raises ValueError for a design without allocation.
    """
    if design.ranges is None or design.allocation is None:
        raise ValueError("a design without an allocation has no formats")
    estimates = Estimates(
        design.graph, design.ranges, design.inputs, design.goals, design.allocation,
        fabric_for(design.request, design.target), depth_for(design.request),
    )  # fmt: skip
    return _Prices(estimates).found(wanted)


@dataclass(slots=True)
class _Prices:
    """The estimates, who reads each node, and what is known of the nodes as they are."""

    estimates: Estimates
    readers: list[list[int]] = field(default_factory=list, init=False)
    functions: int = field(default=0, init=False)
    _known: dict[int, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        regions = self.estimates.allocation.regions
        nodes = regions.seen(self.estimates.graph).nodes
        self.readers = [[] for _ in nodes]
        for index, node in enumerate(nodes):
            for operand in () if index in regions.absorbed else dict.fromkeys(node.operands):
                self.readers[operand].append(index)

    def found(self, wanted: Iterable[int]) -> dict[int, BitPrice]:
        """The prices by node."""
        prices: dict[int, BitPrice] = {}
        for index in wanted:
            if self._rounds(index):
                more, less = (self._changed(index, bits) for bits in (1, -1))
                around = self._around({**more, **less})
                if self._are_known(around):
                    now = sum(map(self._as_it_is, around))
                    finer, coarser = self._worth(more, around, 0.5), self._worth(less, around, 2.0)
                    prices[index] = BitPrice(finer - now, now - coarser)
        return prices

    def _rounds(self, index: int) -> bool:
        """Whether the node is rounded, so that bits of it are a choice."""
        number = self.estimates.numbers[index]
        is_rounded = bool(self.estimates.allocation.local[index].magnitude.any())
        return is_rounded and number is not None

    def _changed(self, index: int, bits: int) -> dict[int, Number]:
        """The node with so many bits more, first, and what has other bits because of that, until it is rounded."""
        found = {index: _with_bits(self.estimates.numbers[index], bits)}
        waiting = [*self.readers[index]]
        while waiting and len(found) < MOST_AROUND:
            reader = heappop(waiting)
            if reader in found or self._rounds(reader):
                continue
            number = self.estimates.numbers[reader]
            other = 0 if number is None else self._natural(reader, found) - number.fraction
            if other:
                found[reader] = _with_bits(number, other)
                for each in self.readers[reader]:
                    heappush(waiting, each)
        return found

    def _natural(self, index: int, changed: dict[int, Number]) -> int:
        """The bits of an exact node whose operands have these in place of theirs."""
        estimates, node = self.estimates, self.estimates.graph.nodes[index]
        if estimates.allocation.regions.function_at(estimates.graph, index) is not None:
            return estimates.fractions[index]
        before = {each: estimates.fractions[each] for each in node.operands}
        after = {
            each: changed[each].fraction if each in changed else before[each] for each in before
        }
        was, found = (natural_fraction(node, each, {}) for each in (before, after))
        return estimates.fractions[index] + ((found or 0) - (was or 0))

    def _around(self, changed: dict[int, Number]) -> list[int]:
        """What takes something else because of that."""
        return sorted({*changed, *(reader for each in changed for reader in self.readers[each])})

    def _are_known(self, around: Sequence[int]) -> bool:
        """Whether all of it is estimated; functions are counted."""
        regions, graph = self.estimates.allocation.regions, self.estimates.graph
        if not self.estimates.allocation.recurrences.keys().isdisjoint(around):
            return False
        self.functions += sum(regions.function_at(graph, each) is not None for each in around)
        return self.functions <= MOST_FUNCTIONS

    def _worth(self, changed: dict[int, Number], around: Sequence[int], share: float) -> float:
        """What is around where some nodes have other numbers, the first so much of its tolerance."""
        numbers = self.estimates.numbers
        before = {index: numbers[index] for index in changed}
        first = next(iter(changed))
        for index, number in changed.items():
            numbers[index] = number
        total = sum(self._built(each, share if each == first else 1.0) for each in around)
        for index, was in before.items():
            numbers[index] = was
        return total

    def _as_it_is(self, index: int) -> float:
        if index not in self._known:
            self._known[index] = self._built(index)
        return self._known[index]

    def _built(self, index: int, share: float = 1.0) -> float:
        """What a node is worth with the numbers at hand; a sum that is rounded has all bits before."""
        numbers, node = self.estimates.numbers, self.estimates.graph.nodes[index]
        number = numbers[index]
        if node.operation not in SUMS or number is None or not self._rounds(index):
            return self.estimates.built(index, share)
        terms = [numbers[each] for each in node.operands]
        finest = max((term.fraction for term in terms if term is not None), default=0)
        numbers[index] = _with_bits(number, max(0, finest - number.fraction))
        found = self.estimates.built(index, share)
        numbers[index] = number
        return found


def _with_bits(number: Number | None, bits: int) -> Number:
    """The same real numbers with so many fractional bits more."""
    assert number is not None, "bits of a node without integers; please report this"
    low, high = number.factor
    factor = Factor(low << bits, high << bits) if bits > 0 else Factor(low >> -bits, high >> -bits)
    return Number(factor, number.fraction + bits)
