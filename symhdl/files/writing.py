"""Writes single files: whole or not at all, and never over what is being read."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from symhdl.errors import SymhdlError, error
from symhdl.files.reading import reason
from symhdl.locks import Held, lock

UNFINISHED = ".symhdl-"
"""How the names of all that is not finished yet begin."""

PART = ".part"
ELSEWHERE = "choose another file"


def write_file(path: Path, text: str | Iterable[str], reading: Iterable[Path] = ()) -> None:
    """Writes one file that the user names, as every tool does: what stood there is replaced, a link followed.

    The text may come in pieces; what is raised while they are made goes on. It is written beside its place and then
    moved there, so that after a failure the old file stands there and no new folder; a device or a pipe is written to
    as it is. `reading` are files that the text is made of, which are not replaced. Raises SymhdlError if they would
    be, or if the system refuses.
    """
    pieces = [text] if isinstance(text, str) else text
    place = place_of(path, reading)
    with told(path, ELSEWHERE):
        if place.exists() and not place.is_file():
            with place.open("w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(pieces)
            return
        with folders_made(place.parent), _part(place) as file:
            file.writelines(pieces)


@contextmanager
def told(path: Path, help: str) -> Iterator[None]:
    """Says in a diagnostic what the system refuses, with the path at which it did."""
    try:
        yield
    except OSError as problem:
        raise refused(path, reason(problem), help) from None
    except UnicodeEncodeError as problem:
        lone = problem.object[problem.start : problem.end]
        raise refused(path, f"{lone!r} is not a character", None) from None
    except ValueError:  # a path with a null character
        raise error("cannot-write", f"{str(path)!r} is not a path", help=help) from None


def place_of(path: Path, reading: Iterable[Path] = ()) -> Path:
    """Where `write_file` writes a file of that name: at the end of links. Raises SymhdlError if it may not."""
    with told(path, ELSEWHERE):
        place = _end_of_links(path)
        for source in reading:
            if place.exists() and source.exists() and place.samefile(source):
                raise refused(path, "it is read by this command")
        return place


def _end_of_links(path: Path) -> Path:
    if not path.name:
        raise refused(path, "it is a folder")
    if path.exists() and not path.is_file() and not path.is_dir():
        return path  # the name behind /dev/stdout is none where that is a pipe
    if path.is_symlink():
        path = Path(os.path.realpath(path))
        if path.is_symlink():
            raise refused(path, "its links lead in a circle")
    if path.is_dir():
        raise refused(path, "it is a folder")
    if path.is_file() and is_read_only(path):
        raise refused(path, "it is read-only")
    return path


def refused(path: Path, why: str, help: str | None = ELSEWHERE) -> SymhdlError:
    """The error that a file is not written."""
    return error("cannot-write", f"cannot write {path}: {why}", help=help)


def is_read_only(path: Path) -> bool:
    """Whether nobody may write the file, as its permissions say, or the system lets us not."""
    writable = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    return not path.stat().st_mode & writable or not os.access(path, os.W_OK)


@contextmanager
def folders_made(folder: Path) -> Iterator[None]:
    """Makes a folder and the missing ones above it; those that were made go again, as far as empty, after a failure."""
    made: list[Path] = []
    try:
        for path in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            with suppress(FileExistsError):  # somebody else was faster
                path.mkdir()
                made.append(path)
        yield
    except BaseException:
        for path in reversed(made):
            with suppress(OSError):  # it is not empty
                path.rmdir()
        raise


@contextmanager
def _part(place: Path) -> Iterator[TextIO]:
    """A file that takes its place at the end; parts that others left behind are removed."""
    remove_parts(place.parent)
    with _locked_part(place.parent) as (part, file):
        try:
            yield file
            file.flush()
            mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o666 & ~_umask()
            part.chmod(mode)
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def _locked_part(folder: Path) -> Iterator[tuple[Path, TextIO]]:
    """A new file that nobody takes for one left behind, because it is locked."""
    while True:
        handle, name = tempfile.mkstemp(dir=folder, prefix=UNFINISHED, suffix=PART)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            lock(handle, exclusive=True)
            if os.fstat(handle).st_nlink:  # else it was removed before it was locked
                yield Path(name), file
                return


def remove_parts(folder: Path) -> None:
    """Removes the parts of files in a folder whose writers were killed, as far as the system lets us."""
    with suppress(OSError):
        for entry in [*folder.iterdir()]:
            if entry.name.startswith(UNFINISHED) and entry.name.endswith(PART):
                _remove_part(entry)


def _remove_part(path: Path) -> None:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with suppress(OSError):  # it is another's, or gone by now
        handle = os.open(path, flags)
        try:
            if lock(handle, exclusive=True) is Held.HERE:
                path.unlink()
        finally:
            os.close(handle)


def _umask() -> int:
    """The mask of permissions, which the system lets nobody read without setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
