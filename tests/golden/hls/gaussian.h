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

#ifndef GAUSSIAN_H
#define GAUSSIAN_H

#include <ap_fixed.h>
#include <ap_int.h>

typedef ap_fixed<6, 2> gaussian_x_t;
typedef ap_ufixed<9, 4> gaussian_delta_y_t;
typedef ap_fixed<10, 6> gaussian_z_t;
typedef ap_ufixed<8, 0> gaussian_w_t;

void gaussian(gaussian_x_t x, gaussian_delta_y_t delta_y, gaussian_z_t &z, gaussian_w_t &w);

#endif
