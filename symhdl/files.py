"""Reads the user's texts and writes results below one folder, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from symhdl.errors import SymhdlError, error

MAXIMUM_TEXT_BYTES = 64 * 1024 * 1024


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
        raise error("file-unreadable", f"cannot read {path}: {_reason(problem)}") from None
    except ValueError:  # a path with a null character
        raise error("file-unreadable", f"{str(path)!r} is not a path") from None
    return decode(content, str(path), limit)


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


def write_files(folder: Path, files: Mapping[str, str | Iterable[str]]) -> None:
    """Writes files, given by their names relative to `folder`, all of them or none.

    A text may come in pieces; what is raised while they are made goes on, and nothing is written.

    Every text is written beside its place first and all are then moved there. What stood there
    before is replaced. After a failure neither a file nor a folder that was not there remains.
    Raises SymhdlError if the system refuses.
    """
    try:
        with ExitStack() as undo:
            moves = [_stage(folder, name, text, undo) for name, text in files.items()]
            for temporary, place in moves:
                temporary.replace(place)
            undo.pop_all()
    except OSError as problem:
        place = problem.filename or folder
        raise _refused(place, problem) from None


def _refused(place: object, problem: OSError) -> SymhdlError:
    help = "choose another folder with -o"
    return error("cannot-write", f"cannot write {place}: {_reason(problem)}", help=help)


def _reason(problem: OSError) -> str:
    return problem.strerror or type(problem).__name__


def _stage(
    folder: Path, name: str, text: str | Iterable[str], undo: ExitStack
) -> tuple[Path, Path]:
    """Writes a text to a temporary file in the folder where it belongs; `undo` removes it again."""
    relative = PurePosixPath(name)
    inside = not relative.is_absolute() and ".." not in relative.parts and relative.name
    assert inside, f"a file outside of the output folder: {name}; please report this"
    place = folder.joinpath(*relative.parts)
    _make_folders(place.parent, undo)
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        message = f"{place.parent} leads out of {folder}"
        raise error("leaves-folder", message, help="choose another folder with -o")
    if place.is_dir():
        raise error("cannot-write", f"cannot write {place}: it is a folder")
    if not place.parent.is_dir():
        message = f"cannot write into {place.parent}: it is not a folder"
        raise error("cannot-write", message, help="choose another folder with -o")
    handle, temporary_name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    temporary = Path(temporary_name)
    undo.callback(temporary.unlink, missing_ok=True)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.writelines([text] if isinstance(text, str) else text)
    temporary.chmod(0o666 & ~_umask())
    return temporary, place


def _make_folders(folder: Path, undo: ExitStack) -> None:
    """Makes a folder and the missing ones above it; `undo` removes those that were made."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        undo.callback(_remove_empty, path)


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def _umask() -> int:
    """The mask of permissions, which the system lets nobody read without setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
