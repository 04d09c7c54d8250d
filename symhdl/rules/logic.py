"""Identities of comparisons, choices, extrema and whole numbers that never cost more hardware."""

from symhdl.rules.rule import ONCE, Rule

EXTREMA: tuple[Rule, ...] = (
    Rule("minimum-of-itself", "min(x, x)", "x"),
    Rule("maximum-of-itself", "max(x, x)", "x"),
    Rule("minimum-of-one", "min(x)", "x"),
    Rule("maximum-of-one", "max(x)", "x"),
    Rule("minimum-of-constants", "min(c, min(d, x))", "min(min(c, d), x)"),
    Rule("maximum-of-constants", "max(c, max(d, x))", "max(max(c, d), x)"),
    Rule("minimum-of-negations", "min(-x, -y)", "-max(x, y)", (), ONCE),
    Rule("maximum-of-negations", "max(-x, -y)", "-min(x, y)", (), ONCE),
    Rule("maximum-with-opposite", "max(x, -x)", "abs(x)"),
    Rule("minimum-with-opposite", "min(x, -x)", "-abs(x)"),
    Rule("absorb-maximum", "min(x, max(x, y))", "x", ("total y",)),
    Rule("absorb-minimum", "max(x, min(x, y))", "x", ("total y",)),
    Rule("relu", "max(x, 0)", "relu(x)"),
    Rule("relu-of-nonnegative", "relu(x)", "x", ("nonnegative x",)),
    Rule("relu-of-nonpositive", "relu(x)", "0", ("nonpositive x", "total x")),
    Rule("absolute-of-nonnegative", "abs(x)", "x", ("nonnegative x",)),
    Rule("absolute-of-nonpositive", "abs(x)", "-x", ("nonpositive x",)),
    Rule("multiply-absolutes", "abs(x) * abs(y)", "abs(x * y)", (), ONCE),
    Rule("clamp-twice", "clamp(clamp(x, c, d), c, d)", "clamp(x, c, d)"),
    Rule("clamp-to-constant", "clamp(x, c, c)", "c", ("total x",)),
    Rule("sum-of-extrema", "min(x, y) + max(x, y)", "x + y"),
    Rule("product-of-extrema", "min(x, y) * max(x, y)", "x * y"),
)

CHOICES: tuple[Rule, ...] = (
    Rule("choice-of-equals", "where(b, x, x)", "x", ("total b",)),
    Rule("choice-by-negation", "where(not(b), x, y)", "where(b, y, x)"),
    Rule("choice-of-smaller", "where(x < y, x, y)", "min(x, y)"),
    Rule("choice-of-smaller-or-equal", "where(x <= y, x, y)", "min(x, y)"),
    Rule("choice-of-larger", "where(x < y, y, x)", "max(x, y)"),
    Rule("choice-of-larger-or-equal", "where(x <= y, y, x)", "max(x, y)"),
    Rule("choice-of-negative", "where(x < 0, -x, x)", "abs(x)"),
    Rule("choice-of-not-positive", "where(x <= 0, -x, x)", "abs(x)"),
    Rule("choice-of-positive", "where(0 < x, x, -x)", "abs(x)"),
    Rule("choice-of-not-negative", "where(0 <= x, x, -x)", "abs(x)"),
    Rule("choice-of-one-or-zero", "where(b, 1, 0)", "b", ("boolean b",)),
    Rule("choice-of-zero-or-one", "where(b, 0, 1)", "not(b)"),
    Rule(
        "choice-of-condition-or-false",
        "where(b, x, 0)",
        "and(b, x)",
        ("boolean b", "boolean x", "total x"),
    ),
    Rule(
        "choice-of-true-or-condition",
        "where(b, 1, x)",
        "or(b, x)",
        ("boolean b", "boolean x", "total x"),
    ),
    Rule("choice-twice", "where(b, where(b, x, y), z)", "where(b, x, z)", ("total y",)),
    Rule("choice-twice-else", "where(b, z, where(b, x, y))", "where(b, z, y)", ("total x",)),
)

LOGIC: tuple[Rule, ...] = (
    Rule("double-not", "not(not(b))", "b", ("boolean b",)),
    Rule("and-itself", "and(b, b)", "b", ("boolean b",)),
    Rule("or-itself", "or(b, b)", "b", ("boolean b",)),
    Rule("and-true", "and(1, b)", "b", ("boolean b",)),
    Rule("or-false", "or(0, b)", "b", ("boolean b",)),
    Rule("and-false", "and(0, b)", "0", ("total b",)),
    Rule("or-true", "or(1, b)", "1", ("total b",)),
    Rule("not-less", "not(x < y)", "y <= x", (), ONCE),
    Rule("not-less-or-equal", "not(x <= y)", "y < x", (), ONCE),
    Rule("not-both-nots", "and(not(a), not(b))", "not(or(a, b))", (), ONCE),
    Rule("not-either-not", "or(not(a), not(b))", "not(and(a, b))", (), ONCE),
)

COMPARISONS: tuple[Rule, ...] = (
    Rule("less-than-itself", "x < x", "0", ("total x",)),
    Rule("less-or-equal-to-itself", "x <= x", "1", ("total x",)),
    Rule("equal-to-itself", "x == x", "1", ("total x",)),
    Rule("difference-below-zero", "x - y < 0", "x < y", (), ONCE),
    Rule("difference-above-zero", "0 < x - y", "y < x", (), ONCE),
    Rule("difference-not-above-zero", "x - y <= 0", "x <= y", (), ONCE),
    Rule("difference-not-below-zero", "0 <= x - y", "y <= x", (), ONCE),
    Rule("shifted-below-constant", "c + x < d", "x < d - c", (), ONCE),
    Rule("shifted-above-constant", "d < c + x", "d - c < x", (), ONCE),
    Rule("shifted-not-above-constant", "c + x <= d", "x <= d - c", (), ONCE),
    Rule("shifted-not-below-constant", "d <= c + x", "d - c <= x", (), ONCE),
    Rule("multiple-below-constant", "c * x < d", "x < d / c", ("positive c",), ONCE),
    Rule("multiple-above-constant", "d < c * x", "d / c < x", ("positive c",), ONCE),
    Rule("negations-compared", "-x < -y", "y < x", (), ONCE),
    Rule("negations-compared-or-equal", "-x <= -y", "y <= x", (), ONCE),
    Rule("negation-below-constant", "-x < c", "-c < x", (), ONCE),
    Rule("negation-above-constant", "c < -x", "x < -c", (), ONCE),
)

WHOLE: tuple[Rule, ...] = (
    *(
        Rule(f"{outer}-of-{inner}", f"{outer}({inner}(x))", f"{inner}(x)")
        for outer in ("floor", "ceil", "round")
        for inner in ("floor", "ceil", "round")
    ),
    Rule("floor-of-negation", "-floor(-x)", "ceil(x)", (), ONCE),
    Rule("ceil-of-negation", "-ceil(-x)", "floor(x)", (), ONCE),
    Rule("sign-of-sign", "sign(sign(x))", "sign(x)"),
    Rule("sign-times-absolute", "sign(x) * abs(x)", "x"),
    Rule("sign-times-itself", "sign(x) * x", "abs(x)", (), ONCE),
)
