"""Identities that fill a hole of the domain with the limit there: x*(y/x) has no value at x = 0, y has.

They are applied only when asked for: with them the hardware gives a number where the formula gives none.
"""

from symhdl.rules.rule import Rule

REMOVABLE: tuple[Rule, ...] = (
    Rule("cancel-divisor", "x * (y / x)", "y"),
    Rule("cancel-inverse", "x * inverse(x)", "1"),
    Rule("cancel-factor", "(x * y) / x", "y"),
    Rule("cancel-itself", "x / x", "1"),
    Rule("cancel-square", "square(x) / x", "x"),
    Rule("cancel-cube", "cube(x) / x", "square(x)"),
    Rule("cancel-cube-by-square", "cube(x) / square(x)", "x"),
    Rule("cancel-root", "x / sqrt(x)", "sqrt(x)"),
    Rule("cancel-inverses", "inverse(inverse(x))", "x"),
    Rule("cancel-double-quotient", "a / (b / x)", "(a * x) / b"),
    Rule("cancel-divisor-by-inverse", "a / inverse(x)", "a * x"),
    Rule("fill-sinc", "sin(x) / x", "sinc(x)"),
    Rule("cancel-cosine", "tan(x) * cos(x)", "sin(x)"),
    Rule("cancel-common-divisor", "(a / x) / (b / x)", "a / b"),
)
