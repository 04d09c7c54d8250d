"""The options of the compiler as the command line gives them: texts by flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from symhdl.arguments import EVERY
from symhdl.commands.terminal import message
from symhdl.errors import Diagnostic, Source, Span, SymhdlError, UsageError
from symhdl.files.reading import read_text
from symhdl.names.canonical import canonical
from symhdl.options import TABLE, Chosen, choose

Texts = Mapping[str, str | Sequence[str] | None]
"""What was given for the options of the table, by their names; several texts where a flag may be repeated."""

BY_INPUT = ("ranges", "input_formats")


def chosen_options(texts: Texts) -> Chosen:
    """The options. Raises UsageError, which tells all that is wrong with them."""
    given = {name: value_of(name, text) for name, text in texts.items()}
    try:
        return choose(given, flags=True)
    except SymhdlError as problem:
        raise UsageError(*problem.diagnostics) from None


def usage(message: str, span: Span | None = None, help: str | None = None) -> UsageError:
    """An error of the command line."""
    return UsageError(Diagnostic("bad-option", message, span, help=help))


def value_of(name: str, text: str | Sequence[str] | None) -> object:
    """What the library would be given; None for nothing."""
    if isinstance(text, str):
        return text
    if not text:
        return None
    if name in BY_INPUT:
        return _by_input(TABLE[name].flag, text)
    if name == "define":
        return [_definition(one) for one in text]
    return list(text)


def _definition(text: str) -> str | Source:
    """The text itself, or that of the file whose path follows an @; what is waited for is told."""
    path = text.removeprefix("@")
    return text if path == text else Source(path, read_text(Path(path), waiting=message))


def _by_input(flag: str, texts: Sequence[str]) -> dict[str, str]:
    """The texts behind NAME=, by the names; a text without one is for every input."""
    found: dict[str, str] = {}
    for text in texts:
        before, equals, after = text.partition("=")
        name, value = (canonical(before.strip()), after) if equals else (EVERY, text)
        span = Span(Source(flag, text), 0, len(text))
        if not name:
            raise usage("the name before `=` is missing", span)
        if name in found:
            of = "all inputs" if name == EVERY else f"`{name}`"
            raise usage(f"{flag} is given twice for {of}", span)
        found[name] = value
    return found
