"""Number literals: exact in every notation, and refused before they grow."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.numeric.limits import MAXIMUM_DIGITS, MAXIMUM_EXPONENT
from symhdl.numeric.literal import read_literal
from tests.rows import each_row


@each_row(
    ("text", "value"),
    [
        ("0", Fraction(0)),
        ("12", Fraction(12)),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("2.", Fraction(2)),
        ("1.2e-5", Fraction(12, 1_000_000)),
        ("1.39e-001", Fraction(139, 1000)),
        ("1E+3", Fraction(1000)),
        ("4.5f0", Fraction(9, 2)),
        ("4.5f-2", Fraction(9, 200)),
        ("0.5f", Fraction(1, 2)),
        ("0x1F", Fraction(31)),
        ("0x1.8p3", Fraction(12)),
        ("0X.8p-1", Fraction(1, 4)),
        ("-1.25", Fraction(-5, 4)),
        ("-0x10", Fraction(-16)),
        ("123456789012345678901234567890", Fraction(123456789012345678901234567890)),
    ],
)
def test_value(text: str, value: Fraction) -> None:
    assert read_literal(text) == value


@each_row("text", ["", ".", "e5", "x", "1e", "1e5.5", "0x", "0x.", "1_000", "--1", "1p3", "٣"])
def test_no_number(text: str) -> None:
    assert read_literal(text) == "this is not a number"


def test_limits_hold_exactly() -> None:
    assert read_literal("9" * MAXIMUM_DIGITS) == 10**MAXIMUM_DIGITS - 1
    assert "digits" in str(read_literal("9" * (MAXIMUM_DIGITS + 1)))
    assert read_literal(f"1e-{MAXIMUM_EXPONENT}") == Fraction(1, 10**MAXIMUM_EXPONENT)
    assert "exponent" in str(read_literal(f"1e{MAXIMUM_EXPONENT + 1}"))


@pytest.mark.parametrize(
    "text", ["1e1000000000", "1e-" + "9" * 10_000, "0x1p99999999999", "0e99999"]
)
def test_huge_exponents_are_refused_at_once(text: str) -> None:
    assert "exponent" in str(read_literal(text))


@given(st.integers(), st.integers(0, 30), st.integers(-50, 50))
def test_decimals_are_what_they_say(digits: int, places: int, exponent: int) -> None:
    whole, part = divmod(abs(digits), 10**places)
    text = (
        f"{'-' if digits < 0 else ''}{whole}.{str(part).zfill(places) if places else ''}e{exponent}"
    )
    assert read_literal(text) == Fraction(digits, 10**places) * Fraction(10) ** exponent


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_hexadecimal_doubles(value: float) -> None:
    assert read_literal(value.hex()) == Fraction(value)
