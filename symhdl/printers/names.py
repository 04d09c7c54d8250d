"""Names that are legal and distinct in one language, as close to the user's as can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from symhdl.names.identifiers import NAME_OF_NOTHING, Identifier, ascii_name

SUFFIX_OF_RESERVED = "_"
MOST_OF_A_NAME = 1000  # that differ in their number alone
STEM_OF_PARTS = "t"


@dataclass(frozen=True, slots=True)
class NameRules:
    """`pattern` matches legal names; `reserved` are words that look like names but mean something else.

    `shown` is how a legal name stands in the text, for languages that dress names up; what is shown is distinct.
    `spelled` makes of any name one of ASCII letters, digits and `_`.
    """

    language: str
    pattern: re.Pattern[str]
    reserved: frozenset[str]
    shown: Callable[[str], str] = str
    spelled: Callable[[str], str] = ascii_name

    def problem(self, name: str) -> str | None:
        """Why the name cannot stand as it is; None if it can."""
        if self.pattern.fullmatch(name) is None:
            return f"{self.language} has no such names"
        if name in self.reserved:
            return f"`{name}` means something else in {self.language}"
        return None


def legal_names(
    names: Sequence[str], rules: NameRules, taken: Iterable[str] = ()
) -> tuple[Identifier, ...]:
    """One identifier per name, distinct from each other and from what is taken; legal names stay as they are."""
    used = set(taken)
    chosen: list[Identifier | None] = []
    for name in names:
        keeps = rules.problem(name) is None and rules.shown(name) not in used
        chosen.append(Identifier(name) if keeps else None)
        if keeps:
            used.add(rules.shown(name))
    return tuple(
        _mapped(name, rules, used) if identifier is None else identifier
        for name, identifier in zip(names, chosen, strict=True)
    )


def _mapped(name: str, rules: NameRules, used: set[str]) -> Identifier:
    reason = rules.problem(name) or f"`{name}` is taken"
    stem = rules.spelled(name)
    for candidate in _candidates(stem):
        if rules.problem(candidate) is None and rules.shown(candidate) not in used:
            used.add(rules.shown(candidate))
            return Identifier(candidate, reason)
    raise AssertionError("no name is legal; please report this")


def _candidates(stem: str) -> Iterator[str]:
    """The name, and what is next to it; at last names of nothing but a letter and a number."""
    yield stem
    yield stem + SUFFIX_OF_RESERVED
    yield from (f"{stem}_{number}" for number in range(2, MOST_OF_A_NAME))
    yield from (f"{NAME_OF_NOTHING}{number}" for number in count(1))


def names_of_parts(rules: NameRules, used: Container[str]) -> Iterator[str]:
    """Names for parts of expressions: t1, t2, ... without those whose shown form is used."""
    number = 0
    while True:
        number += 1
        name = f"{STEM_OF_PARTS}{number}"
        if rules.shown(name) not in used and rules.problem(name) is None:
            yield name
