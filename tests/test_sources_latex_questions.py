"""LaTeX that cannot be read, or only by guessing: every message once, and the limits."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest

import symhdl
from symhdl.errors import SymhdlError
from tests.work import lines_run

AMBIGUOUS = (
    r"y = 1/2x",
    r"a/b(x+1)",
    r"-x \bmod 3",
    r"\sin x (y+1)",
    r"\sin x \cdot y",
    r"-\sin x \cdot y",
    r"\sin x / 2",
    r"\sin x \, y",
    r"\cos\frac{2\pi}{T} t",
    r"\ln |x| y",
    r"\sin^{-2} x",
    r"\log^{-1} x",
    r"\sin{x}^2",
    r"x^23",
    r"x^2.5",
    r"x^{a}^{b}",
    r"v_max t",
    r"x 2 + 3 4",
    r"3\frac{1}{2}",
    r"2e-3x",
    r"f(x)",
    r"\sigma(x + 1)",
    r"a(b) + c",
    r"speed \cdot t",
    r"cos x + phi",
    r"|a|b|c|",
    r"{a+b}c",
    r"y = 2x = 3z",
)

UNREADABLE = (
    r"\int_0^1 x + \pm 3 + \frac{\partial f}{\partial x} + \infty",
    r"\frac{dy}{dx} + \frac{d}{dt}x",
    r"\lim_{x \to 0} x",
    r"f(u) = u^2 \\ y = f'(x)",
    r"f(u) = u^2 \\ y = f + f(x)",
    r"a + \cdots + z",
    r"x \in [0, 1]",
    r"30^\circ + 5\%",
    r"\left\| x \right\|",
    r"\begin{pmatrix} a \\ b \end{pmatrix}",
    r"\newcommand{\foo}{x}",
    r"\fooo x + \sinn x",
    r"\frac{x}",
    r"\sqrt{} + \sqrt",
    r"x^- 1",
    r"x^\sin y",
    r"\sin",
    r"\sin^2",
    r"\sin_2 x",
    r"(x)_1 + x^2_1",
    r"\operatorname{foo}(x)",
    r"\mathrm{x+1} + \hat{x + 1}",
    r"\left( a + \frac{b}{c} \right]",
    r"(x + 1",
    r"x + 1}",
    r"|x",
    r"$x",
    r"\[ x \)",
    r"\begin{align} x \end{gather}",
    r"(a & b)",
    r"p &= 2x & q &= 3y",
    r"y = f(x) = x^2",
    "The area is $y = x^2$, as is well known.",
    r"(x, y)",
    r"2,5 x",
    r"2{,}5 x",
    "2,\n x",
    r"x!",
    r"\sum_{i=1}^{n} x_i + \prod_i x_i + \binom{5}{2}",
    r"\begin{cases} x & x > 0 \\ -x & x < 0 \end{cases}",
    r"\begin{cases} x & \text{otherwise} \\ 0 & x > 0 \end{cases}",
    r"\begin{cases} x \end{cases}",
    r"\begin{cases} x & x > 0 \\ & y > 0 \\ x, y & \text{otherwise} \end{cases}",
    r"\begin{cases} x, y & x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"x \text{ if } x > 0",
    r"\frac1.5 x",
    r"\frac.5x",
    r"a^2 + b^2 = c^2",
    r"x = 1 \\ x = 2",
    r"f(u) = u \\ y = f(x, 2)",
    "x # y \x07",
    r"x^{2",
    r"x' + (x)'",
    "",
)


def told(texts: tuple[str, ...]) -> str:
    lines: list[str] = []
    for text in texts:
        lines.append(f"### {text}\n")
        with pytest.raises(SymhdlError) as problem:
            symhdl.parse(text, "latex")
        lines += [f"{diagnostic.render()}\n" for diagnostic in problem.value.diagnostics]
        lines.append("\n")
    return "".join(lines).replace("\x07", "?")


def test_what_is_asked(golden: Callable[[str, str], None]) -> None:
    golden("dialects/latex_questions.txt", told(AMBIGUOUS))


def test_what_is_refused(golden: Callable[[str, str], None]) -> None:
    golden("dialects/latex_refusals.txt", told(UNREADABLE))


def test_several_mistakes_are_told_at_once() -> None:
    with pytest.raises(SymhdlError) as problem:
        symhdl.parse("p = 1/2x \\\\ q = \\int x \\\\ r = |x \\\\ s = x +", "latex")
    lines = [(d.id, d.span.column if d.span else 0) for d in problem.value.diagnostics]
    assert lines == [
        ("ambiguous-division", 7),
        ("unsupported-command", 17),
        ("unmatched-bracket", 31),
        ("syntax", 44),
    ]


COUNT = 2100


@pytest.mark.parametrize(
    "text",
    [
        "x " * COUNT,
        r"\frac1" * COUNT + "x",
        r"\sin " * COUNT + "x",
        "|x|" * 150,
        "+".join(["|x|"] * 150),
        r" \\ ".join(f"y_{{{number}}} = x" for number in range(500)),
        "(" * 1900 + "x" + ")" * 1900,
        r"\frac{1}{1+" * 600 + "x" + "}" * 600,
        "\n" * COUNT + "x",
    ],
    ids=lambda text: text[:12],
)
def test_long_and_deep_formulas_are_read(text: str) -> None:
    assert symhdl.parse(text, "latex").outputs


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("(" * COUNT + "x" + ")" * COUNT, "too-deep"),
        ("x'" + "'" * COUNT, "unknown-character"),
        ("1" * COUNT, "number-limit"),
        ("x_{" * COUNT, "too-deep"),
        ("|" * COUNT, "too-deep"),
        ("|" * 50, "unmatched-bracket"),
        ("$" * (COUNT + 1), "unmatched-bracket"),
        ("^" * COUNT, "syntax"),
        ("x" + "^2" * COUNT, "ambiguous-power"),
        ("=".join(["x"] * COUNT), "chain-of-equations"),
    ],
    ids=lambda value: value[:12],
)
def test_limits_are_told(text: str, id: str) -> None:
    with pytest.raises(SymhdlError) as problem:
        symhdl.parse(text, "latex")
    assert id in [diagnostic.id for diagnostic in problem.value.diagnostics]


MUCH_WORK = 200_000
"""Lines of Python that run for a short text at most; most take less than a tenth."""

PIECES = (
    *"{}()[]|^_&$x2e=<,.!'%\\-/√²αℏ \n",
    *(r"\\", r"\left", r"\right", r"\frac", r"\sqrt", r"\sin ", r"\log", r"\hat", r"\{"),
    *(r"\begin{cases}", r"\end{cases}", r"\text{if}", r"\text{otherwise}", r"\begin{align}", r"\end{align}"),
    *(r"\mathrm{", r"\operatorname{f}", "f(x)=", r"\,", "{,}000", r"\lvert", r"\left.", r"\prime"),
)  # fmt: skip


def test_mutated_texts_are_read_or_refused() -> None:
    draw = random.Random(1)  # noqa: S311
    for _ in range(60):
        text = draw.choice((*AMBIGUOUS, *UNREADABLE))
        for _ in range(draw.randint(1, 4)):
            place = draw.randint(0, len(text))
            cut = place + draw.choice((0, 0, 1, 3))
            text = text[:place] + draw.choice(PIECES) + text[cut:]
        assert lines_run(partial(read_or_refused, text)) < MUCH_WORK, text


def read_or_refused(text: str) -> None:
    try:
        symhdl.parse(text, "latex")
    except SymhdlError as problem:
        assert str(problem)
