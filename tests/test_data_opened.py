"""Files of data are opened once, whatever they are: pipes, what changes meanwhile, and what is refused."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from symhdl.data.opened import open_file, open_stream, spooled
from symhdl.data.opening import open_table, table_in
from symhdl.data.table import Table
from symhdl.errors import SymhdlError

LINES = "a,b\n" + "".join(f"{k},{-k}\n" for k in range(20_000))
"""More than a pipe holds."""


def column(table: Table, name: str = "a") -> list[float]:
    return [number for chunk in table.chunks([name]) for number in chunk.columns[name].tolist()]


def _packed(save: Callable[..., object]) -> bytes:
    stream = io.BytesIO()
    save(stream, a=np.arange(20_000), b=-np.arange(20_000))
    return stream.getvalue()


CONTENTS = {
    "text": lambda: LINES.encode(),
    "gzip": lambda: gzip.compress(LINES.encode()),
    "npz": lambda: _packed(np.savez),
    "packed npz": lambda: _packed(np.savez_compressed),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_pipes_and_streams_are_read_from_the_first_byte_to_the_last(kind: str) -> None:
    content = CONTENTS[kind]()
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb") as file:
            file.write(content)

    thread = threading.Thread(target=write)
    thread.start()
    assert column(open_table(f"/dev/fd/{reader}")) == list(range(20_000))
    thread.join()
    os.close(reader)
    table = table_in(open_stream(io.BytesIO(content), "<stdin>"))
    assert column(table) == column(table) == list(range(20_000)), "it can be read again"


def test_a_stream_that_is_a_file_is_read_from_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("not for us\na\n1\n2\n", encoding="utf-8")
    with path.open("rb", buffering=0) as stream:
        stream.seek(11)
        assert column(table_in(open_stream(stream, "<stdin>"))) == [1, 2]
    with path.open("rb") as stream:
        assert open_stream(stream, "<stdin>").size == 17


def test_who_is_waited_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symhdl.files.reading.PATIENCE_SECONDS", 0.01)
    path = tmp_path / "fifo"
    os.mkfifo(path)
    told: list[str] = []

    def waiting(text: str) -> None:
        told.append(text)
        path.write_text("a\n7\n", encoding="utf-8")

    assert column(open_table(path, waiting=waiting)) == [7]
    assert told == [f"waiting for data from {path}; Ctrl-C ends it"]


def _shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 9)


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n")


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-3, io.SEEK_END)
        file.write(b"9")
    os.utime(path, (1, 1))  # the clock of the file system may not have gone on


@pytest.mark.parametrize("change", [_shrink, _grow, _overwrite])
@pytest.mark.parametrize("kind", ["csv", "csv.gz", "npy", "npz"])
@pytest.mark.parametrize("early", [True, False])
def test_what_is_written_to_while_it_is_read_is_told(
    change: Callable[[Path], None], kind: str, early: bool, tmp_path: Path
) -> None:
    path = tmp_path / f"x.{kind}"
    if kind == "npy":
        np.save(path, np.array([(1.5, 2.5)] * 9, dtype=[("a", "f8"), ("b", "f8")]))
    else:
        content = {"csv": "text", "csv.gz": "gzip", "npz": "npz"}[kind]
        path.write_bytes(CONTENTS[content]())
    table = open_table(path)
    chunks = table.chunks(["a"])
    if early:
        change(path)
    else:
        next(chunks)
        change(path)
    with pytest.raises(SymhdlError, match="was changed while it was read"):
        list(chunks)


def test_a_file_that_is_replaced_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    table = open_table(path)
    path.unlink()
    path.write_text("a\n2\n", encoding="utf-8")
    assert column(table) == [1]


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/random"])
def test_devices_are_refused(path: str) -> None:
    with pytest.raises(SymhdlError, match=f"cannot read {path}: it is a device"):
        open_table(path)


def test_files_that_are_made_while_they_are_read() -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("there is no /proc")
    assert open_file(Path("/proc/self/statm")).size > 0, "the system says that it is empty"


def test_a_pipe_may_give_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SymhdlError, match=r"gives more than 10 bytes.*\n.*write it to a file"):
        spooled(io.BytesIO(bytes(11)), "<stdin>", 10)
    assert spooled(io.BytesIO(bytes(10)), "<stdin>", 10).part(0, 10) == bytes(10)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    with pytest.raises(SymhdlError, match=r"No space left on device\n.*TMPDIR"):
        spooled(io.BytesIO(b"x"), "<stdin>")


def test_names_of_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_text("a\nx1\n", encoding="utf-8")
    with pytest.raises(SymhdlError, match=r"caf\\xe9\.csv:2:1") as caught:
        column(open_table(path))
    assert str(caught.value).encode("utf-8")
