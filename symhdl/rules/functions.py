"""Identities of exponentials, logarithms, circular and hyperbolic functions that never cost more hardware."""

from symhdl.rules.rule import ONCE, Rule

ODD_FUNCTIONS = (
    "sin",
    "tan",
    "asin",
    "atan",
    "sinh",
    "tanh",
    "asinh",
    "atanh",
    "erf",
    "cbrt",
    "sign",
)
EVEN_FUNCTIONS = ("cos", "cosh", "gauss", "sinc", "abs")

SYMMETRIES: tuple[Rule, ...] = (
    *(Rule(f"odd-{name}", f"{name}(-x)", f"-{name}(x)") for name in ODD_FUNCTIONS),
    *(Rule(f"even-{name}", f"{name}(-x)", f"{name}(x)") for name in EVEN_FUNCTIONS),
    *(
        Rule(f"even-{name}-of-multiple", f"{name}(c * x)", f"{name}((-c) * x)", ("negative c",))
        for name in EVEN_FUNCTIONS
    ),
    *(
        Rule(f"even-{name}-of-absolute", f"{name}(abs(x))", f"{name}(x)")
        for name in (*EVEN_FUNCTIONS, "square")
    ),
)

EXPONENTIALS: tuple[Rule, ...] = (
    Rule("log-of-exp", "log(exp(x))", "x"),
    Rule("exp-of-log", "exp(log(x))", "x", ("positive x",)),
    Rule("log2-of-exp2", "log2(exp2(x))", "x"),
    Rule("exp2-of-log2", "exp2(log2(x))", "x", ("positive x",)),
    Rule("log1p-of-expm1", "log1p(expm1(x))", "x"),
    Rule("multiply-exps", "exp(x) * exp(y)", "exp(x + y)", (), ONCE),
    Rule("divide-exps", "exp(x) / exp(y)", "exp(x - y)", (), ONCE),
    Rule("inverse-of-exp", "inverse(exp(x))", "exp(-x)", (), ONCE),
    Rule("divide-by-exp", "a / exp(x)", "a * exp(-x)", (), ONCE),
    Rule("square-of-exp", "square(exp(x))", "exp(2 * x)", (), ONCE),
    Rule("cube-of-exp", "cube(exp(x))", "exp(3 * x)", (), ONCE),
    Rule("power-of-exp", "exp(x) ^ c", "exp(c * x)", (), ONCE),
    Rule("root-of-exp", "sqrt(exp(x))", "exp((1/2) * x)", (), ONCE),
    Rule("exp-of-exponent-times-log", "exp(c * log(x))", "x ^ c", ("positive x",), ONCE),
    Rule("log-of-power", "log(x ^ c)", "c * log(x)", ("positive x",), ONCE),
    Rule("log-of-root", "log(sqrt(x))", "(1/2) * log(x)", (), ONCE),
    Rule("log-of-inverse", "log(inverse(x))", "-log(x)", (), ONCE),
    Rule("log-of-square", "log(square(x))", "2 * log(abs(x))", (), ONCE),
    Rule("log-base-two", "log(x) / log(2)", "log2(x)", (), ONCE),
    Rule("log-base-ten", "log(x) / log(10)", "log10(x)", (), ONCE),
    Rule("log-of-e", "log(e)", "1"),
    Rule("gauss", "exp(-square(x))", "gauss(x)", (), ONCE),
    Rule("scaled-gauss", "exp(c * square(x))", "gauss(sqrt(-c) * x)", ("negative c",), ONCE),
    Rule("sigmoid", "inverse(1 + exp(x))", "sigmoid(-x)", (), ONCE),
    Rule("scaled-sigmoid", "a / (1 + exp(x))", "a * sigmoid(-x)", (), ONCE),
    Rule("sigmoid-as-fraction", "exp(x) / (1 + exp(x))", "sigmoid(x)", (), ONCE),
    Rule("softplus", "log(1 + exp(x))", "softplus(x)", (), ONCE),
    Rule("softplus-of-log1p", "log1p(exp(x))", "softplus(x)", (), ONCE),
    Rule("one-minus-sigmoid", "1 - sigmoid(x)", "sigmoid(-x)", (), ONCE),
    Rule("one-minus-erf", "1 - erf(x)", "erfc(x)", (), ONCE),
    Rule("one-minus-erfc", "1 - erfc(x)", "erf(x)", (), ONCE),
)

