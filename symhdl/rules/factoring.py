"""Identities of level 2: they save a multiplier or a function and may add something smaller."""

from symhdl.rules.rule import ONCE, Rule

FACTORS: tuple[Rule, ...] = (
    Rule("factor-sum", "a*x + b*x", "(a + b) * x", (), ONCE),
    Rule("factor-difference", "a*x - b*x", "(a - b) * x", (), ONCE),
    Rule("factor-one", "x + a*x", "(1 + a) * x", (), ONCE),
    Rule("factor-one-less", "x - a*x", "(1 - a) * x", (), ONCE),
    Rule("factor-less-one", "a*x - x", "((-1) + a) * x", (), ONCE),
    Rule("factor-constant", "c*x + c*y", "c * (x + y)", (), ONCE),
    Rule("factor-constant-difference", "c*x - c*y", "c * (x - y)", (), ONCE),
    Rule("factor-square", "square(x) + a*x", "x * (x + a)", (), ONCE),
    Rule("factor-square-difference", "square(x) - a*x", "x * (x - a)", (), ONCE),
    Rule("factor-cube", "cube(x) + a*x", "x * (square(x) + a)", (), ONCE),
    Rule("factor-cube-and-square", "cube(x) + a*square(x)", "square(x) * (x + a)", (), ONCE),
)

LOGARITHMS: tuple[Rule, ...] = (
    Rule("add-logs", "log(x) + log(y)", "log(x * y)", ("positive x",), ONCE),
    Rule("add-log2s", "log2(x) + log2(y)", "log2(x * y)", ("positive x",), ONCE),
    Rule("add-log10s", "log10(x) + log10(y)", "log10(x * y)", ("positive x",), ONCE),
)
