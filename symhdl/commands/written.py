"""The generated text in a design's folder, and where it is not what symhdl writes for the stored datapath."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from symhdl.backends.backend import EmitOptions
from symhdl.commands.terminal import message
from symhdl.errors import SymhdlError, error, visible
from symhdl.manifest import DATAPATH
from symhdl.stored import TRUST, StoredDesign, other_version

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a backend as they stand in the folder, name to text, and those that were changed.

    `changes` says for each of these, in words, where it first differs.
    """

    texts: dict[str, str]
    changes: dict[str, str]


def written_by(design: StoredDesign) -> EmitOptions:
    """The options with which the design's files were written, as its manifest has them."""
    valid = design.manifest.get("interface") == "valid"
    return EmitOptions(
        interface="valid" if valid else "plain",
        clock_enable=design.manifest.get("clock_enable") is True,
    )


def read_written(design: StoredDesign, *, trust: bool) -> Written:
    """The files of the design, compared with what its backend makes of the datapath.

    Those that were changed are told with `trust`. Raises SymhdlError for files that are missing or no text, and for
    changed ones without `trust`.
    """
    texts: dict[str, str] = {}
    changes: dict[str, str] = {}
    emitted = design.emit(str(design.manifest["target"]), written_by(design))
    for name, made in emitted.items():
        texts[name] = design.text(name)
        if texts[name] != made:
            changes[name] = _first_change(name, texts[name], made)
    if changes and not trust:
        raise _changed_text(design, changes)
    for change in changes.values():
        message(f"trusted: {change}")
    return Written(texts, changes)


def _changed_text(design: StoredDesign, changes: Mapping[str, str]) -> SymhdlError:
    """What is said of changed text, which is not run unasked."""
    names = ", ".join(changes)
    return error(
        "changed-text",
        f"{names} in {design.folder}: not what symhdl writes for {design.top}{DATAPATH}",
        notes=(
            *changes.values(),
            *other_version(design.manifest),
            "it was not run: changed text can write files and start programs",
        ),
        help=TRUST,
    )


def _first_change(name: str, text: str, made: str) -> str:
    lines = zip_longest(text.split("\n"), made.split("\n"))
    number, (here, there) = next(
        (number, pair) for number, pair in enumerate(lines, 1) if pair[0] != pair[1]
    )
    return f"{name}:{number} is {_shown(here)}, not {_shown(there)}"


def _shown(line: str | None) -> str:
    if line is None:
        return "missing"
    text = line.strip()
    return f"`{visible(text[:SHOWN_CHARACTERS])}{'...' if len(text) > SHOWN_CHARACTERS else ''}`"
