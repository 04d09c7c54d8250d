"""Reads the user's texts, and writes single files: whole or not at all, and never over what is being read."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from symhdl.errors import SymhdlError, error
from symhdl.locks import Held, lock

MAXIMUM_TEXT_BYTES = 64 * 1024 * 1024
MAXIMUM_FILE_BYTES = 256 * 1024 * 1024
"""Of a text that a user wrote, and of a file that symhdl wrote."""

UNFINISHED = ".symhdl-"
"""How the names of all that is not finished yet begin."""

PART = ".part"
ELSEWHERE = "choose another file"


def read_text(path: Path, limit: int | None = None) -> str:
    """The text of a file in UTF-8, of at most `limit` bytes (MAXIMUM_TEXT_BYTES).

    Raises SymhdlError if the file is missing, a folder, unreadable, too large or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read((limit or MAXIMUM_TEXT_BYTES) + 1)
    except FileNotFoundError:
        help = "check the path; to give the text itself, use --expr"
        raise error("file-missing", f"there is no file {path}", help=help) from None
    except OSError as problem:
        text = f"cannot read {path}: {reason(problem)}"
        raise error("file-unreadable", text) from None
    except ValueError:  # a path with a null character
        raise error("file-unreadable", f"{str(path)!r} is not a path") from None
    return decode(content, str(path), limit)


def regular_content(place: Path) -> bytes:
    """What a regular file holds; nothing else is opened, least of all a pipe that would be waited for.

    Raises OSError if the system refuses, SymhdlError if it is not such a file or too large.
    """
    handle = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise error("file-unreadable", f"{place} is not a regular file")
        content = file.read(MAXIMUM_FILE_BYTES + 1)
    if len(content) > MAXIMUM_FILE_BYTES:
        limit = f"the limit is {MAXIMUM_FILE_BYTES // 1024 // 1024} MiB"
        raise error("too-large", f"{place} is too large", notes=(limit,))
    return content


def decode(content: bytes, name: str, limit: int | None = None) -> str:
    """Bytes as UTF-8 text, with a byte order mark removed and line ends made plain newlines."""
    limit = limit or MAXIMUM_TEXT_BYTES
    if len(content) > limit:
        size = f"{limit // 1024 // 1024} MiB" if limit >= 1024 * 1024 else f"{limit // 1024} KiB"
        raise error("too-large", f"{name} is too large", notes=(f"the limit is {size}",))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"{name} is not UTF-8 text: byte {problem.start} is {content[problem.start]:#04x}"
        raise error("not-text", message, help="save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def reason(problem: OSError) -> str:
    """What the system says of a failure."""
    return problem.strerror or type(problem).__name__


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
        text = f"cannot write {path}: {reason(problem)}"
        raise error("cannot-write", text, help=help) from None
    except UnicodeEncodeError as problem:
        lone = problem.object[problem.start : problem.end]
        text = f"cannot write {path}: {lone!r} is not a character"
        raise error("cannot-write", text) from None
    except ValueError:  # a path with a null character
        raise error("cannot-write", f"{str(path)!r} is not a path", help=help) from None


def place_of(path: Path, reading: Iterable[Path] = ()) -> Path:
    """Where `write_file` writes a file of that name: at the end of links. Raises SymhdlError if it may not."""
    with told(path, ELSEWHERE):
        place = _end_of_links(path)
        for source in reading:
            if place.exists() and source.exists() and place.samefile(source):
                raise _refused(path, "it is read by this command")
        return place


def _end_of_links(path: Path) -> Path:
    if not path.name:
        raise _refused(path, "it is a folder")
    if path.exists() and not path.is_file() and not path.is_dir():
        return path  # the name behind /dev/stdout is none where that is a pipe
    if path.is_symlink():
        path = Path(os.path.realpath(path))
        if path.is_symlink():
            raise _refused(path, "its links lead in a circle")
    if path.is_dir():
        raise _refused(path, "it is a folder")
    if path.is_file() and is_read_only(path):
        raise _refused(path, "it is read-only")
    return path


def _refused(path: Path, why: str) -> SymhdlError:
    text = f"cannot write {path}: {why}"
    return error("cannot-write", text, help=ELSEWHERE)


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
