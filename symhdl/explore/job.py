"""A design that is to be made: an equation with its options, how far it goes, and the digest by which it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Literal, cast

from symhdl.documents import Json, document_digest
from symhdl.explore.equation import Equation
from symhdl.explore.release import release

Far = Literal["estimated", "synth", "pnr"]
Text = str | tuple[str, ...] | tuple[tuple[str, str], ...]
"""What was given for an option: a text, several, or texts by the names of inputs."""

FILES = frozenset({"data"})
"""Options that name files, whose content counts and not where they lie."""

BY_INPUT = frozenset({"ranges", "input_formats"})
"""Options that are texts by the names of inputs."""


@dataclass(frozen=True, slots=True)
class Job:
    """One design.

    `options` are those of the compiler by their names as texts, and `figures` what is said of figures on data in the
    same way; `contents` are digests of the files that they name. `far` says who tells what the design takes: the model
    of the device, synthesis, or place and route.
    """

    equation: Equation
    options: tuple[tuple[str, Text], ...] = ()
    contents: tuple[str, ...] = ()
    far: Far = "estimated"
    figures: tuple[tuple[str, str], ...] = ()

    def document(self) -> dict[str, Json]:
        """The job as JSON, of which `job_of` makes it again."""
        return {
            "equation": {k: _as_json(v) for k, v in asdict(self.equation).items()},
            "options": {name: _as_json(text) for name, text in self.options},
            "contents": [*self.contents],
            "far": self.far,
            "figures": dict(self.figures),
        }

    def digest(self) -> str:
        """The SHA-256 of all that the row depends on, this version of symhdl included; the same on every machine."""
        document = self.document()
        options = {k: v for k, v in dict(self.options).items() if k not in FILES}
        equation = {
            field.name: _as_json(getattr(self.equation, field.name))
            for field in fields(Equation)
            if field.name not in PLACE
        }
        return document_digest(
            {
                "symhdl": release(),
                **document,
                "equation": equation,
                "options": {name: _as_json(text) for name, text in options.items()},
            }
        )


PLACE = frozenset({"place", "line", "column", "shown"})
"""Where an equation stands and how it is shown, which is nothing to its design."""


def job_of(document: Mapping[str, Json]) -> Job:
    """The job of a document that `Job.document` made. Raises ValueError for what is none."""
    try:
        equation = cast("dict[str, Json]", document["equation"])
        options = cast("dict[str, Json]", document["options"])
        return Job(
            Equation(**{k: _of_json(v) for k, v in equation.items()}),  # type: ignore[arg-type] # checked below
            tuple((name, cast("Text", _of_json(value))) for name, value in options.items()),
            cast("tuple[str, ...]", _of_json(document["contents"])),
            cast("Far", document["far"]),
            tuple(cast("dict[str, str]", document["figures"]).items()),
        )
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"no job: {problem}") from None


def _as_json(value: object) -> Json:
    """Tuples as lists, those of pairs as objects."""
    if isinstance(value, tuple):
        if value and all(isinstance(entry, tuple) for entry in value):
            return {name: _as_json(entry) for name, entry in value}
        return [_as_json(entry) for entry in value]
    return cast("Json", value)


def _of_json(value: Json) -> object:
    if isinstance(value, dict):
        return tuple((name, _of_json(entry)) for name, entry in value.items())
    if isinstance(value, list):
        return tuple(_of_json(entry) for entry in value)
    return value
