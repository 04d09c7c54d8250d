"""What a writer leaves in a folder on its way, and how whoever comes next brings that to an end.

New files are written into `.symhdl-new` in the folder. Renaming that to `.symhdl-complete` is the moment at which the
new design takes the place of the old one: files of the old one that it does not have are removed, and its files are
moved to their places, the manifest last. All this happens under a lock on the folder, which the system drops with the
process. Whoever takes the lock next finishes a complete set and removes an incomplete one.

A complete set may come from a stranger, with the folder. So it replaces and removes nothing but what symhdl wrote.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from symhdl.documents import Json, sha256
from symhdl.errors import SymhdlError, error
from symhdl.files.reading import regular_content
from symhdl.files.writing import UNFINISHED, refused, remove_parts
from symhdl.manifest import MANIFEST
from symhdl.manifest_reading import read_manifest, texts_of

NEW, COMPLETE = UNFINISHED + "new", UNFINISHED + "complete"
"""The folders of an incomplete and of a complete set."""

HEADER_BYTES = 1000
HEADERS = re.compile(rb'symhdl datapath |\{\s+"symhdl": |\W{1,4}\w+: made by symhdl ')
"""How files of symhdl begin."""


def is_ours(place: Path, *, empty: bool = False) -> bool:
    """Whether a regular file begins as files of symhdl do, or is empty, where that is nothing to lose."""
    if place.is_symlink() or not place.is_file():
        return False
    with place.open("rb") as file:
        head = file.read(HEADER_BYTES)
    return HEADERS.match(head) is not None or (empty and not head)


def is_unfinished(path: Path) -> bool:
    """Whether a folder holds something that a writer may have left there."""
    return any(entry.name.startswith(UNFINISHED) for entry in path.iterdir())


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
    if os.path.lexists(path / NEW):
        if not _is_real_folder(path / NEW):
            raise _strange(path / NEW)
        shutil.rmtree(path / NEW)
    remove_parts(path)


def finish(path: Path) -> None:
    """Moves the files of a complete set to their places, as far as an earlier call has not; removes what is left over.

    Raises OSError; SymhdlError, before anything is moved, for a set that is none of symhdl's, or would replace a file
    that is none.
    """
    complete = path / COMPLETE
    names = _names_below(complete)
    if names:
        name, new = _manifest_of(complete, names)
        old, files = manifest_at(path / name), texts_of(new, "files")
        if not set(names) <= {*files, name}:
            raise _strange(complete)
        for other in names:
            place = path / other
            check_place(path, place)
            if not is_known(place, old, other):
                text = f"{place} is there, and symhdl did not write it"
                help = f"move it away, or remove {complete}"
                raise error("not-ours", text, help=help)
        for other in left_over(path, old, files):
            (path / other).unlink()
        for other in (*(other for other in names if other != name), name):
            (path / other).parent.mkdir(parents=True, exist_ok=True)
            (complete / other).replace(path / other)
    shutil.rmtree(complete)


def left_over(path: Path, old: Mapping[str, Json], kept: Iterable[str]) -> list[str]:
    """The files of the old design that are not to be kept; one that was changed since is the user's."""
    tied = old.get("sha256")
    names = set(tied if isinstance(tied, dict) else {}) - set(kept)
    return sorted(
        name
        for name in names
        if not leads_out((path / name).parent, path) and _is_unchanged(path / name, old, name)
    )


def is_known(place: Path, old: Mapping[str, Json], name: str) -> bool:
    """Whether nothing of the user's stands there: nothing at all, what begins as ours, or a file as it was written."""
    if not os.path.lexists(place):
        return True
    return is_ours(place, empty=True) or _is_unchanged(place, old, name)


def is_changed(place: Path, old: Mapping[str, Json], name: str) -> bool:
    """Whether a file that symhdl wrote has another content since then, which is somebody's work."""
    tied = old.get("sha256")
    known = isinstance(tied, dict) and name in tied
    return known and place.stat().st_size > 0 and not _is_unchanged(place, old, name)


def _is_unchanged(place: Path, old: Mapping[str, Json], name: str) -> bool:
    tied = old.get("sha256")
    if not isinstance(tied, dict) or name not in tied or place.is_symlink() or not place.is_file():
        return False
    try:
        return sha256(regular_content(place)) == tied[name]
    except SymhdlError:  # it is too large
        return False


def manifest_at(place: Path) -> dict[str, Json]:
    """The manifest at a place; empty if there is none that can be read."""
    try:
        return read_manifest(regular_content(place).decode(), place.name)
    except (SymhdlError, OSError, UnicodeDecodeError):
        return {}


def _manifest_of(complete: Path, names: Iterable[str]) -> tuple[str, dict[str, Json]]:
    """The only manifest of a set, behind its name."""
    found = {name: manifest_at(complete / name) for name in names if name.endswith(MANIFEST)}
    fit = [name for name in found if found[name].get("top") == name.removesuffix(MANIFEST)]
    if len(fit) != 1:
        raise _strange(complete)
    return fit[0], found[fit[0]]


def check_place(path: Path, place: Path) -> None:
    """A file of a set belongs below its folder, and takes the place of no folder. Raises SymhdlError."""
    help = "choose another folder with -o"
    if leads_out(place.parent, path):
        text = f"{place.parent} leads out of {path}"
        raise error("leaves-folder", text, help=help)
    if _is_real_folder(place):
        raise refused(place, "it is a folder", help)


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


def _strange(place: Path) -> SymhdlError:
    text = f"{place} is not what symhdl leaves behind"
    return error("bad-folder", text, help=f"remove {place}")


def _is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
