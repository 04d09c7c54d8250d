"""What is told of a design: shares that add up, a file that is checked when it is read, text that is harmless."""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import symhdl
from symhdl.cost.cells import Area
from symhdl.cost.estimate import Estimate
from symhdl.documents import json_text
from symhdl.errors import SymhdlError
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.numeric.fixed import FixedFormat
from symhdl.report.breakdown import Bit, Breakdown, NodeFacts, OutputFacts
from symhdl.report.document import BREAKDOWN, breakdown_text, read_breakdown
from symhdl.report.gathering import breakdown_of
from symhdl.report.owners import NOBODY, Owners
from symhdl.report.report import Report
from symhdl.report.schedule import Mark
from symhdl.report.words import range_of
from symhdl.stored import load
from tests.errors_of_design import compiled, request_of
from tests.rows import each_row
from tests.stored_designs import put, sealed_again
from tests.test_cli import invoke
from tests.test_compile_levels import DESIGNS
from tests.test_terminal import HOSTILE, is_harmless

BELL = """
gauss(u) = exp(-u^2)
r = sqrt(x^2 + y^2)
z = gauss(r) * sin(3*t) + 0.25*x*y
w = 0.54*sin(x) + t - 0.27*x
"""


@cache
def bell() -> symhdl.CompiledDesign:
    inputs = {
        "x": symhdl.Input("fixed<12,3>", (-3, 3)),
        "y": symhdl.Input("fixed<12,3>", (-3, 3)),
        "t": symhdl.Input("ufixed<10,0>"),
    }
    return symhdl.compile(BELL, inputs=inputs, error=2**-8, device="ecp5-25k", top="bell")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bell().write(tmp_path / "bell")
    return tmp_path / "bell"


# --- what is gathered -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_the_shares_add_up(name: str) -> None:
    text, ranges = DESIGNS[name]
    _, design = compiled(text, request_of(ranges, width=9, output_width=10))
    found = breakdown_of(design.design, design.datapath)
    assert found is not None
    areas = [*(node.area for node in found.nodes), *(output.area for output in found.outputs)]
    taken = sum(areas, found.rest)
    whole = design.estimate
    assert whole.luts - 1 <= taken.luts <= whole.luts + 0.1 or whole.luts == 0
    assert (taken.ffs, taken.dsps, taken.brams) == (whole.ffs, whole.dsps, whole.brams)
    assert found.rest.luts <= 0.1 * whole.luts, "nearly all of it belongs to somebody"
    for place, output in enumerate(found.outputs):
        parts = output.rounding + sum(node.errors.get(place, 0.0) for node in found.nodes)
        assert parts <= output.bound * 1.001
        if any(place in node.errors for node in found.nodes):
            assert parts >= 0.9 * output.bound, "what is left out is little"


def test_nodes_are_told_in_the_words_of_the_user() -> None:
    rows = {row.label: row for row in bell().report().rows()}
    assert rows["x^2"].node is not None and not rows["x^2"].node.named
    gauss = rows["gauss"].node
    assert gauss is not None and gauss.named and gauss.text == "exp(-u^2)"
    assert gauss.range is not None and 0 <= gauss.range[0] < gauss.range[1] == 1
    assert gauss.format is not None and gauss.method
    region = rows["0.54*sin(x) - 0.27*x"].node
    assert region is not None and region.argument is not None
    assert bell().report().breakdown.nodes[region.argument].name == "x"


def test_a_bit_more_frees_half_of_what_a_node_adds() -> None:
    found = breakdown_of(bell().design, bell().datapath)
    assert found is not None
    priced = [index for index, node in enumerate(found.nodes) if node.more is not None]
    assert priced
    for index in priced:
        node = found.nodes[index]
        assert node.more is not None and node.less is not None
        share = max(found.share(index, output) for output in node.errors)
        assert (node.more.error, node.less.error) == pytest.approx((share / 2, share), rel=1e-3)
    functions = [found.nodes[k] for k in priced if found.nodes[k].method]
    assert any(node.more is not None and node.more.luts > 0 for node in functions)


def test_a_sum_grows_by_a_bit_with_what_it_adds() -> None:
    """A bit more of a product is one more of the sum behind it, too, and of the argument of the function."""
    text = "exp(0.1*(x*y + z*w))"
    ranges = dict.fromkeys("xyzw", ("-1", "1"))
    _, design = compiled(text, request_of(ranges, width=9, output_width=10))
    found = breakdown_of(design.design, design.datapath)
    assert found is not None
    products = [node for node in found.nodes if node.text in ("x*y", "z*w")]
    prices = [node.more.luts for node in products if node.more]
    assert len(prices) == 2 and 0.5 < max(prices) < 8, "of the finer one, if they are not equal"


