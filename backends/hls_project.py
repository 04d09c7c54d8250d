"""The Tcl script with which Vitis HLS makes a project of the generated C++ and runs it."""

from __future__ import annotations

from collections.abc import Iterator

from symhdl.ir.datapath import Datapath

from .backend import EmitOptions

DEFAULT_PART = "xcvu9p-flga2104-2L-e"
DEFAULT_FREQUENCY_MHZ = 200.0


def script_lines(datapath: Datapath, options: EmitOptions) -> Iterator[str]:
    """The script; part, co-simulation and export can be chosen from the environment."""
    top = datapath.top
    frequency = datapath.frequency_mhz or DEFAULT_FREQUENCY_MHZ
    period = 1000 / frequency
    yield f"# Vitis HLS project of {top}. Run it in this folder:"
    yield f"#     vitis_hls -f {top}.tcl"
    yield "# PART names another device; COSIM=1 adds the co-simulation, EXPORT=1 the packed IP:"
    yield f"#     PART={DEFAULT_PART} COSIM=1 EXPORT=1 vitis_hls -f {top}.tcl"
    yield ""
    yield "proc setting {name default} {"
    yield "    if {[info exists ::env($name)]} { return $::env($name) }"
    yield "    return $default"
    yield "}"
    yield ""
    yield f"open_project -reset {top}_project"
    yield f"set_top {top}"
    yield f"add_files {top}.cpp"
    yield f"add_files -tb {top}_tb.cpp"
    yield ""
    yield "open_solution -reset solution1 -flow_target vivado"
    yield f"set_part [setting PART {DEFAULT_PART}]"
    yield f"create_clock -period {period:.6g} -name default"
    if options.clock_enable:
        yield "config_interface -clock_enable"
    yield ""
    yield "csim_design"
    yield "csynth_design"
    yield "if {[setting COSIM 0]} { cosim_design }"
    yield "if {[setting EXPORT 0]} { export_design -format ip_catalog }"
    yield "exit"
