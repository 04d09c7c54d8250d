"""The page of a front as people see it: points, filters and a table that sorts, and nothing escapes from the rows."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from symhdl.documents import Json
from symhdl.report.front_page import columns_of, front_page
from symhdl.report.small import rows_html
from tests.browser import Page, browser, chromium
from tests.test_report_page import EVIL, Reader, is_harmful

Record = dict[str, Json]


def designs(count: int, seed: int = 1) -> list[Record]:
    """Rows as `rows.csv` has them; every tenth failed."""
    chance = random.Random(seed)  # noqa: S311
    found: list[Record] = []
    for place in range(count):
        complexity, width = chance.randint(1, 30), chance.choice((6, 8, 12))
        row: Record = {
            "class": chance.choice("gqt"),
            "complexity": complexity,
            "loss": 2.0 ** (-complexity / 8) * chance.uniform(0.8, 1.2),
            "status": "done",
            "error_bound": 2.0**-width,
            "luts": complexity * width + chance.randint(0, 40),
            "ffs": "7",
            "dsps": 0,
            "ns": f"{5 * (complexity // 4 + 1)}.0",
            "equation": f"x{place} + {chance.random():.3f}",
            "width": width,
            "device": chance.choice(("ecp5-25k", "xcvu9p")),
            "diagnostic": "",
        }
        if place % 10 == 9:
            lost: Record = dict.fromkeys(("error_bound", "luts", "ffs", "dsps", "ns"), "")
            row |= {"status": "failed", **lost, "diagnostic": "error[x]: log(0)\n  | y"}
        found.append(row)
    return found


# --- without a browser ----------------------------------------------------------------------------


def test_columns_know_what_they_are() -> None:
    found = {column.name: column for column in columns_of(designs(40))}
    kinds = {name: column.kind for name, column in found.items()}
    assert [name for name, kind in kinds.items() if kind == "choice"] == [
        "class", "status", "width", "device",
    ]  # fmt: skip
    assert [name for name, kind in kinds.items() if kind == "text"] == ["equation", "diagnostic"]
    assert found["ns"].is_number and found["ns"].values[9] is None
    assert not found["equation"].is_number


def test_what_is_no_number_is_text_and_what_is_unknown_is_left_out() -> None:
    rows: list[Record] = [
        {"class": "1", "luts": "nan", "cycles": None, "error": "2^-4", "x": 10**400, "ok": True},
        {"class": "2", "luts": 3, "cycles": "", "error": "2^-6", "x": 1, "ok": False},
    ]
    found = {column.name: column for column in columns_of(rows)}
    assert found["luts"].values == [None, 3.0]
    assert "cycles" not in found
    assert not found["class"].is_number and not found["x"].is_number and not found["ok"].is_number
    assert found["error"].kind == "choice" and found["ok"].values == ["yes", "no"]
    front_page(rows)
    front_page([])


def test_failures_are_told_with_their_diagnostics() -> None:
    texts = Reader(front_page(designs(40))).texts
    assert "40 designs of 3 classes, 4 of them failed" in texts
    assert texts.count("error[x]: log(0)\n  | y") == 4
    rows: list[Record] = [{**row, "measured": "estimate", "seconds": 0.25} for row in designs(10)]
    asked = f"width {rows[9]['width']}, device {rows[9]['device']}, {rows[9]['equation']}"
    assert f"{rows[9]['class']}, {asked}" in Reader(front_page(rows)).texts, (
        "and no time that it took"
    )
    assert "not" not in " ".join(Reader(front_page(designs(9))).texts[:2])


def test_the_combination_is_a_table_of_its_own() -> None:
    plain = front_page(designs(40))
    assert "The combination" not in plain
    text = front_page(
        designs(40), chosen=[3, 1], told=["accuracy 0.7, <498> LUTs", ("page", "a:b.html")]
    )
    assert (
        '<h2>The combination</h2><p>accuracy 0.7, &lt;498&gt; LUTs</p><p><a href="a%3Ab.html">page</a></p>'
        in text
    )
    assert re.search(r"<td class=\"told\">x1 \+ .*<td class=\"told\">x3 \+ ", text)


def hostile() -> list[Record]:
    rows = designs(20)
    texts = ("class", "equation", "device", "diagnostic")
    evil: list[Record] = [{**row, **dict.fromkeys(texts, EVIL), EVIL: EVIL} for row in rows[5:]]
    return rows[:5] + evil


def test_hostile_rows_stay_text() -> None:
    found = Reader(front_page(hostile(), heading=EVIL, told=[EVIL], pages={0: "javascript:x"}))
    assert found.tags.count("script") == 2
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]


def test_links_stay_beside_the_page() -> None:
    text = front_page([{}], told=[("page", "//host/x")], pages={0: "//host/y"})
    assert '<a href="host/x">' in text and '{"0":"host/y"}' in text.replace(" ", "")


def test_the_page_needs_nothing_else() -> None:
    text = front_page(designs(100))
    assert len(text.encode()) < 100_000
    assert not re.search(r"(?:src|href)=|@import|url\(", text.partition("<script>")[0])
    assert text == front_page(designs(100))


# --- in a browser ---------------------------------------------------------------------------------

needs_chromium = pytest.mark.skipif(chromium() is None, reason="chromium is missing")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


def show(opened: Page, text: str, place: Path) -> None:
    """Opens the page, which may neither complain nor ask for anything."""
    place.write_text(text, encoding="utf-8")
    opened.complaints.clear()
    opened.requests.clear()
    opened.open(place.as_uri())
    assert not opened.complaints
    assert opened.requests == [place.as_uri()]


SHOWN = "document.getElementById('shown').textContent"
LINES = (
    "[...document.querySelectorAll('#designs tbody tr')].map((line) => Number(line.dataset.row))"
)
TOLD = "document.querySelector('#told code').textContent"


def press(key: str) -> str:
    """A key where the focus is."""
    event = f"new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}})"
    return f"document.activeElement.dispatchEvent({event})"


def tick(opened: Page, column: str, value: str) -> None:
    """Clicks a box of a filter."""
    opened.ask(
        f"[...document.querySelectorAll('[data-column={json.dumps(column)}] label')]"
        f".find((label) => label.textContent === {json.dumps(value)}).firstChild.click()"
    )


def number(row: Record, name: str) -> float:
    value = row[name]
    assert isinstance(value, int | float | str)
    return float(value)


def front(rows: list[Record], x: str, y: str) -> set[int]:
    """The rows that no other one of their class and device beats, by comparing all."""
    known = [place for place, row in enumerate(rows) if row["status"] == "done"]

    def beats(a: Record, b: Record) -> bool:
        pairs = [(number(a, name), number(b, name)) for name in (x, y)]
        return all(p <= q for p, q in pairs) and any(p < q for p, q in pairs)

    return {
        place
        for place in known
        if not any(
            all(rows[other][name] == rows[place][name] for name in ("class", "device"))
            and beats(rows[other], rows[place])
            for other in known
        )
    }


@needs_chromium
def test_every_design_is_a_point_and_the_front_is_marked(opened: Page, tmp_path: Path) -> None:
    rows = designs(80)
    show(opened, front_page(rows, chosen=[0, 2]), tmp_path / "front.html")
    assert opened.ask(SHOWN) == "80 of 80 designs"
    pieces = "document.querySelectorAll('#plots svg')[0].querySelectorAll('path')"
    drawn: list[Any] = opened.ask(
        f"[...{pieces}].map((path) => [path.getAttribute('class'),"
        " (path.getAttribute('d').match(/M/g) || []).length])"
    )
    beaten = sum(count for name, count in drawn if name.startswith("beaten"))
    full = sum(count for name, count in drawn if name.startswith("fill"))
    assert beaten + full == 72, "eight failed"
    assert full == len(front(rows, "luts", "loss"))
    assert opened.ask("document.querySelectorAll('svg .chosen').length") == 6, "in three plots"
    assert opened.ask("document.querySelectorAll('#plots svg').length") == 3
    opened.ask("document.getElementById('front-only').click()")
    plots = (("luts", "loss"), ("ns", "loss"), ("ns", "luts"))
    assert {*opened.ask(LINES)} == set().union(*(front(rows, x, y) for x, y in plots))


@needs_chromium
def test_what_failed_is_on_no_front(opened: Page, tmp_path: Path) -> None:
    rows = designs(80)
    show(opened, front_page(rows, axes=("loss", "complexity")), tmp_path / "front.html")
    opened.ask("document.getElementById('front-only').click()")
    assert {*opened.ask(LINES)} == front(rows, "complexity", "loss")


@needs_chromium
def test_filters_choose_rows(opened: Page, tmp_path: Path) -> None:
    rows = designs(80)
    show(opened, front_page(rows), tmp_path / "front.html")
    tick(opened, "class", "q")
    tick(opened, "width", "12")
    tick(opened, "status", "failed")
    left = [
        place
        for place, row in enumerate(rows)
        if row["class"] != "q" and row["width"] != 12 and row["status"] == "done"
    ]
    assert sorted(opened.ask(LINES)) == left
    fields = "document.querySelectorAll('[data-column=luts] input')"
    event = "dispatchEvent(new Event('input', {bubbles: true}))"
    opened.ask(f"{fields}[1].value = '100', {fields}[1].{event}")
    left = [place for place in left if number(rows[place], "luts") <= 100]
    assert left and sorted(opened.ask(LINES)) == left
    opened.ask(f"{fields}[0].value = 'much', {fields}[0].{event}")
    assert sorted(opened.ask(LINES)) == left
    assert opened.ask(f"{fields}[0].getAttribute('aria-invalid')") == "true"
    opened.ask("document.querySelector('#filters [type=reset]').click()")
    found = "document.querySelector('#filters [type=search]')"
    opened.ask(f"{found}.value = 'X12 +', {found}.{event}")
    assert opened.ask(LINES) == [12]
    assert not opened.complaints


@needs_chromium
def test_the_table_sorts_with_keyboard_and_mouse(opened: Page, tmp_path: Path) -> None:
    rows = designs(80)
    show(opened, front_page(rows, pages={4: "designs/a b:c/report.html"}), tmp_path / "front.html")
    header = "[...document.querySelectorAll('#designs th')].find((th) => th.textContent === 'LUTs')"
    for sign, word in ((1, "ascending"), (-1, "descending")):
        opened.ask(f"{header}.querySelector('button').click()")
        assert opened.ask(f"{header}.getAttribute('aria-sort')") == word
        done = [place for place, row in enumerate(rows) if row["status"] == "done"]
        done.sort(key=lambda place, sign=sign: (sign * number(rows[place], "luts"), place))  # type: ignore[misc]
        lost = [place for place, row in enumerate(rows) if row["status"] == "failed"]
        assert opened.ask(LINES) == done + lost, "what is not known comes last"
    opened.ask("document.querySelector('#designs tbody tr').focus()")
    opened.ask(press("ArrowDown"))
    assert opened.ask("document.activeElement.dataset.row") == str(opened.ask(LINES)[1])
    assert opened.ask(TOLD) == rows[opened.ask(LINES)[1]]["equation"]
    links = "[...document.querySelectorAll('#designs a')].map((a) => a.getAttribute('href'))"
    assert opened.ask(links) == ["designs/a%20b%3Ac/report.html"]


@needs_chromium
def test_points_are_told_with_keyboard_and_pointer(opened: Page, tmp_path: Path) -> None:
    rows = designs(80)
    show(opened, front_page(rows), tmp_path / "front.html")
    opened.ask("document.querySelector('#plots svg').focus()")
    seen = []
    for key in ("ArrowRight", "ArrowRight", "End", "Home"):
        opened.ask(press(key))
        seen.append(opened.ask(TOLD))
    done = [row for row in rows if row["status"] == "done"]
    ordered = sorted(done, key=lambda row: (number(row, "luts"), -number(row, "loss")))
    assert seen == [ordered[place]["equation"] for place in (0, 1, -1, 0)]
    opened.ask(press("Enter"))
    focused = "document.activeElement.dataset.row"
    assert rows[int(opened.ask(focused))] == ordered[0]
    ring = "document.querySelectorAll('svg .current')[1].getBoundingClientRect()"
    place = opened.ask(f"(({{x, y, width}}) => [x + width / 2, y + width / 2])({ring})")
    opened.ask("document.querySelector('#told code').textContent = ''")
    opened.ask(f"document.querySelectorAll('#designs tbody tr')[5].focus(), {SHOWN}")
    opened.ask(
        "document.querySelectorAll('#plots svg')[1].dispatchEvent(new PointerEvent('pointermove',"
        f" {{clientX: {place[0]}, clientY: {place[1]}, bubbles: true}}))"
    )
    found = next(row for row in rows if row["equation"] == opened.ask(TOLD))
    assert (found["ns"], found["class"]) != ("", "") and not opened.complaints


@needs_chromium
def test_hostile_rows_do_nothing(opened: Page, tmp_path: Path) -> None:
    page = front_page(hostile(), heading=EVIL, told=[EVIL], chosen=[7], pages={8: "javascript:x"})
    show(opened, page, tmp_path / "hostile.html")
    assert opened.ask("document.querySelectorAll('script').length") == 2
    opened.ask("document.querySelectorAll('#designs tbody tr')[9].focus()")
    href = "[...document.querySelectorAll('#designs a')].map((a) => a.protocol)"
    assert opened.ask(href) == ["file:"]
    told = opened.ask("document.querySelector('main').innerText")
    assert "</script>" in told and not is_harmful(told)
    plots = opened.ask(
        "[...document.querySelectorAll('option')].map((each) => each.textContent).join()"
    )
    assert not is_harmful(plots)
    assert not opened.complaints


@needs_chromium
@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{}],
        [{"loss": 1e-320, "luts": 1}, {"loss": 1e308, "luts": 2}, {"loss": 1.0, "luts": 3}],
        [{"loss": -1e308, "luts": 1e16}, {"loss": 1e308, "luts": 1e16 + 2}],
    ],
    ids=["no row", "no column", "far apart", "too far apart"],
)
def test_rows_of_any_kind_are_drawn(opened: Page, tmp_path: Path, rows: list[Record]) -> None:
    assert rows_html(rows)
    show(opened, front_page(rows), tmp_path / "front.html")
    assert opened.ask("document.documentElement.dataset.ready")
    assert not opened.complaints


@needs_chromium
def test_round_numbers_between_neighbours_end(opened: Page, tmp_path: Path) -> None:
    show(opened, front_page(designs(5)), tmp_path / "front.html")
    assert opened.ask("roundNumbers(-1, 1)") == [-1, -0.5, 0, 0.5, 1]
    assert len(opened.ask("roundNumbers(1e16, 1e16 + 2)")) < 12


@needs_chromium
@pytest.mark.parametrize("width", [300, 1280])
def test_it_fits_into_its_window(opened: Page, tmp_path: Path, width: int) -> None:
    show(opened, front_page(designs(80), chosen=[1]), tmp_path / "front.html")
    opened.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
    )  # fmt: skip
    assert opened.ask("document.documentElement.scrollWidth") <= width
    assert opened.call("Page.captureScreenshot", format="png")["data"]
    opened.call("Emulation.clearDeviceMetricsOverride")


@needs_chromium
@pytest.mark.slow
def test_many_rows_open_at_once(opened: Page, tmp_path: Path) -> None:
    text = front_page(designs(5000))
    assert len(text.encode()) < 300_000, "it is packed"
    show(opened, text, tmp_path / "many.html")
    ready = "document.documentElement.dataset.ready"
    while (took := opened.ask(ready)) is None:
        time.sleep(0.05)
    assert int(took) < 2000
    assert len(opened.ask(LINES)) == 100
    opened.ask("document.getElementById('more').click()")
    assert len(opened.ask(LINES)) == 600
