"""Writes designs into folders, in place of older ones; nothing of the user's is replaced."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from symhdl.errors import SymhdlError, error
from symhdl.files import is_read_only, shown, told
from symhdl.folders.locked import Folder, writing
from symhdl.folders.recovery import COMPLETE, NEW, REMOVED, check_place, finish, is_ours
from symhdl.manifest import MANIFEST, Json, sha256
from symhdl.manifest_reading import is_inside, read_manifest, texts_of

ELSEWHERE = "choose another folder with -o"


def write_design(path: Path, top: str, files: Mapping[str, str], *, force: bool = False) -> None:
    """Writes the files of a design, by their names in the folder, in place of those of the old design `top`.

    After a failure the old design stands there as it was, and no new folder. Files that symhdl did not write are
    replaced with `force` alone, those of another design never. Raises SymhdlError if there are any, or if the system
    refuses.
    """
    with told(path, ELSEWHERE):
        if path.exists() and not path.is_dir():
            text = f"cannot write into {shown(path)}: it is not a folder"
            raise error("cannot-write", text, help="give the name of a folder with -o")
        with writing(path) as folder:
            _refuse_foreign(folder, top, files, force)
            _replace(path, files, _left_over(folder, top, files))


def replace_manifest(path: Path, top: str, digest: str, text: str) -> None:
    """Writes the manifest of a design again, if the design is still the one with this digest.

    Raises SymhdlError if it is not, or if the system refuses.
    """
    name = top + MANIFEST
    with told(path, "make the folder writable"), writing(path) as folder:
        if _manifest_in(folder, name).get("digest", "") != digest:
            text = (
                f"{shown(path)} holds another design than before: it was compiled again meanwhile"
            )
            raise error("changed-design", text, help="run the command again")
        _replace(path, {name: text}, [])


def _replace(path: Path, files: Mapping[str, str], removed: list[str]) -> None:
    """The new set beside the old one, whole, and then in its place."""
    new = path / NEW
    try:
        new.mkdir()
        for name, text in {**files, REMOVED: json.dumps(removed)}.items():
            assert is_inside(name), f"a file outside of the folder: {name}; please report this"
            place = new / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        new.rename(path / COMPLETE)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    finish(path)


def _refuse_foreign(folder: Folder, top: str, files: Mapping[str, str], force: bool) -> None:
    """Nothing that somebody else wrote is replaced unasked; a file that may not be written, not at all."""
    there = [name for name in files if os.path.lexists(folder.path / name)]
    owners = _owners(folder) if there else {}
    for name in there:
        place = folder.path / name
        check_place(folder.path, place)
        if owners.get(name, top) != top:
            text = f"{shown(place)} belongs to the design `{owners[name]}` in the same folder"
            raise error("shared-file", text, help=f"{ELSEWHERE}, or another name with --top")
        is_plain = place.is_file() and not place.is_symlink()
        if is_plain and is_read_only(place):
            text = f"cannot write {shown(place)}: it is read-only"
            raise error("cannot-write", text, help=ELSEWHERE)
        if not force and not (is_plain and (name in owners or is_ours(place, empty=True))):
            text = f"{shown(place)} is there, and symhdl did not write it"
            raise error("not-ours", text, help=f"{ELSEWHERE}, or replace it with --force")


def _owners(folder: Folder) -> dict[str, str]:
    """The designs, by their tops, to which the files in a folder belong."""
    owners: dict[str, str] = {}
    for name in folder.names():
        if name.endswith(MANIFEST) and is_ours(folder.path / name):
            document = _manifest_in(folder, name)
            if document.get("top") == name.removesuffix(MANIFEST):
                owners |= dict.fromkeys(texts_of(document, "files"), str(document["top"]))
    return owners


def _manifest_in(folder: Folder, name: str) -> dict[str, Json]:
    """A manifest in the folder; empty if there is none that can be read."""
    try:
        return read_manifest((folder.read(name) or b"").decode(), name)
    except (SymhdlError, UnicodeDecodeError):
        return {}


def _left_over(folder: Folder, top: str, files: Mapping[str, str]) -> list[str]:
    """The files of the old design that the new one does not have; one that was changed since is the user's."""
    tied = _manifest_in(folder, top + MANIFEST).get("sha256")
    return [
        name
        for name, digest in (tied if isinstance(tied, dict) else {}).items()
        if name not in files and _digest_in(folder, name) == digest
    ]


def _digest_in(folder: Folder, name: str) -> str | None:
    """The SHA-256 of a file in the folder; None if it is not there or is not a file of its own."""
    if (folder.path / name).is_symlink():
        return None
    try:
        content = folder.read(name)
    except SymhdlError:
        return None
    return None if content is None else sha256(content)
