// comparison: made by symhdl VERSION
//
//   | y = max(a, b) * k
//
// in  a: fixed<12,4> in [-8, 7.99609375]
// in  b: ufixed<12,4> in [0, 15.9960938]
// in  c: ufixed<1,1> in [0, 1]
// out y: ufixed<92,4> in [0, 9.4989811], |error| <= 1e-09
//

#include "comparison.h"

void comparison(comparison_a_t a, comparison_b_t b, comparison_c_t c, comparison_y_t &y) {
#pragma HLS INTERFACE ap_none port=a
#pragma HLS INTERFACE ap_none port=b
#pragma HLS INTERFACE ap_none port=c
#pragma HLS INTERFACE ap_none port=y
#pragma HLS INTERFACE ap_ctrl_none port=return
#pragma HLS PIPELINE II=1

    // The inputs as integers.
    const ap_int<12> a_bits = a.range();
    const ap_uint<12> b_bits = b.range();
    (void)c;  // no output depends on it

    // On the right: how the integer is read as a fixed-point number.
    const ap_uint<1> a_is_less = a_bits < ap_int<13>(b_bits);  // ufixed<1,1>
    const ap_uint<12> choice = a_is_less ? b_bits : ap_uint<12>(a_bits);  // ufixed<12,4>
    const ap_uint<92> choice_product = choice * ap_uint<80>("0x980553f0db2fd09de3c9", 16);  // ufixed<92,4>

    // The outputs: sign or zeros above, then the bits as they are.
    comparison_y_t y_value = 0;
    y_value.range() = choice_product;
    y = y_value;
}
