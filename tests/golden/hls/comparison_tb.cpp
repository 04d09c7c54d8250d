// Test bench of comparison: 12 vectors, with the integers that the bit-exact model gives.
// Prints mismatches; the exit status is 1 if there are any.

#include <cstdio>

#include "comparison.h"

static const short a_given[] = {
    -2048, 2047, 0, 1, -1, -2047, 2046, 2046, 2046, -2031, -1, 1409
};

static const unsigned short b_given[] = {
    0, 4095, 1, 4094, 0, 4095, 1, 516, 768, 3648, 4094, 237
};

static const unsigned char c_given[] = {
    0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0
};

static const char *const y_expected[] = {
    "0x00000000000000000000000", "0x97fbd39b9c221da0d9eac37", "0x000980553f0db2fd09de3c9",
    "0x97f253465d146aa3d00c86e", "0x00000000000000000000000", "0x97fbd39b9c221da0d9eac37",
    "0x4befa94def7c8254de2806e", "0x4befa94def7c8254de2806e", "0x4befa94def7c8254de2806e",
    "0x8764bec2833695cc9edf040", "0x97f253465d146aa3d00c86e", "0x344b55300a6622b3502b549"
};

int main() {
    int failures = 0;
    for (int row = 0; row < 12; row++) {
        comparison_a_t a;
        a.range() = ap_int<12>(a_given[row]);
        comparison_b_t b;
        b.range() = ap_uint<12>(b_given[row]);
        comparison_c_t c;
        c.range() = ap_uint<1>(c_given[row]);
        comparison_y_t y;
        comparison(a, b, c, y);
        const ap_uint<92> y_got = y.range();
        const ap_uint<92> y_wanted = ap_uint<92>(y_expected[row], 16);
        if (y_got != y_wanted && failures++ < 20) {
            std::printf("vector %d: y is %s, expected %s\n", row,
                        y_got.to_string(10).c_str(), y_wanted.to_string(10).c_str());
        }
    }
    if (failures != 0) {
        std::printf("comparison: FAILED, %d mismatches\n", failures);
        return 1;
    }
    std::printf("comparison: passed, 12 vectors\n");
    return 0;
}
