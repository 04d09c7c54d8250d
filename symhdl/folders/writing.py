"""Writes designs into folders, in place of older ones; nothing of the user's is replaced."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from symhdl.errors import error
from symhdl.files.writing import is_read_only, refused, told
from symhdl.folders.locked import writing
from symhdl.folders.recovery import (
    COMPLETE,
    NEW,
    check_place,
    finish,
    is_changed,
    is_known,
    is_ours,
    manifest_at,
)
from symhdl.manifest import MANIFEST
from symhdl.manifest_reading import is_inside, texts_of

ELSEWHERE = "choose another folder with -o"


def write_design(path: Path, top: str, files: Mapping[str, str], *, force: bool = False) -> None:
    """Writes the files of a design, by their names in the folder, in place of those of the old design `top`.

    After a failure the old design stands there as it was, and no new folder. Files that symhdl did not write, or that
    were changed since, are replaced with `force` alone, those of another design never. Raises SymhdlError if there are
    any, or if the system refuses.
    """
    with told(path, ELSEWHERE):
        if path.exists() and not path.is_dir():
            text = f"cannot write into {path}: it is not a folder"
            raise error("cannot-write", text, help="give the name of a folder with -o")
        with writing(path):
            _refuse_foreign(path, top, files, force)
            _replace(path, top, files)


def replace_manifest(path: Path, top: str, digest: str, text: str) -> None:
    """Writes the manifest of a design again, if the design is still the one with this digest.

    Raises SymhdlError if it is not, or if the system refuses.
    """
    name = top + MANIFEST
    with told(path, "make the folder writable"), writing(path):
        if manifest_at(path / name).get("digest", "") != digest:
            text = f"{path} holds another design than before: it was compiled again meanwhile"
            raise error("changed-design", text, help="run the command again")
        _replace(path, top, {name: text})


def _replace(path: Path, top: str, files: Mapping[str, str]) -> None:
    """The new set beside the old one, whole, and then in its place.

    What the user wants to have replaced although symhdl did not write it, or not so, goes just before that.
    """
    new, old = path / NEW, manifest_at(path / (top + MANIFEST))
    try:
        new.mkdir()
        for name, text in files.items():
            assert is_inside(name), f"a file outside of the folder: {name}; please report this"
            place = new / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            if (path / name).is_file():  # whom the user lets read and write it
                place.chmod(stat.S_IMODE((path / name).stat().st_mode))
        if not manifest_at(new / (top + MANIFEST)):
            text = f"the manifest of `{top}` would be too large to be read"
            raise error("too-large", text, help="make several designs of it")
        for name in files:
            if not is_known(path / name, old, name):
                (path / name).unlink()
        new.rename(path / COMPLETE)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    finish(path)


def _refuse_foreign(path: Path, top: str, files: Mapping[str, str], force: bool) -> None:
    """Nothing that somebody else wrote is replaced unasked; a file that may not be written, not at all."""
    there = [name for name in files if os.path.lexists(path / name)]
    owners = _owners(path) if there else {}
    old = manifest_at(path / (top + MANIFEST))
    for name in there:
        place = path / name
        check_place(path, place)
        owner = owners.get(name) or _owner_of_same(path, name, owners) or top
        if owner != top:
            text = f"{place} belongs to the design `{owner}` in the same folder"
            raise error("shared-file", text, help=f"{ELSEWHERE}, or another name with --top")
        is_plain = place.is_file() and not place.is_symlink()
        if is_plain and is_read_only(place):
            raise refused(place, "it is read-only", ELSEWHERE)
        if not force and not (is_plain and (name in owners or is_ours(place, empty=True))):
            text = f"{place} is there, and symhdl did not write it"
            raise error("not-ours", text, help=f"{ELSEWHERE}, or replace it with --force")
        if not force and is_changed(place, old, name):
            text = f"{place} was changed since symhdl wrote it"
            raise error("changed-file", text, help=f"{ELSEWHERE}, or replace it with --force")


def _owner_of_same(path: Path, name: str, owners: Mapping[str, str]) -> str | None:
    """The design to which a file belongs by another name, where the file system does not tell `T.v` from `t.v`."""
    for other, owner in owners.items():
        place = path / other
        if other.casefold() == name.casefold() and place.exists() and place.samefile(path / name):
            return owner
    return None


def _owners(path: Path) -> dict[str, str]:
    """The designs, by their tops, to which the files in a folder belong."""
    owners: dict[str, str] = {}
    for place in sorted(path.glob(f"*{MANIFEST}")):
        document = manifest_at(place) if is_ours(place) else {}
        if document.get("top") == place.name.removesuffix(MANIFEST):
            owners |= dict.fromkeys(texts_of(document, "files"), str(document["top"]))
    return owners
