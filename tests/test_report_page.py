"""The page of a report as people see it: it computes what the simulator computes, and nothing leaves it or escapes."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import symhdl
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.report.markup import data, element, page
from symhdl.report.picture import legend, picture
from symhdl.report.report import Report
from symhdl.simulate.definition import simulate
from tests.browser import Page, browser, chromium
from tests.random_datapath import random_datapath
from tests.test_cli import invoke
from tests.test_report import bell, pipeline, squared
from tests.test_terminal import HOSTILE

ROOT = Path(__file__).parents[1]
VECTORS = 200
EVIL = "</script><script>alert(1)</script>\"'<!--" + HOSTILE


class Reader(HTMLParser):
    """Collects the elements of a page, their attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


# --- without a browser ----------------------------------------------------------------------------


def test_texts_stay_texts() -> None:
    found = element("p", EVIL, title=EVIL, hidden=True, id=None, data_node="3").text
    seen = Reader(found)
    assert seen.tags == ["p"]
    assert dict(seen.attributes).keys() == {"title", "hidden", "data-node"}
    assert seen.texts == [dict(seen.attributes)["title"]]
    assert "\x1b" not in found and "\u202e" not in found


def test_data_ends_no_script() -> None:
    found = data({"name": EVIL}, "design").text
    inside = found.removeprefix('<script type="application/json" id="design">')
    inside = inside.removesuffix("</script>")
    assert "<" not in inside
    assert json.loads(inside) == {"name": EVIL}


def test_the_policy_allows_what_is_in_the_page_alone() -> None:
    text = page("x", "y", style="a{}", script="1;")
    policy = next(v for k, v in Reader(text).attributes if v is not None and "default-src" in v)
    assert policy.startswith("default-src 'none';")
    assert policy.count("'sha256-") == 2 and "unsafe" not in policy


def hostile(report: Report) -> Report:
    nodes = tuple(
        replace(node, name=EVIL, text=EVIL, rule=EVIL, method=EVIL)
        for node in report.breakdown.nodes
    )
    path = replace(report.datapath, source=EVIL)
    return replace(report, breakdown=replace(report.breakdown, nodes=nodes), datapath=path)


@pytest.mark.parametrize("report", [bell().report(), squared()], ids=["bell", "square"])
def test_hostile_names_stay_text(report: Report) -> None:
    plain, found = Reader(report.page("module x;")), Reader(hostile(report).page(EVIL))
    assert set(found.tags) <= set(plain.tags)
    assert found.tags.count("script") == 2
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]


def test_the_page_needs_nothing_else_and_is_small() -> None:
    text = bell().report().page(bell().verilog())
    assert len(text.encode()) < 300_000
    assert not re.search(r"(?:src|href)=|@import|url\(", text.partition("<script>")[0])
    assert text == bell().report().page(bell().verilog()), "the same design, the same bytes"


def test_the_page_says_where_the_bound_holds() -> None:
    text = "input x, y : fixed<8,3>\nassume x < y\nz = sqrt(y - x)"
    texts = Reader(symhdl.compile(text).report().page()).texts
    assert "assumed: x < y; elsewhere nothing is promised" in texts
    (bound,) = (each for each in texts if each.startswith("off by at most"))
    assert bound.endswith(" where what is assumed holds")
    assert not any("assumed" in each for each in Reader(bell().report().page()).texts)


def test_the_command_writes_it(tmp_path: Path) -> None:
    bell().write(tmp_path / "bell")
    done = invoke("report", tmp_path / "bell", "-o", tmp_path / "report.html")
    assert done.exit_code == 0 and not done.stdout
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and "module bell" in text


def test_the_command_writes_over_no_file_of_the_design(tmp_path: Path) -> None:
    bell().write(tmp_path)
    before = (tmp_path / "bell.json").read_text(encoding="utf-8")
    done = invoke("report", tmp_path, "-o", tmp_path / "bell.json")
    assert done.exit_code == 1 and "cannot-write" in done.stderr
    assert (tmp_path / "bell.json").read_text(encoding="utf-8") == before
    assert invoke("report", tmp_path, "-o", tmp_path / "x.html", "--json").exit_code == 2


def test_the_nodes_are_sorted_as_asked() -> None:
    report = bell().report()
    for sort in ("cost", "error", "name"):
        table = report.page(sort=sort).partition("The nodes")[2]
        places = [int(each) for each in re.findall(r'<tr data-node="(\d+)"', table)]
        assert places == [row.place for row in report.rows(sort)]


def standing_alone(report: Report) -> str:
    """The picture of the pipeline with its legend as a file of SVG."""
    schedule = report.schedule
    drawing, colours = picture(report, schedule).text, legend(schedule).text
    size = re.match(r'<svg width="(\d+)" height="(\d+)"', drawing)
    assert size is not None
    width, height = map(int, size.groups())
    style = (ROOT / "symhdl" / "report" / "page.css").read_text(encoding="utf-8")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -4 {width + 16} {height + 30}">\n'
        f"<style>{style}svg {{ background: var(--paper); }}</style>\n"
        f'{drawing}\n<g transform="translate(0 {height + 4})">{colours}</g>\n</svg>\n'
    )


