"""Sums of three numbers as a carry chain with a table beside each bit (`symhdl.ir.three_terms`), as instances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from symhdl.targets.behaviours import TABLE_BITS, Slot
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.units import Unit

from .chain_instances import Between, instances_of_carries, pieces_of_chain, resized
from .instances import Bits, Instance, Word, connected, signal_word

OPERANDS = ("upper_bit", "a_shifted", "lower_bit")
"""The inputs of a table that take a bit of each number; `a` takes what the table below carries."""
PLACES = (0xAAAA, 0xCCCC, 0xF0F0, 0xFF00)
"""The entries of a table of four inputs in which one of these is 1."""
ALL = (1 << TABLE_BITS) - 1


@dataclass(frozen=True, slots=True)
class ThreeTerms:
    """Three numbers, of which some are subtracted, the ones that come in at the lowest bit, and the tables."""

    numbers: tuple[Word, Word, Word]
    subtracted: tuple[bool, ...]
    ones: int
    tables: int

    def bits(self, width: int) -> tuple[Bits, ...]:
        """Those of each number."""
        return tuple(resized(number, width) for number in self.numbers)

    def above(self, width: int) -> Bits:
        """What is added above the tables: the bits of the one number that has some there."""
        numbers = sorted(self.numbers, key=lambda number: (number.signed, len(number.bits)))
        return resized(numbers[-1], width)[self.tables :]

    def carries_above(self, width: int) -> bool:
        """Whether the uppermost table carries anything: one that has two numbers or more, and none above it."""
        return self.tables < width and self.above(width)[0] == "0"

    def entries(self) -> tuple[int, int]:
        """What the tables say: the sum of all four inputs, and the carry of the numbers."""
        a, b, c = (
            place ^ ALL * is_minus for place, is_minus in zip(PLACES, self.subtracted, strict=False)
        )
        return a ^ b ^ c ^ PLACES[-1], a & b | b & c | a & c


def instances_of_three_terms(
    unit: Unit,
    fresh_name: Callable[[], str],
    terms: ThreeTerms,
    result: Word,
    between: Between,
) -> Iterator[Instance]:
    """The pieces of a carry chain that adds sums and carries of tables, and these tables."""
    width, tables, slot = len(result.bits), terms.tables, unit.slot
    assert slot is not None, "no tables beside a chain; please report this"
    does = PRIMITIVES[slot.cell].behaviour
    assert isinstance(does, Slot), "no table beside a chain; please report this"
    passes, carried = (
        signal_word(name, count, signed=False).bits
        for name, count in _signals(terms, width, between)
    )
    first, second = (str(int(terms.ones > number)) for number in range(2))
    above = terms.above(width)
    if terms.carries_above(width):
        above = (carried[-1], *above[1:])
    below = (second, *carried, *("0",) * width)[:width]
    vectors = {"passes": passes + above, "carried": below}
    yield from instances_of_carries(unit, fresh_name, vectors, result, between.carries, first)
    numbers = terms.bits(width)
    contents = ((does.table, does.filled(*terms.entries())),)
    for index in range(tables):
        signals = {
            **{name: bits[index : index + 1] for name, bits in zip(OPERANDS, numbers, strict=True)},
            "a": below[index : index + 1],
            "passes": passes[index : index + 1],
            "carried": carried[index : index + 1],
        }
        yield connected(slot, fresh_name(), slot.parameters, signals, contents)


def signals_of_three_terms(
    unit: Unit, terms: ThreeTerms, width: int, between: Between
) -> Mapping[str, int]:
    """The widths of the signals between the primitives of a chain of so many bits, by their names."""
    table, chain = unit.instance, unit.chain
    assert table is not None and chain is not None, "no chain; please report this"
    out = PRIMITIVES[table.cell].outputs[chain.carry_out]
    found = {between.carries: (pieces_of_chain(unit, width) - 1) * out}
    found |= dict(_signals(terms, width, between))
    return {name: bits for name, bits in found.items() if bits}


def _signals(terms: ThreeTerms, width: int, between: Between) -> tuple[tuple[str, int], ...]:
    """What the tables say, and what of it is carried: by the uppermost one only where that is read."""
    carried = terms.tables - (not terms.carries_above(width))
    return (between.passes, terms.tables), (between.carried, carried)
