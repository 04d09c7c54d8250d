"""Compiling looks seldom for cycles in memory, and leaves the collector as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

import symhdl
from symhdl.errors import SymhdlError
from symhdl.memory import NEW_OBJECTS, few_collections


@pytest.fixture(autouse=True)
def threshold() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_compile_from_python_looks_seldom_for_cycles() -> None:
    during: list[int] = []

    def noted(*_: object) -> None:
        during.append(gc.get_threshold()[0])

    symhdl.compile("y = x", inputs={"x": "fixed<8,1>"}, observer=noted)
    assert set(during) == {NEW_OBJECTS}
    assert gc.get_threshold() == (700, 10, 10)
    with pytest.raises(SymhdlError):
        symhdl.compile("y = 1/x", inputs={"x": "fixed<8,1>"})
    assert gc.get_threshold() == (700, 10, 10)


def test_several_at_once_leave_what_was_before_the_first() -> None:
    first, second = few_collections(), few_collections()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("own", [0, 2 * NEW_OBJECTS])
def test_a_threshold_of_the_callers_own_stays(own: int) -> None:
    gc.set_threshold(own, 10, 10)
    with few_collections():
        assert gc.get_threshold() == (own, 10, 10)
    assert gc.get_threshold() == (own, 10, 10)
