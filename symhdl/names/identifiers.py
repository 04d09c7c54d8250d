"""User names to identifiers that are legal and distinct in every output language.

An identifier from here starts with a letter, holds ASCII letters, digits and single underscores, does not end in an
underscore, differs from the others not only in case, and is reserved nowhere: the rules of Verilog, SystemVerilog,
VHDL, C++ and Python (Amaranth) together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symhdl.names.macros import is_macro
from symhdl.names.reserved import (
    C_LIBRARY_FUNCTIONS,
    C_LIBRARY_TYPES,
    FILE_NAMES_OF_WINDOWS,
    INTERFACE_NAMES,
    RESERVED_WORDS,
)

MAXIMUM_LENGTH = 60
SUFFIX_ROOM = 8  # for the number that tells names apart
SUFFIX_OF_RESERVED = "_p"
NAME_OF_NOTHING = "v"
TAKEN_WORDS = RESERVED_WORDS.keys() | INTERFACE_NAMES.keys()


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name for all output languages; `reason` says why it differs from the user's name, if it does."""

    text: str
    reason: str | None = None


def port_names(names: Sequence[str], taken: Iterable[str] = ()) -> tuple[Identifier, ...]:
    """One identifier per name, in order; none equals another or one of `taken`, even if case is ignored.

    Names that are legal as they stand keep their spelling before those that are not choose theirs, so adding an
    exotic name never renames an ordinary one.
    """
    used = {name.lower() for name in taken} | set(INTERFACE_NAMES)
    chosen: list[Identifier | None] = [None] * len(names)
    for position, name in enumerate(names):
        if _problem(name) is None and name.lower() not in used:
            chosen[position] = Identifier(name)
            used.add(name.lower())
    for position, name in enumerate(names):
        if chosen[position] is None:
            chosen[position] = _mapped(name, used)
    return tuple(identifier for identifier in chosen if identifier is not None)


def module_name(name: str) -> Identifier:
    """A name for the module and its files; also none of C's functions, because HLS makes a function of it."""
    found = Identifier(name) if _problem(name) is None else _mapped(name, set())
    reason = _problem_of_module(found.text)
    return found if reason is None else Identifier(f"{found.text}_top", found.reason or reason)


def _problem_of_module(name: str) -> str | None:
    """Why a legal name cannot be that of a module, of its files and of a C++ function; None if it can."""
    if name.lower() in FILE_NAMES_OF_WINDOWS:
        return f"`{name}` cannot name a file on Windows"
    if name.lower() in C_LIBRARY_FUNCTIONS:
        return f"`{name}` is a function of C"
    return f"`{name}` is a type or a variable of C" if name in C_LIBRARY_TYPES else None


def _problem(name: str) -> str | None:
    """Why the name cannot stand as it is; None if it can."""
    if not name.isascii() or not re.fullmatch(r"[A-Za-z0-9_]+", name):
        return "hardware languages know only ASCII letters, digits and `_`"
    if not name[0].isalpha() or name.endswith("_") or "__" in name:
        return "VHDL and C++ want a letter first and no `_` that is doubled or at the end"
    if len(name) > MAXIMUM_LENGTH:
        return f"names have at most {MAXIMUM_LENGTH} characters"
    if name.lower() in INTERFACE_NAMES:
        return f"`{name}` is {INTERFACE_NAMES[name.lower()]}"
    if is_macro(name):
        return f"`{name}` is a macro of C++ headers"
    language = RESERVED_WORDS.get(name.lower())
    return None if language is None else f"`{name}` is a reserved word of {language}"


def _mapped(name: str, used: set[str]) -> Identifier:
    """An identifier as close to the name as possible, not in `used`, to which it is added."""
    reason = _problem(name)
    candidate = ascii_name(name)
    if candidate.lower() in TAKEN_WORDS or is_macro(candidate):
        candidate += SUFFIX_OF_RESERVED
    if reason is None:
        reason = f"`{name}` is taken (capital and small letters are equal in VHDL)"
    stem, number = candidate[: MAXIMUM_LENGTH - SUFFIX_ROOM].rstrip("_"), 1
    while candidate.lower() in used:
        number += 1
        candidate = f"{stem}_{number}"
    used.add(candidate.lower())
    return Identifier(candidate, reason)


def ascii_name(name: str) -> str:
    """The name spelled with ASCII letters, digits and single underscores, a letter first."""
    pieces: list[str] = []
    after_word = False
    for character in unicodedata.normalize("NFKD", name[: 2 * MAXIMUM_LENGTH]):
        spelled, is_word = _spelled(character)
        if (is_word and pieces and pieces[-1][-1].isalpha()) or (after_word and spelled.isalpha()):
            pieces.append("_")
        if spelled:
            pieces.append(spelled)
            after_word = is_word
    text = re.sub(r"__+", "_", "".join(pieces))[:MAXIMUM_LENGTH].strip("_")
    if not text:
        return NAME_OF_NOTHING
    return text if text[0].isalpha() else f"{NAME_OF_NOTHING}{text}"


_LETTER_NAME = re.compile(
    r"(?P<script>[A-Z]+) (?:SMALL |CAPITAL )?(?:LETTER )?(?:FINAL |ARCHAIC )?(?P<word>[A-Z]+)"
    r"(?: WITH .*| SYMBOL)?"
)
_SPELLINGS = {
    "′": "_prime",
    "'": "_prime",
    "″": "_second",
    "∞": "inf",
    "∂": "d",
    "∇": "nabla",
    "ø": "o",
    "Ø": "O",
}
_UNICODE_SPELLING = {"lamda": "lambda"}


def _spelled(character: str) -> tuple[str, bool]:
    """The character in ASCII, and whether it became a word (alpha) rather than a letter."""
    if character.isascii():
        return (character if character.isalnum() else _SPELLINGS.get(character, "_")), False
    if unicodedata.combining(character):
        return "", False
    if character in _SPELLINGS:
        return _SPELLINGS[character], False
    match = _LETTER_NAME.fullmatch(unicodedata.name(character, ""))
    if match is None or not character.isalpha():
        return (f"u{ord(character):x}", True) if character.isalnum() else ("_", False)
    word = match["word"].lower()
    if len(word) == 1:
        return (word.upper() if character.isupper() else word), False
    return _UNICODE_SPELLING.get(word, word), True
