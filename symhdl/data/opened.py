"""A file of data, opened once: all that is read of it comes from one handle, and that it stays the same is seen."""

from __future__ import annotations

import io
import os
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO
from weakref import finalize

from symhdl.data.limits import MAXIMUM_SPOOLED
from symhdl.errors import SymhdlError, error

Waiting = Callable[[str], object]
"""Who is told what is waited for."""

PATIENCE_SECONDS = 1.0
PIECE = 1 << 20
IN_MEMORY = 1 << 20
"""Bytes of what cannot be read twice that are kept in memory; more goes to a temporary file."""

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
            stream = self.stream()
            stream.seek(start)
            found = stream.read(size)
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
    with ExitStack() as after, _patience(name, waiting) as patience:
        try:
            handle = after.enter_context(path.open("rb", buffering=0))
        except FileNotFoundError:
            raise error("file-missing", f"there is no file {name}", help="check the path") from None
        except OSError as problem:
            raise unreadable(name, problem) from None
        except ValueError:  # a path with a null character
            raise error("file-unreadable", f"{name!r} is not a path") from None
        file = _opened(handle, name, patience)
        if file.handle is handle:
            after.pop_all()
        return file


def open_stream(stream: BinaryIO, name: str, waiting: Waiting | None = None) -> DataFile:
    """What is left of a stream, such as standard input, as if it were a file; see `open_file`."""
    with ExitStack() as after, _patience(name, waiting) as patience:
        handle: IO[bytes] = stream
        with suppress(OSError):  # it is none of the system's files
            handle = after.enter_context(io.FileIO(os.dup(stream.fileno())))
        file = _opened(handle, name, patience)
        if file.handle is handle:
            after.pop_all()
        return file


def read_stream(stream: BinaryIO, name: str, size: int, waiting: Waiting | None = None) -> bytes:
    """The first bytes of a stream, at most `size`; see `open_file`."""
    with _patience(name, waiting):
        try:
            return stream.read(size)
        except OSError as problem:
            raise unreadable(name, problem) from None


def _opened(handle: IO[bytes], name: str, patience: _Patience) -> DataFile:
    """The file behind a handle, or a copy of what the handle gives where that cannot be read twice."""
    try:
        status = os.fstat(handle.fileno())
    except OSError:
        return spooled(handle, name)
    mode = status.st_mode
    terminal = os.isatty(handle.fileno())
    if stat.S_ISDIR(mode) or stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not terminal):
        what = "folder" if stat.S_ISDIR(mode) else "device"
        raise error("file-unreadable", f"cannot read {name}: it is a {what}", help="give a file")
    # Files of the system that are made while they are read say that they are empty.
    if stat.S_ISREG(mode) and status.st_size and handle.tell() == 0:
        return DataFile(name, handle, status.st_size, _state(status))
    if terminal:
        patience.tell(f"reading {name} from the terminal; Ctrl-D ends it")
    return spooled(handle, name, patience=patience)


def _state(status: os.stat_result) -> State:
    return status.st_size, status.st_mtime_ns


class _Patience:
    """Tells once what is waited for."""

    def __init__(self, name: str, waiting: Waiting | None) -> None:
        self._waiting = waiting
        text = f"waiting for data from {name}; Ctrl-C ends it"
        self._timer = threading.Timer(PATIENCE_SECONDS, self.tell, [text])
        self._timer.daemon = True
        if waiting is not None:
            self._timer.start()

    def tell(self, text: str) -> None:
        self.end()
        if self._waiting is not None:
            self._waiting(text)

    def end(self) -> None:
        """Something came, or will not come."""
        self._timer.cancel()


@contextmanager
def _patience(name: str, waiting: Waiting | None) -> Iterator[_Patience]:
    patience = _Patience(name, waiting)
    try:
        yield patience
    finally:
        patience.end()


def unreadable(name: str, problem: Exception) -> SymhdlError:
    """The error that something is damaged, or the system refuses it."""
    reason = getattr(problem, "strerror", None) or str(problem).split("\n", 1)[0]
    return error("file-unreadable", f"cannot read {name}: {reason or type(problem).__name__}")


def spooled(
    stream: IO[bytes], name: str, limit: int = MAXIMUM_SPOOLED, patience: _Patience | None = None
) -> DataFile:
    """A copy of what is left of a stream. Raises SymhdlError for more than `limit` bytes, and if there is no room."""
    size = 0
    with ExitStack() as after:
        kept = after.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))
        while piece := _piece(stream, name):
            if patience is not None:
                patience.end()
            size += len(piece)
            if size > limit:
                text = f"{name} gives more than {limit} bytes, and it cannot be read twice"
                raise error("too-large", text, help="write it to a file, and give that")
            with room_for(name):
                kept.write(piece)
        after.pop_all()
        return DataFile(name, kept, size)


def _piece(stream: IO[bytes], name: str) -> bytes:
    try:
        piece = stream.read(PIECE)
    except OSError as problem:
        raise unreadable(name, problem) from None
    if piece is None:  # nothing yet, and the stream does not wait
        raise error("file-unreadable", f"cannot read {name}: it does not wait for its data")
    return piece


@contextmanager
def room_for(name: str) -> Iterator[None]:
    """Surrounds what is written to temporary files. Raises SymhdlError if the system refuses it."""
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        text = f"cannot keep a copy of {name} in the folder for temporary files: {reason}"
        help = "make room there, or set TMPDIR to another folder"
        raise error("cannot-write", text, help=help) from None
