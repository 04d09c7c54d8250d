"""No text takes a reader longer than in proportion to its length: see `long_texts`."""

from __future__ import annotations

import pytest

from symhdl.sources.reading.registry import reader_names
from tests.long_texts import DEFINITIONS, FRAMES, Action, actions_of, growing, units


def test_growth_is_found() -> None:
    def quadratic(_: Action, text: str) -> float:
        return 1e-8 * len(text) ** 2

    def linear(_: Action, text: str) -> float:
        return 1e-4 * len(text)

    assert len(list(growing({"": len}, ("b",), quadratic))) == len(FRAMES)
    assert not list(growing({"": len}, ("b",), linear))


@pytest.mark.slow
@pytest.mark.parametrize("dialect", reader_names())
def test_long_texts_are_read_in_linear_time(dialect: str) -> None:
    assert [str(found) for found in growing(actions_of(dialect), units(pairs=False))] == []


@pytest.mark.slow
def test_long_definitions_are_read_in_linear_time() -> None:
    assert [str(found) for found in growing(DEFINITIONS, units(pairs=False))] == []
