// comparison: made by symhdl VERSION
//
//   | y = max(a, b) * k
//
// in  a: fixed<12,4> in [-8, 7.99609375]
// in  b: ufixed<12,4> in [0, 15.9960938]
// in  c: ufixed<1,1> in [0, 1]
// out y: ufixed<92,4> in [0, 9.4989811], |error| <= 1e-09
//

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace comparison_model {

using i32 = std::int32_t;
using i64 = std::int64_t;

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

// The integers at the ports; a number is its integer divided by a power of two, as its format says.
struct inputs {
    std::int16_t a;
    std::uint16_t b;
    std::uint8_t c;
};

struct outputs {
    wide<3> y;
};

// One row.
[[gnu::always_inline]] inline void evaluate(const inputs &in, outputs &out) noexcept {
    (void)in;
    const i32 a = i32(in.a);
    const i32 b = i32(in.b);
    const i32 a_is_less = a < b;
    const i32 choice = a_is_less ? b : a;
    const wide<3> choice_product = as<wide<3>>(choice) * wide<3>{{0xd09de3c9u, 0x53f0db2fu, 0x9805u}};
    out.y = choice_product;
}

// So many rows, a column for each port; the columns of outputs overlap with no other.
inline void evaluate(
    std::size_t rows,
    const std::int16_t *__restrict a,
    const std::uint16_t *__restrict b,
    const std::uint8_t *__restrict c,
    wide<3> *__restrict y) noexcept {
    for (std::size_t row = 0; row < rows; ++row) {
        ::comparison_model::inputs in{};
        in.a = a[row];
        in.b = b[row];
        in.c = c[row];
        ::comparison_model::outputs out;
        ::comparison_model::evaluate(in, out);
        y[row] = out.y;
    }
}

}
