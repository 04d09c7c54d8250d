"""Types of C++ for integers of a range: two native ones, and beyond them words in an array."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symhdl.numeric.fixed import FixedFormat

NATIVE = (32, 64)
WORD_BITS = 32
PORT_BITS = (8, 16, 32, 64)


@dataclass(frozen=True, slots=True, order=True)
class CppType:
    """A signed integer of at least so many bits: 32, 64, or any number of words of 32.

    Arithmetic in narrower types happens in 32 bits all the same, and compilers turn more of such loops into vectors.
    """

    bits: int

    @property
    def is_native(self) -> bool:
        """Whether the language computes with it by itself."""
        return self.bits in NATIVE

    @property
    def name(self) -> str:
        """As the generated text spells it."""
        return f"i{self.bits}" if self.is_native else f"wide<{self.bits // WORD_BITS}>"

    def cast(self, text: str, other: CppType) -> str:
        """A value of another type in this one."""
        if self == other:
            return text
        if self.is_native and other.is_native:
            return f"{self.name}({text})"
        return f"as<{self.name}>({text})"

    def literal(self, value: int) -> str:
        """A constant of the type."""
        if self.is_native:
            return f"{value}LL" if self.bits > WORD_BITS else str(value)
        words = value & ((1 << self.bits) - 1)
        listed = ((words >> place) & 0xFFFFFFFF for place in range(0, self.bits, WORD_BITS))
        return f"{self.name}{{{{{', '.join(f'0x{word:x}u' for word in listed)}}}}}"


def type_of(numbers: Iterable[int]) -> CppType:
    """The narrowest type that holds the numbers and their negatives."""
    bits = max((abs(number).bit_length() for number in numbers), default=0) + 1
    native = next((size for size in NATIVE if bits <= size), None)
    return CppType(native or -(-bits // WORD_BITS) * WORD_BITS)


def port_type(port_format: FixedFormat) -> str:
    """The narrowest integer of the standard library that holds a format; an array of words beyond 64 bits."""
    size = next((size for size in PORT_BITS if port_format.width <= size), None)
    if size is not None:
        return f"std::{'' if port_format.signed else 'u'}int{size}_t"
    return type_of((port_format.minimum, port_format.maximum)).name


WIDE = """\
// Integers of more than 64 bits, in two's complement: words of 32 bits, the lowest first.
template <int N> struct wide {
    std::uint32_t word[N];
};

template <class A> std::uint32_t word_of(A a, int place) {
    if (place < 1) return std::uint32_t(a);
    if (place < 2 && sizeof(A) > 4) return std::uint32_t(std::uint64_t(a) >> 32);
    return std::numeric_limits<A>::is_signed && std::int64_t(a) < 0 ? 0xffffffffu : 0u;
}
template <int N> std::uint32_t word_of(const wide<N> &a, int place) {
    return place < N ? a.word[place] : a.word[N - 1] >> 31 ? 0xffffffffu : 0u;
}

template <class T> struct made {
    template <class A> static T of(const A &a) {
        return T(std::uint64_t(word_of(a, 0)) | std::uint64_t(word_of(a, 1)) << 32);
    }
};
template <int N> struct made<wide<N>> {
    template <class A> static wide<N> of(const A &a) {
        wide<N> result{};
        for (int place = 0; place < N; ++place) result.word[place] = word_of(a, place);
        return result;
    }
};
template <class T, class A> T as(const A &a) { return made<T>::of(a); }

template <int N> wide<N> operator+(const wide<N> &a, const wide<N> &b) {
    wide<N> result{};
    std::uint64_t carry = 0;
    for (int place = 0; place < N; ++place) {
        carry += std::uint64_t(a.word[place]) + b.word[place];
        result.word[place] = std::uint32_t(carry);
        carry >>= 32;
    }
    return result;
}
template <int N> wide<N> operator~(wide<N> a) {
    for (int place = 0; place < N; ++place) a.word[place] = ~a.word[place];
    return a;
}
template <int N> wide<N> operator-(const wide<N> &a, const wide<N> &b) { return ~(~a + b); }
template <int N> wide<N> operator-(const wide<N> &a) { return wide<N>{} - a; }
template <int N> wide<N> operator*(const wide<N> &a, const wide<N> &b) {
    wide<N> result{};
    for (int low = 0; low < N; ++low) {
        std::uint64_t carry = 0;
        for (int place = 0; place + low < N; ++place) {
            carry += std::uint64_t(a.word[low]) * b.word[place] + result.word[low + place];
            result.word[low + place] = std::uint32_t(carry);
            carry >>= 32;
        }
    }
    return result;
}
template <int N> wide<N> operator&(wide<N> a, const wide<N> &b) {
    for (int place = 0; place < N; ++place) a.word[place] &= b.word[place];
    return a;
}
template <int N> wide<N> operator>>(const wide<N> &a, int amount) {
    wide<N> result{};
    for (int place = 0; place < N; ++place) {
        const std::uint64_t above = word_of(a, place + amount / 32 + 1);
        result.word[place] = std::uint32_t((above << 32 | word_of(a, place + amount / 32)) >> amount % 32);
    }
    return result;
}
template <int N> bool operator<(const wide<N> &a, const wide<N> &b) {
    for (int place = N - 1; place >= 0; --place) {
        const std::uint32_t flip = place == N - 1 ? 0x80000000u : 0u;
        if (a.word[place] != b.word[place]) return (a.word[place] ^ flip) < (b.word[place] ^ flip);
    }
    return false;
}
template <int N> bool operator<=(const wide<N> &a, const wide<N> &b) { return !(b < a); }
template <int N> bool operator==(const wide<N> &a, const wide<N> &b) { return !(a < b) && !(b < a); }
"""
"""What is written before a function that needs it."""
