"""What notebooks show: small forms without a script, and the whole report in a frame of its own."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

import symhdl
from symhdl.documents import Json
from symhdl.explore import Exploration, Row
from symhdl.report.front_page import columns_of
from symhdl.report.small import datapath_html, front_of, graph_html, rows_html
from tests.browser import browser, chromium
from tests.test_report import bell
from tests.test_report_front import designs, front
from tests.test_report_page import EVIL, Reader


def is_small_and_harmless(text: str) -> bool:
    """Whether it needs nothing else, runs nothing, and is one piece that any page can hold."""
    found = Reader(text)
    tags = {"script", "link", "style", "img", "iframe"} & {*found.tags}
    reaches = [
        name for name, _ in found.attributes if name.startswith("on") or name in ("src", "href")
    ]
    ElementTree.fromstring(text)  # noqa: S314 - our own
    return not tags and not reaches and len(text.encode()) < 100_000


def test_designs_and_what_they_are_made_of(tmp_path: Path) -> None:
    design = bell()
    design.write(tmp_path)
    stored = symhdl.load(tmp_path)
    shown = [each._repr_html_() for each in (design, stored, design.datapath, design.mathematics)]
    assert all(map(is_small_and_harmless, shown))
    assert shown[0] == shown[1]
    texts = Reader(shown[0]).texts
    assert {
        "x",
        "y",
        "t",
        "z",
        str(design.datapath.outputs[0].format),
        f"{design.error_bound:.4g}",
    } <= {*texts}
    assert f"estimated: {design.estimate.luts:,} LUTs" in " ".join(texts)
    assert "logic" in texts and f"{len(design.datapath.cells):,} cells" in shown[2]
    assert f"{len(design.mathematics.nodes):,} nodes" in shown[3]


def test_what_is_assumed_and_what_is_not_known_is_told() -> None:
    design = symhdl.compile("input x, y : fixed<8,3>\nassume x < y\nz = y - x", frequency=0)
    text = design._repr_html_()
    assert "assumed: x &lt; y" in text and is_small_and_harmless(text)
    assert "none" in datapath_html(
        replace(design.datapath, outputs=(replace(design.datapath.outputs[0], error_bound=None),))
    )
    text = graph_html(symhdl.parse("r = x + 0.25\ny = r*x"))
    assert is_small_and_harmless(text) and Reader(text).tags.count("rect") == 4
    assert {"x", "0.25", "r = add", "y = multiply"} <= {*Reader(text).texts}
    assert "<svg" not in graph_html(symhdl.parse(" + ".join(f"sin({k}*x)" for k in range(2, 60))))


def test_the_bits_at_work_add_up() -> None:
    path = bell().datapath
    heights = re.findall(r"stage (\d+): ([\d,]+) bits of logic", datapath_html(path))
    assert heights and max(int(stage) for stage, _ in heights) <= path.latency


def test_fronts_are_a_picture_and_a_table() -> None:
    rows = designs(60)
    text = rows_html(rows)
    assert is_small_and_harmless(text)
    found = Reader(text)
    assert found.tags.count("svg") == 2
    marks = [each for each in found.texts if each in "●■▲"]
    assert len(marks) == 2 * sum(row["status"] == "done" for row in rows)
    equations = {str(row["equation"]) for row in rows} & {*found.texts}
    on_front = {str(rows[place]["equation"]) for place in front(rows, "luts", "loss")}
    assert len(equations) == min(20, len(on_front))
    assert equations <= on_front


def test_an_exploration_shows_its_front() -> None:
    row = Row("0", "g", 3, 0.5, "done", "x + <b>", luts=7, ns=2.0)
    shown = Exploration((row, replace(row, loss=0.25, luts=9)))._repr_html_()
    assert is_small_and_harmless(shown) and "2 designs" in shown and "x + &lt;b&gt;" in shown
    assert "device" not in shown


def test_each_device_has_a_front_of_its_own() -> None:
    """As in `rows.csv`: LUTs of one device say nothing of those of another."""
    row = Row("0", "g", 3, 0.5, "done", "x", luts=7, ns=2.0, options=(("device", "xcvu9p"),))
    dearer = replace(row, luts=9, options=(("device", "ecp5-25k"),))
    cells = Reader(Exploration((row, dearer))._repr_html_()).texts
    assert {"device", "xcvu9p", "ecp5-25k"} <= {*cells}


def test_the_front_is_what_nothing_beats() -> None:
    rows = designs(80)
    columns = {column.name: column for column in columns_of(rows)}
    groups = [(str(row["class"]), str(row["device"])) for row in rows]
    assert {*front_of(columns["ns"], columns["luts"], groups)} == front(rows, "ns", "luts")
    more: list[dict[str, Json]] = [
        {"luts": k, "accuracy": v} for k, v in ((1, 0.5), (2, 0.4), (3, 0.7))
    ]
    x, y = columns_of(more)
    assert front_of(x, y, [("", "")] * 3) == [0, 2], "of an accuracy more is better"


def test_what_failed_is_on_no_front() -> None:
    row: dict[str, Json] = {"class": "g", "complexity": 3, "loss": 0.5, "equation": "x"}
    failed = {**row, "complexity": 1, "loss": 0.1, "equation": "erfi(x)", "status": "failed"}
    shown = rows_html([row, failed], axes=("loss", "complexity"))
    assert "2 designs, 1 of them failed" in shown and "erfi" not in shown
    assert shown.count("●") == 1


def test_rows_of_any_kind_are_shown() -> None:
    assert "0 designs" in rows_html([])
    assert is_small_and_harmless(rows_html([{"class": EVIL, "equation": EVIL, "status": "failed"}]))
    evil: list[dict[str, Json]] = [{**row, "class": EVIL, "equation": EVIL} for row in designs(5)]
    assert is_small_and_harmless(rows_html(evil))
    assert is_small_and_harmless(rows_html([{"loss": 0, "luts": 0}, {"loss": 1, "luts": 1}]))


def test_the_report_is_the_page_in_a_frame() -> None:
    report = bell().report()
    text = report._repr_html_()
    found = dict(Reader(text).attributes)
    assert Reader(text).tags == ["iframe"]
    assert found["sandbox"] == "allow-scripts"
    inside = re.search(r'srcdoc="([^"]*)"', text)
    assert inside is not None and html.unescape(inside[1]) == report.page()


@pytest.mark.skipif(chromium() is None, reason="chromium is missing")
def test_the_page_runs_in_its_frame(tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text(f"<!doctype html>{bell().report()._repr_html_()}", encoding="utf-8")
    with browser(tmp_path / "profile") as opened:
        opened.open(place.as_uri())
        opened.enter_frame()
        assert opened.ask("document.querySelectorAll('td[id^=value]:not(:empty)').length") > 5
        assert not opened.complaints
