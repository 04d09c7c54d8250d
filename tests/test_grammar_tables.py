"""The tables beside the grammar files: those of the grammars, and used only where they belong to these."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, cast

import pytest
from lark import Lark, Transformer
from symhdl.grammar import tables
from symhdl.grammar.parser import NATIVE_FILE
from symhdl.grammar.tables import GrammarFile, parser_of, tables_text

from symhdl.sources.c.text import C_FILE

FILES = (NATIVE_FILE, C_FILE)
NAMED = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


@NAMED
def test_the_tables_are_those_of_the_grammar(
    file: GrammarFile, request: pytest.FixtureRequest
) -> None:
    path = Path(str(resources.files(file.package).joinpath(f"{file.name}.json")))
    if request.config.getoption("--update") and tables._stored(file) is None:
        path.write_text(
            tables_text(file), encoding="utf-8"
        )  # lark numbers states differently every time
    assert tables._stored(file) is not None, "run pytest --update after a change of a grammar"
    stored = parser_of(file, Transformer())
    made = tables._worked_out(file, Transformer())
    assert_same_automaton(stored, made)
    terminals = [
        sorted((t.name, t.priority, t.pattern.to_regexp()) for t in parser.terminals if t.pattern)
        for parser in (stored, made)
    ]
    assert terminals[0] == terminals[1]


def assert_same_automaton(one: Lark, two: Lark) -> None:
    """From state to state, both shift to states that do the same, and reduce by the same rules."""
    first, second = (cast("Any", parser).parser.parser._parse_table for parser in (one, two))
    pairs = {first.start_states[name]: second.start_states[name] for name in first.start_states}
    waiting = list(pairs.items())
    while waiting:
        left, right = waiting.pop()
        actions, others = first.states[left], second.states[right]
        assert actions.keys() == others.keys()
        for token, (action, argument) in actions.items():
            other, other_argument = others[token]
            assert action is other
            if isinstance(argument, int):
                if argument not in pairs:
                    pairs[argument] = other_argument
                    waiting.append((argument, other_argument))
                assert pairs[argument] == other_argument
            else:
                assert (str(argument), argument.alias) == (
                    str(other_argument),
                    other_argument.alias,
                )
                assert vars_of(argument.options) == vars_of(other_argument.options)
    assert len(pairs) == len(first.states) == len(second.states)


def vars_of(options: object) -> dict[str, object]:
    """The options of a rule, without the sequences' kinds, which JSON changes."""
    found = {name: getattr(options, name) for name in ("keep_all_tokens", "expand1", "priority")}
    return {**found, "empty": tuple(getattr(options, "empty_indices", ()) or ())}


@NAMED
def test_stored_tables_are_used(file: GrammarFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_worked_out", None)
    parser_of(file, Transformer())


def test_tables_of_another_grammar_are_not() -> None:
    other = NATIVE_FILE._replace(unparsed=("NEWLINE", "SEMICOLON", "OTHER", "BLANK"))
    assert tables._stored(other) is None
    parser_of(other, Transformer())
