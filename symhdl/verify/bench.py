"""Test benches as text: they feed one vector per clock and write down what comes out `latency` edges later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symhdl.ir.datapath import Datapath, Port
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate import Integers

BENCH_MODULE = "symhdl_bench"
VECTOR_FILE = "vectors.hex"
RESULT_FILE = "results.hex"
WORD_BITS = 32
LEAST_WORDS = 3  # Verilator represents a port as an array of words from three words on.


def vector_text(ports: Sequence[Port], values: Mapping[str, Integers], count: int) -> str:
    """One line of hexadecimal per vector: the ports' bits, the first port on top."""
    digits = (total_width(ports) + 3) // 4
    lines: list[str] = []
    for row in range(count):
        packed = 0
        for port in ports:
            mask = (1 << port.format.width) - 1
            packed = packed << port.format.width | (int(values[port.name][row]) & mask)
        lines.append(f"{packed:0{digits}x}")
    return "\n".join(lines) + "\n"


def unpacked(ports: Sequence[Port], packed: int) -> dict[str, int]:
    """The ports' integers from bits packed as in `vector_text`."""
    values: dict[str, int] = {}
    for port in reversed(ports):
        values[port.name] = integer_of_bits(packed, port.format)
        packed >>= port.format.width
    return values


def integer_of_bits(bits: int, format: FixedFormat) -> int:
    """The integer that the lower bits stand for in this format."""
    value = bits & ((1 << format.width) - 1)
    negative = format.signed and value >> (format.width - 1)
    return value - (1 << format.width) if negative else value


def total_width(ports: Sequence[Port]) -> int:
    """The bits of all ports together, at least 1."""
    return max(1, sum(port.format.width for port in ports))


def _signals(ports: Sequence[Port], prefix: str) -> list[str]:
    """The bench's names of the ports' signals: numbers, because ports may be called like anything in the bench."""
    return [f"{prefix}{number}" for number in range(len(ports))]


def _connections(datapath: Datapath, clocked: bool) -> list[str]:
    names = ["clk"] if clocked else []
    names += [port.port for port in datapath.inputs + datapath.outputs]
    signals = ["clk"] if clocked else []
    signals += _signals(datapath.inputs, "in") + _signals(datapath.outputs, "out")
    return [f"        .{name}({signal})" for name, signal in zip(names, signals, strict=True)]


def _wires(datapath: Datapath, kind: str) -> list[str]:
    """Declarations of the ports' signals; the inputs are of this kind."""
    return [
        f"    {kind_of_side} [{port.format.width - 1}:0] {signal};"
        for kind_of_side, ports, prefix in (
            (kind, datapath.inputs, "in"),
            ("wire", datapath.outputs, "out"),
        )
        for port, signal in zip(ports, _signals(ports, prefix), strict=True)
    ]


def _instance(datapath: Datapath, clocked: bool) -> list[str]:
    return [
        f"    {datapath.top} dut (",
        ",\n".join(_connections(datapath, clocked)),
        "    );",
    ]


def _concatenation(ports: Sequence[Port], prefix: str) -> str:
    return "{" + ", ".join(_signals(ports, prefix)) + "}"


def icarus_bench(datapath: Datapath, count: int) -> str:
    """A Verilog bench for `count` vectors in `vectors.hex`; the outputs go to `results.hex`, a line per vector.

    Inputs are unknown (x) outside the vectors, so a wrong latency shows as x in the results.
    """
    latency, inputs, outputs = datapath.latency, datapath.inputs, datapath.outputs
    feed = [
        f"            if (i < {count}) {_concatenation(inputs, 'in')} = vectors[i];",
        f"            else {_concatenation(inputs, 'in')} = {total_width(inputs)}'bx;",
    ]
    return "\n".join(
        [
            f"module {BENCH_MODULE};",
            "    reg clk;",
            *_wires(datapath, "reg"),
            *_instance(datapath, latency > 0),
            f"    reg [{total_width(inputs) - 1}:0] vectors [0:{max(count, 1) - 1}];",
            "    integer i, file;",
            "    initial begin",
            "        clk = 0;",
            f'        $readmemh("{VECTOR_FILE}", vectors);',
            f'        file = $fopen("{RESULT_FILE}", "w");',
            f"        for (i = 0; i < {count + latency}; i = i + 1) begin",
            *(feed if inputs else []),
            f'            #5 if (i >= {latency}) $fdisplay(file, "%h", {_concatenation(outputs, "out")});',
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


def _words(ports: Sequence[Port]) -> int:
    return max(LEAST_WORDS, -(-total_width(ports) // WORD_BITS))


def verilator_wrapper(datapath: Datapath) -> str:
    """A module with all inputs in one port and all outputs in another, which the C++ bench drives word by word."""
    inputs, outputs = datapath.inputs, datapath.outputs
    unpack = [f"    assign {_concatenation(inputs, 'in')} = inputs[{total_width(inputs) - 1}:0];"]
    return "\n".join(
        [
            f"module {BENCH_MODULE} (",
            "    input wire clk,",
            f"    input wire [{WORD_BITS * _words(inputs) - 1}:0] inputs,",
            f"    output wire [{WORD_BITS * _words(outputs) - 1}:0] outputs",
            ");",
            *_wires(datapath, "wire"),
            *(unpack if inputs else []),
            f"    assign outputs = {_concatenation(outputs, 'out')};",
            *_instance(datapath, datapath.latency > 0),
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

static const int INPUT_WORDS = @INPUTS@, OUTPUT_WORDS = @OUTPUTS@;
static const long LATENCY = @LATENCY@, COUNT = @COUNT@;

static void read_vector(FILE *file, V@MODULE@ &top) {
    static char line[8 * INPUT_WORDS + 16];
    for (int word = 0; word < INPUT_WORDS; ++word) top.inputs[word] = 0;
    if (!std::fgets(line, sizeof line, file)) return;
    int length = (int)std::strcspn(line, "\\n");
    for (int word = 0; length > 0; ++word) {
        int start = length > 8 ? length - 8 : 0;
        line[length] = 0;
        top.inputs[word] = (unsigned)std::strtoul(line + start, nullptr, 16);
        length = start;
    }
}

int main(int argc, char **argv) {
    Verilated::commandArgs(argc, argv);
    static V@MODULE@ top;
    FILE *vectors = std::fopen("@VECTORS@", "r"), *results = std::fopen("@RESULTS@", "w");
    if (!vectors || !results) return 1;
    for (long i = 0; i < COUNT + LATENCY; ++i) {
        read_vector(vectors, top);
        top.clk = 0;
        top.eval();
        if (i >= LATENCY) {
            for (int word = OUTPUT_WORDS - 1; word >= 0; --word)
                std::fprintf(results, "%08x", (unsigned)top.outputs[word]);
            std::fputc('\\n', results);
        }
        top.clk = 1;
        top.eval();
    }
    std::fclose(results);
    std::fclose(vectors);
    return 0;
}
"""


def verilator_main(datapath: Datapath, count: int) -> str:
    """The C++ main program for `verilator_wrapper`, with the files and the timing of the Icarus bench."""
    text = _VERILATOR_MAIN
    for mark, value in (
        ("@MODULE@", BENCH_MODULE),
        ("@INPUTS@", str(_words(datapath.inputs))),
        ("@OUTPUTS@", str(_words(datapath.outputs))),
        ("@LATENCY@", str(datapath.latency)),
        ("@COUNT@", str(count)),
        ("@VECTORS@", VECTOR_FILE),
        ("@RESULTS@", RESULT_FILE),
    ):
        text = text.replace(mark, value)
    return text
