// gaussian: made by symhdl VERSION
//
//   | r = x^2  # * / the end?
//   | z = 2^-r * Δy
//   | w = 2^-r \.
//
// in  x: fixed<6,2> in [-2, 1.9375]
// in  delta_y (Δy): ufixed<9,4> in [0, 6.25]
// out z: fixed<10,6> in [0, 12.5], |error| <= 0.0703125
// out w: ufixed<8,0> in [0, 0.99609375], |error| <= 0.00390625
//
// Made for generic at 250 MHz.

#include "gaussian.h"

// Entries of the tables: exact widths in hardware; the same integers in types that a
// compiler reads quickly in C simulation.
#ifdef __SYNTHESIS__
typedef ap_uint<8> entry_table_entry;
#else
typedef unsigned char entry_table_entry;
#endif

static const entry_table_entry entry_table[33] = {
    255, 214, 180, 152, 128, 107, 90, 76, 64, 54, 45, 38, 32, 27, 23, 19, 16, 13, 11, 9, 8, 7,
    6, 5, 4, 3, 3, 2, 2, 2, 1, 1, 1
};

void gaussian(gaussian_x_t x, gaussian_delta_y_t delta_y, gaussian_z_t &z, gaussian_w_t &w) {
#pragma HLS INTERFACE ap_none port=x
#pragma HLS INTERFACE ap_none port=delta_y
#pragma HLS INTERFACE ap_none port=z
#pragma HLS INTERFACE ap_none port=w
#pragma HLS INTERFACE ap_ctrl_none port=return
#pragma HLS PIPELINE II=1

    // The inputs as integers.
    const ap_int<6> x_bits = x.range();
    const ap_uint<8> delta_y_bits = delta_y.range();

    // On the right: how the integer is read as a fixed-point number.
    const ap_uint<11> r = x_bits * x_bits;  // ufixed<11,3>
    const ap_uint<6> r_cut = r >> 5;  // ufixed<6,3>
    const ap_uint<8> entry = entry_table[r_cut];  // ufixed<8,0>
    const ap_uint<16> product = delta_y_bits * entry;  // ufixed<16,3>
    const ap_uint<16> product_sum = product + ap_uint<9>(256);  // ufixed<16,3>
    const ap_uint<7> product_sum_cut = product_sum >> 9;  // ufixed<7,3>

    // The outputs: sign or zeros above, then the bits as they are.
    gaussian_z_t z_value = 0;
    z_value.range() = ap_int<10>(product_sum_cut);
    z = z_value;
    gaussian_w_t w_value = 0;
    w_value.range() = entry;
    w = w_value;
}
