"""Texts as the tools of each dialect print them, written for these tests: what detection and fuzzing start from."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "native": (
        "input x, y : fixed<12,3> in [-3, 3]\ngauss(u) = exp(-u^2)\nr = sqrt(x^2 + y^2)\n"
        "z = gauss(r) * sin(3*t) + 0.25*x*y\noutput z : fixed<14,2> error <= 2^-10\n",
        "if x > 0 and not (y < 1) then x else -y²",
        "where(x0 <= 0.5, argmax(x0, x1, 2), clamp(x1, -1, 1)) + 2*pi*f*t",
    ),
    "pysr": (
        "((x0 * 2.1357924) + cos(x1 / -0.8462193)) - (exp(x2) ^ 2.0)",
        "-1.2894113 ^ (x0 - 0.41200563)",
        "plus(mult(x0, 2.1441), sqrtm(minus(x1, logm(x3))))",
        "f = sin(#1) * 1.3314; g = #2 - 0.2291",
        "Complexity,Loss,Equation\n1,0.5,\"0.31\"\n5,0.01,\"(x0 * 2.5) - square(x1)\"\n",
        "Complexity|MSE|Equation\n1|2.5|0.31\n3|0.01|plus(x0, x1)\n",
        ",complexity,loss,equation,score,sympy_format,lambda_format\n"
        "0,1,2.5,x0,0.0,x0,PySRFunction(X=>x0)\n1,4,0.2,sin(x0) * 1.1,0.8,1.1*sin(x0),PySRFunction(X=>1.1*sin(x0))\n",
    ),
    "sympy": (
        "1.2894*x**2*sin(y) - Abs(x - 3.1)**(1/3) + exp(-E*y)",
        "Piecewise((x**2, x < 1), (Max(x, y), (x >= 1) & (y > 2)), (1, True))",
        "sqrt(2)*log(Abs(0.5*x0 + 1)) - Mod(x1, 3)/Heaviside(x0)",
    ),
    "srepr": (
        "Add(Mul(Integer(-1), Float('0.5125', precision=53), Symbol('X0')), "
        "Pow(Symbol('X1'), Rational(1, 2)))",
        "Piecewise(ExprCondPair(Symbol('x'), StrictLessThan(Symbol('x'), Integer(1))), "
        "ExprCondPair(Integer(0), true))",
    ),
    "gplearn": (
        "add(mul(X0, 0.513), div(sub(X1, -0.202), log(X2)))",
        "sqrt(inv(add(X3, abs(neg(X0)))))",
    ),
    "deap": (
        "add(protectedDiv(mul(ARG0, -1), sub(ARG1, 3)), neg(cos(ARG0)))",
        "mul(add(x, x), protectedDiv(sin(x), 0.7312))",
    ),
    "operon": (
        "((((-0.426) * X1) + (1.312 * sin((0.71 * X2)))) + (X3 / (sqrt(1 + X4 ^ 2))))",
        "(0.172 + (2.115 * tanh(((-0.93) * X2))))",
    ),
    "heuristiclab": (
        "theta * -1.4134e-001 + sigma * theta * 3.9602e-002 + EXP(sigma * -1.1e+000) * 2.5",
        "('speed 1' * 2.5 + SQR('speed 2') / (1 + 'speed 1'))",
    ),
    "bingo": (
        "(X_0)(((0.0659)(X_2))(X_1 - (cos(X_2))) + (0.7279)^(2))",
        "sin((2.5)(X_0)) + ((X_1)^(-1))(3.25)",
    ),
    "gomea": (
        "-4.242+0.131*(((sin((0.791*x1)))^2+((-12.108aqx1)*cos((x0aqx0)))))",
        "(x0aq(x1+3.5))*exp(x2)",
    ),
    "tir": (
        "Id((-5.07e-2) + (((1.2) * (Sin((x0)^(1)))) / ((1.0) + ((3.3e-1) * (Exp((x1)^(-2)))))))",
    ),
    "eureqa": ("Target = if(a > 10, b, c) + 15 * logistic(a - 1.5)",),
    "aifeynman": (
        "25.1 0.31 14.2 1.0 3.5e-3 asin(0.003228*x2)\n24.2 0.22 15.0 2.0 1.5e-4 (x0*cos(x1))**(-1)\n",
    ),
    "hls4ml": ("sin_lut(1.5*x[14]) + x[3]*x[3] - 0.25*exp_lut(x[0])",),
    "c": (
        "float f(float x, float y) {\n  float t = x * y + 2.5f; /* local */\n"
        "  if (t > 0.0f) return sqrtf(t);\n  return fabsf(t) > 1 ? -t : powf(t, 3);\n}\n",
        "double y = a*a + 3.0*b;  // energy\ny += fmin(a, M_PI);",
    ),
    "numpy": (
        "import numpy as np\n\ndef f(x, y):\n    r = np.sqrt(x**2 + y**2)  # radius\n"
        "    return np.where(r > 1, np.sin(r), 0.5*r)\n",
        "lambda x, y: np.exp(-x**2) * np.maximum(y, 0.0) + x % 3",
    ),
    "fpcore": (
        '(FPCore (x y) :name "one" :pre (and (<= -1 x 1) (< 1/2 y 3/2))\n'
        "  (let* ([t (+ x y)] [u (* t t)]) (if (> u 1) (sqrt u) (- 1 u))))",
        "(FPCore f (a) :pre (<= 0 a 0x1.8p3) (while* (< i 4) ([i 0 (+ i 1)] [s a (* s a)]) s))",
    ),
    "latex": (
        r"y = \frac{1}{2} m v_{0}^2 + \sin^{-1}(x) \cdot 3.2 \cdot 10^{-3} - \sqrt[3]{z}",
        r"\begin{cases} x^2 & x > 0 \\ -\left| x \right| & \text{otherwise} \end{cases}",
        r"\frac12 e^{-\frac{x^2}{2\sigma^2}} \tanh\left(\theta_1 x\right)",
    ),
    "dso": (
        "div(mul(x1,sin(x2)),add(harmonic(x1),n2(x2)))",
        "add(pow(x1,3),sub(mul(3.39,x1),log(x2)))",
    ),
    "plain": (
        "(Z_1*Z_2*alpha*hbar*c/(4*E_n*sin(theta/2)**2))**2",
        "0.299 R + 0.587 G + 0.114 B",
        "x if x >= 0 else alpha * (exp(x) - 1)",
    ),
}  # fmt: skip
