"""Files are written below one folder, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from symhdl import files
from symhdl.errors import SymhdlError


def test_folders_are_made_and_files_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    files.write_files(folder, {"x.v": "one\n", "sub/y.h": "two\n"})
    files.write_files(folder, {"x.v": "three\n"})
    assert (folder / "x.v").read_bytes() == b"three\n"
    assert (folder / "sub" / "y.h").read_bytes() == b"two\n"
    assert sorted(path.name for path in folder.iterdir()) == ["sub", "x.v"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file\n")
    with pytest.raises(UnicodeEncodeError):
        files.write_files(tmp_path / "new", {"x.v": "text", "y.v": "\ud800 is no character"})
    with pytest.raises(SymhdlError, match=r"cannot write into .*in the way: it is not a folder"):
        files.write_files(tmp_path / "in the way", {"x.v": "text"})
    assert [path.name for path in tmp_path.iterdir()] == ["in the way"]


def test_what_was_there_survives_a_failure(tmp_path: Path) -> None:
    files.write_files(tmp_path, {"x.v": "old\n"})
    (tmp_path / "y.v").mkdir()
    with pytest.raises(SymhdlError, match="is a folder"):
        files.write_files(tmp_path, {"x.v": "new\n", "y.v": "new\n"})
    assert (tmp_path / "x.v").read_text() == "old\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.v", "y.v"]


def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "sub").symlink_to(outside, target_is_directory=True)
    with pytest.raises(SymhdlError, match="leads out of"):
        files.write_files(folder, {"x.v": "text", "sub/y.v": "text"})
    assert not list(outside.iterdir())
    assert [path.name for path in folder.iterdir()] == ["sub"]


@pytest.mark.parametrize("name", ["../x.v", "/x.v", ""])
def test_names_stay_inside(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssertionError, match="please report this"):
        files.write_files(tmp_path, {name: "text"})


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_are_the_usual_ones(tmp_path: Path) -> None:
    files.write_files(tmp_path, {"x.v": "text"})
    (tmp_path / "plain").write_text("text")
    assert (tmp_path / "x.v").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_line_ends_and_byte_order_mark() -> None:
    assert files.decode(b"\xef\xbb\xbfa\r\nb\rc\n", "x") == "a\nb\nc\n"


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"ab\xff")
    with pytest.raises(SymhdlError, match="byte 2 is 0xff"):
        files.read_text(tmp_path / "x")
    with pytest.raises(SymhdlError, match="there is no file"):
        files.read_text(tmp_path / "y")
    with pytest.raises(SymhdlError, match="cannot read"):
        files.read_text(tmp_path)


def test_too_large_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "MAXIMUM_TEXT_BYTES", 4)
    (tmp_path / "x").write_text("12345")
    with pytest.raises(SymhdlError, match="too large"):
        files.read_text(tmp_path / "x")
