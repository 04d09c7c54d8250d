"""What tests of whole designs ask of all engines: the integers of the simulator, whatever computes them."""

from __future__ import annotations

import shutil

from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.verilog import verilog_text

from symhdl.compiled import CompiledDesign
from symhdl.cost.estimate import estimate
from symhdl.design import Design
from symhdl.ir.verify import assert_valid_datapath
from symhdl.simulate import simulate
from tests.amaranth_checks import simulated
from tests.verilog_checks import check_verilog, input_vectors

VECTORS = 60


def compiled_of(design: Design) -> CompiledDesign:
    """A design that a search built, as a compilation gives it."""
    assert design.datapath is not None and design.operators is not None
    assert_valid_datapath(design.datapath)
    figures = estimate(design.datapath, design.target)
    return CompiledDesign(design.datapath, design.operators, design, figures)


def assert_equal_integers(design: CompiledDesign) -> None:
    """The operators, Amaranth and Verilog (with Icarus, if it is there) agree; C++ can be written."""
    datapath = design.datapath
    vectors = input_vectors(datapath, VECTORS, seed=1)
    expected, operators = (
        {port: values.tolist() for port, values in simulate(each, vectors).items()}
        for each in (datapath, design.operators)
    )
    assert operators == expected
    assert simulated(datapath, vectors) == expected
    if shutil.which("iverilog") is not None:
        assert check_verilog(datapath, verilog_text(datapath), vectors) == ()
    for target in ("cpp", "hls"):
        assert backend_named(target).emit(design.operators, EmitOptions())
