"""Which function a text stands for: one of the language by its name, or a definition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.errors import Diagnostic, Source, Span, UsageError
from symhdl.functions.operation import ANY, FUNCTION_NAMES, Operation
from symhdl.names.canonical import canonical
from symhdl.names.spelling import similar

VARIABLES = "xyz"
DEFINITION = re.compile(r"\s*([^\W\d]\w*)\s*\(([\w\s,]*)\)\s*=[^=]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A function by its name, with names for its arguments; `definition` says what it is, if the language does not."""

    name: str
    arguments: tuple[str, ...]
    definition: Source | None = None

    @property
    def source(self) -> Source:
        """The call of it that is compiled."""
        return Source("<function>", f"{self.name}({', '.join(self.arguments)})")

    @property
    def text(self) -> str:
        """What it computes, as the user said it."""
        return self.source.text if self.definition is None else self.definition.text.strip()


def asked_in(texts: Sequence[str]) -> list[Asked]:
    """What each text stands for. Raises UsageError for what is no function, and for names that are given twice."""
    found = [_asked(text) for text in texts]
    if not found:
        raise _wrong("there is no function to write", help="such as sin, exp")
    for number, each in enumerate(found):
        if any(each.name == other.name for other in found[:number]):
            raise _wrong(f"`{each.name}` is given twice", texts[number])
    return found


def _asked(text: str) -> Asked:
    match = DEFINITION.match(text)
    if match is not None:
        arguments = tuple(canonical(each.strip()) for each in match[2].split(","))
        return Asked(canonical(match[1]), arguments, Source("<function>", text))
    name = text.strip()
    help = "a name of `symhdl functions`, or a definition such as gauss(x) = exp(-x^2)"
    arity = function_named(text, help).arity
    arity = 2 if arity == ANY else arity
    if not arity:
        raise _wrong(f"`{name}` is a constant, not a function", text)
    return Asked(name, tuple(VARIABLES[:arity]))


def function_named(text: str, help: str) -> Operation:
    """The function of the language whose name a text is. Raises UsageError, with `help` where no name is near."""
    name = text.strip()
    if name not in FUNCTION_NAMES:
        guess = similar(name, FUNCTION_NAMES)
        help = f"did you mean `{guess}`?" if guess else help
        raise _wrong(f"there is no function `{name}`", text, help)
    return FUNCTION_NAMES[name]


def _wrong(message: str, text: str | None = None, help: str | None = None) -> UsageError:
    span = None if text is None else Span(Source("EXPRESSION", text), 0, len(text))
    return UsageError(Diagnostic("bad-option", message, span, help=help))
