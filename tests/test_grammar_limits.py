"""Size and nonsense: deep, long and random texts end in a graph or in a diagnostic, and soon."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from symhdl.grammar import parse

from symhdl.errors import Source, SymhdlError
from symhdl.ir.graph import Graph
from symhdl.numeric.limits import MAXIMUM_NESTING, MAXIMUM_NODES
from symhdl.sources.reading.source import read_source
from tests.work import lines_run

LENGTH = 5_000


def graph_of(text: str) -> Graph:
    graph: Graph = parse(Source("test", text)).graph
    return graph


LONG = {
    "sum of products": (" + ".join(f"a{n % 97}*b{n}" for n in range(3_000)), 9_096),
    "tower of powers": ("x" + "^x" * LENGTH, LENGTH + 1),
    "minuses": ("-" * LENGTH + "x", LENGTH + 1),
    "comparisons": ("x" + "<x" * LENGTH, LENGTH + 1),
    "not": ("!" * LENGTH + "(x < 1)", LENGTH + 3),
    "conditionals": ("".join(f"if x < {n} then {n} else " for n in range(1500)) + "x", 4_501),
    "arguments": (f"max({', '.join(f'x{n}' for n in range(LENGTH))})", LENGTH + 1),
    "names in reverse": ("\n".join(f"x{n} = x{n + 1} + 1" for n in range(1500)), 1502),
    "functions in reverse": (
        "\n".join(f"f{n}(u) = f{n + 1}(u) + 1" for n in range(1500)) + "\nf1500(u) = u\nf0(x)",
        1502,
    ),
    "parentheses": ("(" * MAXIMUM_NESTING + "x" + ")" * MAXIMUM_NESTING, 1),
    "calls": ("sin(" * MAXIMUM_NESTING + "x" + ")" * MAXIMUM_NESTING, MAXIMUM_NESTING + 1),
}


@pytest.mark.parametrize("name", LONG)
def test_long_and_deep_texts(name: str) -> None:
    text, count = LONG[name]
    assert len(graph_of(text).nodes) == count


def test_work_grows_with_length() -> None:
    """Four times the text takes about four times the work; a quadratic step would make it sixteen."""

    def work(count: int) -> int:
        text = " + ".join(f"a{n % 97}*b{n}" for n in range(count))
        return lines_run(lambda: graph_of(text))

    work(1)  # what is made once
    assert work(240) < 5 * work(60)


def test_too_many_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAXIMUM_NODES >= 100_000
    monkeypatch.setattr("symhdl.grammar.elaborate.MAXIMUM_NODES", 100)
    assert len(graph_of("x" + "".join(f"+{n}" for n in range(49))).nodes) == 99
    with pytest.raises(SymhdlError) as caught:
        graph_of("x" + "".join(f"+{n}" for n in range(60)))
    assert [diagnostic.id for diagnostic in caught.value.diagnostics] == ["too-large"]


VOCABULARY = """
x y z sin max where argmax pi e if then else and or not input output in error f g
+ - * / ^ ** < <= > >= == != = ( ) [ ] { } , ; : ! ~ & | && || # . % @ $ " ' \\
0 1 2.5 1e-3 0x1F 4.5f0 1e99999 fixed<12,3> :ufixed<8,0> :SQ(1,2) :fixed<x> ² ⁻¹ π Δx x₁ x[3]
"""
WORDS = [*VOCABULARY.split(), "\n", "\n  ", " ", "\t", "\r\n"]
PROGRAM = """
input x , y : fixed<12,3> in [ -3 , 3 ] ; f ( u ) = exp ( - u ^ 2 ) ; r = sqrt ( x ^ 2 + y ^ 2 ) ;
z = if r < 1 then f ( r ) else 0.25 * x * y ; output z : fixed<14,2> error <= 2 ^ - 10
"""


def survives(text: str) -> None:
    """A graph, or diagnostics with places."""
    try:
        parse(Source("test", text))
    except SymhdlError as caught:
        for diagnostic in caught.diagnostics:
            assert diagnostic.span is not None
            assert 0 <= diagnostic.span.start < diagnostic.span.end <= len(text) + 1
            assert diagnostic.render()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_random_tokens(words: list[str]) -> None:
    survives(" ".join(words))
    survives("".join(words))


@given(st.text(max_size=60))
def test_random_characters(text: str) -> None:
    survives(text)


@given(st.data())
def test_a_right_program_with_one_token_exchanged(data: st.DataObject) -> None:
    words = PROGRAM.split()
    survives(" ".join(words))
    place = data.draw(st.integers(0, len(words) - 1))
    words[place] = data.draw(st.sampled_from(["", *WORDS]))
    survives(" ".join(words))


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("native", "x+x+x+x"),
        ("native", "\n" * 6),
        ("c", "y = a + b;"),
        ("latex", "a + b + c + d"),
        ("fpcore", "(FPCore (x y z) x)"),
        ("pysr", "x0 * x1 + x2"),
    ],
)
def test_too_many_tokens_are_told_at_the_first(
    dialect: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("grammar.tokens", "sources.fpcore.text", "sources.latex.lexer"):
        monkeypatch.setattr(f"symhdl.{module}.MAXIMUM_TOKENS", 4)
    with pytest.raises(SymhdlError) as caught:
        read_source(Source("test", text), dialect=dialect)
    (found,) = caught.value.diagnostics
    assert found.id == "too-large" and found.span is not None and found.span.start > 0
