"""NumPy and Parquet files, arrays and frames: what is stored reads back, what is no number is told."""

from __future__ import annotations

import pickle
import struct
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symhdl.data.archive import ArchiveRows
from symhdl.data.binary import StoredRows
from symhdl.data.limits import Packing
from symhdl.data.opening import open_table, table_of
from symhdl.data.table import Table
from symhdl.errors import SymhdlError, ToolMissingError

Array = npt.NDArray[np.generic]
SQUARE = np.arange(12.0).reshape(4, 3) / 8


def columns(table: Table, *names: str) -> dict[str, list[float]]:
    chunks = list(table.chunks(names))
    return {name: np.concatenate([c.columns[name] for c in chunks]).tolist() for name in names}


def saved(path: Path, array: npt.ArrayLike) -> Path:
    np.save(path, array)
    return path


TYPES = ["f8", ">f8", "f4", "f2", "i4", "u1", "i8", "?", "longdouble"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(TYPES),
    st.sampled_from("CF"),
    st.integers(1, 40),
    st.integers(1, 4),
    st.integers(1, 300),
    st.booleans(),
)
def test_stored_arrays_read_back(
    tmp_path: Path, kind: str, order: str, rows: int, width: int, block: int, packed: bool
) -> None:
    values = np.random.default_rng(rows).integers(0, 2 if kind == "?" else 100, (rows, width))
    array = np.asarray(values, dtype=kind, order="C" if order == "C" else "F")
    if packed:
        np.savez_compressed(tmp_path / "x.npz", X=array, y=np.zeros(3))
        table = open_table(tmp_path / "x.npz")
    else:
        table = open_table(saved(tmp_path / "x.npy", array))
    source = table.source
    assert isinstance(source, StoredRows | ArchiveRows)
    parts = source.blocks(range(width), "refuse")
    if isinstance(source, StoredRows):
        parts = StoredRows(source.name, source.names, source.columns, block).blocks(
            range(width), "refuse"
        )
    elif width > 1:
        parts = ArchiveRows(source.file, source.columns, block).blocks(
            [1 + k for k in range(width)], "refuse"
        )
    else:
        parts = source.blocks([list(source.columns).index("X")], "refuse")
    found = np.concatenate([part.values for part in parts])
    np.testing.assert_array_equal(found, values.astype(float))


def test_one_column_and_records(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    assert columns(open_table(saved(path, [1, 2, 3])), "t") == {"t": [1, 2, 3]}
    records = np.array(
        [(1.5, "t", 2), (2.5, "g", 3)], dtype=[("Δx", "f8"), ("label", "U3"), ("b", "i2")]
    )
    with pytest.warns(UserWarning, match="3.0"):
        saved(path, records)
    assert columns(open_table(path), "b", "Δx") == {"b": [2, 3], "Δx": [1.5, 2.5]}
    with pytest.raises(SymhdlError, match=r"column `label` of .* holds text"):
        columns(open_table(path), "label")


def test_archives_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    objects = np.array([{}], dtype=object)
    np.savez(path, a=[1, 2], b=[3, 4], c=[5], d=np.array("s"), e=objects, x=SQUARE[:, :1])
    assert columns(open_table(path), "b", "a") == {"b": [3, 4], "a": [1, 2]}
    assert columns(open_table(path), "x") == {"x": [0, 0.375, 0.75, 1.125]}
    with pytest.raises(SymhdlError, match="`a` has 2 numbers and `c` has 1"):
        columns(open_table(path), "a", "c")
    with pytest.raises(SymhdlError, match="holds Python objects"):
        columns(open_table(path), "e")
    with pytest.raises(SymhdlError, match="no column for the input `d`"):
        columns(open_table(path), "d")
    np.savez(path, X=SQUARE, Y=SQUARE[:, ::-1])
    first, last = SQUARE[:, 1].tolist(), SQUARE[:, 2].tolist()
    assert columns(open_table(path), "X1", "Y0") == {"X1": first, "Y0": last}
    np.savez(path, X=SQUARE, y=[0] * 4)
    assert columns(open_table(path), "x2") == {"x2": SQUARE[:, 2].tolist()}


def _object(path: Path) -> None:
    np.save(path, np.array([{}, 1], dtype=object), allow_pickle=True)


def _truncated(path: Path) -> None:
    np.save(path, SQUARE)
    path.write_bytes(path.read_bytes()[:-20])


def _workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")


def _damaged(path: Path) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, a=np.random.default_rng(1).normal(size=5000))
    content = bytearray(path.read_bytes())
    content[4000:4100] = bytes(100)
    path.write_bytes(content)


