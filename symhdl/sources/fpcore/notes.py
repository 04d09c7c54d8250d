"""What is told about a text of cores: mistakes, which are gathered, and warnings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from symhdl.errors import Diagnostic, Span, SymhdlError, shortened, warning
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_NAME_LENGTH
from symhdl.sources.fpcore.text import Atom, Datum

MAXIMUM_CANDIDATES = 1000  # names looked through for a suggestion


@dataclass(slots=True)
class Notes:
    """Gathers what is told."""

    mistakes: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def complain(self, id: str, message: str, span: Span, help: str | None = None) -> None:
        """Notes a mistake. Raises SymhdlError if there are many."""
        self.mistakes.append(Diagnostic(id, message, span, help=help))
        if len(self.mistakes) == MAXIMUM_DIAGNOSTICS:
            self.refuse()

    def refuse(self) -> None:
        """Raises SymhdlError with the mistakes, if there are any, and forgets them."""
        found, self.mistakes = self.mistakes, []
        if found:
            raise SymhdlError(*found)

    def check_name(self, datum: Datum) -> None:
        """Complains of what cannot be bound."""
        if not isinstance(datum, Atom) or datum.is_string:
            self.complain("bad-name", "a name is wanted here", datum.span)
        elif len(datum.text) > MAXIMUM_NAME_LENGTH or not datum.text.isprintable():
            message = f"a name has at most {MAXIMUM_NAME_LENGTH} printable characters"
            self.complain("bad-name", message, datum.span)
        elif datum.number is not None or datum.is_property:
            self.complain("bad-name", f"`{shortened(datum.text)}` cannot be a name", datum.span)

    def warn(self, id: str, message: str, span: Span | None, note: str, help: str) -> None:
        """Notes a warning."""
        notes = (note,) if note else ()
        self.warnings.append(warning(id, message, span, notes=notes, help=help))

    def warn_of_integers(self, span: Span) -> None:
        """Notes once that the arithmetic of integers is not followed."""
        if all(known.id != "integer-precision" for known in self.warnings):
            message = "`:precision integer` is read as exact arithmetic"
            note = "FPCore rounds every operation down to a 64-bit integer there"
            self.warn("integer-precision", message, span, note, "write (floor ...)")


def split_properties(items: tuple[Datum, ...]) -> tuple[dict[str, Datum], tuple[Datum, ...]]:
    """The properties at the beginning with their values, and what follows them."""
    found: dict[str, Datum] = {}
    while len(items) > 1 and isinstance(name := items[0], Atom) and name.is_property:
        found[name.text] = items[1]
        items = items[2:]
    return found, items


def asks_for_integers(properties: dict[str, Datum]) -> bool:
    """Whether the precision is that of integers."""
    precision = properties.get(":precision")
    return isinstance(precision, Atom) and precision.text == "integer"


def nearest(name: str, *known: Iterable[str]) -> str | None:
    """The known name that is most like this one, if any is."""
    candidates = [name for names in known for name in islice(names, MAXIMUM_CANDIDATES)]
    close = difflib.get_close_matches(name[:MAXIMUM_NAME_LENGTH], candidates, n=1, cutoff=0.7)
    return close[0] if close else None