def test_readme_shows_the_pipeline_of_its_example(golden: Callable[[str, str], None]) -> None:
    texts = re.findall(r"```symhdl\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    source = next(text for text in texts if "gauss" in text)
    text = standing_alone(symhdl.compile(source, top="bell").report())
    ElementTree.fromstring(text)  # noqa: S314
    assert len(text.encode()) < 60_000
    golden("../../docs/pipeline.svg", text)


# --- in a browser ---------------------------------------------------------------------------------

needs_chromium = pytest.mark.skipif(chromium() is None, reason="chromium is missing")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


OUTPUTS = "[...document.querySelectorAll('[data-output]')].map((place) => place.dataset.integer)"
AT = f"""(rows) => rows.map((row) => {{
  location.hash = row;
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  return {OUTPUTS};
}})"""


def vectors_of(datapath: Datapath, count: int) -> list[dict[str, int]]:
    """The corners, and what is drawn by chance."""
    chance = random.Random(1)  # noqa: S311
    ports = datapath.inputs
    drawn = [
        {port.name: chance.randint(port.minimum, port.maximum) for port in ports}
        for _ in range(count - 2)
    ]
    return [
        {port.name: port.minimum for port in ports},
        {port.name: port.maximum for port in ports},
        *drawn,
    ]


def check(opened: Page, text: str, operators: Datapath, place: Path) -> None:
    """The page computes what the simulator does, without a complaint, and asks for nothing else."""
    place.write_text(text, encoding="utf-8")
    opened.complaints.clear()
    opened.requests.clear()
    opened.open(place.as_uri())
    rows = vectors_of(operators, VECTORS)
    links = ["&".join(f"{name}={value}" for name, value in row.items()) for row in rows]
    found = opened.ask(f"({AT})({json.dumps(links)})")
    inputs = {
        port.name: np.array([row[port.name] for row in rows], dtype=object)
        for port in operators.inputs
    }
    wanted = simulate(operators, inputs)
    for number, port in enumerate(operators.outputs):
        assert [row[number] for row in found] == [str(int(v)) for v in wanted[port.name]]
    assert not opened.complaints
    assert all(address.startswith("file:") for address in opened.requests)


@needs_chromium
def test_the_page_computes_what_the_simulator_does(opened: Page, tmp_path: Path) -> None:
    report = bell().report()
    text = report.page(bell().verilog())
    check(opened, text, bell().operators, tmp_path / "bell.html")
    opened.ask("location.hash = '#x=1&y=2&t=3'")
    shown = opened.ask("document.querySelectorAll('td[id^=value]:not(:empty)').length")
    assert shown > 5


@needs_chromium
def test_every_kind_of_cell_is_executed(opened: Page, tmp_path: Path) -> None:
    kinds: set[CellKind] = set()
    for seed in range(8):
        datapath = random_datapath(seed)
        kinds |= {cell.kind for cell in datapath.cells}
        report = replace(squared(), datapath=datapath, operators=datapath)
        outputs = tuple(
            replace(report.breakdown.outputs[0], name=port.name) for port in datapath.outputs
        )
        report = replace(report, breakdown=replace(report.breakdown, outputs=outputs))
        check(opened, report.page(), datapath, tmp_path / f"{seed}.html")
    assert kinds >= set(CellKind) - {CellKind.REGISTER}


@needs_chromium
def test_wide_numbers_are_exact(opened: Page, tmp_path: Path) -> None:
    design = symhdl.compile("x*y + x", input_formats="fixed<90,2>", output_width=64)
    check(opened, design.report().page(), design.operators, tmp_path / "wide.html")


@needs_chromium
def test_hostile_names_do_nothing(opened: Page, tmp_path: Path) -> None:
    text = hostile(bell().report()).page(EVIL)
    check(opened, text, bell().operators, tmp_path / "hostile.html")


@needs_chromium
def test_sliders_and_links_work(opened: Page, tmp_path: Path) -> None:
    place = tmp_path / "bell.html"
    place.write_text(bell().report().page(bell().verilog()), encoding="utf-8")
    opened.open(place.as_uri())
    moved = opened.ask(
        "(() => { const slider = document.querySelector('input[data-input]');"
        " slider.value = slider.max; slider.dispatchEvent(new Event('input'));"
        " return document.querySelector('[data-input-value]').textContent; })()"
    )
    assert float(moved) == 3
    linked = opened.ask(
        "(() => { const row = document.querySelector('tr[data-node]'); row.focus();"
        " return [...document.querySelectorAll('.linked')].map((place) => place.tagName); })()"
    )
    assert {"TR", "g", "SPAN"} <= {*linked}, "table, pipeline and texts"
    assert not opened.complaints


@needs_chromium
def test_a_sample_goes_through_the_stages(opened: Page, tmp_path: Path) -> None:
    place = tmp_path / "bell.html"
    place.write_text(bell().report().page(), encoding="utf-8")
    opened.open(place.as_uri())
    idle = "document.querySelectorAll('.idle').length"
    assert opened.ask(idle) == 0
    opened.ask("document.getElementById('play').click()")
    boxes = opened.ask("document.querySelectorAll('[data-from]').length")
    assert 0 < opened.ask(idle) < boxes
    assert opened.ask("document.getElementById('told-stage').textContent") == "stage 0"
    moved = opened.ask(
        "(() => { const stage = document.getElementById('stage'); stage.value = -1;"
        f" stage.dispatchEvent(new Event('input')); return {idle}; }})()"
    )
    assert moved == 0 and not opened.complaints


def test_a_design_that_does_nothing_has_a_page() -> None:
    assert "square" in replace(squared(), datapath=pipeline()).page()
