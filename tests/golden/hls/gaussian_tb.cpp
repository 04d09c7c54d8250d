// Test bench of gaussian: 12 vectors, with the integers that the bit-exact model gives.
// Prints mismatches; the exit status is 1 if there are any.

#include <cstdio>

#include "gaussian.h"

static const signed char x_given[] = {
    -32, 31, 0, 1, -1, -31, 30, -15, 0, -32, 17, 25
};

static const unsigned short delta_y_given[] = {
    0, 200, 1, 199, 0, 200, 1, 145, 30, 53, 110, 68
};

static const short z_expected[] = {
    0, 0, 0, 99, 0, 0, 0, 22, 15, 0, 12, 1
};

static const unsigned char w_expected[] = {
    1, 1, 255, 255, 255, 1, 2, 76, 255, 1, 54, 9
};

int main() {
    int failures = 0;
    for (int row = 0; row < 12; row++) {
        gaussian_x_t x;
        x.range() = ap_int<6>(x_given[row]);
        gaussian_delta_y_t delta_y;
        delta_y.range() = ap_uint<9>(delta_y_given[row]);
        gaussian_z_t z;
        gaussian_w_t w;
        gaussian(x, delta_y, z, w);
        const ap_int<10> z_got = z.range();
        const ap_int<10> z_wanted = ap_int<10>(z_expected[row]);
        if (z_got != z_wanted && failures++ < 20) {
            std::printf("vector %d: z is %s, expected %s\n", row,
                        z_got.to_string(10).c_str(), z_wanted.to_string(10).c_str());
        }
        const ap_uint<8> w_got = w.range();
        const ap_uint<8> w_wanted = ap_uint<8>(w_expected[row]);
        if (w_got != w_wanted && failures++ < 20) {
            std::printf("vector %d: w is %s, expected %s\n", row,
                        w_got.to_string(10).c_str(), w_wanted.to_string(10).c_str());
        }
    }
    if (failures != 0) {
        std::printf("gaussian: FAILED, %d mismatches\n", failures);
        return 1;
    }
    std::printf("gaussian: passed, 12 vectors\n");
    return 0;
}