def _header(
    path: Path, shape: str, kind: str = "'<f8'", bytes_there: int = 16, version: int = 1
) -> None:
    """A .npy file whose header says what nothing holds it to."""
    text = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    path.write_bytes(b"\x93NUMPY" + bytes((version, 0)) + length + text + bytes(bytes_there))


def _archive(path: Path, *names: str, method: int = zipfile.ZIP_STORED) -> None:
    array = path.with_name("array.npy")
    _header(array, "(2,)")
    with zipfile.ZipFile(path, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            archive.write(array, name)


def _flipped(path: Path, mark: bytes, offset: int, bits: int) -> None:
    """Changes a byte so far behind a mark."""
    content = bytearray(path.read_bytes())
    content[content.index(mark) + offset] ^= bits
    path.write_bytes(content)


def _changed(mark: bytes, offset: int, bits: int, method: int = 0) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        _archive(path, "x0.npy", "x1.npy", "x2.npy", method=method)
        _flipped(path, mark, offset, bits)

    return make


def _large_member(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("x0", "x1", "x2"):
            archive.writestr(name + ".npy", bytes(1 << 20))
    sizes = struct.pack("<I", 1 << 20), struct.pack("<I", 1 << 30)
    path.write_bytes(path.read_bytes().replace(*sizes))


def _no_text(path: Path) -> None:
    _archive(path, "é.npy")
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xfe"))


HEADER_PROMISES: dict[str, tuple[Callable[[Path], object], str]] = {
    "columns without rows": (
        lambda p: _header(p, f"(0, {10**9})"),
        "has more than 100,000 columns",
    ),
    "columns": (lambda p: _header(p, f"(1, {10**9})"), "promises 8,000,000,000 bytes, and 16 are"),
    "rows": (lambda p: _header(p, f"({10**9}, 3)"), "promises 24,000,000,000 bytes, and 16 are"),
    "beyond all": (lambda p: _header(p, f"({10**30}, 3)"), "bytes, and 16 are there"),
    "less than none": (lambda p: _header(p, "(-1, 3)"), "its shape is (-1, 3)"),
    "rows of nothing": (lambda p: _header(p, f"({10**15}, 3)", "'|V0'"), "holds records"),
    "no columns": (lambda p: _header(p, f"({10**12}, 0)"), "no columns for the inputs"),
    "wide records": (
        lambda p: _header(p, "(1,)", f"[('x0', '<f8'), ('t', '|S{1 << 24}')]", 9 + (1 << 24)),
        "a row of more than 16,777,216 bytes",
    ),
    "long header": (
        lambda p: _header(p, "(1,)", str([(f"f{k}", "<f8") for k in range(2000)])),
        "a header of more than 10,000 characters",
    ),
    "promised header": (
        lambda p: p.write_bytes(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}"),
        "a header of more than 10,000 characters",
    ),
    "no shape": (lambda p: _header(p, "(1,)", "()"), "is no .npy file"),
    "subarray": (lambda p: _header(p, "(1, 3)", "('<f8', (2,))", 48), "holds records"),
    "surrogates": (
        lambda p: _header(p, "(1,)", "[('\\ud800', '<f8'), ('b', '<f8')]"),
        "columns of the file: \ufffd\ufffd\ufffd, b",
    ),
    "members": (
        lambda p: _archive(p, *(f"a{k}.npy" for k in range(31))),
        "holds more than 30 arrays",
    ),
    "directory": (lambda p: _archive(p, "x0.npy", "x" * 5000 + ".npy"), "more than 30 arrays"),
    "twice": (lambda p: _archive(p, *["x0.npy"] * 2), "holds 2 arrays named `x0`"),
    "bzip2": (lambda p: _archive(p, "x0.npy", method=12), "x0.npy of x.npy is packed by bzip2"),
    "lzma": (lambda p: _archive(p, "x0.npy", method=14), "x0.npy of x.npy is packed by LZMA"),
    "encrypted": (_changed(b"PK\1\2", 8, 1), "is encrypted"),
    "names that are no text": (_no_text, "cannot read x.npy: 'utf-8' codec"),
    "array": (_changed(b"\x93NUMPY", 70, 1), "cannot read x.npy: Bad CRC-32"),
    "check sum": (_changed(b"PK\1\2", 16, 1, 8), "cannot read x.npy: Bad CRC-32"),
    "version": (_changed(b"PK\1\2", 6, 64), "cannot read x.npy: zip file version"),
    "small member": (_large_member, "more than 64 MiB, and 50 times its size"),
}
"""Files that say more than they hold, or that nobody's tool writes: told before anything is done."""


@pytest.mark.parametrize("case", HEADER_PROMISES)
def test_what_a_header_promises_is_held_against_the_file(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symhdl.data.archive.MAXIMUM_MEMBERS", 30)
    monkeypatch.setattr("symhdl.data.archive.LONGEST_DIRECTORY", 5000)
    make, told = HEADER_PROMISES[case]
    make(tmp_path / "x.npy")
    with pytest.raises(SymhdlError) as caught:
        columns(open_table(tmp_path / "x.npy", "x.npy"), "x0", "x1", "x2")
    assert told in str(caught.value)


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "objects": (_object, "holds Python objects, which are not read because reading them runs code"),
    "truncated": (_truncated, "is no .npy file"),
    "header": (
        lambda p: p.write_bytes(b"\x93NUMPY\x01\x00\x10\x00{'descr': (((((("),
        "no .npy file",
    ),
    "scalar": (lambda p: np.save(p, 3.0), "has the shape ()"),
    "cube": (lambda p: np.save(p, np.zeros((2, 2, 2))), "has the shape (2, 2, 2)"),
    "complex": (lambda p: np.save(p, SQUARE + 0j), "holds complex numbers"),
    "text": (lambda p: np.save(p, np.array([["1", "2", "3"]])), "holds text"),
    "dates": (lambda p: np.save(p, np.zeros((1, 3), "M8[s]")), "holds dates"),
    "empty": (lambda p: np.save(p, np.zeros((0, 3))), "has no rows"),
    "missing": (lambda p: np.save(p, SQUARE * np.nan), "row 1, column `x0`: a missing value"),
    "infinite": (lambda p: np.save(p, SQUARE / 0), "row 1, column `x1`: an infinite number"),
    "pickle": (lambda p: p.write_bytes(pickle.dumps({"x0": 1})), "is a pickle"),
    "workbook": (_workbook, "is an Excel workbook"),
    "damaged": (_damaged, "cannot read"),
    "hdf": (lambda p: p.write_bytes(b"\x89HDF\r\n\x1a\n"), "is an HDF5 file"),
    "zip": (lambda p: p.write_bytes(b"PK\x03\x04 and no more"), "cannot read"),
    "folder": (lambda p: p.mkdir(), "cannot read"),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_what_holds_no_numbers_is_told(case: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    make, told = REFUSED[case]
    make(path)
    with pytest.raises(SymhdlError) as caught:
        columns(open_table(path), *(["a"] if case == "damaged" else ["x0", "x1", "x2"]))
    assert told in str(caught.value)


def test_places_are_rows_and_names(tmp_path: Path) -> None:
    array = np.zeros((100_000, 3))
    array[7, 1], array[99_999, 2] = np.nan, np.inf
    path = saved(tmp_path / "x.npy", array)
    with pytest.raises(SymhdlError) as caught:
        columns(open_table(path), "x1", "x2")
    assert [d.message.split(", ", 1)[1] for d in caught.value.diagnostics] == [
        "row 8, column `x1`: a missing value",
        "row 100000, column `x2`: an infinite number",
    ]
    assert len(columns(open_table(path), "x0")["x0"]) == 100_000
    array[99_999, 2] = 1
    (chunk,) = open_table(saved(path, array)).chunks(["x1", "x2"], "skip")
    assert (chunk.rows, chunk.skipped) == (99_999, 1)


def test_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    content = {"a": [1.5, 2.5], "b": [1, None], "label": ["t", "g"], "c": [True, False]}
    parquet.write_table(arrow.table(content), path, row_group_size=1)
    assert columns(open_table(path), "c", "a") == {"c": [1, 0], "a": [1.5, 2.5]}
    with pytest.raises(SymhdlError, match="row 2, column `b`: a missing value"):
        columns(open_table(path), "b")
    chunks = list(open_table(path).chunks(["b"], "skip"))
    assert sum(chunk.rows for chunk in chunks) == 1
    with pytest.raises(SymhdlError, match=r"column `label` of .* holds text"):
        columns(open_table(path), "label")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SymhdlError, match="cannot read"):
        open_table(path)


def test_parquet_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1....PAR1")
    with pytest.raises(ToolMissingError, match="pip install pyarrow"):
        open_table(path)


def test_objects_in_memory() -> None:
    assert columns(table_of(SQUARE), "x2") == {"x2": SQUARE[:, 2].tolist()}
    assert columns(table_of({"a": [1, 2], "b": (3, 4)}), "b", "a") == {"b": [3, 4], "a": [1, 2]}
    assert columns(table_of({"x": SQUARE}), "x1") == {"x1": SQUARE[:, 1].tolist()}
    for wrong in (3, None, {}, {"a": 1.0}, {"a": [[1], [1, 2]]}, np.float64(3), object()):
        with pytest.raises(SymhdlError):
            columns(table_of(wrong), "a")
    with pytest.raises(SymhdlError, match="row 3, column `a`: str is not a number"):
        columns(table_of({"a": np.array([1, 2.5, "x"], dtype=object)}), "a")


def test_frames_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "x[3]": [0.5, 1.5], "label": ["t", "g"]})
    assert columns(table_of(frame), "x3", "a") == {"x3": [0.5, 1.5], "a": [1, 2]}
    assert columns(table_of(pandas.DataFrame(SQUARE)), "x1") == {"x1": SQUARE[:, 1].tolist()}
    holes = pandas.DataFrame({"a": pandas.array([1, None], dtype="Int64")})
    with pytest.raises(SymhdlError, match="row 2, column `a`: a missing value"):
        columns(table_of(holes), "a")


def test_tables_of_arrow() -> None:
    arrow = pytest.importorskip("pyarrow")
    assert columns(table_of(arrow.table({"a": [1, 2]})), "a") == {"a": [1, 2]}


def test_columns_by_name_or_in_order() -> None:
    named = table_of({"b": [1], "a": [2], "c": [3]})
    assert columns(named, "a", "b") == {"a": [2], "b": [1]}
    assert columns(table_of(np.array([[1, 2]])), "p", "q") == {"p": [1], "q": [2]}
    assert columns(table_of({"p": [1], "q": [2]}), "x0", "x1") == {"x0": [1], "x1": [2]}
    assert columns(table_of(np.array([[1, 2]])), "x1", "x2") == {"x1": [1], "x2": [2]}
    assert columns(table_of({" x[14] ": [7]}), "x14") == {"x14": [7]}
    for first, other in (("x2", "x1"), ("x1", "x0")):
        found = columns(table_of(np.array([[1, 2]])), first, other)
        assert found == {first: [2], other: [1]}, "numbers in names count, not the order of inputs"
    assert columns(table_of({"p": [1], "q": [2]}), "x1", "x0") == {"x0": [1], "x1": [2]}
    for wanted in (("a", "x0"), ("x0", "a"), ("x1", "a")):
        with pytest.raises(SymhdlError, match="no column"):
            columns(table_of(np.array([[1, 2]])), *wanted)
    assert columns(table_of({"e\u0301": [7]}), "é") == {"é": [7]}


@pytest.mark.parametrize("wanted", [["a", "z"], ["Alpha", "beta"], ["p", "q", "r"]])
def test_missing_columns_are_named(wanted: list[str]) -> None:
    with pytest.raises(SymhdlError, match="`x1`"):
        columns(table_of({"x0": [1], "y": [2]}), "x0", "x1")
    table = table_of({"a": [1], "alpha": [2]}, "x.csv")
    with pytest.raises(SymhdlError, match=f"`{wanted[-1]}`") as caught:
        columns(table, *wanted)
    assert ("did you mean `alpha` for `Alpha`" in str(caught.value)) == ("Alpha" in wanted)


def test_rows_of_parquet_that_take_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    nested = {"a": np.zeros(100_000), "b": [[1.5]] * 100_000}
    parquet.write_table(arrow.table(nested), path, compression="zstd")
    with pytest.raises(SymhdlError, match=r"column `b` of .* holds records"):
        columns(open_table(path), "b")
    assert columns(open_table(path), "a")["a"] == [0] * 100_000
    monkeypatch.setattr("symhdl.data.parquet.REPEATED", Packing(1 << 10, 10))
    with pytest.raises(SymhdlError, match="10 times its size"):
        columns(open_table(path), "a")
    monkeypatch.undo()
    parquet.write_table(arrow.table(nested), path, compression="zstd", use_dictionary=False)
    assert columns(open_table(path), "a")["a"] == [0] * 100_000
    monkeypatch.setattr("symhdl.data.parquet.PACKED", Packing(1 << 10, 20))
    with pytest.raises(SymhdlError, match="20 times its size"):
        columns(open_table(path), "a")
