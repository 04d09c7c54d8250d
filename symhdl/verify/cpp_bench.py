"""The C++ program that runs a generated C++ model over a file of vectors."""

from __future__ import annotations

from symhdl.ir.datapath import Datapath
from symhdl.verify.cpp_main import program

_HELPERS = """\
#include <cstdio>
#include <type_traits>

#include "@TOP@.hpp"

namespace symhdl_bench_ {

template <class T> void take(const char *&digits, int width, bool is_signed, T &value) {
    constexpr int words = (sizeof(T) + 3) / 4;
    std::uint32_t word[words] = {};
    const int all = (width + 3) / 4;
    const int first = *digits <= '9' ? *digits - '0' : *digits - 'a' + 10;
    const bool negative = is_signed && (first >> (width - 1) % 4 & 1);
    for (int digit = 8 * words - 1; digit >= 0; --digit) {
        std::uint32_t bits = negative ? 15 : 0;
        if (digit < all) {
            bits = std::uint32_t(*digits <= '9' ? *digits - '0' : *digits - 'a' + 10);
            if (digit == all - 1 && negative && width % 4) bits |= 15u << width % 4 & 15u;
            ++digits;
        }
        word[digit / 8] |= bits << digit % 8 * 4;
    }
    if constexpr (std::is_integral_v<T>) {
        std::uint64_t bits = word[0];
        if constexpr (words > 1) bits |= std::uint64_t(word[words - 1]) << 32;
        value = T(bits);
    } else {
        for (int place = 0; place < words; ++place) value.word[place] = word[place];
    }
}

template <class T> void put(std::FILE *file, const T &value, int width) {
    for (int digit = (width + 3) / 4 - 1; digit >= 0; --digit) {
        std::uint32_t bits;
        if constexpr (std::is_integral_v<T>)
            bits = std::uint32_t(std::uint64_t(value) >> 4 * digit);
        else
            bits = value.word[digit / 8] >> digit % 8 * 4;
        if (digit == (width - 1) / 4 && width % 4) bits &= 15u >> (4 - width % 4);
        std::fputc("0123456789abcdef"[bits & 15], file);
    }
}

}  // namespace symhdl_bench_

"""


def cpp_main(datapath: Datapath) -> str:
    """The program."""
    lines = [f"{datapath.top}_model::{each}{{}};" for each in ("inputs in", "outputs out")]
    lines += [
        f"symhdl_bench_::take(digits, {port.format.width}, {str(port.format.signed).lower()}, in.{port.port});"
        for port in datapath.inputs
    ]
    lines.append(f"{datapath.top}_model::evaluate(in, out);")
    lines += [
        f"symhdl_bench_::put(results, out.{port.port}, {port.format.width});"
        for port in datapath.outputs
    ]
    return program(_HELPERS, datapath, lines)
