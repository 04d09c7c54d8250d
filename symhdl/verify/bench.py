"""Test benches as text. They know nothing of time: a line of bits goes in and one comes out, cycle by cycle.

The lines are those of `words`, with one digit for the control ports before the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import Datapath, Port
from symhdl.verify.timeline import Handshake
from symhdl.verify.words import DIGIT_BITS, data_digits, digits_of

BENCH_MODULE = "symhdl_bench_"  # no module of a user's ends in `_`
HARNESS_MODULE = "symhdl_harness_"
VECTOR_FILE = "vectors.hex"
RESULT_FILE = "results.hex"
TRACE_FILE = "trace.vcd"
WORD_BITS = 32
LEAST_WORDS = 3  # Verilator represents a port as an array of words from three words on.

VALID_IN, RESET, ENABLE = 1, 2, 4
"""The bits of the control digit at the inputs; that at the outputs is `valid_out`."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What is fed to a module: this many cycles, and from which one on the signals are recorded (None: never)."""

    datapath: Datapath
    handshake: Handshake
    cycles: int
    recorded_from: int | None = None

    @property
    def clocked(self) -> bool:
        """Whether the module has a clock."""
        return self.datapath.clocked or (self.handshake.valid and self.datapath.latency > 0)

    @property
    def input_digits(self) -> int:
        """The digits of a line that goes in."""
        return 1 + data_digits(self.datapath.inputs)

    @property
    def output_digits(self) -> int:
        """The digits of a line that comes out."""
        return 1 + data_digits(self.datapath.outputs)


