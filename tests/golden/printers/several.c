#include <math.h>

/* delta_x stands for Δx */
/* x1 stands for x₁ */
/* class_ stands for class */
/* delta_x in [0, 1] */
/* x1 in [0, 1] */
void evaluate(double delta_x, double x1, double speed, double *class_, double *limited,
              double *rest)
{
    const double t1 = 1.0/(exp(-(delta_x - 2.0*x1)) + 1.0);
    *class_ = fmax(t1, speed) < 1.0 - t1 ? 2.0 : t1 < speed ? 1.0 : 0.0;
    *limited = speed < 0.0 ? 0.0 : speed >= 1.5 && delta_x != 0.0 ? fmin(1.0, fmax(t1, -1.0))
        : floor(speed + 0.5);
    *rest = speed - 0.7*floor(speed/0.7) + pow(fabs(t1), -2.0)
        - acos(-1.0)*(x1 < 0.0 ? -1.0 : x1 > 0.0 ? 1.0 : 0.0)*cbrt(speed);
}
