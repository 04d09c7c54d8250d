#include <math.h>

/* x : fixed<12,3> in [-3, 3] */
/* y : fixed<12,3> in [-3, 3] */
/* t : ufixed<10,0> */
/* z : fixed<14,2> error <= 2^-10 */
double z(double x, double y, double t)
{
    const double t1 = sqrt(x*x + y*y);
    return exp(-t1*t1/2.0)*sin(3.0*t) + 0.25*x*y - 1.0/3.0*t1;
}
