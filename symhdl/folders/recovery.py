"""What a writer leaves in a folder on its way, and how whoever comes next brings that to an end.

New files are written into `.symhdl-new` in the folder. Renaming that to `.symhdl-complete` is the moment at which the
new design takes the place of the old one; its files are then moved to their places, and those that the list in it
names are removed. All this happens under a lock on the folder, which the system drops with the process. Whoever takes
the lock next finishes a complete set and removes an incomplete one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path

from symhdl.errors import SymhdlError, error
from symhdl.files import UNFINISHED, regular_content, remove_parts, shown
from symhdl.manifest_reading import is_inside

NEW, COMPLETE, REMOVED = (UNFINISHED + word for word in ("new", "complete", "removed"))
"""The folder of an incomplete set, that of a complete one, and the file in it that names what is to be removed."""

HEADER_BYTES = 1000
HEADERS = re.compile(rb'symhdl datapath |\{\n  "symhdl": |\W{1,4}\w+: made by symhdl ')
OLD_TEMPORARY = re.compile(r"\..+\.(?:json|datapath|v|il|h|cpp|tcl)\.[a-z0-9_]{8}")
"""How files of symhdl begin, and what an unfinished one was called once."""


def is_ours(place: Path, *, empty: bool = False) -> bool:
    """Whether a regular file begins as files of symhdl do, or is empty, where that is nothing to lose."""
    if place.is_symlink() or not place.is_file():
        return False
    with place.open("rb") as file:
        head = file.read(HEADER_BYTES)
    return HEADERS.match(head) is not None or (empty and not head)


def is_unfinished(path: Path) -> bool:
    """Whether a folder holds something that a writer may have left there."""
    return any(_is_left(entry.name) for entry in path.iterdir())


def _is_left(name: str) -> bool:
    return name.startswith(UNFINISHED) or OLD_TEMPORARY.fullmatch(name) is not None


def recovered(path: Path) -> Path | None:
    """Recovers a folder; where the system refuses, the complete set that is to be seen through, if there is one."""
    try:
        recover(path)
    except OSError:
        complete = path / COMPLETE
        return complete if _is_real_folder(complete) else None
    return None


def recover(path: Path) -> None:
    """Moves a complete set to its places, and removes what was never completed. Raises OSError, SymhdlError."""
    if not is_unfinished(path):
        return
    if os.path.lexists(path / COMPLETE):
        finish(path)
    if _is_real_folder(path / NEW):
        shutil.rmtree(path / NEW)
    remove_parts(path)
    for place in [*path.iterdir()]:
        if OLD_TEMPORARY.fullmatch(place.name) and is_ours(place, empty=True):
            place.unlink()


def finish(path: Path) -> None:
    """Moves the files of a complete set to their places, and removes those that are to go; begins where one ended."""
    complete = path / COMPLETE
    names = _names_below(complete)
    removed = _removed_names(complete / REMOVED) if REMOVED in names else []
    for name in names:
        place = path / name
        if name != REMOVED:
            place.parent.mkdir(parents=True, exist_ok=True)
            check_place(path, place)
            (complete / name).replace(place)
    for name in removed:
        check_place(path, path / name)
        (path / name).unlink(missing_ok=True)
    shutil.rmtree(complete)


def check_place(path: Path, place: Path) -> None:
    """A file of a set belongs below its folder, and takes the place of no folder. Raises SymhdlError."""
    help = "choose another folder with -o"
    if leads_out(place.parent, path):
        text = f"{shown(place.parent)} leads out of {shown(path)}"
        raise error("leaves-folder", text, help=help)
    if _is_real_folder(place):
        raise error("cannot-write", f"cannot write {shown(place)}: it is a folder", help=help)


def leads_out(place: Path, folder: Path) -> bool:
    """Whether links make a place below a folder one elsewhere."""
    return not Path(os.path.realpath(place)).is_relative_to(os.path.realpath(folder))


def _names_below(folder: Path) -> list[str]:
    """The names of the files below a folder, in which symhdl puts nothing but files and folders."""
    if not _is_real_folder(folder):
        raise _strange(folder)
    found: list[str] = []
    for place in folder.rglob("*"):
        mode = place.lstat().st_mode
        if stat.S_ISREG(mode):
            found.append(place.relative_to(folder).as_posix())
        elif not stat.S_ISDIR(mode):
            raise _strange(folder)
    return sorted(found)


def _removed_names(place: Path) -> list[str]:
    try:
        names = json.loads(regular_content(place))
    except (ValueError, RecursionError):
        raise _strange(place.parent) from None
    if not isinstance(names, list) or not all(isinstance(n, str) and is_inside(n) for n in names):
        raise _strange(place.parent)
    return names


def _strange(place: Path) -> SymhdlError:
    text = f"{shown(place)} is not what symhdl leaves behind"
    return error("bad-folder", text, help=f"remove {shown(place)}")


def _is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
