"""The page of a report as people see it: it computes what the simulator computes, and nothing leaves it or escapes."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import symhdl
from symhdl.functions.entry import ANY
from symhdl.functions.evaluation import FLOATING
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.report import front_page
from symhdl.report.graph_picture import graph_picture
from symhdl.report.markup import data, element, page
from symhdl.report.page import SCRIPTS
from symhdl.report.picture import legend, picture
from symhdl.report.report import Report
from symhdl.simulate.definition import simulate
from symhdl.stored import load
from tests.browser import Page, browser, chromium
from tests.documents import README, text_of
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
        if self.tags[-1:] != ["script"]:
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
    text = page("x", "y", styles=["page"], scripts=["packed"])
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


def test_a_page_of_constants_and_of_a_design_without_its_breakdown(tmp_path: Path) -> None:
    """No picture has a size below nothing."""
    bell().write(tmp_path)
    (tmp_path / "bell.breakdown").unlink()
    for report in (symhdl.compile("z = 0.5").report(), load(tmp_path, trust=True).report()):
        text = report.page()
        assert not re.search(r'(?:width|height)="-|viewBox="0 0 -', text)
        assert "The graph" not in text
    assert 'width="-' not in graph_picture([], []).text


def test_a_constant_may_be_as_large_as_doubles_are() -> None:
    report = bell().report()
    nodes = tuple(replace(node, range=(1e308, 1e308)) for node in report.breakdown.nodes)
    assert "1e+308" in replace(report, breakdown=replace(report.breakdown, nodes=nodes)).page()


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
        wanted = [row for row in report.rows(sort) if row.node is None or not row.node.constant]
        assert places == [row.place for row in wanted]


def standing_alone(report: Report) -> str:
    """The picture of the pipeline with its legend as a file of SVG."""
    schedule = report.schedule
    drawing, colours = picture(report, schedule).text, legend(report.datapath).text
    size = re.search(r' width="(\d+)" height="(\d+)"', drawing)
    assert size is not None
    width, height = map(int, size.groups())
    whole = (ROOT / "symhdl" / "report" / "page.css").read_text(encoding="utf-8")
    colours_of_themes, _, rest = whole.partition("body {")
    rules = [line for line in rest.splitlines(keepends=True) if line.startswith("svg")]
    style = colours_of_themes + "".join(rules)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -4 {width + 16} {height + 30}">\n'
        f"<style>{style}svg {{ background: var(--paper); }}</style>\n"
        f'{drawing}\n<g transform="translate(0 {height + 4})">{colours}</g>\n</svg>\n'
    )


def test_readme_shows_the_pipeline_of_its_example(golden: Callable[[str, str], None]) -> None:
    texts = re.findall(r"```symhdl\n(.*?)```", text_of(README), re.DOTALL)
    source = next(text for text in texts if "gauss" in text)
    text = standing_alone(symhdl.compile(source, top="bell").report())
    ElementTree.fromstring(text)  # noqa: S314
    assert len(text.encode()) < 60_000
    golden("../../docs/pipeline.svg", text)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
@pytest.mark.parametrize("name", sorted({*SCRIPTS, *front_page.SCRIPTS}))
def test_the_scripts_are_javascript(name: str) -> None:
    place = ROOT / "symhdl" / "report" / "script" / f"{name}.js"
    done = subprocess.run(["node", "--check", place], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_script_is_all_of_its_files() -> None:
    found = {place.stem for place in (ROOT / "symhdl" / "report" / "script").iterdir()}
    assert found == {*SCRIPTS, *front_page.SCRIPTS}


def test_the_command_takes_rows_of_data(tmp_path: Path) -> None:
    bell().write(tmp_path / "bell")
    names = [port.name for port in bell().operators.inputs]
    lines = [",".join(names), *(",".join([f"{k / 3000}"] * len(names)) for k in range(2999))]
    lines.append(",".join(["100"] * len(names)))
    (tmp_path / "in.csv").write_text("\n".join(lines), encoding="utf-8")
    report = ("report", tmp_path / "bell", "--data", tmp_path / "in.csv")
    done = invoke(*report, "-o", tmp_path / "report.html")
    assert done.exit_code == 0
    assert f"out of range, held at its ends: {len(names)} numbers" in done.stderr
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    document = json.loads(text.partition('id="design">')[2].partition("</script>")[0])
    assert 500 <= len(document["rows"]) <= 1000
    assert document["rows"][0] == [0] * len(names)
    assert invoke(*report).exit_code == 2


# --- in a browser ---------------------------------------------------------------------------------

needs_chromium = pytest.mark.skipif(chromium() is None, reason="chromium is missing")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


OUTPUTS = "[...document.querySelectorAll('[data-output]')].map((place) => place.dataset.integer)"
AT = f"""(rows) => rows.map((row) => {{
  history.replaceState(null, "", "#" + row);
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


def of_cells(datapath: Datapath) -> Report:
    """A report of a datapath of which nothing else is known."""
    report = replace(squared(), datapath=datapath, operators=datapath)
    outputs = tuple(
        replace(report.breakdown.outputs[0], name=port.name) for port in datapath.outputs
    )
    return replace(report, breakdown=replace(report.breakdown, outputs=outputs))


@needs_chromium
def test_every_kind_of_cell_is_executed(opened: Page, tmp_path: Path) -> None:
    kinds: set[CellKind] = set()
    for seed in range(8):
        datapath = random_datapath(seed)
        kinds |= {cell.kind for cell in datapath.cells}
        check(opened, of_cells(datapath).page(), datapath, tmp_path / f"{seed}.html")
    assert kinds >= set(CellKind) - {CellKind.REGISTER}


@needs_chromium
def test_wide_numbers_are_exact(opened: Page, tmp_path: Path) -> None:
    design = symhdl.compile("x*y + x", input_formats="fixed<90,2>", output_width=64)
    check(opened, design.report().page(), design.operators, tmp_path / "wide.html")
    shown = "[byId('off0').textContent, byId('error3').textContent]"
    for off in (
        off
        for link in ("x=12345", "x=-9&y=-7")
        for off in opened.ask(f"({AT})(['{link}']); {shown}")
    ):
        assert off.startswith("below "), "doubles do not tell"
    opened.ask(f"({SET})('over-output', 0)")
    assert "finer than doubles" in opened.ask("byId('error-told').textContent")
    assert opened.ask("document.querySelector('#curve:not(.hidden), #map:not(.hidden)') === null")


@needs_chromium
def test_what_doubles_tell_of_an_error(opened: Page, tmp_path: Path) -> None:
    """A sum of what cancels is not told better than its greatest part, and what is exact is exact."""
    show(opened, bell().report().page(), tmp_path)
    nodes = [
        ["INPUT", [], 0],
        ["CONSTANT", [], 2**40],
        ["SQUARE", [0], None],
        ["MULTIPLY", [2, 1], None],
    ]
    nodes += [["SUBTRACT", [3, 3], None], ["EXP", [4], None], ["FLOOR", [5], None]]
    asked = f"((nodes) => resolutions(nodes, evaluate(nodes, [3])))({json.dumps(nodes)})"
    found = opened.ask(asked)
    assert found[0] == found[1] == found[6] == 0 and 0 < found[2] < 2**-45
    assert 2**-8 <= found[4] <= 2**-4 and found[4] <= found[5] < 1.1 * found[4] + 2**-49
    shown = "[errorText(0, 2 ** -60, 8), errorText(1e-9, 1e-8, 40), errorText(-1e-3, 1e-8, 8)]"
    assert opened.ask(shown) == ["0", "below 2e-8", "-0.001"]


@needs_chromium
def test_an_exact_output_and_one_without_a_value(opened: Page, tmp_path: Path) -> None:
    design = symhdl.compile("a = x + x; b = 1/x", input_formats="fixed<8,3>", undefined="ignore")
    show(opened, design.report().page(), tmp_path)
    opened.ask(f"({AT})(['x=0'])")
    assert opened.ask("[byId('off0').textContent, byId('off1').textContent]") == [
        "0", "no real value here",
    ]  # fmt: skip
    opened.ask(f"({SET})('over-output', 0)")
    assert "1e-300" not in opened.ask("byId('curve').textContent")
    assert not opened.complaints


@needs_chromium
def test_axes_of_neighbours_end(opened: Page, tmp_path: Path) -> None:
    show(opened, bell().report().page(), tmp_path)
    assert len(opened.ask("ticks(2 ** 30, 2 ** 30 + 2 ** -22)")) < 12
    assert opened.ask("ticks(-1, 1)") == [-1, -0.5, 0, 0.5, 1]


@needs_chromium
def test_hostile_names_do_nothing(opened: Page, tmp_path: Path) -> None:
    text = hostile(bell().report()).page(EVIL)
    check(opened, text, bell().operators, tmp_path / "hostile.html")


@needs_chromium
def test_hostile_ports_stay_text(opened: Page, tmp_path: Path) -> None:
    report = bell().report()
    path = report.operators
    inputs = tuple(replace(port, name=f"{EVIL}{k}") for k, port in enumerate(path.inputs))
    outputs = tuple(replace(port, name=f"{EVIL}{k}") for k, port in enumerate(path.outputs))
    show(
        opened,
        replace(report, operators=replace(path, inputs=inputs, outputs=outputs)).page(),
        tmp_path,
    )
    for second in ("-1", "1"):
        opened.ask(f"({SET})('over-second', {second})")
        told = opened.ask("document.querySelector('main').innerText")
        assert "</script>" in told and not is_harmful(told)
    assert opened.ask("document.querySelectorAll('script').length") == 2
    assert not opened.complaints


def is_harmful(text: str) -> bool:
    """Whether there is what a reader does not see."""
    return not all(mark.isprintable() or mark in "\n\t" for mark in text)


@needs_chromium
def test_sliders_and_links_work(opened: Page, tmp_path: Path) -> None:
    place = tmp_path / "bell.html"
    place.write_text(bell().report().page(bell().verilog()), encoding="utf-8")
    opened.open(place.as_uri())
    moved = opened.ask(
        "(() => { const slider = document.querySelector('input.input');"
        " slider.value = slider.max; slider.dispatchEvent(new Event('input'));"
        " return byId('at0').textContent; })()"
    )
    assert float(moved) == 3
    spoken = "[...document.querySelectorAll('[type=range]')].map((each) => each.ariaValueText)"
    assert opened.ask(spoken)[:3] == ["3", "-3", "3"] and opened.ask(spoken)[-1] == "all stages"
    linked = opened.ask(
        "(() => { const row = document.querySelector('tr[data-node]'); row.focus();"
        " return [...document.querySelectorAll('.linked')].map((place) => place.tagName); })()"
    )
    assert {"TR", "g", "SPAN"} <= {*linked}, "table, pipeline and texts"
    assert not opened.complaints


@needs_chromium
def test_a_sample_goes_through_the_stages(opened: Page, tmp_path: Path) -> None:
    show(opened, bell().report().page(), tmp_path)
    waiting = "document.querySelectorAll('.waiting').length"
    veiled = "document.querySelector('.curtain-behind').getAttribute('d') !== ''"
    assert opened.ask(waiting) == 0 and not opened.ask(veiled)
    opened.ask("byId('play').click()")
    rows = opened.ask("document.querySelectorAll('[data-done]').length")
    assert 0 < opened.ask(waiting) < rows and opened.ask(veiled)
    assert opened.ask("byId('told-stage').textContent") == "stage 0"
    left = [opened.ask(f"({SET})('stage', {stage}); {waiting}") for stage in range(bell().latency)]
    assert left == sorted(left, reverse=True) and left[-1] < left[0]
    assert opened.ask(f"({SET})('stage', -1); {waiting}") == 0
    assert not opened.complaints


SET = """(id, value) => {
  byId(id).value = value;
  byId(id).dispatchEvent(new Event("input", { bubbles: true }));
}"""


def show(opened: Page, text: str, folder: Path, before: str = "") -> None:
    """Opens a page from a file."""
    place = folder / "page.html"
    place.write_text(text, encoding="utf-8")
    opened.complaints.clear()
    opened.requests.clear()
    opened.open(place.as_uri(), before)


def chosen(name: str) -> str:
    """The design that stands in the page."""
    return f"const {name} = designOf(JSON.parse(byId('design').textContent));"


@needs_chromium
def test_the_mathematics_of_the_page_is_ours(opened: Page, tmp_path: Path) -> None:
    show(opened, bell().report().page(), tmp_path)
    points = (-2.5, -1.0, -0.75, 0.0, 0.25, 0.5, 1.0, 1.5, 3.25, 7.0)
    for operation, compute in FLOATING.items():
        arity = 3 if operation.arity == ANY else operation.arity
        rows = list(product(points[::3] if arity > 1 else points, repeat=arity))
        asked = f"{json.dumps(rows)}.map((row) => FUNCTIONS.{operation.name}(...row)).map(String)"
        with np.errstate(all="ignore"):
            wanted = [float(compute(*map(np.asarray, row))) for row in rows]
        found = [float(text.replace("Infinity", "inf")) for text in opened.ask(asked)]
        assert np.allclose(found, wanted, rtol=1e-12, atol=1e-15, equal_nan=True), operation


@needs_chromium
def test_no_value_leaves_the_ranges_that_follow(opened: Page, tmp_path: Path) -> None:
    """Cells stay in what follows from ranges of the inputs, and these in what is proved for all inputs."""
    asked = f"""((box) => {{
      {chosen("design")}
      const inputs = box.map((range) => range.map(BigInt));
      const found = bounds(design, inputs);
      const inside = ([a, b], [low, high]) => low <= a && a <= b && b <= high;
      const narrow = found.every((range, k) => inside(range, design.cells[k].range));
      return narrow && [...spread(design, inputs, 64)].every((point) =>
        execute(design, point).every((value, k) => inside([value, value], found[k])));
    }})"""
    chance = random.Random(3)  # noqa: S311
    for seed in range(8):
        datapath = random_datapath(seed)
        show(opened, of_cells(datapath).page(), tmp_path)
        for _ in range(4):
            drawn = [
                sorted(chance.randint(port.minimum, port.maximum) for _ in range(2))
                for port in datapath.inputs
            ]
            assert opened.ask(f"{asked}({json.dumps(drawn)})"), (seed, drawn)


@needs_chromium
def test_bits_become_free_in_a_narrower_range(opened: Page, tmp_path: Path) -> None:
    show(opened, bell().report().page(), tmp_path)
    assert opened.ask("byId('free').textContent") == "No bit becomes free."
    x = "design.inputs.findIndex((port) => port.name === 'x')"
    place = opened.ask(f"(() => {{ {chosen('design')} return {x}; }})()")
    opened.ask(f"({SET})('low{place}', 1536)")  # from 0 on
    opened.ask(f"({SET})('high{place}', 1536 + 100)")  # to 100 / 512
    nodes = [node.name for node in bell().report().breakdown.nodes]
    free = {
        name: int(opened.ask(f"byId('bits{nodes.index(name)}').dataset.free"))
        for name in ("x", "x_squared", "y")
    }
    format = next(node.format for node in bell().report().breakdown.nodes if node.name == "x")
    assert format is not None
    assert free["x"] == format.width - (100).bit_length() and free["x_squared"] > 0 == free["y"]
    assert "become free" in opened.ask("byId('free').textContent")
    assert opened.ask(f"byId('range{nodes.index('x')}').textContent") == "0 .. 0.1953"
    assert not opened.complaints


@needs_chromium
@pytest.mark.parametrize("second", ["-1", "1"])
def test_the_error_stays_inside_its_bound(opened: Page, tmp_path: Path, second: str) -> None:
    show(opened, bell().report().page(), tmp_path)
    for number, port in enumerate(bell().datapath.outputs):
        opened.ask(f"({SET})('over-output', {number}); ({SET})('over-second', {second})")
        largest = float(opened.ask("byId('error-told').dataset.largest"))
        assert port.error_bound is not None and 0 < largest <= port.error_bound
    drawn = "#map:not(.hidden)" if second == "1" else "#curve:not(.hidden) path.curve"
    assert opened.ask(f"document.querySelector('{drawn}') !== null")
    assert not opened.complaints


@needs_chromium
def test_it_starts_where_what_is_assumed_holds(opened: Page, tmp_path: Path) -> None:
    text = "input x, y : fixed<8,3>\nassume x < y\nassume y < x + 1\nz = sqrt(y - x)"
    show(opened, symhdl.compile(text).report().page(), tmp_path)
    at = "[0, 1].map((place) => Number(byId(`at${place}`).dataset.integer))"
    x, y = opened.ask(at)
    assert x < y < x + 32 and opened.ask("byId('promised').textContent") == ""
    opened.ask("location.hash = '#x=5&y=5'")
    opened.ask("new Promise((done) => setTimeout(done, 50))")
    assert "nothing is promised" in opened.ask("byId('promised').textContent")
    assert not opened.complaints


@needs_chromium
def test_where_nothing_is_assumed_no_bit_becomes_free(opened: Page, tmp_path: Path) -> None:
    text = "input x, y : fixed<8,3>\nassume x < y\nz = sqrt(y - x)"
    show(opened, symhdl.compile(text).report().page(), tmp_path)
    grey = "[...document.querySelectorAll('.bits')].some((each) => Number(each.dataset.free))"
    opened.ask(f"({SET})('low0', 200)")  # of x, above most of y
    assert "become free" in opened.ask("byId('free').textContent") and opened.ask(grey)
    opened.ask(f"({SET})('high1', 100)")
    told = "At no point tried in these ranges does what is assumed hold."
    assert opened.ask("byId('free').textContent") == told and not opened.ask(grey)
    opened.ask(f"({SET})('high1', 255)")
    assert "become free" in opened.ask("byId('free').textContent") and opened.ask(grey)
    assert not opened.complaints


@needs_chromium
def test_in_print_no_cell_hides_the_line_below_it(opened: Page, tmp_path: Path) -> None:
    show(opened, bell().report().page(), tmp_path)
    style = "getComputedStyle(document.querySelector('.words'))"
    assert opened.ask(f"{style}.position") == "sticky"
    opened.call("Emulation.setEmulatedMedia", media="print")
    assert opened.ask(f"[{style}.position, {style}.backgroundColor]") == [
        "static",
        "rgba(0, 0, 0, 0)",
    ]
    opened.call("Emulation.setEmulatedMedia", media="")


@needs_chromium
def test_histograms_are_over_rows_of_data(opened: Page, tmp_path: Path) -> None:
    ports = bell().operators.inputs
    rows = [[port.maximum for port in ports], [port.minimum for port in ports]]
    show(opened, bell().report().page(rows=rows), tmp_path)
    opened.ask("new Promise((done) => setTimeout(done, 100))")
    assert opened.ask("byId('sampled').textContent") == "Histograms over 2 rows of the data."
    assert opened.ask("document.querySelectorAll('.histogram').length") > 5


@needs_chromium
def test_arrows_and_enter_go_from_node_to_node(opened: Page, tmp_path: Path) -> None:
    show(opened, bell().report().page(bell().verilog()), tmp_path)
    go = """(key) => {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      const place = document.activeElement;
      return [place.tagName, place.dataset.node, place.closest("[data-pane]").dataset.pane];
    }"""
    opened.ask("document.querySelector('tr[data-node]').focus()")
    first = opened.ask("document.activeElement.dataset.node")
    tag, second, _ = opened.ask(f"({go})('ArrowDown')")
    assert tag == "TR" and second != first
    assert opened.ask(f"({go})('Home')")[1] == first
    panes = [opened.ask(f"({go})('Enter')") for _ in range(5)]
    assert {node for _, node, _ in panes} == {first}
    assert {tag for tag, _, _ in panes} == {"TR", "g", "SPAN"}
    assert opened.ask("byId('told-node').textContent") and not opened.complaints


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_narrow_and_a_wide_window(
    opened: Page, tmp_path: Path, width: int, scheme: str
) -> None:
    opened.open("about:blank")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    place = tmp_path / "page.html"
    place.write_text(bell().report().page(bell().verilog()), encoding="utf-8")
    opened.complaints.clear()
    opened.call("Emulation.setDeviceMetricsOverride", **size)
    opened.call("Emulation.setEmulatedMedia", features=features)
    opened.go(place.as_uri())
    assert opened.ask("document.documentElement.scrollWidth") <= width
    paper = opened.ask("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 23, 27)")
    shot = b64decode(opened.call("Page.captureScreenshot", format="png")["data"])
    assert shot.startswith(b"\x89PNG") and len(shot) > 10_000
    assert not opened.complaints


READY = """new Promise((done) => {
  const look = () => {
    const { ready } = document.documentElement.dataset;
    return ready ? done(ready) : setTimeout(look, 10);
  };
  look();
})"""


@needs_chromium
def test_a_long_page_is_packed(
    opened: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = bell().report().page(bell().verilog() + EVIL)
    monkeypatch.setattr("symhdl.report.markup.MOST_PLAIN", 100)
    text = bell().report().page(bell().verilog() + EVIL)
    assert len(text) < len(plain) - 50_000
    show(opened, text, tmp_path)
    assert opened.ask(READY)
    assert opened.ask("document.querySelectorAll('pre span[data-node]').length") > 20
    assert "</script>" in opened.ask("[...document.querySelectorAll('pre')].pop().textContent")
    assert not opened.complaints
    show(opened, text, tmp_path, "delete globalThis.DecompressionStream")
    assert "too old" in opened.ask("byId('told-node').textContent")
    assert "cannot unpack" in opened.ask("document.querySelector('pre').textContent")
    assert not opened.complaints


@pytest.mark.slow
@needs_chromium
def test_a_thousand_nodes_open_within_two_seconds(opened: Page, tmp_path: Path) -> None:
    names = ["x", "y"]
    lines = ["input x, y : fixed<8,1>"]
    for number in range(500):
        first, second = names[-1], names[-1 - number % 7 % len(names)]
        lines.append(f"n{number} = ({first} - {second} * x) * 0.5")
        names.append(f"n{number}")
    design = symhdl.compile("\n".join([*lines, f"output {names[-1]} : fixed<10,3>"]), opt=0)
    assert len(design.report().breakdown.nodes) >= 1000
    show(opened, design.report().page(design.verilog()), tmp_path)
    assert int(opened.ask(READY)) < 2000, "ms"
    assert not opened.complaints


def test_a_design_that_does_nothing_has_a_page() -> None:
    assert "square" in replace(squared(), datapath=pipeline()).page()
