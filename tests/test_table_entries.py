"""Entries of a table within windows: they keep them, are as round as can be, and are shared where they can be."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.approximation import Specification
from symhdl.approximation.built import cost_of
from symhdl.approximation.every_value import every_value
from symhdl.approximation.methods import METHODS
from symhdl.approximation.problem import Problem
from symhdl.approximation.table import PlainTable, table
from symhdl.approximation.table_entries import roundest, simple_entries
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.cost.tables import nodes_of
from symhdl.functions.operation import Operation
from symhdl.targets.target import load_target
from tests.test_approximation import of

ENDS = st.tuples(st.integers(-300, 300), st.integers(0, 40))
FABRICS = [fabric_of(load_target(name), "none", clocked=False) for name in ("ecp5-85k", "xcvu9p")]
SUITE = {
    Operation.SIN: (0, 1),
    Operation.EXP: (-1, 1),
    Operation.SQUARE_ROOT: (0, 1),
    Operation.TANH: (-1, 1),
    Operation.INVERSE: (1, 2),
}


def zeros(value: int) -> float:
    """How many bits at the end are 0."""
    return (value & -value).bit_length() if value else float("inf")


@given(ENDS)
def test_the_roundest_integer_has_the_most_zeros(ends: tuple[int, int]) -> None:
    least, most = ends[0], ends[0] + ends[1]
    (found,) = roundest(np.array([least]), np.array([most])).tolist()
    assert least <= found <= most
    assert zeros(found) == max(map(zeros, range(least, most + 1)))


@given(st.lists(ENDS, min_size=2, max_size=64), st.integers(0, 63), st.integers(0, 2))
def test_entries_keep_their_windows(windows: list[tuple[int, int]], start: int, spare: int) -> None:
    low, high = (np.array(ends) for ends in zip(*((a, a + b) for a, b in windows), strict=True))
    bits = (len(windows) - 1).bit_length() + spare
    found = list(simple_entries(low, high, start % (1 << bits), bits))
    assert found
    for entries in found:
        assert (low <= entries).all() and (entries <= high).all()
    assert not any(np.array_equal(a, b) for a, b in itertools.pairwise(found))


def test_neighbours_share_an_entry_where_one_is_in_all_their_windows() -> None:
    low, high = np.array([0, 1, 4, 9]), np.array([2, 3, 5, 9])
    each, pairs = simple_entries(low, high, 0, 2)
    assert each.tolist() == [0, 2, 4, 9]
    assert pairs.tolist() == [2, 2, 4, 9]
    (turned,) = simple_entries(low, high, 1, 2)
    assert turned.tolist() == [0, 2, 4, 9]


def test_a_function_of_few_bits_is_one_lut_whatever_it_chooses() -> None:
    """The bit of a long index that is not used takes nothing, wherever it is."""
    seven = tuple(n * n % 251 & 1 for n in range(64))
    doubled = tuple(seven[n >> 1] for n in range(128))
    assert nodes_of(seven, 1, 6) == nodes_of(doubled, 1, 6)._replace(levels=(1,)) == ((1,), 0)
    assert nodes_of(doubled, 1, 6) == ((1, 0), 0)
    half = doubled + tuple(n * n % 13 & 1 for n in range(128))
    assert nodes_of(half, 1, 6) == ((3, 1, 1), 0)


@pytest.mark.parametrize("fabric", FABRICS, ids=lambda fabric: str(fabric.target.name))
@pytest.mark.parametrize("operation", SUITE)
@pytest.mark.parametrize("bits", [6, 8])
def test_a_faithful_table_takes_less_than_one_rounded_to_nearest(
    operation: Operation, bits: int, fabric: Fabric
) -> None:
    """And what is estimated before it is proved is what it takes."""
    low, high = (end << bits for end in SUITE[operation])
    asked = Specification(low, high - 1, bits, (1 - 2.0**-20) * 2.0**-bits, result=bits)

    def worth(each: PlainTable) -> float:
        return fabric.worth(cost_of(each, fabric))

    nearest, found = table(of(operation), asked), table(of(operation), asked, worth)
    assert nearest is not None and found is not None
    values = every_value(of(operation), (low, high - 1, bits), asked.precision, bits)
    assert values is not None
    entries = np.array([found.contents[n % len(found.contents)] for n in range(low, high)])
    assert values.error_of(entries) == found.error <= asked.error
    assert nearest.error <= 0.5001 * 2.0**-bits
    assert worth(found) <= worth(nearest) * (0.95 if bits > 6 else 1)
    (method,) = (each for each in METHODS if each.name == "table")
    (prospect,) = method.prospects(Problem(of(operation), asked, fabric))
    assert prospect.worth == pytest.approx(worth(found), rel=0.05)
