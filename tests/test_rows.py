"""A table of small cases as one test: every row runs, and every one that fails is told with its values."""

from __future__ import annotations

import inspect

import pytest

from tests.rows import each_row


def test_every_row_that_fails_is_told() -> None:
    seen: list[tuple[int, int]] = []

    @each_row("small", [1, 2])
    @each_row(("large", "limit"), [(10, 12), (20, 12), (30, 12)])
    def check(small: int, large: int, limit: int) -> None:
        seen.append((small, large))
        assert large < limit

    with pytest.raises(BaseExceptionGroup) as caught:
        check()
    assert seen == [(small, large) for small in (1, 2) for large in (10, 20, 30)]
    assert [inner.message for inner in caught.value.exceptions] == ["2 of 3 rows fail"] * 2
    first, _ = caught.value.exceptions
    assert first.__notes__ == ["in the row 1"]
    assert [failure.__notes__ for failure in first.exceptions] == [
        ["in the row 20, 12"],
        ["in the row 30, 12"],
    ]


def test_fixtures_are_those_that_are_no_columns() -> None:
    @each_row("value", [1])
    def check(value: int, tmp_path: str) -> None:
        assert value and tmp_path

    assert [*inspect.signature(check).parameters] == ["tmp_path"]


def test_a_table_without_rows_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="tests nothing"):
        each_row("value", [])
