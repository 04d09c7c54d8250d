"""Opens and reads what is the user's or a stranger's: what is missing, refused, too much or long in coming is told."""

from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from symhdl.errors import SymhdlError, error

MAXIMUM_TEXT_BYTES = 64 * 1024 * 1024
MAXIMUM_FILE_BYTES = 256 * 1024 * 1024
"""Of a text that a user wrote, and of a file that symhdl wrote."""

PATIENCE_SECONDS = 1.0
PIECE = 1 << 20

Waiting = Callable[[str], object]
"""Who is told what is waited for."""


class Patience:
    """Tells once what is waited for."""

    def __init__(self, name: str, waiting: Waiting | None) -> None:
        self._waiting = waiting
        text = f"waiting for data from {name}; Ctrl-C ends it"
        self._timer = threading.Timer(PATIENCE_SECONDS, self.tell, [text])
        self._timer.daemon = True
        if waiting is not None:
            self._timer.start()

    def tell(self, text: str) -> None:
        """Says it now, and nothing later."""
        self.end()
        if self._waiting is not None:
            self._waiting(text)

    def end(self) -> None:
        """Something came, or will not come."""
        self._timer.cancel()


@contextmanager
def patient(name: str, waiting: Waiting | None) -> Iterator[Patience]:
    """Surrounds the opening and the reading of what may not come at once; `waiting` is told if it does not."""
    patience = Patience(name, waiting)
    try:
        yield patience
    finally:
        patience.end()


def opened(path: Path, name: str, help: str = "check the path") -> io.FileIO:
    """The file at a path, for messages `name`. Raises SymhdlError if it is missing or the system refuses."""
    try:
        return io.FileIO(path)
    except FileNotFoundError:
        raise error("file-missing", f"there is no file {name}", help=help) from None
    except OSError as problem:
        raise unreadable(name, problem) from None
    except ValueError:  # a path with a null character
        raise error("file-unreadable", f"{name!r} is not a path") from None


def unbuffered(stream: BinaryIO) -> IO[bytes]:
    """The handle of the system's behind a stream, to be closed by the caller; else the stream itself."""
    with suppress(OSError):  # it is none of the system's files
        return io.FileIO(os.dup(stream.fileno()))
    return stream


def pieces(stream: IO[bytes], name: str, patience: Patience | None = None) -> Iterator[bytes]:
    """What is left of a stream, as it comes. Raises SymhdlError if it cannot be read."""
    if patience is not None and stream.isatty():
        patience.tell(f"reading {name} from the terminal; Ctrl-D ends it")
    while piece := _piece(stream, name):
        if patience is not None:
            patience.end()
        yield piece


def _piece(stream: IO[bytes], name: str) -> bytes:
    try:
        piece = stream.read(PIECE)
    except OSError as problem:
        raise unreadable(name, problem) from None
    if piece is None:  # nothing yet, and the stream does not wait
        raise error("file-unreadable", f"cannot read {name}: it does not wait for its data")
    return piece


def read_text(path: Path, limit: int = MAXIMUM_TEXT_BYTES, waiting: Waiting | None = None) -> str:
    """The text of a file in UTF-8, of at most `limit` bytes; `waiting` is told if a pipe gives nothing for a while.

    Raises SymhdlError if the file is missing, a folder, unreadable, too large or not UTF-8.
    """
    name = str(path)
    help = "check the path; to give the text itself, use --expr"
    with patient(name, waiting) as patience, opened(path, name, help) as file:
        return decode(_beginning(file, name, limit + 1, patience), name, limit)


def read_stream(
    stream: BinaryIO, name: str, limit: int = MAXIMUM_TEXT_BYTES, waiting: Waiting | None = None
) -> str:
    """What is left of a stream, such as standard input, as text; see `read_text`."""
    with patient(name, waiting) as patience:
        handle = unbuffered(stream)
        try:
            return decode(_beginning(handle, name, limit + 1, patience), name, limit)
        finally:
            if handle is not stream:
                handle.close()


def _beginning(stream: IO[bytes], name: str, size: int, patience: Patience) -> bytes:
    """The first bytes, about `size` of them if there are so many."""
    content = bytearray()
    for piece in pieces(stream, name, patience):
        content += piece
        if len(content) >= size:
            break
    return bytes(content)


def is_pipe(path: Path) -> bool:
    """Whether a path leads to a pipe, which may be waited for."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def regular_file(place: Path) -> BinaryIO:
    """An open regular file; nothing else is opened, least of all a pipe that would be waited for.

    Raises OSError if the system refuses, SymhdlError if it is not such a file.
    """
    handle = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise error("file-unreadable", f"{place} is not a regular file")
    return os.fdopen(handle, "rb")


def regular_content(place: Path) -> bytes:
    """What a regular file holds. Raises as `regular_file` does, and SymhdlError if it is too large."""
    with regular_file(place) as file:
        content = file.read(MAXIMUM_FILE_BYTES + 1)
    if len(content) > MAXIMUM_FILE_BYTES:
        raise _too_large(str(place), MAXIMUM_FILE_BYTES)
    return content


def decode(content: bytes, name: str, limit: int = MAXIMUM_TEXT_BYTES) -> str:
    """Bytes as UTF-8 text, with a byte order mark removed and line ends made plain newlines."""
    if len(content) > limit:
        raise _too_large(name, limit)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"{name} is not UTF-8 text: byte {problem.start} is {content[problem.start]:#04x}"
        raise error("not-text", message, help="save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _too_large(name: str, limit: int) -> SymhdlError:
    size = f"{limit // 1024 // 1024} MiB" if limit >= 1024 * 1024 else f"{limit // 1024} KiB"
    return error("too-large", f"{name} is too large", notes=(f"the limit is {size}",))


def unreadable(name: str, problem: Exception) -> SymhdlError:
    """The error that something is damaged, or the system refuses it."""
    return error("file-unreadable", f"cannot read {name}: {reason(problem)}")


def reason(problem: Exception) -> str:
    """What the system, or a library that reads, says of a failure, in one line."""
    said = getattr(problem, "strerror", None) or str(problem).split("\n", 1)[0]
    return said or type(problem).__name__
