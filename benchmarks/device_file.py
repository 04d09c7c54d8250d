"""Writes figures into a device file, in place: comments, order and all other figures stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

Figures = Mapping[str, float | str]
SECTION = re.compile(r"^\[+([\w.]+)\]+\s*$")
ENTRY = re.compile(r"^([\w]+)( *= *)([^#]*?)(\s*#.*)?$")


def with_figures(text: str, section: str, figures: Figures) -> str:
    """The text with the figures in its section; entries that are not there come last in it.

    A text without the section is left as it is.
    """
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if _opens(line, section)), None)
    if start is None:
        return text
    end = start + 1
    missing = dict(figures)
    for number in range(start + 1, len(lines)):
        if SECTION.match(lines[number]):
            break
        entry = ENTRY.match(lines[number])
        if entry is None:
            continue
        end = number + 1
        name, equals, _, comment = entry.groups(default="")
        if name in missing:
            lines[number] = f"{name}{equals}{_spelled(missing.pop(name))}{comment}"
    lines[end:end] = [f"{name} = {_spelled(value)}" for name, value in missing.items()]
    return "\n".join(lines) + "\n"


def with_section(text: str, section: str, before: str) -> str:
    """The text with an empty section, in front of another one if it is not there; at the end without that one."""
    lines = text.splitlines()
    if any(_opens(line, section) for line in lines):
        return text
    place = next((n for n, line in enumerate(lines) if _opens(line, before)), len(lines))
    while place and lines[place - 1].startswith("#"):  # comments belong to what they stand above
        place -= 1
    lines[place:place] = [f"[{section}]", ""] if place < len(lines) else ["", f"[{section}]"]
    return "\n".join(lines) + "\n"


def has_section(text: str, section: str) -> bool:
    """Whether the text has a section of its own."""
    return any(_opens(line, section) for line in text.splitlines())


def _opens(line: str, section: str) -> bool:
    found = SECTION.match(line)
    return found is not None and found.group(1) == section


def _spelled(value: float | str) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
