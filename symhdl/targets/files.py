"""Device files: where they stand, how they are read, and what they extend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from symhdl.errors import error, shortened
from symhdl.files.reading import decode, regular_file, unreadable

SUFFIX = ".toml"
MAXIMUM_DEVICE_BYTES = 16 * 1024
"""How long a device file may be."""

MAXIMUM_BASES = 4
"""How many files may stand below a device file, each extended by the one before."""

BASE_NAME = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}"
DeviceTable = dict[str, object]


@cache
def target_names() -> tuple[str, ...]:
    """The names of the devices that come with symhdl, sorted."""
    folder = resources.files("symhdl.targets")
    names = (entry.name for entry in folder.iterdir() if entry.name.endswith(SUFFIX))
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names))


def shipped_text(name: str) -> str:
    """The file of a device that comes with symhdl."""
    return resources.files("symhdl.targets").joinpath(name + SUFFIX).read_text(encoding="utf-8")


def user_text(path: Path) -> str:
    """A device file of a user's. Raises SymhdlError if it cannot be read, is too long or is not text."""
    try:
        with regular_file(path) as file:
            content = file.read(MAXIMUM_DEVICE_BYTES + 1)
    except (FileNotFoundError, ValueError):  # the latter for what is no path at all
        help = "`symhdl devices` lists those that need none"
        raise error("file-missing", f"there is no device file {path}", help=help) from None
    except OSError as problem:
        raise unreadable(str(path), problem) from None
    return decode(content, str(path), MAXIMUM_DEVICE_BYTES)


def device_table(text: str, file_name: str, folder: Path | None) -> DeviceTable:
    """What the text says of a device, over what the device says that it extends.

    A file extends a device that comes with symhdl, or one in the same folder as itself, `name.toml`; without a folder
    only the former. An entry of a section, a list of units, and whatever stands outside of sections takes the place of
    the base's; a name is never the base's.

    Raises SymhdlError if a text is not TOML, or what it extends cannot be had.
    """
    places, layers = [file_name], [_parsed(text, file_name)]
    while "extends" in layers[-1]:
        base = layers[-1].pop("extends")
        if len(places) > MAXIMUM_BASES:
            told = f"{places[0]} extends more than {MAXIMUM_BASES} files, or itself"
            raise error("device-file", told, notes=(f"they are {', '.join(places)}",))
        text, place, folder = _base(base, places[-1], folder)
        places.append(place)
        layers.append(_parsed(text, place))
    found: DeviceTable = {}
    for layer in reversed(layers):
        found = _over(found, layer)
    return found


def _base(base: object, place: str, folder: Path | None) -> tuple[str, str, Path | None]:
    """The text of what is extended, its place, and the folder in which its own base may stand."""
    known = target_names()
    if isinstance(base, str) and base in known:
        return shipped_text(base), base + SUFFIX, None
    beside = isinstance(base, str) and re.fullmatch(BASE_NAME, base) and base.endswith(SUFFIX)
    if isinstance(base, str) and beside and folder is not None:
        return user_text(folder / base), str(folder / base), folder
    raise error(
        "device-file",
        f"{place}: `extends` must be the name of a device, or of a file `NAME{SUFFIX}` in the same folder",
        notes=("known devices: " + ", ".join(known),),
    )


def _over(base: Mapping[str, object], layer: Mapping[str, object]) -> DeviceTable:
    found = {**base, **layer}
    for key, below in base.items():
        above = layer.get(key)
        if isinstance(below, dict) and isinstance(above, dict):
            found[key] = {**below, **above}
    if "name" not in layer:
        found.pop("name", None)
    return found


def _parsed(text: str, file_name: str) -> DeviceTable:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise error("device-file", f"{file_name} is nested too deep") from None
    except ValueError as problem:  # the TOML's own, and that of an integer with too many digits
        told = f"{file_name} is not TOML: {shortened(str(problem), 200)}"
        raise error("device-file", told) from None
