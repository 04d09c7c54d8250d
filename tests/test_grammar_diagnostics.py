"""What the user reads: the diagnostics of the language word by word, as golden files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from symhdl.errors import Source, SymhdlError
from symhdl.sources.reading.paths import load
from symhdl.sources.reading.source import read_source

PROGRAMS = {
    "syntax": "a = x +\nb = 2x\nc = sin x\nd = max(x,, y)\nf = 2,5 * x\ng = x // y\nh = x % y\n",
    "brackets": "a = sin(x + (y * 2)\nb = (x + 1]\nc = x)\nd = (x\ne1 = 1\n",
    "characters": 'a = x $ y\nb = "x"\nc = x > 0 ? y\nd = x + \x1b\n',
    "assumption": "assume x = y\nassume 3 x\n",
    "ternary": "a = x ? y : z\nb = x : y\nc = x > 0 ? y z\nd = 1 + if(x > 0, y)\n",
    "python": '__import__("os").system("echo hello")\n',
    "reserved-word": "input = 3\ny = then + 1\nz = 1 + if x < 1 then 2 else 3\n",
    "assignment": "y = (a = b)\n",
    "left-side": "x^2 + y^2 = 1\nf(3) = 4\ng() = 5\n",
    "unknown-function": "y = sine(x) + frobnicate(x, 2) + a(x + 1)\na = 3\n",
    "wrong-arity": "y = sin(x, 2) + atan2(x) + max() + f(x)\nf(a, b) = a*b\n",
    "unknown-name": "input velocity, mass in [0, 10]\nenergy = mass * velocty^2 / 2\n",
    "undeclared-name": "input x, y in [0, 1]\nz = x + y + w\nv = 2*x\noutput z\n",
    "function-as-name": "a = sin^2*x\nb = sqrt - x\nc = max\nd = f*x\nf(u) = u^2\n",
    "equation": "y == x + 1\n",
    "duplicate-definition": "input x\nx = 3\ny = x\ny = 2\nf(a) = a\nf(b) = b\n",
    "recursion": "f(n) = n * g(n - 1)\ng(n) = f(n)\ny = f(x)\n",
    "circle": "a = b + 1\nb = a - 1\n",
    "number-as-condition": "y = if x then 1 else 2\nz = x and x > 1\n",
    "formats": "input x : fixed<12>\ninput y : float\n",
    "format-limits": "input x : fixed<0,3>\ninput y : fixed<9999,3>\nx + y\n",
    "ranges": "input x in [3, -3]\ninput y in [0, z]\ninput t : fixed<8,2> in [10, 20]\nx + y + t\n",
    "error-bounds": "output y = x error <= 0\noutput z = x error >= 1e-3\n",
    "outputs": "input x\nresult = 2*x\noutput resutl\noutput x\n",
    "no-output": "input x in [0, 1]  # and nothing else\n",
    "number-limit": f"y = 1e1000000000 * x + {'7' * 1200}\n",
    "too-deep": "y = " + "(" * 2500 + "x" + ")" * 2500 + "\n",
    "too-large": "x" + " + x" * 1_200_000,
    "long-line": "y = " + " + ".join(f"x{n}" for n in range(60)) + " + + * 2\n",
    "definition-of-call": "f(u) = sine(u)\ny = f(x)\n",
}

TABLE = """Complexity,Loss,Equation
1,2.5,"x0"
two,1.5,"x0 + 1"
3,small,"x0 * 2"
5,0.5
"""

EQUATIONS = """Complexity,Loss,Equation
1,2.5,"x0 + * 3"
3,1.5,"mystery(x0)"
5,0.5,"f = #1 + #2"
"""


def messages_of(text: str, name: str, dialect: str, select: str = "best") -> str:
    """All that is told about the text, errors or warnings."""
    try:
        parsed, _ = read_source(Source(name, text), dialect=dialect, select=select)
    except SymhdlError as caught:
        return f"{caught}\n"
    return "\n\n".join(warning.render() for warning in parsed.warnings) + "\n"


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"diagnostics/{name}.txt", messages_of(PROGRAMS[name], "program.txt", "native"))


def test_table(golden: Callable[[str, str], None]) -> None:
    golden("diagnostics/table.txt", messages_of(TABLE, "hall_of_fame.csv", "pysr"))


@pytest.mark.parametrize("complexity", [1, 3, 5, 7])
def test_equations(complexity: int, golden: Callable[[str, str], None]) -> None:
    text = messages_of(EQUATIONS, "hall_of_fame.csv", "pysr", f"complexity={complexity}")
    golden(f"diagnostics/equation-{complexity}.txt", text)


def test_definition(golden: Callable[[str, str], None]) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source("f(x)", define=["f(a) = g(a) +"])
    golden("diagnostics/definition.txt", f"{caught.value}\n")


def test_dialect(golden: Callable[[str, str], None]) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source("x", dialect="sypmy")
    golden("diagnostics/dialect.txt", f"{caught.value}\n")


def test_pickle(tmp_path: Path) -> None:
    (tmp_path / "hall_of_fame.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "hall_of_fame.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(SymhdlError) as caught:
        load(tmp_path / "hall_of_fame.pkl")
    (found,) = caught.value.diagnostics
    assert found.id == "pickle"
    assert found.help is not None
    assert str(tmp_path / "hall_of_fame.csv") in found.help
