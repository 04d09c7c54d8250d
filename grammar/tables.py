"""Parsers of the grammar files, from tables that lie beside them, since working these out takes a tenth of a second.

`NAME.json` holds what lark worked out of `NAME.lark`, under a key of the grammar and of lark's version. Where the key
is another one, the tables are worked out anew, so that a file that is out of date costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from typing import Any, NamedTuple, TypeVar, cast

import lark
from lark import Lark, Token, Transformer
from lark.grammar import Rule
from lark.lark import PostLex
from lark.lexer import TerminalDef

from .lexer import NoLexer

Result = TypeVar("Result")
Serialised = dict[str, object]

OPTIONS = ("parser", "start", "priority", "keep_all_tokens", "maybe_placeholders")
"""What is kept of lark's options; the others have their defaults, or are objects that are given anew."""


class GrammarFile(NamedTuple):
    """A grammar file of a package: where parsing starts, and the terminals that never reach the parser."""

    package: str
    name: str
    start: str
    unparsed: tuple[str, ...] = ()

    def read(self, name: str) -> str:
        """The text of a file of the package."""
        return resources.files(self.package).joinpath(name).read_text(encoding="utf-8")

    @property
    def text(self) -> str:
        """The grammar."""
        return self.read(f"{self.name}.lark")

    @property
    def key(self) -> str:
        """What the tables depend on."""
        told = "\n".join((lark.__version__, self.start, *self.unparsed, self.text))
        return hashlib.sha256(told.encode()).hexdigest()


class _Terminals(PostLex):
    """Keeps the terminals that never reach the parser."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """`names` are those terminals."""
        self.always_accept = names

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens as they are."""
        return stream


def parser_of(file: GrammarFile, builder: Transformer[Token, Result]) -> Lark:
    """The parser of a grammar file, fed token by token. It holds no state between texts."""
    stored = _stored(file)
    if stored is None:
        return _worked_out(file, builder)
    data, memo = stored["data"], stored["memo"]
    assert isinstance(data, dict) and isinstance(memo, dict), "tables of another form"
    data["options"]["lexer"] = data["parser"]["lexer_conf"]["lexer_type"] = NoLexer
    # What lark's stand-alone parsers call.
    load: Callable[..., Lark] = cast("Any", Lark)._load_from_dict
    return load(data, memo, transformer=builder, postlex=_Terminals(file.unparsed))


def _worked_out(file: GrammarFile, builder: Transformer[Token, Result]) -> Lark:
    return Lark(
        file.text,
        parser="lalr",
        lexer=NoLexer,
        start=file.start,
        transformer=builder,
        postlex=_Terminals(file.unparsed),
        maybe_placeholders=True,
    )


def tables_text(file: GrammarFile) -> str:
    """The text of the file of tables, worked out of the grammar."""
    parser = _worked_out(file, Transformer())
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    data["options"] = {name: data["options"][name] for name in OPTIONS}
    data["parser"]["lexer_conf"]["lexer_type"] = None
    tables = {"key": file.key, "data": data, "memo": memo}
    return json.dumps(tables, separators=(",", ":"), default=_plain) + "\n"


def _plain(value: object) -> object:
    """What JSON knows for a set, whose order does not matter."""
    assert isinstance(value, set | frozenset), f"tables with {type(value)}"
    return sorted(value)


def _stored(file: GrammarFile) -> Serialised | None:
    """The tables beside the grammar file, if there are any and they belong to it."""
    try:
        text = file.read(f"{file.name}.json")
    except FileNotFoundError:
        return None
    if file.key not in text[:100]:
        return None
    found: Serialised = json.loads(text, object_hook=_with_numbers)
    return found


def _with_numbers(entries: Mapping[str, object]) -> dict[str | int, object]:
    """A dict whose keys may be numbers, which JSON makes texts of."""
    return {int(key) if key.isdigit() else key: value for key, value in entries.items()}
