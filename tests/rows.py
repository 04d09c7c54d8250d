"""Tables of small cases as one test: where a row costs less than what pytest does for a test of its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest


def each_row(
    names: str | Sequence[str], rows: Iterable[object], *, ids: Callable[[Any], str] = repr
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Like `pytest.mark.parametrize`, with one test for all rows: it tells every row that fails, with its values.

    A row must not skip, and shares its fixtures with the others. Two of these on one test try all pairs of rows.
    """
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else [*names]
    cases = [(row,) if len(wanted) == 1 else tuple(row) for row in rows]  # type: ignore[arg-type]
    assert cases, "a table without rows tests nothing"
    assert all(len(case) == len(wanted) for case in cases), "a row for every name has a value"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        def run(**fixtures: object) -> None:
            failures: list[BaseException] = []
            for case in cases:
                try:
                    test(**fixtures, **dict(zip(wanted, case, strict=True)))
                except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001 - the other rows count too
                    failure.add_note(f"in the row {', '.join(map(ids, case))}")
                    failures.append(failure)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(cases)} rows fail", failures)

        signature = inspect.signature(test)
        others = [p for name, p in signature.parameters.items() if name not in wanted]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
        run.pytestmark = getattr(test, "pytestmark", [])  # type: ignore[attr-defined]
        return run

    return decorate
