"""Texts that are read, and single files that are written: whole or not at all, never over what is being read."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from symhdl.errors import SymhdlError, error
from symhdl.files import reading, writing


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def pieces_that_fail() -> Iterator[str]:
    yield "new\n"
    raise error("x", "no more")


def test_folders_are_made_and_a_file_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "a" / "b" / "x.csv"
    writing.write_file(place, "one\n")
    place.chmod(0o640)
    writing.write_file(place, iter(["two\n", "three\n"]))
    assert place.read_bytes() == b"two\nthree\n"
    assert place.stat().st_mode & 0o777 == 0o640
    assert names_in(place.parent) == ["x.csv"]


def test_a_failure_leaves_the_old_file_and_no_new_folder(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("old\n")
    for place in (old, tmp_path / "new" / "x"):
        with pytest.raises(SymhdlError, match="no more"):
            writing.write_file(place, pieces_that_fail())
        with pytest.raises(SymhdlError, match=r"'\\ud800' is not a character"):
            writing.write_file(place, "\ud800")
    assert old.read_text() == "old\n"
    assert names_in(tmp_path) == ["old"]


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    program = (
        "import resource, sys\nfrom pathlib import Path\nfrom symhdl.files import writing\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))\n"
        "writing.write_file(Path(sys.argv[1]), ['12345678' * 1000] * 10)\n"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "x")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "cannot write" in done.stderr
    assert "File too large" in done.stderr
    assert not names_in(tmp_path)
    if Path("/dev/full").exists():
        with pytest.raises(SymhdlError, match="No space left on device"):
            writing.write_file(Path("/dev/full"), "text")


def test_a_pipe_behind_links_is_written_to(tmp_path: Path) -> None:
    """As /dev/stdout is, whose last link names a pipe that has no name."""
    source, sink = os.pipe()
    (tmp_path / "link").symlink_to(f"/dev/fd/{sink}")
    writing.write_file(tmp_path / "link", "text")
    os.close(sink)
    with os.fdopen(source) as pipe:
        assert pipe.read() == "text"


def test_devices_and_pipes_are_written_to(tmp_path: Path) -> None:
    writing.write_file(Path("/dev/null"), "text")
    assert Path("/dev/null").is_char_device()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text()))
    reader.start()
    writing.write_file(pipe, "text")
    reader.join()
    assert found == ["text"]
    assert pipe.is_fifo()


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(Path("folder", "x"))
    for text in ("one", "two"):
        writing.write_file(link, text)
        assert link.is_symlink()
        assert (tmp_path / "folder" / "x").read_text() == text


def looping(folder: Path) -> Path:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    return folder / "a"


def read_only(folder: Path) -> Path:
    (folder / "x").write_text("text")
    (folder / "x").chmod(0o444)
    return folder / "x"


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("text")
    return folder / "file" / "x"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (looping, "its links lead in a circle"),
        (read_only, "it is read-only"),
        (below_a_file, "Not a directory"),
        (lambda folder: folder, "it is a folder"),
        (lambda _: Path("/"), "it is a folder"),
        (lambda _: Path(), "it is a folder"),
        (lambda folder: folder / ("x" * 300), "File name too long"),
        (lambda folder: folder / "a\0b", "is not a path"),
        (lambda folder: folder / "\ud800", "is not a"),
    ],
)
def test_what_cannot_be_written_is_told(
    made: Callable[[Path], Path], message: str, tmp_path: Path
) -> None:
    place = made(tmp_path)
    before = names_in(tmp_path)
    with pytest.raises(SymhdlError, match=message) as caught:
        writing.write_file(place, "text")
    assert caught.value.diagnostics[0].id == "cannot-write"
    assert names_in(tmp_path) == before


def test_a_name_that_is_not_text_is_written(tmp_path: Path) -> None:
    place = tmp_path / os.fsdecode(b"\xff\x1b.csv")
    writing.write_file(place, "text")
    assert names_in(tmp_path) == [place.name]


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    source = tmp_path / "x"
    source.write_text("text")
    (tmp_path / "link").symlink_to(source)
    for place in (source, tmp_path / "link", tmp_path / ".." / tmp_path.name / "x"):
        with pytest.raises(SymhdlError, match="it is read by this command"):
            writing.write_file(place, "other", [tmp_path / "nothing", source])
    assert source.read_text() == "text"


def test_parts_of_killed_writers_are_removed_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / ".symhdl-left.part").write_text("half")
    (tmp_path / "mine.part").write_text("text")
    with writing._locked_part(tmp_path) as (part, _):  # another writer at work
        writing.write_file(tmp_path / "x", "text")
        assert names_in(tmp_path) == sorted([part.name, "mine.part", "x"])


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_are_the_usual_ones(tmp_path: Path) -> None:
    writing.write_file(tmp_path / "x", "text")
    (tmp_path / "plain").write_text("text")
    assert (tmp_path / "x").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_line_ends_and_byte_order_mark() -> None:
    assert reading.decode(b"\xef\xbb\xbfa\r\nb\rc\n", "x") == "a\nb\nc\n"


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"ab\xff")
    with pytest.raises(SymhdlError, match="byte 2 is 0xff"):
        reading.read_text(tmp_path / "x")
    with pytest.raises(SymhdlError, match="there is no file"):
        reading.read_text(tmp_path / "y")
    with pytest.raises(SymhdlError, match="cannot read"):
        reading.read_text(tmp_path)


def test_too_large_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("12345")
    with pytest.raises(SymhdlError, match="too large"):
        reading.read_text(tmp_path / "x", 4)
    assert reading.read_text(tmp_path / "x", 5) == "12345"
    monkeypatch.setattr(reading, "MAXIMUM_FILE_BYTES", 4)
    with pytest.raises(SymhdlError, match="too large"):
        reading.regular_content(tmp_path / "x")


def test_who_is_waited_for_for_a_text_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE_SECONDS", 0.01)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told: list[str] = []

    def waiting(text: str) -> None:
        told.append(text)
        pipe.write_text("x*x\n", encoding="utf-8")

    assert reading.read_text(pipe, waiting=waiting) == "x*x\n"
    assert told == [f"waiting for data from {pipe}; Ctrl-C ends it"]
    assert reading.is_pipe(pipe)
    assert not reading.is_pipe(tmp_path / "a\0b")


def test_only_regular_files_of_a_design_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(SymhdlError, match="is not a regular file"):
            reading.regular_content(place)
