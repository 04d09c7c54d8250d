"""Malformed input of every kind: told with a place, as an error of the user, and never as anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhdl.errors import Diagnostic, Source, SymhdlError
from symhdl.numeric.limits import (
    MAXIMUM_DIAGNOSTICS,
    MAXIMUM_DIGITS,
    MAXIMUM_NAME_LENGTH,
    MAXIMUM_NESTING,
    MAXIMUM_TEXT_LENGTH,
)
from symhdl.sources.reading.source import read_source
from tests.rows import each_row

FOLDER = Path(__file__).parent / "malformed"


def cases_of(name: str) -> dict[str, str]:
    """The cases of a file: `=== name`, and the text up to the next one."""
    cases: dict[str, str] = {}
    for part in ("\n" + (FOLDER / name).read_text(encoding="utf-8")).split("\n=== ")[1:]:
        title, _, text = part.partition("\n")
        assert title not in cases, f"{name}: `{title}` is there twice"
        cases[title] = text
    return cases


PROGRAMS = cases_of("programs.txt")
TABLES = cases_of("tables.txt")

GENERATED = {
    "empty": "",
    "blank": " \n\t\n",
    "control character": "x + \x07",
    "escape sequence": "\x1b[31mx",
    "null character": "x\0y",
    "line separator": "x +\u2028 1",
    "right-to-left override": "x \u202e+ 1",
    "lone surrogate": "x + \ud800",
    "private use": "x + \ue000",
    "byte order mark alone": "\ufeff",
    "too large": "x+" * (MAXIMUM_TEXT_LENGTH // 2 + 1),
    "too large, blank": " " * (MAXIMUM_TEXT_LENGTH + 1),
    "too deep": "(" * (MAXIMUM_NESTING + 1) + "x" + ")" * (MAXIMUM_NESTING + 1),
    "too deep in calls": "sin(" * 10_000 + "x" + ")" * 10_000,
    "openers alone": "(" * 100_000,
    "closers alone": ")" * 100_000,
    "too many digits": "9" * (MAXIMUM_DIGITS + 1) + "*x",
    "too many decimals": "0." + "3" * 100_000 + "*x",
    "too many hexadecimal digits": "0x" + "F" * 5000 + "*x",
    "name too long": "x" * (MAXIMUM_NAME_LENGTH + 1),
    "function name too long": "f" * 100_000 + "(x)",
    "index too long": "x[" + "1" * 1000 + "]",
    "long chain of operators": "x" + "*" * 50_000,
    "long chain of commas": "max(x" + "," * 50_000,
    "many statements at fault": "x +\n" * 10_000,
    "many unknown functions": " + ".join(f"foo{n}(x)" for n in range(1000)),
    "long circle of names": "\n".join(f"a{n} = a{(n + 1) % 3000}" for n in range(3000)),
    "long circle of functions": "\n".join(f"f{n}(u) = f{(n + 1) % 3000}(u)" for n in range(3000))
    + "\nf0(x)",
}


def diagnostics_of(text: str, dialect: str | None) -> tuple[Diagnostic, ...]:
    with pytest.raises(SymhdlError) as caught:
        read_source(Source("test", text), dialect=dialect)
    assert caught.value.exit_status in (1, 2)
    assert str(caught.value)
    return caught.value.diagnostics


def check(text: str, dialect: str | None) -> None:
    found = diagnostics_of(text, dialect)
    assert 1 <= len(found) <= MAXIMUM_DIAGNOSTICS
    for diagnostic in found:
        span = diagnostic.span
        assert span is not None, f"no place: {diagnostic.message}"
        assert 0 <= span.start < span.end <= len(text) + 1
        assert diagnostic.message.isprintable()
        assert len(diagnostic.render()) < 2500


# No programs of the native language, but of another one that is found out.
OF_OTHER_DIALECTS = {
    "python lambda", "python lambda with body", "python def", "python semicolon import", "c cast", "c declaration",
    "julia implicit product",
    "latex fraction", "latex product", "latex math mode", "latex subscript", "number and name",
    "number and parenthesis", "parentheses side by side", "function of a parenthesis and more", "capital function",
}  # fmt: skip


@each_row("name", PROGRAMS)
def test_program(name: str) -> None:
    """As native text, as text of an unknown dialect, and as a definition, of which some are right."""
    text = PROGRAMS[name]
    check(text, "native")
    if name in OF_OTHER_DIALECTS:
        assert read_source(text)[0].graph.outputs
    else:
        check(text, None)
    try:
        read_source("x", define=[text])
    except SymhdlError as caught:
        assert all(diagnostic.span is not None for diagnostic in caught.diagnostics)


@each_row("name", TABLES)
def test_table(name: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(Source("hall_of_fame.csv", TABLES[name]), select="all")
    for diagnostic in caught.value.diagnostics:
        assert diagnostic.span is not None, f"no place: {diagnostic.message}"
        assert diagnostic.span.end <= len(TABLES[name]) + 1
    assert str(caught.value)


@pytest.mark.parametrize("name", GENERATED)
def test_generated(name: str) -> None:
    check(GENERATED[name], "native")


def test_definitions_that_grow_exponentially(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped by the limit on nodes, here a lower one so that the test is quick."""
    monkeypatch.setattr("symhdl.grammar.elaborate.MAXIMUM_NODES", 3000)
    doubling = "\n".join(f"f{n}(u) = f{n - 1}(u*u) + f{n - 1}(u + 1)" for n in range(1, 60))
    (found,) = diagnostics_of(f"f0(u) = u\n{doubling}\nf59(x)", "native")
    assert found.id == "too-large"
    assert found.span is not None


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("heuristiclab", "'a\ud800b' * 2.5"),
        ("fpcore", '(FPCore (x) :name "a\udfff" x)'),
        ("c", "float f(float x) { return x; /* \ud800 */ }"),
        ("native", "x # \ud800"),
    ],
)
def test_half_a_character_is_refused_wherever_it_stands(dialect: str, text: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(text, dialect=dialect)
    found = caught.value.diagnostics[0]
    assert (found.id, found.span and text[found.span.start] > "\ud7ff") == ("not-text", True)


@pytest.mark.parametrize("define", [(), ("f(u) = u",)])
def test_a_long_text_is_refused_before_any_reader_sees_it(
    monkeypatch: pytest.MonkeyPatch, define: tuple[str, ...]
) -> None:
    """Detection and the making of definitions included."""
    monkeypatch.setattr("symhdl.grammar.tokens.MAXIMUM_TEXT_LENGTH", 4)
    with pytest.raises(SymhdlError) as caught:
        read_source("xxxxx" if not define else "x", define=define)
    assert [found.id for found in caught.value.diagnostics] == ["too-large"]
