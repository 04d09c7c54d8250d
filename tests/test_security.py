"""SECURITY.md: its figures are those of the code."""

from __future__ import annotations

import re
from importlib import import_module

from symhdl.data.limits import PACKED
from tests.imports import ROOT
from tests.rows import each_row

PAGE = (ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8")
LIMITS = PAGE.partition("## Limits\n")[2].partition("\n## ")[0]
ROW = re.compile(r"\| (.+) \| ([\d,]+)(?: (KiB|MiB|GiB|s))? \| `([\w.]+)\.(\w+)` \|")
UNITS = {"": 1, "s": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def test_every_row_is_read() -> None:
    rows = [line for line in LIMITS.splitlines() if line.startswith("| ")]
    assert len(rows) > 10
    assert all(ROW.fullmatch(row) for row in rows[1:]), "what, figure with unit, constant"


@each_row(("what", "figure", "unit", "module", "name"), ROW.findall(LIMITS))
def test_a_figure_is_that_of_the_code(
    what: str, figure: str, unit: str, module: str, name: str
) -> None:
    told = int(figure.replace(",", "")) * UNITS[unit]
    assert getattr(import_module(module), name) == told, what


def test_how_much_may_be_unpacked_is_that_of_the_code() -> None:
    told = f"unpack to {PACKED.freely >> 20} MiB, or to {PACKED.most} times its size"
    assert told in LIMITS


def test_it_is_found() -> None:
    assert "(.github/SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
