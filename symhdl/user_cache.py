"""What is kept for one user between runs: answers by their questions, in a folder that nobody else may enter.

A name is the digest of the question and of the code that answers it, symhdl's own and that of the libraries which
calculate, so that no other version's answers are found. An entry says its question and the digest of itself: what is
damaged, torn or about something else is as if it were not there. Entries are written beside their place and moved
there. A folder or file that belongs to somebody else, or that others may change, is left alone. Nothing that goes
wrong here ends anything: without the cache the same is found again, and takes its time.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from symhdl.documents import sha256
from symhdl.version import VERSION

FOLDER = "symhdl"
END, PART = ".kept", ".part"
FORM = "symhdl 1"
ROOMS = ("approximation", "cost", "functions", "ir", "numeric", "targets")
"""Whose code answers, with `LIBRARIES`."""

LIBRARIES = ("numpy", "python-flint", "msgspec")
MOST_BYTES = 128 << 20
MOST_ENTRIES = 20_000
LARGEST_ENTRY = 8 << 20
LEFT = 0.75
"""What share stays when the oldest entries go."""

TRIMMED = "00"
"""How the names of entries begin after which the folder is looked through."""

ABANDONED_S = 3600.0
"""So much older than the newest entry a part is one of a writer that was ended."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a folder holds."""

    entries: int
    size: int


class UserCache:
    """The folder; `trouble` says why it is not used, if it is not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble = ""
        self._is_ready: bool | None = None

    def get(self, question: str) -> str | None:
        """The answer, if it is known."""
        if not self._may_be_used():
            return None
        with suppress(OSError, ValueError):
            content = _own_content(self.folder / _name(question))
            return _answer(content, question)
        return None

    def put(self, question: str, answer: str) -> None:
        """Keeps an answer, if it can."""
        body = f"{question}\n{answer}".encode()
        if len(body) > LARGEST_ENTRY or not self._may_be_used():
            return
        name = _name(question)
        with suppress(OSError):
            _write(self.folder / name, f"{FORM} {sha256(body)}\n".encode() + body)
            if name.startswith(TRIMMED):
                self.trim()

    def trim(self, most_bytes: int = MOST_BYTES, most_entries: int = MOST_ENTRIES) -> None:
        """Removes what has not been asked for longest, if there is too much, and parts that were left behind."""
        if not self._may_be_used():
            return
        entries = sorted(self._entries(), key=lambda entry: entry[1].st_mtime)
        size, count = sum(status.st_size for _, status in entries), len(entries)
        if size > most_bytes or count > most_entries:
            for path, status in entries:
                if size <= LEFT * most_bytes and count <= LEFT * most_entries:
                    break
                with suppress(OSError):
                    path.unlink()
                size, count = size - status.st_size, count - 1
        newest = max((status.st_mtime for _, status in entries), default=0.0)
        for path, status in self._files(PART):
            if status.st_mtime < newest - ABANDONED_S:
                with suppress(OSError):
                    path.unlink()

    def clear(self) -> Contents:
        """Removes all entries, and returns what there was."""
        before = self.contents()
        if self._may_be_used():
            for end in (END, PART):
                for path, _ in self._files(end):
                    with suppress(OSError):
                        path.unlink()
        return before

    def contents(self) -> Contents:
        """How much there is."""
        if not self.folder.is_dir() or not self._may_be_used():
            return Contents(0, 0)
        sizes = [status.st_size for _, status in self._entries()]
        return Contents(len(sizes), sum(sizes))

    def _entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        return self._files(END)

    def _files(self, end: str) -> Iterator[tuple[Path, os.stat_result]]:
        with suppress(OSError), os.scandir(self.folder) as found:
            for entry in found:
                if entry.name.endswith(end):
                    with suppress(OSError):  # somebody else was faster
                        yield Path(entry.path), entry.stat(follow_symlinks=False)

    def _may_be_used(self) -> bool:
        """Whether the folder is there, or could be made, and is the user's alone; it is looked at once."""
        if self._is_ready is None:
            try:
                self.folder.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileExistsError):
                    self.folder.mkdir(mode=0o700)
                self.trouble = _objection(self.folder.lstat(), stat.S_ISDIR)
            except OSError as problem:
                self.trouble = problem.strerror or type(problem).__name__
            self._is_ready = not self.trouble
        return self._is_ready


@lru_cache(maxsize=8)
def user_cache(folder: Path) -> UserCache:
    """The cache in a folder, the same one whenever it is asked for."""
    return UserCache(folder)


def default_folder() -> Path | None:
    """Where the system has the user's caches; None without a home folder."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA", "")
        base = Path(place) if place else home / "AppData" / "Local"
        return base / FOLDER / "Cache"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        return named / FOLDER
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / FOLDER


def _objection(status: os.stat_result, is_kind: Callable[[int], bool]) -> str:
    """Why a folder or a file is not the user's alone; empty where it is."""
    if not is_kind(status.st_mode):
        return "it is something else"
    if sys.platform == "win32":
        return ""
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_IRWXO):
        return "others may change it"
    return ""


def _own_content(path: Path) -> bytes:
    """What an entry holds, which counts as used from now on. Raises OSError, ValueError if it is not the user's."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if _objection(status, stat.S_ISREG) or status.st_size > LARGEST_ENTRY + len(FORM) + 80:
            raise ValueError("an entry that is not used")
        content = file.read()
    with suppress(OSError):
        os.utime(path)
    return content


def _answer(content: bytes, question: str) -> str | None:
    """The answer in an entry that is whole, and about the question."""
    head, _, body = content.partition(b"\n")
    if head.decode() != f"{FORM} {sha256(body)}":
        return None
    asked, _, answer = body.decode().partition("\n")
    return answer if asked == question else None


def _write(place: Path, content: bytes) -> None:
    """The file whole or not at all; the system makes it readable for the user alone."""
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=PART)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _name(question: str) -> str:
    return sha256(f"{code_digest()}\n{question}") + END


@lru_cache(maxsize=1)
def code_digest() -> str:
    """The digest by which the code that answers is known."""
    package = Path(__file__).parent
    sources = [path for room in ROOMS for path in sorted((package / room).glob("*.py"))]
    known_by = [sha256(path.read_bytes()) for path in sources]
    return sha256("\n".join([VERSION, sys.version, *map(_version, LIBRARIES), *known_by]))


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "unknown"
