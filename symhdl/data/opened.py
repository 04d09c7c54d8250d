"""A file of data, opened once: all that is read of it comes from one handle, and that it stays the same is seen."""

from __future__ import annotations

import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO
from weakref import finalize

from symhdl.data.limits import MAXIMUM_SPOOLED
from symhdl.errors import SymhdlError, error
from symhdl.files.reading import (
    PIECE,
    Patience,
    Waiting,
    opened,
    patient,
    pieces,
    reason,
    unbuffered,
    unreadable,
)

IN_MEMORY = 1 << 20
"""Bytes that are kept in memory; more goes to a temporary file."""

State = tuple[int, int]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class DataFile:
    """An open file that can be read from any place, any number of times; it is closed when nobody has it any more.

    Messages call it `name`. `state` is what must not change while it is read: size and time of the last change; None
    for a copy of our own.
    """

    name: str
    handle: IO[bytes] = field(repr=False)
    size: int
    state: State | None = None

    def __post_init__(self) -> None:
        finalize(self, self.handle.close)

    def close(self) -> None:
        """Gives the handle back before its time."""
        self.handle.close()

    def beginning(self, size: int) -> bytes:
        """The first bytes, fewer than `size` if there are no more. Raises SymhdlError if they cannot be read."""
        try:
            return self.stream().read(size)
        except OSError as problem:
            raise unreadable(self.name, problem) from None

    def part(self, start: int, size: int) -> bytes:
        """Bytes in the middle. Raises SymhdlError if they are not there any more."""
        try:
            self.handle.seek(start)
            found = self.handle.read(size)
        except OSError as problem:
            raise unreadable(self.name, problem) from None
        if len(found) < size:
            raise self._changed()
        return found

    def stream(self) -> io.BufferedReader:
        """The bytes from the first to the last, with a place of its own."""
        return io.BufferedReader(_View(self.handle), PIECE)

    def check(self) -> None:
        """Raises SymhdlError if the file was written to since it was opened: what was read is no one version of it."""
        if self.state is not None and self.state != _state(os.fstat(self.handle.fileno())):
            raise self._changed()

    def _changed(self) -> SymhdlError:
        help = "wait until it is complete, or give a copy"
        return error("file-changed", f"{self.name} was changed while it was read", help=help)


class _View(io.RawIOBase):
    """Reads a handle from a place of its own, so that several can take turns."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self._place
        elif whence == io.SEEK_END:
            offset += self._handle.seek(0, io.SEEK_END)
        if offset < 0:
            raise OSError(f"no place before the first byte: {offset}")
        self._place = offset
        return offset

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # all that it is called with
        self._handle.seek(self._place)
        found = self._handle.read(len(buffer))
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)


def open_file(path: Path, name: str | None = None, waiting: Waiting | None = None) -> DataFile:
    """The file at a path; what cannot be read twice, such as a pipe, is read to its end and kept.

    `waiting` is told what is waited for if nothing comes. Raises SymhdlError for what is missing, a folder or a device,
    unreadable, or gives too much.
    """
    name = name or str(path)
    with ExitStack() as after, patient(name, waiting) as patience:
        handle = after.enter_context(opened(path, name))
        file = _opened(handle, name, patience)
        if file.handle is handle:
            after.pop_all()
        return file


def open_stream(stream: BinaryIO, name: str, waiting: Waiting | None = None) -> DataFile:
    """What is left of a stream, such as standard input, as if it were a file; see `open_file`."""
    with ExitStack() as after, patient(name, waiting) as patience:
        handle = unbuffered(stream)
        if handle is not stream:
            after.enter_context(handle)
        file = _opened(handle, name, patience)
        if file.handle is handle:
            after.pop_all()
        return file


def _opened(handle: IO[bytes], name: str, patience: Patience) -> DataFile:
    """The file behind a handle, or a copy of what the handle gives where that cannot be read twice."""
    try:
        status = os.fstat(handle.fileno())
    except OSError:
        return spooled(handle, name, patience=patience)
    mode = status.st_mode
    if stat.S_ISDIR(mode) or stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not handle.isatty()):
        what = "folder" if stat.S_ISDIR(mode) else "device"
        raise error("file-unreadable", f"cannot read {name}: it is a {what}", help="give a file")
    # Files of the system that are made while they are read say that they are empty.
    if stat.S_ISREG(mode) and status.st_size and handle.tell() == 0:
        return DataFile(name, handle, status.st_size, _state(status))
    return spooled(handle, name, patience=patience)


def _state(status: os.stat_result) -> State:
    return status.st_size, status.st_mtime_ns


def spooled(
    stream: IO[bytes], name: str, limit: int = MAXIMUM_SPOOLED, patience: Patience | None = None
) -> DataFile:
    """A copy of what is left of a stream. Raises SymhdlError for more than `limit` bytes, and if there is no room."""
    size = 0
    with ExitStack() as after:
        kept = after.enter_context(temporary_file())
        for piece in pieces(stream, name, patience):
            size += len(piece)
            if size > limit:
                text = f"{name} gives more than {limit:,} bytes, and it cannot be read twice"
                raise error("too-large", text, help="write it to a file, and give that")
            with room_for(name):
                kept.write(piece)
        after.pop_all()
        return DataFile(name, kept, size)


def temporary_file() -> IO[bytes]:
    """A file that is gone once it is closed; a short one stays in memory."""
    return tempfile.SpooledTemporaryFile(IN_MEMORY)


@contextmanager
def room_for(name: str) -> Iterator[None]:
    """Surrounds what is written to temporary files. Raises SymhdlError if the system refuses it."""
    try:
        yield
    except OSError as problem:
        place = "in the folder for temporary files"
        text = f"cannot keep a copy of {name} {place}: {reason(problem)}"
        help = "make room there, or set TMPDIR to another folder"
        raise error("cannot-write", text, help=help) from None