CIRCULAR: tuple[Rule, ...] = (
    Rule("sine-times-cosine", "sin(x) * cos(x)", "(1/2) * sin(2 * x)", (), ONCE),
    Rule("pythagoras", "square(sin(x)) + square(cos(x))", "1", ("total x",)),
    Rule("one-minus-square-of-sine", "1 - square(sin(x))", "square(cos(x))", (), ONCE),
    Rule("one-minus-square-of-cosine", "1 - square(cos(x))", "square(sin(x))", (), ONCE),
    Rule("cosine-of-double", "square(cos(x)) - square(sin(x))", "cos(2 * x)", (), ONCE),
    Rule("sine-of-sum", "sin(x)*cos(y) + cos(x)*sin(y)", "sin(x + y)", (), ONCE),
    Rule("sine-of-difference", "sin(x)*cos(y) - cos(x)*sin(y)", "sin(x - y)", (), ONCE),
    Rule("cosine-of-sum", "cos(x)*cos(y) - sin(x)*sin(y)", "cos(x + y)", (), ONCE),
    Rule("cosine-of-difference", "cos(x)*cos(y) + sin(x)*sin(y)", "cos(x - y)", (), ONCE),
    Rule("sine-over-cosine", "sin(x) / cos(x)", "tan(x)", (), ONCE),
    Rule("angle-on-the-right", "atan2(y, x)", "atan(y / x)", ("positive x",)),
    Rule("tangent-of-arctangent", "tan(atan(x))", "x"),
)

HYPERBOLIC: tuple[Rule, ...] = (
    Rule("hyperbolic-pythagoras", "square(cosh(x)) - square(sinh(x))", "1", ("total x",)),
    Rule("hyperbolic-sine-of-sum", "sinh(x)*cosh(y) + cosh(x)*sinh(y)", "sinh(x + y)", (), ONCE),
    Rule(
        "hyperbolic-sine-of-difference",
        "sinh(x)*cosh(y) - cosh(x)*sinh(y)",
        "sinh(x - y)",
        (),
        ONCE,
    ),
    Rule("hyperbolic-cosine-of-sum", "cosh(x)*cosh(y) + sinh(x)*sinh(y)", "cosh(x + y)", (), ONCE),
    Rule("hyperbolic-sine-over-cosine", "sinh(x) / cosh(x)", "tanh(x)", (), ONCE),
    Rule(
        "hyperbolic-tangent-of-sum",
        "(tanh(x) + tanh(y)) / (1 + tanh(x)*tanh(y))",
        "tanh(x + y)",
        (),
        ONCE,
    ),
    Rule(
        "hyperbolic-tangent-of-difference",
        "(tanh(x) - tanh(y)) / (1 - tanh(x)*tanh(y))",
        "tanh(x - y)",
        (),
        ONCE,
    ),
    Rule("sinh-of-asinh", "sinh(asinh(x))", "x"),
    Rule("asinh-of-sinh", "asinh(sinh(x))", "x"),
    Rule("atanh-of-tanh", "atanh(tanh(x))", "x"),
    Rule("acosh-of-cosh", "acosh(cosh(x))", "abs(x)"),
    Rule("cosh-from-exps", "exp(x) + exp(-x)", "2 * cosh(x)", (), ONCE),
    Rule("sinh-from-exps", "exp(x) - exp(-x)", "2 * sinh(x)", (), ONCE),
    Rule("cosh-plus-sinh", "cosh(x) + sinh(x)", "exp(x)", (), ONCE),
    Rule("cosh-minus-sinh", "cosh(x) - sinh(x)", "exp(-x)", (), ONCE),
)
