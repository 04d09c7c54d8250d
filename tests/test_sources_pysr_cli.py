"""PySR on the command line: --select, --combine, --define @FILE, folders."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from symhdl.cli import main

TABLE = """Complexity,Loss,Equation
2,8.0,"f = 1.5; g = 2.0"
6,4.0,"f = sq(#1) + #2; g = sin(#1)"
"""


def native(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["convert", *arguments, "--to", "native"])
    return result.exit_code, result.output


def test_a_template_of_a_folder_with_operators_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "hall_of_fame.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "operators.jl").write_text("sq(x::T) where {T} = x*x\n", encoding="utf-8")
    given = (str(tmp_path), "--select", "6", "--define", f"@{tmp_path / 'operators.jl'}")
    status, text = native(*given, "--combine", "f(a, b) * g(b)")
    assert status == 0
    assert "sin(b)" in text
    status, text = native(*given)
    assert status == 0
    assert "--combine" in text


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    status, text = native("--expr", "sq(x)", "--define", f"@{tmp_path / 'none'}")
    assert status == 1
    assert "file-missing" in text


def test_a_template_is_compiled(tmp_path: Path) -> None:
    place = tmp_path / "hall_of_fame.csv"
    place.write_text(TABLE, encoding="utf-8")
    given = [str(place), "--select", "score", "--define", "sq(x)=x^2", "--range=-1:1", "--width=8"]
    result = CliRunner().invoke(main, ["compile", *given, "--combine", "f(x, 0) + g(x)"])
    assert result.exit_code == 0, result.output
    result = CliRunner().invoke(main, ["compile", *given, "--combine", "f(x, 0) + h(x)"])
    assert result.exit_code == 1
    assert "--combine:1:11" in result.output
