"""The digest of a design: what was asked for, whole, and nothing else; designs are cheap to hand on."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import symhdl
from symhdl.compiler import compile_graph
from symhdl.design import Design
from symhdl.numeric.assigned import AssignedFormat
from symhdl.numeric.fixed import FixedFormat
from symhdl.request import DataGoal, Request
from symhdl.targets.target import load_target
from tests.errors_of_design import read
from tests.rows import each_row
from tests.test_stored import DEVICE

TEXT = "y = sin(x)*x + 0.1"
FORMAT = FixedFormat(True, 8, 2)

OTHERS: dict[str, object] = {
    "top": "other",
    "source": "y = x",
    "ranges": (("x", (Fraction(-1), Fraction(1, 3))),),
    "saturations": (("x", (Fraction(-1), Fraction(1))),),
    "input_formats": (("x", FORMAT),),
    "range": (Fraction(-1), Fraction(1)),
    "input_format": FORMAT,
    "width": 15,
    "output_format": FORMAT,
    "output_width": 12,
    "error": Fraction(1, 10),
    "uniform": AssignedFormat(FORMAT),
    "frequency_mhz": 201.0,
    "latency": 9,
    "dsp": "none",
    "primitives": "none",
    "minimise": "luts",
    "opt": 2,
    "undefined": "ignore",
    "correctly_rounded": True,
    "goal": DataGoal("rms", Fraction(1, 10), "0"),
    "refined_by": "nextpnr 1",
}


def asked(text: str = TEXT, device: str = "generic", **changes: object) -> str | None:
    request = replace(Request(), **changes)  # type: ignore[arg-type]
    return Design(read(text).graph, request, load_target(device)).digest()


def compiled(source: object = TEXT, **options: object) -> symhdl.CompiledDesign:
    return symhdl.compile(source, **{"ranges": (-1, 1), "width": 8, **options})  # type: ignore[arg-type]


def test_every_option_counts() -> None:
    assert OTHERS.keys() == {field.name for field in fields(Request)}
    digests = [asked(), *(asked(**{name: value}) for name, value in OTHERS.items())]  # type: ignore[arg-type]
    assert len({*digests}) == len(digests)
    assert asked() == asked()


@each_row(
    "text",
    [
        "y = sin(x)*x + 0.2",
        "z = sin(x)*x + 0.1",
        "y = sin(u)*u + 0.1",
        "y = sin( x )*x + 0.1\ninput x : fixed<8,2>",
        "y = sin(x)*x + 0.1\noutput y error <= 0.01",
        "y = x*sin(x) + 0.1",  # other words, which stand in the files
    ],
)
def test_the_source_counts(text: str) -> None:
    assert asked(text) != asked()


def test_the_device_counts_as_data(tmp_path: Path) -> None:
    assert asked(device="ecp5-25k") != asked()
    places = [tmp_path / name for name in ("one.toml", "two.toml", "three.toml")]
    places[0].write_text(DEVICE)
    places[1].write_text(f"# a remark\n\n{DEVICE}")
    places[2].write_text(DEVICE.replace("dsps = 28", "dsps = 27"))
    first, second, third = (asked(device=str(place)) for place in places)
    assert first == second
    assert third != first


def test_the_version_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = asked()
    monkeypatch.setattr("symhdl.design.VERSION", "0.0.1")
    assert asked() != before


def test_names_of_files_do_not_count(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.sym").write_text(TEXT)
        (tmp_path / f"{name}.csv").write_text("x\n-1\n1\n")
    paths = [tmp_path / f"{name}.sym" for name in "ab"]
    first, second = (compiled(path, ranges=None, data=path.with_suffix(".csv")) for path in paths)
    assert first.digest() == second.digest()
    assert compiled(paths[0], ranges={"x": (-1, 1)}).digest() == first.digest()
    (tmp_path / "b.csv").write_text("x\n-1\n2\n")
    wider = compiled(paths[1], ranges=None, data=tmp_path / "b.csv")
    assert wider.digest() != first.digest()


def test_a_definition_counts() -> None:
    digests = {
        compiled("y = f(x)", define=f"f(x) = {text}").digest() for text in ("x", "2*x", "x*2")
    }
    assert len(digests) == 3


def test_equal_wishes_said_otherwise_are_the_same() -> None:
    texts = compiled(error="2^-5", ranges={"x": "-1:1"}, device="ecp5-25k", frequency=100)
    numbers = compiled(error=2**-5, ranges={"x": (-1, 1.0)}, device="ecp5-25k", frequency=100.0)
    assert texts.digest() == numbers.digest()
    assert texts.digest() != compiled(error=2**-5, ranges=(-1, 1), device="ecp5-25k").digest()


SCRIPT = """
import sympy, symhdl
x, y = sympy.symbols("x y")
for source in ("y = sin(a)*b + cos(b)*exp(a)", sympy.sin(x)*y + sympy.exp(x)/3 + y**2):
    print(symhdl.compile(source, ranges=(-1, 1), width=6, output_width=6, frequency=0).digest())
"""


def test_every_process_finds_the_same(tmp_path: Path) -> None:
    found = set()
    for seed, folder in (("0", tmp_path), ("1", Path.cwd()), ("77", tmp_path)):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C"},
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    (lines,) = found
    assert len({*lines.split()}) == 2


def test_the_digest_stands_in_the_manifest(tmp_path: Path) -> None:
    design = compiled()
    design.write(tmp_path)
    document = json.loads((tmp_path / "top.json").read_text())
    assert document["request_digest"] == design.digest() == design.design.digest()
    assert document["digest"] != design.digest()
    other = json.loads(design.files("hls")["top.json"])
    assert other["request_digest"] == design.digest()
    assert other["digest"] != document["digest"]


def test_a_design_that_is_cut_has_none(tmp_path: Path) -> None:
    design = compiled()
    cut = replace(design, design=replace(design.design, cut=True))
    assert cut.digest() is None
    cut.write(tmp_path)
    assert "request_digest" not in json.loads((tmp_path / "top.json").read_text())
    assert symhdl.load(tmp_path).digest() is None


def test_designs_of_one_digest_are_one_datapath() -> None:
    """Also of what the passes did before: the digest is that of the request, wherever the design stands."""
    parsed, request = read(TEXT), replace(Request(), range=(Fraction(-1), Fraction(1)))
    seen: list[str | None] = []
    design = compile_graph(parsed, request, observer=lambda _, each, __: seen.append(each.digest()))
    assert {*seen} == {design.digest()}


def test_designs_are_cheap_to_hand_on() -> None:
    """All that is known of it: the source once, however many places of it are remembered."""
    terms = " + ".join(f"{number}.5*x{number}" for number in range(200))
    design = compiled(f"y = {terms} + sin(x1)", output_width=8)
    text = pickle.dumps(design)
    again = pickle.loads(text)  # noqa: S301 - our own
    assert again == design
    assert again.digest() == design.digest()
    assert again.verilog() == design.verilog()
    assert again.simulate(**{f"x{n}": 0.5 for n in range(200)}) == pytest.approx(
        design.simulate(**{f"x{n}": np.array([0.5]) for n in range(200)})
    )
    parts = len(design.datapath.cells) + len(design.operators.cells)
    parts += len(design.mathematics.nodes) + len(design.design.graph.nodes)
    assert len(text) < 100 * parts
