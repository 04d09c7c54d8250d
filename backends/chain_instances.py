"""Carry chains of which a device's file tells the pieces, and the tables that may stand beside them, as instances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from symhdl.targets.behaviours import TABLE_BITS, Slot
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.units import DIGIT_BITS, InstanceTable, Unit

from .instances import Bit, Bits, Instance, Word, connected, signal_word

ADDED, SUBTRACTED = 0x7888, 0x8777
"""The tables of a bit of a chain that adds the upper bit of a digit times a bit, or the complement of that."""


@dataclass(frozen=True, slots=True)
class Between:
    """The names of the signals between the primitives of a chain: carries, and what the tables beside it say."""

    carries: str
    passes: str
    carried: str


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A number that a bit chooses, added or subtracted."""

    bit: Bit
    number: Word
    is_subtracted: bool = False

    def bits(self, width: int) -> Bits:
        """The number's bits; upper ones are not needed where it is wider."""
        return resized(self.number, width)


def resized(word: Word, width: int) -> Bits:
    """The lowest bits of a number, which is extended to so many."""
    return word.extended(max(width, len(word.bits)))[:width]


def rows_of_digit(a: Word, digit: Word) -> tuple[ChainRow, ChainRow]:
    """The rows of a product with a number of two bits; the upper bit of a signed one counts -2."""
    lower, upper = digit.extended(DIGIT_BITS)
    twice = Word(("0", *a.bits), a.signed)
    return ChainRow(lower, a), ChainRow(upper, twice, is_subtracted=digit.signed)


def instances_of_chain(
    unit: Unit,
    fresh_name: Callable[[], str],
    rows: tuple[ChainRow, ChainRow],
    value: int,
    result: Word,
    between: Between,
) -> Iterator[Instance]:
    """The pieces of a carry chain that adds two rows and a value, and the tables beside it.

    Each bit of what is subtracted is inverted, and with the value the carry that the chain takes is 0 or 1 at the end;
    one row alone may be subtracted.
    """
    assert unit.chain is not None, "no chain; please report this"
    width = len(result.bits)
    lower, upper = sorted(rows, key=lambda row: row.is_subtracted)
    passes_table = SUBTRACTED if upper.is_subtracted else ADDED
    total = pieces_of_chain(unit, width) * unit.piece_bits
    vectors = {
        "upper_bit": (upper.bit,) * total,
        "a_shifted": upper.bits(total),
        "lower_bit": (lower.bit,) * total,
        "a": lower.bits(total),
    }
    tables = 0
    if unit.chain.has_slots:
        tables = _tables_beside(rows, width)
        # Above the tables both rows are 0.
        above = (str(int(upper.is_subtracted)),) * (width - tables)
        vectors["passes"] = signal_word(between.passes, tables, signed=False).bits + above
        vectors["carried"] = signal_word(between.carried, tables, signed=False).bits + above
    carry = str(value + upper.is_subtracted)
    yield from instances_of_carries(
        unit, fresh_name, vectors, result, between.carries, carry, passes_table
    )
    for index in range(tables):
        assert unit.slot is not None, "no tables beside a chain; please report this"
        signals = {name: bits[index : index + 1] for name, bits in vectors.items()}
        contents = _contents_of_slot(unit.slot, passes_table)
        yield connected(unit.slot, fresh_name(), unit.slot.parameters, signals, contents)


def instances_of_sum(
    unit: Unit, fresh_name: Callable[[], str], carried: Word, result: Word, between: Between
) -> Iterator[Instance]:
    """The pieces of a carry chain that adds two numbers: one, and what differs from the other in `between.passes`."""
    width = len(result.bits)
    vectors = {
        "passes": signal_word(between.passes, width, signed=False).bits,
        "carried": resized(carried, width),
    }
    yield from instances_of_carries(unit, fresh_name, vectors, result, between.carries, "0")


