"""The C++ program that runs a generated HLS function over a file of vectors."""

from __future__ import annotations

from symhdl.ir.datapath import Datapath
from symhdl.verify.cpp_main import program

_HELPERS = """\
#include <cstdio>

#include "@TOP@.cpp"

namespace symhdl_bench_ {

template <int W> ap_uint<W> taken(const char *&digits) {
    ap_uint<W> value = 0;
    for (int left = (W + 3) / 4; left > 0; --left, ++digits) {
        value = value << 4;
        value |= ap_uint<W>(*digits <= '9' ? *digits - '0' : *digits - 'a' + 10);
    }
    return value;
}

template <int W> void put(std::FILE *file, const ap_uint<W> &value) {
    for (int digit = (W + 3) / 4 - 1; digit >= 0; --digit)
        std::fputc("0123456789abcdef"[ap_uint<W>(value >> (4 * digit)).to_uint() & 15], file);
}

}  // namespace symhdl_bench_

"""


def hls_main(datapath: Datapath) -> str:
    """The program. It includes `<top>.cpp`: as one unit the headers are read once, most of the compiler's work."""
    lines: list[str] = []
    for number, port in enumerate(datapath.inputs):
        lines += [f"ap_{port.format} in{number};"]
        lines += [f"in{number}.range() = symhdl_bench_::taken<{port.format.width}>(digits);"]
    lines += [f"ap_{port.format} out{number};" for number, port in enumerate(datapath.outputs)]
    arguments = [f"in{number}" for number in range(len(datapath.inputs))]
    arguments += [f"out{number}" for number in range(len(datapath.outputs))]
    lines += [f"::{datapath.top}({', '.join(arguments)});"]
    for number, port in enumerate(datapath.outputs):
        width = port.format.width
        lines += [f"symhdl_bench_::put<{width}>(results, ap_uint<{width}>(out{number}.range()));"]
    return program(_HELPERS, datapath, lines)