def _words(digits: int) -> int:
    return max(LEAST_WORDS, -(-digits * DIGIT_BITS // WORD_BITS))


def _places(ports: Sequence[Port]) -> list[tuple[int, int]]:
    """The highest and the lowest bit of every port in a line."""
    places: list[tuple[int, int]] = []
    end = data_digits(ports)
    for port in ports:
        end -= digits_of(port)
        low = end * DIGIT_BITS
        places.append((low + port.format.width - 1, low))
    return places


def harness(bench: Bench) -> str:
    """A Verilog module with the clock, all inputs as one word and all outputs as another."""
    datapath, handshake = bench.datapath, bench.handshake
    control = (bench.input_digits - 1) * DIGIT_BITS
    connections = [
        ("clk", "clk", bench.clocked),
        ("rst", f"given[{control + 1}]", bench.clocked and handshake.valid),
        ("ce", f"given[{control + 2}]", bench.clocked and handshake.clock_enable),
        ("valid_in", f"given[{control}]", handshake.valid),
        ("valid_out", f"found[{(bench.output_digits - 1) * DIGIT_BITS}]", handshake.valid),
    ]
    for ports, word in ((datapath.inputs, "given"), (datapath.outputs, "found")):
        for port, (high, low) in zip(ports, _places(ports), strict=True):
            connections.append((port.port, f"{word}[{high}:{low}]", True))
    lines = [f"        .{port}({signal})" for port, signal, wanted in connections if wanted]
    return "\n".join(
        [
            f"module {HARNESS_MODULE} (",
            "    input wire clk,",
            f"    input wire [{WORD_BITS * _words(bench.input_digits) - 1}:0] given,",
            f"    output wire [{WORD_BITS * _words(bench.output_digits) - 1}:0] found",
            ");",
            *_constant_bits(bench),
            f"    {datapath.top} dut (",
            ",\n".join(lines),
            "    );",
            "endmodule",
            "",
        ]
    )


def _constant_bits(bench: Bench) -> list[str]:
    """Zeros for the bits of the outputs' word that no port drives."""
    free = set(range(WORD_BITS * _words(bench.output_digits)))
    for high, low in _places(bench.datapath.outputs):
        free -= set(range(low, high + 1))
    if bench.handshake.valid:
        free.remove((bench.output_digits - 1) * DIGIT_BITS)
    return [f"    assign found[{bit}] = 1'b0;" for bit in sorted(free)]


def icarus_bench(bench: Bench) -> str:
    """A Verilog bench around the harness."""
    record = [
        f"            if (i == {bench.recorded_from}) begin",
        f'                $dumpfile("{TRACE_FILE}");',
        "                $dumpvars(0, harness.dut);",
        "            end",
    ]
    given_bits = WORD_BITS * _words(bench.input_digits)
    return "\n".join(
        [
            f"module {BENCH_MODULE};",
            "    reg clk;",
            f"    reg [{given_bits - 1}:0] given;",
            f"    wire [{WORD_BITS * _words(bench.output_digits) - 1}:0] found;",
            f"    {HARNESS_MODULE} harness (.clk(clk), .given(given), .found(found));",
            f"    reg [{given_bits - 1}:0] vectors [0:{bench.cycles - 1}];",
            "    integer i, file;",
            "    initial begin",
            "        clk = 0;",
            f'        $readmemh("{VECTOR_FILE}", vectors);',
            f'        file = $fopen("{RESULT_FILE}", "w");',
            f"        for (i = 0; i < {bench.cycles}; i = i + 1) begin",
            *(record if bench.recorded_from is not None else []),
            "            given = vectors[i];",
            '            #5 $fdisplay(file, "%h", found);',
            "            clk = 1;",
            "            #5 clk = 0;",
            "        end",
            "        $fclose(file);",
            "        $finish(0);",
            "    end",
            "endmodule",
            "",
        ]
    )


_VERILATOR_MAIN = """\
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "V@MODULE@.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

static const int GIVEN_WORDS = @GIVEN@, FOUND_WORDS = @FOUND@;
static const long CYCLES = @CYCLES@, RECORDED_FROM = @RECORDED@;

static void read_cycle(FILE *file, V@MODULE@ &top) {
    static char line[8 * GIVEN_WORDS + 16];
    for (int word = 0; word < GIVEN_WORDS; ++word) top.given[word] = 0;
    if (!std::fgets(line, sizeof line, file)) return;
    int length = (int)std::strcspn(line, "\\n");
    for (int word = 0; length > 0; ++word) {
        int start = length > 8 ? length - 8 : 0;
        line[length] = 0;
        top.given[word] = (unsigned)std::strtoul(line + start, nullptr, 16);
        length = start;
    }
}

int main(int argc, char **argv) {
    Verilated::commandArgs(argc, argv);
    static V@MODULE@ top;
#if VM_TRACE
    Verilated::traceEverOn(true);
    VerilatedVcdC trace;
    top.trace(&trace, 99);
    trace.open("@TRACE@");
#endif
    FILE *vectors = std::fopen("@VECTORS@", "r"), *results = std::fopen("@RESULTS@", "w");
    if (!vectors || !results) return 1;
    for (long i = 0; i < CYCLES; ++i) {
        read_cycle(vectors, top);
        for (int clk = 0; clk < 2; ++clk) {
            top.clk = clk;
            top.eval();
#if VM_TRACE
            if (i >= RECORDED_FROM) trace.dump((vluint64_t)(10 * i + 5 * clk));
#endif
            if (clk) continue;
            for (int word = FOUND_WORDS - 1; word >= 0; --word)
                std::fprintf(results, "%08x", (unsigned)top.found[word]);
            std::fputc('\\n', results);
        }
    }
#if VM_TRACE
    trace.close();
#endif
    std::fclose(results);
    std::fclose(vectors);
    return 0;
}
"""


def verilator_main(bench: Bench) -> str:
    """The C++ main program around the harness, with the files and the timing of the Icarus bench."""
    text = _VERILATOR_MAIN
    for mark, value in (
        ("@MODULE@", HARNESS_MODULE),
        ("@GIVEN@", str(_words(bench.input_digits))),
        ("@FOUND@", str(_words(bench.output_digits))),
        ("@CYCLES@", str(bench.cycles)),
        ("@RECORDED@", str(bench.recorded_from or 0)),
        ("@TRACE@", TRACE_FILE),
        ("@VECTORS@", VECTOR_FILE),
        ("@RESULTS@", RESULT_FILE),
    ):
        text = text.replace(mark, value)
    return text