def test_an_unpickled_design_tells_what_its_cells_do() -> None:
    design = pickle.loads(pickle.dumps(bell()))  # noqa: S301
    assert breakdown_of(design.design, design.datapath) is None
    assert "bell" + BREAKDOWN not in design.files()
    report = design.report()
    assert report.missing and "x^2" in report.text()
    assert sum(row.area.luts for row in report.rows()) == pytest.approx(bell().estimate.luts, abs=1)


# --- cells and their owners -----------------------------------------------------------------------


def cell(name: str, text: str, *operands: int) -> Cell:
    return Cell(CellKind.SHIFT_LEFT, operands, 0, 1, name=name, origin=text)


def test_a_cell_belongs_to_the_node_whose_part_it_is() -> None:
    owners = Owners(
        ["x", "a", "a_squared", "long_name_of_a_value_that_is_cut"], ["x", "s", "s", "t"], ["y"]
    )
    cells = (
        Cell(CellKind.INPUT, (), 0, 1, name="x"),
        cell("", "s", 0),  # what reads it is a part of `a`, although the text is that of both
        cell("a_c0", "s", 1),
        cell("a_squared_c0", "s", 2),
        cell("a_squared", "s", 3),
        cell("long_name_of_a_value_c0", "t", 4),
        cell("strange", "t", 5),
        cell("y_rounded", "y", 6),
        cell("strange", "stranger", 7),
    )
    assert owners.of_cells(cells) == [0, 1, 1, 2, 2, 3, 3, 4, NOBODY]


# --- the file -------------------------------------------------------------------------------------


def test_the_file_is_read_as_it_was_written() -> None:
    found = breakdown_of(bell().design, bell().datapath)
    assert found is not None
    text = breakdown_text(found)
    again = read_breakdown(text, "place")
    assert again == found
    assert len(text) < 20_000
    assert text == breakdown_text(found), "the same design, the same bytes"


def test_a_uniform_design_tells_ranges_and_areas() -> None:
    design = symhdl.compile(
        "y = sin(x)*x\nz = x - 1/2", ranges=(-3, 3), uniform="fixed<10,4>", device="ecp5-25k"
    )
    found = breakdown_of(design.design, design.datapath)
    assert found is not None
    assert found == read_breakdown(breakdown_text(found), "here")
    assert [output.name for output in found.outputs] == ["y", "z"]
    assert [output.bound for output in found.outputs] == [
        port.error_bound for port in design.datapath.outputs
    ]
    taken = sum((node.area for node in found.nodes), found.rest)
    assert taken.ffs == design.estimate.ffs
    report = design.report()
    assert not report.missing
    assert {row.label: row.node.range for row in report.rows() if row.node}["z"] == (-3.5, 2.5)


def test_the_folder_tells_the_same_as_the_design(folder: Path) -> None:
    assert load(folder).report().text() == bell().report().text()


STRANGE: list[object] = [
    None, True, -1, 0, 10**400, 1e308, 5e-324, "", HOSTILE, "x" * 2000, [], {}, [[]], [None] * 4,
    [1e300, 10**30, 0, 0], [[0, 1e308]], [[99, 1.0]], [True, 99999, 0], [False, 4, 10**9], {"a": 1},
]  # fmt: skip


def told_of(report: Report) -> str:
    document = json_text(report.document())
    return report.text(whole=True) + report.text(width=20) + document + report.page()


def test_a_strange_file_is_refused_or_harmless(folder: Path) -> None:
    """Whatever stands in one place of it, nothing but an error of the user's comes of it, and nothing escapes."""
    place = folder / f"bell{BREAKDOWN}"
    original = json.loads(place.read_text())
    chance = random.Random(1)  # noqa: S311
    refused = 0
    for _ in range(300):
        document = json.loads(place.read_text())
        entry = chance.choice(
            [document, *(chance.choice(document[key]) for key in ("nodes", "outputs"))]
        )
        key = chance.choice([*entry, "range", "format", "argument", "more", "errors", "operands"])
        entry[key] = chance.choice(STRANGE)
        try:
            found = read_breakdown(json.dumps(document), "place")
        except SymhdlError as problem:
            assert [told.id for told in problem.diagnostics] == ["bad-breakdown"]
            assert is_harmless(str(problem))
            refused += 1
            continue
        if len(found.outputs) == len(original["outputs"]):
            report = replace(bell().report(), breakdown=found)
            assert is_harmless(told_of(report))
    assert 100 < refused < 300


