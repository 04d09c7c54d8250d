"""What tests of the Amaranth component share: its own simulator, and Yosys behind its RTLIL."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from amaranth.sim import Simulator
from symhdl.backends.amaranth_module import elaboratable
from symhdl.backends.backend import EmitOptions

from symhdl.flow.running import read_result, run_tool, work_folder, write_input
from symhdl.flow.tools import TOOLS, find_tool
from symhdl.ir.datapath import Datapath
from symhdl.simulate import Integers


def simulated(
    datapath: Datapath, inputs: dict[str, Integers], enables: Sequence[int] | None = None
) -> dict[str, list[int]]:
    """What Amaranth's simulator shows `latency` edges after each vector, one vector per clock.

    `enables` is the clock enable in each cycle, cyclically; vectors wait while it is 0. Without it there is none.
    """
    component = elaboratable(datapath, EmitOptions(clock_enable=enables is not None))
    simulator = Simulator(component)
    if datapath.clocked:
        simulator.add_clock(1e-6)
    results: dict[str, list[int]] = {p.name: [] for p in datapath.outputs}
    vectors = len(next(iter(inputs.values())))

    async def bench(context):  # type: ignore[no-untyped-def]  # Amaranth has no types
        row = cycle = 0
        while row < vectors + datapath.latency:
            enabled = enables is None or enables[cycle % len(enables)]
            if enables is not None and datapath.clocked:
                context.set(component.ce, enabled)
            for p in datapath.inputs if row < vectors else ():
                context.set(getattr(component, p.port), int(inputs[p.name][row]))
            await context.delay(1e-8)
            for p in datapath.outputs if enabled and row >= datapath.latency else ():
                results[p.name].append(context.get(getattr(component, p.port)))
            if datapath.latency:
                await context.tick()
            row += bool(enabled)
            cycle += 1

    simulator.add_testbench(bench)
    simulator.run()
    return results


def verilog_through_yosys(rtlil: str) -> str:
    """The Verilog that Yosys writes of RTLIL text; skips the test where there is no Yosys."""
    yosys = find_tool("yosys")
    if yosys is None:
        pytest.skip(f"yosys is not installed: {TOOLS['yosys'].help}")
    script = "read_rtlil top.il; proc; memory_collect; write_verilog -noattr top.v"
    # In RTLIL the sign of a wire means nothing; in Verilog a signed index of a memory may be negative.
    unsigned = re.sub(r"^(\s*wire .*)signed ", r"\1", rtlil, flags=re.MULTILINE)
    with work_folder() as folder:
        write_input(folder, "top.il", unsigned)
        run_tool(yosys, ["-q", "-p", script], folder)
        return read_result(yosys, folder / "top.v")
