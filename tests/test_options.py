"""The options: what the library accepts, the command line has, and the page with their table tells are the same."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from fractions import Fraction

import click
import pytest

import symhdl
from symhdl.cli import main
from symhdl.options import TABLE, Chosen, Options, choose
from symhdl.subcommands import SUBCOMMANDS
from tests.documents import page_with, text_of
from tests.rows import each_row

TABLE_START = "| option | in Python | meaning | default |\n|---|---|---|---|\n"


def compile_parameters() -> list[click.Option]:
    assert isinstance(main, click.Group)
    return [p for p in SUBCOMMANDS["compile"].params if isinstance(p, click.Option)]


def test_the_library_accepts_what_the_table_has() -> None:
    assert Options.__annotations__.keys() == TABLE.keys()


def test_the_command_line_has_what_the_table_has() -> None:
    flags = {parameter.name: parameter.opts[0] for parameter in compile_parameters()}
    assert {
        name: option.flag for name, option in TABLE.items() if option.flag
    }.items() <= flags.items()


def test_every_option_is_told_where_the_library_is_described() -> None:
    told = inspect.getdoc(symhdl.compile) or ""
    for name in TABLE:
        if name != "observer":
            assert f"`{name}" in told, name


def test_a_page_has_the_table(request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes it."""
    table = TABLE_START + "".join(map(row, compile_parameters()))
    page = page_with(TABLE_START)
    text = text_of(page)
    start = text.index(TABLE_START)
    end = text.index("\n\n", start) + 1
    if request.config.getoption("--update"):
        page.write_text(text[:start] + table + text[end:], encoding="utf-8")
        return
    assert text[start:end] == table, (
        f"{page.name} has another table of options; see pytest --update"
    )


def row(parameter: click.Option) -> str:
    """The option, its name in the library, what it is for, and its default."""
    value = "|".join(getattr(parameter.type, "choices", ())) or parameter.metavar or ""
    said = f"{parameter.opts[0]} {value}".strip()
    name = f"`{parameter.name}`" if parameter.name in TABLE else ""
    meaning, _, default = (parameter.help or "").partition("  [default: ")
    default = default.rstrip("]") or (str(parameter.default) if parameter.show_default else "")
    cells = (f"`{said}`", name, meaning, default)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n".replace(
        "  ", " "
    )


SAME: list[tuple[Mapping[str, object], Mapping[str, object]]] = [
    ({"ranges": {"x": (-1, 1)}}, {"ranges": {"x": "-1:1"}}),
    ({"ranges": (0, Fraction(1, 2))}, {"ranges": "0:0.5"}),
    ({"ranges": {"x": [0, 1], "*": (0, 2)}}, {"ranges": {"x": "0:1", "*": "0:2"}}),
    ({"input_formats": "fixed<8,2>"}, {"input_formats": {"*": "SQ(2,6)"}}),
    ({"width": 12}, {"width": "12"}),
    ({"quantiles": (0.25, 0.75), "data": 1}, {"quantiles": "25%:75%", "data": 1}),
    ({"margin": 0.125, "data": 1}, {"margin": "12.5%", "data": 1}),
    ({"frequency": 150}, {"frequency": "150"}),
    ({"select": 7}, {"select": "7"}),
    ({"dialect": None}, {"dialect": "auto"}),
    ({"error": 2**-8}, {"error": "2^-8"}),
    ({"opt": 2}, {"opt": "2"}),
]


@each_row(("plain", "text"), SAME, ids=str)
def test_numbers_and_texts_say_the_same(
    plain: Mapping[str, object], text: Mapping[str, object]
) -> None:
    assert choose(plain) == choose(text)


def test_nothing_given_is_the_default() -> None:
    assert choose(dict.fromkeys(TABLE)) == Chosen()


def test_a_name_that_is_no_option() -> None:
    with pytest.raises(
        symhdl.SymhdlError, match=r"there is no option `devise`\s.*did you mean `device`"
    ):
        symhdl.compile("y = x", devise="generic")  # type: ignore[call-arg] # a mistake


@pytest.mark.parametrize("text", ["2^-1" + 50 * "0", "exp(-10^40)", "2^1" + 50 * "0", "1/0"])
def test_a_number_of_no_usual_size_is_told(text: str) -> None:
    with pytest.raises(symhdl.SymhdlError):
        choose({"error": text})


def test_ranges_and_formats_by_name() -> None:
    one = symhdl.compile(
        "x*z", ranges={"x": (-1, 1), "z": (0, 3)}, input_formats={"z": "fixed<9,3>"}
    )
    two = symhdl.compile("x*z", inputs={"x": (-1, 1), "z": symhdl.Input("fixed<9,3>", (0, 3))})
    assert one.verilog() == two.verilog()
    three = symhdl.compile(
        "x*z", inputs={"x": (-1, 1), "z": (0, 3)}, input_formats={"z": "fixed<9,3>"}
    )
    assert three.verilog() == two.verilog()
    with pytest.raises(symhdl.SymhdlError, match="`x` is given a range twice"):
        symhdl.compile("x", inputs={"x": (-1, 1)}, ranges={"x": (-1, 1)})