DIFFERENCES = 0x6996
"""The table of a bit of a chain that adds two bits, each of them inverted or not."""


def instances_of_rows(
    unit: Unit, fresh_name: Callable[[], str], rows: Sequence[ChainRow], result: Word, between: Between
) -> Iterator[Instance]:  # fmt: skip
    """The pieces of a carry chain that adds two rows, of which tables inside make each what its bit says.

    Where these are fixed, the first row is 0 where its bit is, and the second one is a number as it is.
    """
    total = pieces_of_chain(unit, len(result.bits)) * unit.piece_bits
    first, second = rows
    vectors = {
        "upper_bit": (first.bit,) * total,
        "a_shifted": first.bits(total),
        "lower_bit": (second.bit,) * total,
        "a": second.bits(total),
    }
    yield from instances_of_carries(
        unit, fresh_name, vectors, result, between.carries, "0", DIFFERENCES
    )


def instances_of_carries(
    unit: Unit,
    fresh_name: Callable[[], str],
    vectors: Mapping[str, Bits],
    result: Word,
    carries_name: str,
    first: str,
    passes_table: int = 0,
) -> Iterator[Instance]:
    """The primitives of a carry chain: each takes its bits of the vectors, and the carry of the one below it."""
    table, chain = unit.instance, unit.chain
    assert table is not None and chain is not None, "no chain; please report this"
    many, pieces = unit.piece_bits, pieces_of_chain(unit, len(result.bits))
    out = PRIMITIVES[table.cell].outputs[chain.carry_out]
    carries = signal_word(carries_name, (pieces - 1) * out, signed=False).bits
    tables = tuple((name, passes_table) for name in chain.tables)
    for piece in range(pieces):
        part = slice(piece * many, (piece + 1) * many)
        below = carries[piece * out - 1 : piece * out] if piece else (first,)
        is_apart = not piece and chain.first_carry
        signals = {
            **{name: bits[part] for name, bits in vectors.items()},
            "first_carry": ("0",) if piece else (first,),
            "carry": ("0",) if is_apart else below,
            "carry_out": carries[piece * out : (piece + 1) * out],
            "y": result.bits[part],
        }
        yield connected(table, fresh_name(), table.parameters, signals, tables)


def _contents_of_slot(slot: InstanceTable, passes: int) -> tuple[tuple[str, int], ...]:
    """The table beside a chain: what it carries is what `passes` says of two inputs where the others are 0."""
    does = PRIMITIVES[slot.cell].behaviour
    assert isinstance(does, Slot), "no table beside a chain; please report this"
    carried = sum((passes >> index % 4 & 1) << index for index in range(TABLE_BITS))
    return ((does.table, does.filled(passes, carried)),)


def signals_of_chain(
    unit: Unit, rows: Sequence[ChainRow] | None, width: int, between: Between
) -> dict[str, int]:
    """The widths of the signals that a chain of so many bits has between its primitives, by their names.

    A sum has no rows, and no tables beside its chain.
    """
    table, chain = unit.instance, unit.chain
    assert table is not None and chain is not None, "no chain; please report this"
    out = PRIMITIVES[table.cell].outputs[chain.carry_out]
    found = {between.carries: (pieces_of_chain(unit, width) - 1) * out}
    if rows is None:
        found[between.passes] = width * chain.has_slots
    elif chain.has_slots:
        tables = _tables_beside(rows, width)
        found |= {between.passes: tables, between.carried: tables}
    return {name: bits for name, bits in found.items() if bits}


def _tables_beside(rows: Sequence[ChainRow], width: int) -> int:
    """Beside how many bits of a chain there is a table: above all bits of rows without a sign it has none."""
    if any(row.number.signed for row in rows):
        return width
    return min(width, max(len(row.number.bits) for row in rows))


def pieces_of_chain(unit: Unit, width: int) -> int:
    """Of how many primitives a chain of so many bits is."""
    return -(-width // unit.piece_bits)
