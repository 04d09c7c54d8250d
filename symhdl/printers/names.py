"""Names that are legal and distinct in one language, as close to the user's as can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from symhdl.ir.names import Identifier, ascii_name

SUFFIX_OF_RESERVED = "_"
STEM_OF_PARTS = "t"


@dataclass(frozen=True, slots=True)
class NameRules:
    """`pattern` matches legal names; `reserved` are words that look like names but mean something else.

    `shown` is how a legal name stands in the text, for languages that dress names up.
    """

    language: str
    pattern: re.Pattern[str]
    reserved: frozenset[str]
    shown: Callable[[str], str] = str

    def problem(self, name: str) -> str | None:
        """Why the name cannot stand as it is; None if it can."""
        if self.pattern.fullmatch(name) is None:
            return f"{self.language} has no such names"
        if name in self.reserved:
            return f"`{name}` means something else in {self.language}"
        return None


def legal_names(names: Sequence[str], rules: NameRules) -> tuple[Identifier, ...]:
    """One identifier per name, all distinct; legal names stay as they are, whatever the others become."""
    used: set[str] = set()
    chosen: list[Identifier | None] = []
    for name in names:
        keeps = rules.problem(name) is None and name not in used
        chosen.append(Identifier(name) if keeps else None)
        if keeps:
            used.add(name)
    return tuple(
        _mapped(name, rules, used) if identifier is None else identifier
        for name, identifier in zip(names, chosen, strict=True)
    )


def _mapped(name: str, rules: NameRules, used: set[str]) -> Identifier:
    reason = rules.problem(name) or f"`{name}` is taken"
    stem = ascii_name(name)
    if rules.problem(stem) is not None:
        stem += SUFFIX_OF_RESERVED
    candidate, number = stem, 1
    while candidate in used or rules.problem(candidate) is not None:
        number += 1
        candidate = f"{stem.rstrip(SUFFIX_OF_RESERVED)}_{number}"
    used.add(candidate)
    return Identifier(candidate, reason)


def names_of_parts(rules: NameRules, used: set[str]) -> Iterator[str]:
    """Names for parts of expressions: t1, t2, ... without those that are used."""
    number = 0
    while True:
        number += 1
        name = f"{STEM_OF_PARTS}{number}"
        if name not in used and rules.problem(name) is None:
            yield name