@each_row(
    ("text", "told"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("{}", "is not a breakdown"),
        ('{"breakdown": 2}', "is not a breakdown"),
        ('{"breakdown": 1, "outputs": 3}', "`outputs` must be a list"),
        ('{"breakdown": 1, "outputs": [], "nodes": [3]}', "node 0 must be an object"),
        ('{"breakdown": 1, "outputs": [], "nodes": [{"operands": [0]}]}', "node 0: `operands`"),
    ],
)
def test_what_is_no_breakdown_is_told(text: str, told: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_breakdown(text, "place")
    assert told in str(caught.value)
    assert caught.value.diagnostics[0].help == "compile again with -o"


# --- the text -------------------------------------------------------------------------------------


def pipeline() -> Datapath:
    """y = x * x, in a register."""
    cells = (
        Cell(CellKind.INPUT, (), -1536, 1536, 9, name="x"),
        Cell(CellKind.SQUARE, (0,), 0, 1536**2, 18, name="y", origin="x^2"),
        Cell(CellKind.SHIFT_RIGHT, (1,), 0, 2304, 8, shift=10, name="y_rounded", origin="y"),
        Cell(CellKind.REGISTER, (2,), 0, 2304, 8, 1, 1, name="y_rounded", origin="y"),
    )
    x = Port("x", "x", 0, FixedFormat(True, 12, 9), -1536, 1536)
    y = Port("y", "y", 3, FixedFormat(False, 12, 8), 0, 2304, 2**-8, 2**-7)
    return Datapath("square", cells, (x,), (y,), "y = x^2", 200.0, "ecp5-25k")


def squared(**changed: Any) -> Report:
    nodes = (
        NodeFacts("x", "x", "input", named=True, range=(-3.0, 3.0), rule="input"),
        NodeFacts(
            "y", "x^2", "square", (0,), named=True, range=(0.0, 9.0), rule="operation",
            format=FixedFormat(False, 22, 18), errors={0: 2**-9}, area=Area(88.2),
            more=Bit(2.0, 0.25), less=Bit(1.5, 0.5),
        ),
    )  # fmt: skip
    output = OutputFacts("y", 2**-8, False, 2**-8, 2**-9, Area(0.0, 12))
    found = Breakdown(nodes, (output,), Area(1.8))
    return Report(pipeline(), found, Estimate(90, 12, 0, 0, 205.5), operators=pipeline(), **changed)


def test_the_text(golden: Callable[[str, str], None]) -> None:
    golden("report/square.txt", squared().text(whole=True) + "\n")
    synth = {"device": "ecp5-25k", "luts": 91, "ffs": 12, "dsps": 0, "brams": 0, "fmax_mhz": 199.5}
    golden("report/synthesised.txt", squared(synthesised=synth).text(sort="name") + "\n")
    golden("report/square.json", json_text(squared().document()))


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_it_fits_into_a_line(width: int) -> None:
    lines = [line for _, body in parts(bell().report(), width) for line in body.splitlines()]
    tables = [line for line in lines if "--all" not in line]
    assert max(map(len, tables)) <= max(width, 80)


def parts(report: Report, width: int) -> list[tuple[str, str]]:
    from symhdl.report.text import sections

    return sections(report, sort="cost", whole=False, width=width)[2:]


def test_the_order_is_the_one_that_is_asked_for() -> None:
    report = bell().report()
    by_cost, by_error, by_name = (report.rows(sort) for sort in ("cost", "error", "name"))
    assert [row.cost for row in by_cost] == sorted((row.cost for row in by_cost), reverse=True)
    assert [row.error for row in by_error] == sorted((row.error for row in by_error), reverse=True)
    assert [row.name for row in by_name] == sorted(row.name for row in by_name)
    assert sum(row.share for row in by_cost) == pytest.approx(1, abs=0.1)


def test_the_grid_says_when_nodes_are_at_work() -> None:
    schedule, rows = bell().report().schedule, bell().report().rows_in_order()
    assert schedule.stages == bell().latency + 1
    at_work = {rows[place].label: schedule.rows[place] for place in schedule.rows}
    assert at_work["x"][0] is Mark.INPUT
    assert min(at_work["x^2"]) <= min(at_work["gauss"]) <= min(at_work["gauss(r) * sin(3*t)"])
    for place in schedule.rows:
        assert len(schedule.signs(place)) == schedule.stages
        assert len(schedule.signs(place, 3)) == -(-schedule.stages // 3)
        told = [s for first, last, _ in schedule.runs(place) for s in range(first, last + 1)]
        assert told == sorted(schedule.rows[place])


def test_what_is_assumed_stands_beside_the_bound(tmp_path: Path) -> None:
    text = "input x, y : fixed<8,3>\nassume x < y\nz = sqrt(y - x)"
    symhdl.compile(text).write(tmp_path)
    told = invoke("report", tmp_path).stdout
    assert "\nassumed: x < y; elsewhere nothing is promised\n" in told
    assert json.loads(invoke("report", tmp_path, "--json").stdout)["assumptions"] == ["x < y"]
    assert "assumed" not in bell().report().text()


def test_what_outward_rounding_leaves_of_a_zero_is_a_zero() -> None:
    node = bell().report().breakdown.nodes[0]
    told = [range_of(replace(node, range=ends)) for ends in ((-5e-324, 1.0), (-2.0, 2e-290))]
    assert told == ["0 .. 1", "-2 .. 0"]
    assert range_of(replace(node, range=(1e-30, 1.0))) == "1e-30 .. 1"
    assert range_of(replace(node, range=(-5e-324, 5e-324))) == "-4.941e-324 .. 4.941e-324"


def test_very_much_is_folded() -> None:
    names = [f"x{k}" for k in range(40)]
    text = "\n".join(f"y{k} = {a}*{b}" for k, (a, b) in enumerate(pairwise(names)))
    design = symhdl.compile(text, ranges=dict.fromkeys(names, (-1, 1)), width=6, output_width=6)
    report = design.report()
    folded, whole = report.text(), report.text(whole=True)
    assert len(folded.splitlines()) < 110 < len(whole.splitlines())
    assert "more with --all" in folded and "--all" not in whole
    assert "19 more farther away from it (--all)" in folded


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_it(folder: Path) -> None:
    done = invoke("report", folder)
    assert done.exit_code == 0 and not done.stderr
    assert done.stdout.strip() == bell().report().text()
    everything = invoke("report", folder, "--all", "--sort", "name")
    assert everything.stdout.strip() == bell().report().text(sort="name", whole=True)


def test_json_is_the_same_as_data(folder: Path) -> None:
    document = json.loads(invoke("report", folder, "--json").stdout)
    assert document == json.loads(json_text(bell().report().document()))
    names = [node["name"] for node in document["nodes"]]
    assert names == [row.name for row in bell().report().rows()]
    assert {"range", "range_by", "format", "bit_more", "stages", "cost_share"} <= {
        key for node in document["nodes"] for key in node
    }


def test_a_folder_of_an_older_symhdl_tells_what_it_can(folder: Path) -> None:
    (folder / f"bell{BREAKDOWN}").unlink()

    def older(document: dict[str, Any]) -> None:
        document["files"].remove(f"bell{BREAKDOWN}")
        del document["sha256"][f"bell{BREAKDOWN}"]

    sealed_again(folder, "bell", older)
    done = invoke("report", folder)
    assert done.exit_code == 0
    assert "not known: ranges, errors and prices of bits" in done.stdout
    assert "compile again with -o" in done.stdout
    assert "x^2" in done.stdout and "flip-flops" in done.stdout


def test_a_design_for_a_device_that_is_not_there_is_told(tmp_path: Path) -> None:
    design = put(tmp_path / "square", replace(pipeline(), device="ecp5-25k"))
    sealed_again(design, "square", lambda document: document.update(device_digest="0" * 64))
    assert "x^2" in invoke("report", design).stdout


def test_a_breakdown_of_another_design_is_refused(folder: Path) -> None:
    place = folder / f"bell{BREAKDOWN}"
    document = json.loads(place.read_text())
    document["outputs"].reverse()
    place.write_text(json.dumps(document))
    sealed_again(folder, "bell")
    done = invoke("report", folder)
    assert done.exit_code == 1 and "bad-breakdown" in done.stderr


def test_hostile_names_stay_text(folder: Path) -> None:
    place = folder / f"bell{BREAKDOWN}"
    document = json.loads(place.read_text())
    for node in document["nodes"]:
        node |= {
            "name": HOSTILE[:-5],
            "text": HOSTILE,
            "rule": "\x1b[31m",
            "method": "\x1b]0;x\x07",
        }
    place.write_text(json.dumps(document))
    sealed_again(folder, "bell")
    for words in (("--all",), ("--json",), ()):
        done = invoke("report", folder, *words)
        assert done.exit_code == 0
        assert is_harmless(done.stdout)


def test_synthesised_figures_stand_beside_the_estimate(folder: Path) -> None:
    synth = {"device": "ecp5-25k", "luts": 12345, "ffs": "\x1b[2J", "dsps": True, "fmax_mhz": 1e300}
    sealed_again(folder, "bell", lambda document: document.update(synth=synth))
    text = invoke("report", folder).stdout
    assert "synthesised for ecp5-25k" in text and "12,345" in text and is_harmless(text)
