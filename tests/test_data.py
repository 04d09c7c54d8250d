"""CSV tables: what is read, what is told, how numbers become integers and decimals."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.data import decimals, exact_decimal, match_columns, quantise, read_table
from symhdl.errors import Source, SymhdlError
from symhdl.ir.datapath import Port
from symhdl.numeric.fixed import FixedFormat, power_of_two, round_to_integer


def table(text: str) -> dict[str, list[float]]:
    read = read_table(Source("x.csv", text))
    return {name: list(column) for name, column in zip(read.names, read.columns, strict=True)}


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\n1,2\n3,4",
        "\n# a comment\na , b\n\n 1, 2\n3,4\n\n",
        "a;b\n1;2\n3;4\n",
        "a\tb\n1\t2\n3\t4\n",
        '"a","b"\n"1",2\n3,"4"\n',
        "a,b\n1e0,0.2e1\n+3,4.\n",
    ],
)
def test_ways_to_write_a_table(text: str) -> None:
    assert table(text) == {"a": [1, 3], "b": [2, 4]}


def test_names_may_hold_delimiters_and_quotes() -> None:
    assert table('"a,""b"\n1\n') == {'a,"b': [1]}


def test_numbers_without_names_are_x0_and_so_on() -> None:
    assert table("1,2\n3,4\n") == {"x0": [1, 3], "x1": [2, 4]}


MALFORMED = {
    "empty": "\n\n",
    "no_rows": "a,b\n",
    "not_a_number": "a,b\n1,2\n3,four\n",
    "code": 'a,b\n1,"__import__(""os"").system(""true"")"\n',
    "too_few": "a,b\n1,2\n3\n",
    "too_many": "a,b\n1,2,3\n",
    "empty_cell": "a,b\n1,\n",
    "infinite": "a,b\n1,inf\nnan,1\n",
    "underscore": "a,b\n1_000,2\n",
    "duplicate": "a,a\n1,2\n",
    "unnamed": "a,,c\n1,2,3\n",
    "overflow": "a\n1e999\n",
}


def test_malformed_tables_are_told(golden: Callable[[str, str], None]) -> None:
    told = []
    for name, text in MALFORMED.items():
        with pytest.raises(SymhdlError) as caught:
            read_table(Source(name + ".csv", text))
        told.append(str(caught.value))
    golden("data/malformed.txt", "\n\n".join(told) + "\n")


def test_only_the_first_mistakes_are_told() -> None:
    with pytest.raises(SymhdlError) as caught:
        read_table(Source("x.csv", "a\n" + "x\n" * 1000))
    assert len(caught.value.diagnostics) == 10


def test_columns_by_name_or_in_order() -> None:
    read = read_table(Source("x.csv", "b,a,c\n1,2,3\n"))
    assert [list(column) for column in match_columns(read, ["a", "b"])] == [[2], [1]]
    numbered = read_table(Source("x.csv", "x0,x1\n1,2\n"))
    assert [list(column) for column in match_columns(numbered, ["p", "q"])] == [[1], [2]]
    named = read_table(Source("x.csv", "p,q\n1,2\n"))
    assert [list(column) for column in match_columns(named, ["x0", "x1"])] == [[1], [2]]


@pytest.mark.parametrize("wanted", [["a", "z"], ["Alpha", "beta"], ["p", "q", "r"]])
def test_missing_columns_are_named(wanted: list[str]) -> None:
    read = read_table(Source("x.csv", "a,alpha\n1,2\n"))
    with pytest.raises(SymhdlError, match=f"`{wanted[-1]}`"):
        match_columns(read, wanted)


def port(width: int, fraction: int, low: int | None = None, high: int | None = None) -> Port:
    number_format = FixedFormat(True, width, fraction)
    minimum = number_format.minimum if low is None else low
    maximum = number_format.maximum if high is None else high
    return Port("x", "x", 0, number_format, minimum, maximum)


@given(st.floats(-20, 20), st.integers(2, 64), st.integers(-3, 60))
def test_rounding_is_to_nearest_ties_upwards(value: float, width: int, fraction: int) -> None:
    place = port(width, fraction)
    integers, outside = quantise(np.array([value]), place)
    wanted = round_to_integer(Fraction(value), fraction)
    held = min(max(wanted, place.minimum), place.maximum)
    assert int(integers[0]) == held
    assert outside == (held != wanted)


def test_numbers_are_held_in_the_proved_range() -> None:
    values = np.array([-9.0, -1.0, 0.0, 1.0, 9.0, 1e300, -1e300])
    integers, outside = quantise(values, port(12, 8, -256, 100))
    assert integers.tolist() == [-256, -256, 0, 100, 100, 100, -256]
    assert outside == 5
    wide, outside = quantise(values, port(80, 70))
    assert (wide.tolist()[2], outside) == (0, 2)


@given(st.integers(-(2**80), 2**80), st.integers(-20, 200))
def test_decimals_are_exact(integer: int, fraction: int) -> None:
    text = exact_decimal(integer, fraction)
    assert Fraction(text) == integer * power_of_two(-fraction)


@given(st.integers(-(2**52), 2**52 - 1), st.integers(-50, 100))
def test_short_numbers_print_as_floats(integer: int, fraction: int) -> None:
    (text,) = decimals(np.array([integer]), FixedFormat(True, 53, fraction))
    assert Fraction(float(text)) == integer * power_of_two(-fraction)
    assert math.isfinite(float(text))
