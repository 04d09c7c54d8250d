"""A design beside the narrowest uniform format that is as accurate."""

from __future__ import annotations

import numpy as np
import pytest

import symhdl
from symhdl.errors import SymhdlError
from symhdl.uniform_comparison import beside_uniform
from tests.test_cli import shell

OPTIONS = ("--range", "-1:1", "--width", "8", "--output-width", "8", "--freq", "0")


def test_the_uniform_design_is_as_accurate_and_no_coarser_one_is() -> None:
    design = symhdl.compile(
        "y = x*z + 0.3*x", ranges={"x": (-1, 1), "z": (0, 3)}, width=8, output_width=8, frequency=0
    )
    own, uniform = beside_uniform(design)
    assert own.design is design
    assert uniform.format is not None
    assert uniform.measured <= own.measured
    assert own.measured <= design.error_bound
    assert uniform.measured <= uniform.design.error_bound < float("inf")
    format = uniform.format.format
    coarser = symhdl.compile(
        "y = x*z + 0.3*x",
        uniform=f"fixed<{format.width - 1},{format.integer_bits}>",
        input_formats={port.name: str(port.format) for port in design.datapath.inputs},
        ranges={"x": (-1, 1), "z": (0, 3)},
        frequency=0,
    )
    assert coarser.error_bound > own.measured


@pytest.mark.parametrize(("text", "width"), [("x > 0.3", 5), ("x - x", 2)])
def test_what_has_no_error_has_a_uniform_design_beside_it(text: str, width: int) -> None:
    design = symhdl.compile(f"y = {text}", ranges=(-1, 1), width=5, frequency=0)
    own, uniform = beside_uniform(design)
    assert own.measured == uniform.measured == 0
    assert uniform.format is not None and uniform.format.format.width == width


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("y = 3", "ufixed<2,2>"),
        ("input a, b : fixed<8,4>\ny = a + b\noutput y : fixed<9,5>", "fixed<9,5>"),
        ("input a, b : fixed<4,2>\ny = a*b + 0.5\noutput y : fixed<8,4>", "fixed<8,4>"),
        ("input a : fixed<6,9>\ny = abs(a)", "fixed<7,10>"),
    ],
)
def test_what_is_exact_has_an_exact_one_beside_it(text: str, format: str) -> None:
    own, uniform = beside_uniform(symhdl.compile(text, frequency=0))
    assert own.measured == uniform.measured == uniform.design.error_bound == 0
    assert str(uniform.format) == format.replace(">", ",AP_TRN,AP_WRAP>")


def test_a_uniform_design_has_no_other_beside_it() -> None:
    design = symhdl.compile("y = x*x", uniform="fixed<8,4>", ranges=(-1, 1))
    with pytest.raises(SymhdlError, match="uniform format itself"):
        beside_uniform(design)


def test_a_design_that_is_fitted_to_rows_has_none_beside_it() -> None:
    chance = np.random.default_rng(3)
    design = symhdl.compile(
        "a = sin(x + y*z)\nb = x*y - 0.2\nc = 0.5*sin(2*x - y) + 0.1*z",
        data={name: chance.normal(0.3, 0.7, 300) for name in "xyz"},
        goal="agreement=0.7",
        device="xcvu9p",
        dsp="none",
        opt=0,
    )
    assert design.judgement is not None and design.judgement.made.startswith("chains")
    with pytest.raises(SymhdlError, match="fitted to rows of data"):
        beside_uniform(design)


def test_the_table() -> None:
    done = shell("compile", "--expr", "y = 0.3*x*z + x", *OPTIONS, "--compare-uniform")
    assert done.exit_code == 0, done.stderr
    lines = [
        line for line in done.stdout.splitlines() if line.startswith(("formats", "one", "fixed"))
    ]
    assert [line.split()[0] for line in lines] == ["formats", "one", lines[2].split()[0]]
    assert lines[2].startswith("fixed<")


@pytest.mark.parametrize("other", [("--json",), ("--uniform", "fixed<8,4>")])
def test_not_with_the_manifest_or_a_uniform_design(other: tuple[str, ...]) -> None:
    done = shell("compile", "--expr", "y = x", "--range", "-1:1", "--compare-uniform", *other)
    assert done.exit_code == 2 and not done.stdout
