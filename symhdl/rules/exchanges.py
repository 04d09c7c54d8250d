"""Identities that trade products for functions, or functions for products: what they cost decides, not the rule.

Those of a group are applied together, since what one makes another may cancel: sin(x - y) in sin(x) cos(y) +
cos(x) sin(y).
"""

from symhdl.rules.rule import Rule

SQUARES_OF_PRODUCTS: tuple[Rule, ...] = (
    Rule("square-of-product", "square(x * y)", "square(x) * square(y)"),
)
"""Squares of products as products of what may be functions of one variable."""

PRODUCTS_OF_WAVES: tuple[Rule, ...] = (
    Rule("sine-by-cosine", "sin(x) * cos(y)", "(1/2) * (sin(x + y) + sin(x - y))"),
    Rule("cosine-by-cosine", "cos(x) * cos(y)", "(1/2) * (cos(x - y) + cos(x + y))"),
    Rule("sine-by-sine", "sin(x) * sin(y)", "(1/2) * (cos(x - y) - cos(x + y))"),
    Rule("multiple-of-sine-by-cosine", "(a * sin(x)) * cos(y)", "a * ((1/2) * (sin(x + y) + sin(x - y)))"),
    Rule("multiple-of-cosine-by-sine", "(a * cos(y)) * sin(x)", "a * ((1/2) * (sin(x + y) + sin(x - y)))"),
    Rule("multiple-of-cosine-by-cosine", "(a * cos(x)) * cos(y)", "a * ((1/2) * (cos(x - y) + cos(x + y)))"),
    Rule("multiple-of-sine-by-sine", "(a * sin(x)) * sin(y)", "a * ((1/2) * (cos(x - y) - cos(x + y)))"),
    Rule("hyperbolic-sine-by-cosine", "sinh(x) * cosh(y)", "(1/2) * (sinh(x + y) + sinh(x - y))"),
    Rule("hyperbolic-cosine-by-cosine", "cosh(x) * cosh(y)", "(1/2) * (cosh(x + y) + cosh(x - y))"),
    Rule("hyperbolic-sine-by-sine", "sinh(x) * sinh(y)", "(1/2) * (cosh(x + y) - cosh(x - y))"),
)  # fmt: skip
"""Products of two functions as functions of a sum and a difference."""

LOGARITHMS_OF_PRODUCTS: tuple[Rule, ...] = tuple(
    Rule(f"{log}-of-{name}", f"{log}({left})", right.replace("log", log), when)
    for log in ("log", "log2", "log10")
    for name, left, right, when in (
        (
            "product-of-three",
            "(x * y) * a",
            "log(x) + log(y) + log(a)",
            ("positive x", "positive y", "positive a"),
        ),
        ("quotient", "inverse(y) * x", "log(x) - log(y)", ("positive x", "positive y")),
        ("product", "x * y", "log(x) + log(y)", ("positive x", "positive y")),
    )
)
"""Logarithms of products as sums of logarithms."""

EXPONENTIALS_OF_SUMS: tuple[Rule, ...] = (
    Rule("exp-of-sum", "exp(x + y)", "exp(x) * exp(y)"),
    Rule("exp-of-negated-sum", "exp(-(x + y))", "exp(-x) * exp(-y)"),
    Rule("exp-of-multiple-of-sum", "exp(c * (x + y))", "exp(c * x) * exp(c * y)"),
    Rule("exp2-of-sum", "exp2(x + y)", "exp2(x) * exp2(y)"),
)
"""Exponentials of sums as products of exponentials."""

EXCHANGES: tuple[tuple[Rule, ...], ...] = (
    SQUARES_OF_PRODUCTS,
    PRODUCTS_OF_WAVES,
    LOGARITHMS_OF_PRODUCTS,
    EXPONENTIALS_OF_SUMS,
)
"""The groups, in the order in which they are tried."""
