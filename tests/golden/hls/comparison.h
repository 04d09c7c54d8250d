// comparison: made by symhdl VERSION
//
//   | y = max(a, b) * k
//
// in  a: fixed<12,4> in [-8, 7.99609375]
// in  b: ufixed<12,4> in [0, 15.9960938]
// in  c: ufixed<1,1> in [0, 1]
// out y: ufixed<92,4> in [0, 9.4989811], |error| <= 1e-09
//

#ifndef COMPARISON_H
#define COMPARISON_H

#include <ap_fixed.h>
#include <ap_int.h>

typedef ap_fixed<12, 4> comparison_a_t;
typedef ap_ufixed<12, 4> comparison_b_t;
typedef ap_ufixed<1, 1> comparison_c_t;
typedef ap_ufixed<92, 4> comparison_y_t;

void comparison(comparison_a_t a, comparison_b_t b, comparison_c_t c, comparison_y_t &y);

#endif
