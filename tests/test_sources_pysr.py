"""PySR's tables: header styles, quoting, the choice of an equation, and places inside fields."""

from __future__ import annotations

import pytest

from symhdl.errors import Source, SymhdlError, UsageError
from symhdl.sources.pysr.reader import read_candidates
from symhdl.sources.reading.source import read_source
from tests.rows import each_row

FRONT = """Complexity,Loss,Equation
1,8.0,"0.5"
2,4.0,"x0"
4,3.9,"x0 + 0.1"
6,0.1,"x0 * x1 + 0.1"
9,0.09,"x0 * x1 + sin(x0)"
13,0.08,"max(x0, x1) * x1 + sin(x0)"
"""


def chosen(text: str, select: str, name: str = "hall_of_fame.csv") -> str:
    return read_source(Source(name, text), select=select)[1]


@pytest.mark.parametrize(
    ("select", "text"),
    [
        ("best", "y = x0 * x1 + 0.1"),
        ("accuracy", "y = max(x0, x1) * x1 + sin(x0)"),
        ("complexity=2", "y = x0"),
        ("complexity = 9", "y = x0 * x1 + sin(x0)"),
        ("loss<=4", "y = x0"),
        ("loss <= 0.095", "y = x0 * x1 + sin(x0)"),
    ],
)
def test_selection(select: str, text: str) -> None:
    assert chosen(FRONT, select) == text


def test_best_holds_to_equations_that_are_accurate_enough() -> None:
    """The steepest fall is the first one, but what it leads to is too inaccurate."""
    table = "Complexity,Loss,Equation\n1,100.0,x0\n2,1.0,x0*x1\n5,0.3,x0*x1+1\n9,0.29,x0*x1+x0\n"
    assert chosen(table, "best") == "y = x0*x1+1"


def test_a_perfect_equation_is_the_best() -> None:
    table = "Complexity,Loss,Equation\n1,1.0,x0\n3,0.0,x0*x1\n5,0.0,x0*x1+0\n"
    assert chosen(table, "best") == "y = x0*x1"


def test_all_equations_are_outputs() -> None:
    parsed, text = read_source(Source("hall_of_fame.csv", FRONT), select="all")
    names = [output.name for output in parsed.graph.outputs]
    assert names == ["c1", "c2", "c4", "c6", "c9", "c13"]
    assert text.splitlines()[1] == "c2 = x0"


def test_outputs_do_not_take_the_names_of_inputs() -> None:
    table = "Complexity,Loss,Equation\n1,2.0,c1\n3,1.0,c1 + y\n"
    parsed, _ = read_source(Source("t.csv", table), select="all")
    assert [output.name for output in parsed.graph.outputs] == ["c1_out", "c3"]
    parsed, text = read_source(Source("t.csv", table), select="accuracy")
    assert text == "y_out = c1 + y"


@pytest.mark.parametrize(
    "select", ["", "worst", "complexity", "complexity=", "complexity=-1", "loss<=x"]
)
def test_a_selection_that_says_nothing_is_wrong_usage(select: str) -> None:
    with pytest.raises(UsageError):
        chosen(FRONT, select)


