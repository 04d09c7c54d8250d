"""A folder under its lock: nobody writes there while it is read, and only one writes at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from symhdl.errors import error
from symhdl.files.reading import regular_content, unreadable
from symhdl.files.writing import folders_made
from symhdl.folders.recovery import is_unfinished, leads_out, recover, recovered
from symhdl.locks import Held, lock

WAIT_S, POLL_S = 30.0, 0.05


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is locked. `complete` is the set that could not be moved to its places, and is seen through."""

    path: Path
    complete: Path | None = None

    def read(self, name: str) -> bytes | None:
        """What a file holds; None if there is none. Raises SymhdlError if it cannot be read or leads elsewhere."""
        place = self.path / name
        if self.complete is not None and (self.complete / name).is_file():
            place = self.complete / name
        try:
            if leads_out(place, self.path):
                text = f"{place} leads out of {self.path}"
                raise error("leaves-folder", text, help="compile again with -o")
            return regular_content(place)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as problem:
            raise unreadable(str(place), problem) from None

    def names(self) -> list[str]:
        """The names of all that is directly in the folder."""
        places = (self.path,) if self.complete is None else (self.path, self.complete)
        return sorted({entry.name for place in places for entry in place.iterdir()})


@contextmanager
def reading(path: Path) -> Iterator[Folder]:
    """The folder, while nobody writes into it; what others left unfinished is finished or removed first.

    Raises SymhdlError if it cannot be opened, or is being written for too long.
    """
    handle: int | None = None
    try:
        try:
            handle = _locked(path, exclusive=False)
            if is_unfinished(path):
                _close(handle)
                handle = None
                handle = _locked(path, exclusive=True)
            folder = Folder(path, recovered(path))
        except OSError as problem:
            raise unreadable(str(path), problem) from None
        yield folder
    finally:
        _close(handle)


@contextmanager
def writing(path: Path) -> Iterator[Folder]:
    """The folder, made if need be, while nobody else reads or writes there. Raises OSError, SymhdlError."""
    with folders_made(path):
        handle = _locked(path, exclusive=True, make=True)
        try:
            recover(path)
            yield Folder(path)
        finally:
            _close(handle)


def _locked(path: Path, *, exclusive: bool, make: bool = False) -> int | None:
    """Waits for the lock of a folder; None where folders have none. Raises OSError if there is no folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return None
    end = time.monotonic() + WAIT_S
    while True:
        if (
            make
        ):  # each time: another writer may have failed, and removed the folder that it had made
            path.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        held = lock(handle, exclusive=exclusive)
        if held is not Held.ELSEWHERE and _is_there(handle, path):
            return handle
        os.close(handle)
        if time.monotonic() > end:
            text = f"waited {WAIT_S:g} s for another process that reads or writes in {path}"
            help = "wait until that process ends, or end it; with folders of their own none waits"
            raise error("folder-locked", text, help=help)
        time.sleep(POLL_S)


def _is_there(handle: int, path: Path) -> bool:
    """Whether the open folder is still the one of that name."""
    return path.exists() and os.path.samestat(os.fstat(handle), path.stat())


def _close(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)
