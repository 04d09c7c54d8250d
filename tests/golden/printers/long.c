#include <math.h>

double z(double x0, double y, double x1, double x2, double x3, double x4, double x5, double x6,
         double x7)
{
    return 1.25*sin(2.0*x0 - y)/(x1*x1 + 0.5) + 2.25*sin(3.0*x1 - y)/(x2*x2 + 0.5)
        + 3.25*sin(4.0*x2 - y)/(x3*x3 + 0.5) + 4.25*sin(5.0*x3 - y)/(x4*x4 + 0.5)
        + 5.25*sin(6.0*x4 - y)/(x5*x5 + 0.5) + 6.25*sin(7.0*x5 - y)/(x6*x6 + 0.5)
        + 7.25*sin(8.0*x6 - y)/(x7*x7 + 0.5);
}