@pytest.mark.parametrize("select", ["complexity=3", "loss<=0.01"])
def test_a_selection_that_nothing_meets_tells_what_there_is(select: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        chosen(FRONT, select)
    assert "1, 2, 4, 6, 9, 13" in str(caught.value)


@each_row(
    "text",
    [
        'Complexity,Loss,Equation\n3,1.5,"x0 + max(x1, 2)"\n',
        "Complexity,Loss,Equation\r\n3,1.5,x0 + max(x1, 2)\r\n",
        "Complexity|MSE|Equation\n3|1.5|x0 + max(x1, 2)",
        'complexity,loss,equation\n3,1.5,"x0 + max(x1, 2)"\n\n',
        ",complexity,loss,equation,score,sympy_format,lambda_format\n"
        '0,3,1.5,"x0 + max(x1, 2)",0.0,"Max(2, x1) + x0",PySRFunction(X=>x0)\n',
        'complexity,loss,score,equation\n3,1.5,0.1,"x0 + max(x1, 2)"\n',
        '\ufeffComplexity,Loss,Equation\n3.0,1.5,"x0 + max(x1, 2)"\n',
        'Complexity,Equation\n3,"x0 + max(x1, 2)"\n',
        'Complexity,Loss,Equation\n3,NaN,"x0 + max(x1, 2)"\n',
        ' Complexity , Loss , Equation\n 3 , 1.5 , "x0 + max(x1, 2)" \n',
        "Complexity;Loss;Equation\n3;1.5;x0 + max(x1, 2)\n",
        "Complexity\tLoss\tEquation\n3\t1.5\tx0 + max(x1, 2)\n",
        '"Complexity";"Loss";"Equation"\n"3";"1.5";"x0 + max(x1, 2)"\n',
        'complexity,loss,equation,score,sympy_format,lambda_format,seed\n3,1.5,"x0 + max(x1, 2)",0.0,x,y,7\n',
        ",complexity,loss,equation,score,sympy_format,lambda_format,equation_named\n"
        '0,3,1.5,"x0 + max(x1, 2)",0.0,"Max(2, x1) + x0",PySRFunction(X=>x0),"a + max(b, 2)"\n',
        'COMPLEXITY,LOSS,EQUATION\n3,1.5f0,"x0 + max(x1, 2)"\n',
    ],
)
def test_header_styles(text: str) -> None:
    assert chosen(text, "best") == "y = x0 + max(x1, 2)"


def test_places_stand_in_the_field() -> None:
    text = 'Complexity,Loss,Equation\n1,2.0,x0\n3,1.0,"x0 + sin(x1)"\n'
    parsed, _ = read_source(Source("hall_of_fame.csv", text), select="accuracy")
    found = {
        text[span.start : span.end]: (span.line, span.column)
        for span in parsed.graph.spans
        if span is not None
    }
    assert found == {
        "x0": (3, 8),
        "x1": (3, 17),
        "sin(x1)": (3, 13),
        "x0 + sin(x1)": (3, 8),
    }


def test_rows_stand_in_order_of_complexity() -> None:
    text = "Complexity,Loss,Equation\n9,1.0,x0\n3,2.0,x1\n"
    assert [c.complexity for c in read_candidates(Source("t.csv", text))] == [3, 9]


def test_candidates_are_to_be_had_as_they_stand() -> None:
    """Operators that nobody knows do not keep a table from being listed, nor other rows from being read."""
    text = (
        "Complexity,Loss,Equation\n1,2.0,x0\n5,1.0,mystery(x0)\n7,0.5,unheard(x0) + mystery(x1)\n"
    )
    source = Source("t.csv", text)
    first, second, _ = read_candidates(source)
    assert first[:5] == (1, 2.0, 0.0, "x0", 0)
    assert second.equation == "mystery(x0)"
    assert text[second.field.start : second.field.end] == second.equation
    assert read_source(source, select="complexity=1")[1] == "y = x0"
    with pytest.raises(SymhdlError) as caught:
        read_source(source, select="all")
    told = [diagnostic.message for diagnostic in caught.value.diagnostics]
    assert [message.split("`")[1] for message in told] == ["mystery", "unheard", "mystery"]


def test_equally_complex_equations_have_different_outputs() -> None:
    text = "Complexity,Loss,Equation\n1,2.0,x0\n3,1.0,x1\n3,0.5,x0 + x1\n"
    parsed, _ = read_source(Source("t.csv", text), select="all")
    assert [output.name for output in parsed.graph.outputs] == ["c1", "c3_1", "c3_2"]


def test_the_candidates_of_symbolfit() -> None:
    text = (
        ",Complexity,PySR equation,Parameterized equation,Parameterization,RMSE\n"
        "0,1,0.002,a1,{'a1': 0.002},3.5\n"
        "1,6,-1.5**x0*2.7,a1**x0*a2,\"{'a1': -1.5, 'a2': 2.7}\",0.9\n"
    )
    parsed, _ = read_source(Source("candidates.csv", text), select="accuracy")
    assert float(parsed.graph.evaluate(x0=0.5)) == pytest.approx(-(1.5**0.5) * 2.7)
    assert [told.id for told in parsed.warnings] == ["symbolfit"]


@each_row(
    "text",
    [
        "Complexity,Loss,Equation\n",
        "Complexity,Loss,Equation\n1,2\n",
        "Complexity,Loss,Equation\nx,2,x0\n",
        "Complexity,Loss,Equation\n1,x,x0\n",
        "Complexity,Loss,Equation\n1,2,\n",
        'Complexity,Loss,Equation\n1,2,"x0\n',
        'Complexity,Loss,Equation\n1,2,"x0"x\n',
        "Complexity,Loss\n1,2\n",
        "a,b\n1,2\n",
        "",
    ],
)
def test_broken_tables_are_told_with_the_place(text: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(Source("hall_of_fame.csv", text), dialect="pysr")
    assert caught.value.diagnostics[0].span is not None


def test_a_table_that_was_cut_short() -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(Source("hall_of_fame.csv", "Complexity,Loss,Equation\n1,2.0,x0\n3,1."))
    assert "hall_of_fame.csv.bak" in str(caught.value)
