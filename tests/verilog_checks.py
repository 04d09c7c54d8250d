"""What tests of generated Verilog share: vectors by the inputs' names, and a comparison with the model."""

from __future__ import annotations

from collections.abc import Mapping

from symhdl.ir.datapath import Datapath
from symhdl.simulate import Integers
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.cosimulate import Difference, Trial, verilog_differences


def input_vectors(datapath: Datapath, count: int, seed: int) -> dict[str, Integers]:
    return columns_of_rows(datapath, mixed_rows(datapath, count, seed))


def check_verilog(
    datapath: Datapath, verilog: str, inputs: Mapping[str, Integers], tool: str = "iverilog"
) -> tuple[Difference, ...]:
    """Where the text of a module with data ports alone differs from the model; empty if it is right."""
    return verilog_differences(Trial(datapath, inputs), verilog, tool)
