"""Text tables: every way to write one, every mistake at its place, and the same numbers however they are read."""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symhdl.data.fields import fields_of, lines_of, texts_of
from symhdl.data.limits import Packing
from symhdl.data.opened import open_file
from symhdl.data.opening import open_table
from symhdl.data.text_table import Columns, TextFile, text_table
from symhdl.errors import Source, SymhdlError

Missing = Literal["refuse", "skip"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "x.csv"


def written(place: Path, text: str | bytes) -> Path:
    place.write_bytes(text.encode() if isinstance(text, str) else text)
    return place


def read(
    path: Path,
    *wanted: str,
    missing: Missing = "refuse",
    decimal: str | None = None,
    block: int = 1 << 20,
) -> dict[str, list[float]]:
    zipped = path.suffix == ".gz"
    table = text_table(TextFile(open_file(path, path.name), zipped), decimal, block)
    names = wanted or tuple(name for name in table.names if name)
    chunks = list(table.chunks(names, missing))
    return {name: np.concatenate([c.columns[name] for c in chunks]).tolist() for name in names}


WAYS = {
    "plain": "a,b\n1,2\n3,4\n",
    "no end": "a,b\n1,2\n3,4",
    "comments and blanks": "\n# a comment\na , b\n\n 1, 2\n# 9,9\n#9,9\n   \n3,4\n\n",
    "semicolons": "a;b\n1;2\n3;4\n",
    "tabs": "a\tb\n1\t2\n3\t4\n",
    "bars": "a|b\n1|2\n3|4\n",
    "blanks": "a b\n 1 2\n3    4\n",
    "quotes": '"a","b"\n"1",2\n3,"4"\n',
    "quotes and blanks": '"a" "b"\n"1" 2\n3 "4"\n',
    "exponents": "a,b\n1e0,0.2e1\n+3,4.\n",
    "names in a comment": "# by hand\n# a, b\n1,2\n3,4\n",
    "hint of Excel": "sep=;\na;b\n1;2\n3;4\n",
    "mark": "\ufeffa,b\r\n1,2\r\n3,4\r\n",
    "old ends": "a,b\r1,2\r3,4\r",
    "text beside": 'l,a,b\n"x, ""y""",1,2\nz;;1,3,4\n',
    "text after": "a,b,class\n1,2,t\n3,4,g\n",
    "index": ",a,b\n0,1,2\n1,3,4\n",
    "decimal commas": "a;b\n1,0;2,0\n3,00;4\n",
    "quoted commas": '"a","b"\n"1,0",2\n"3,0e0",4\n',
    "empty column": "a,b,\n1,2,\n3,4,\n",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_ways_to_write_a_table(way: str, block: int, place: Path) -> None:
    assert read(written(place, WAYS[way]), "a", "b", block=block) == {"a": [1, 3], "b": [2, 4]}


def test_other_encodings_and_compression(place: Path, tmp_path: Path) -> None:
    assert read(written(place, "a,b\n1,2\n".encode("utf-16")), "b") == {"b": [2]}
    assert read(written(place, b"a,Gr\xf6\xdfe\n1,x\n"), "a") == {"a": [1]}
    zipped = written(tmp_path / "x.csv.gz", gzip.compress(b"a,b\n1,2\n"))
    assert read(zipped, "b") == {"b": [2]}
    table = open_table(zipped)
    assert [chunk.columns["a"].tolist() for chunk in table.chunks(["a"])] == [[1]]
    with pytest.raises(SymhdlError, match="cannot read"):
        read(written(zipped, gzip.compress(b"a,b\n" + b"1,2\n" * 99999)[:-40]), "b")


def test_names_may_hold_delimiters_and_quotes(place: Path) -> None:
    assert read(written(place, '"a,""b"\n1\n')) == {'a,"b': [1]}


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("1,2\n3,4\n", {"x0": [1, 3], "x1": [2, 4]}),
        ("1,2,t\n3,4,g\n", {"x0": [1, 3], "x1": [2, 4]}),
        ("1,5;2,5\n3,5;4,5\n", {"x0": [1.5, 3.5], "x1": [2.5, 4.5]}),
        (" 1.0e0   2\n 3 4\n", {"x0": [1, 3], "x1": [2, 4]}),
        ("0,1,2\n3,4,5\n", {"x0": [0, 3], "x1": [1, 4], "x2": [2, 5]}),
        ("0,1\n0.5,0.25\n", {"x0": [0.5], "x1": [0.25]}),
        (",0,1\n0,0.5,0.25\n", {"x0": [0.5], "x1": [0.25]}),
        ("7\n8\n", {"x0": [7, 8]}),
    ],
)
def test_columns_without_names_are_x0_and_so_on(
    text: str, columns: dict[str, list[float]], place: Path
) -> None:
    assert read(written(place, text), *columns) == columns


def test_a_counting_first_line_is_told(place: Path) -> None:
    table = open_table(written(place, "0,1\n0.5,0.25\n"))
    assert ["counts the columns" in told.message for told in table.warnings] == [True]
    assert open_table(written(place, "0,1\n2,3\n")).warnings == ()
    with_index = written(place, ",0,1\n0,5,6\n1,7,8\n")
    assert read(with_index, "x0", "x1") == {"x0": [5, 7], "x1": [6, 8]}
    with pytest.raises(SymhdlError, match="no column for the input `x2`"):
        read(with_index, "x0", "x1", "x2")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a;b\n1,5;2\n", [1.5]),
        ("a\n1,5\n2,25\n", [1.5, 2.25]),
        ("a;b\n0,234;1\n1,234;2\n", [0.234, 1.234]),
        ("a\tb\n,5\t-0,5\n", [0.5]),
    ],
)
def test_decimal_commas(text: str, values: list[float], place: Path) -> None:
    assert read(written(place, text), "a") == {"a": values}


def test_one_column_of_decimal_commas_is_not_two(place: Path) -> None:
    one = written(place, "0,5\n-1,25\n,5\n")
    assert read(one, "x0", decimal=",") == {"x0": [0.5, -1.25, 0.5]}
    two = written(place, "0,5\n-1,25\n")
    for wanted in ("x0", "x1"):
        with pytest.raises(SymhdlError, match="may be a decimal number or two numbers"):
            read(two, wanted)
    assert read(two, "x1", decimal=".") == {"x1": [5, 25]}
    assert read(two, "x0", "x1") == {"x0": [0, -1], "x1": [5, 25]}, "both are wanted"
    assert read(written(place, "0,5\n1,-2\n"), "x0") == {"x0": [0, 1]}, "no number has `,-`"
    assert read(written(place, "a,b\n0,5\n"), "a", decimal=",") == {"a": [0]}, "the names say so"


def test_an_unclear_comma_is_asked_back(place: Path) -> None:
    unclear = written(place, "a;b\n1,234;5\n")
    with pytest.raises(SymhdlError, match="may be a decimal number or a thousand"):
        read(unclear, "a")
    assert read(unclear, "b") == {"b": [5]}, "it stands in another column"
    assert read(unclear, "a", decimal=",") == {"a": [1.234]}
    with pytest.raises(SymhdlError, match="`1,234` is not a number"):
        read(unclear, "a", decimal=".")
    with pytest.raises(SymhdlError, match="which is the decimal mark"):
        read(written(place, "a;b\n1,5;5\n1.5;3\n"), "a")
    late = "a;b\n" + "1,5;1\n" * 300 + "1.234;1\n"
    with pytest.raises(SymhdlError, match=r"`1\.234` is not a number") as caught:
        read(written(place, late), "a")
    assert "x.csv:302:1" in str(caught.value)


MALFORMED = {
    "empty": "\n\n",
    "no_rows": "a,b\n",
    "not_a_number": "a,b\n1,2\n3,four\n",
    "code": 'a,b\n1,"__import__(""os"").system(""true"")"\n',
    "too_few": "a,b\n1,2\n3\n",
    "too_many": "a,b\n1,2,3\n",
    "decimal_commas": "a,b\n1,5,2,5\n",
    "missing": "a,b\n1,\nNA,2\n#N/A,2\nnull,1\n3,4\n",
    "infinite": "a,b\n1,inf\nnan,1\n-Infinity,0\n",
    "underscore": "a,b\n1_000,2\n",
    "thousands": 'a,b\n"1,234.5",2\n',
    "other_digits": "a,b\n١,2\n",
    "hexadecimal": "a,b\n0x10,2\n",
    "duplicate": "a,a\n1,2\n",
    "overflow": "a\n1e999\n",
    "open_quote": 'a,b\n1,"2\n3,4\n',
    "tabs": "a\tb\n\t\n",
    "text": "a,b\n1,t\n2,g\n",
    "no_text": "\0\1\2",
    "mojibake": "\ufffd,b\n1,2\n",
}


def test_malformed_tables_are_told(golden: Callable[[str, str], None], tmp_path: Path) -> None:
    told = []
    for name, text in MALFORMED.items():
        with pytest.raises(SymhdlError) as caught:
            read(written(tmp_path / f"{name}.csv", text), "a", *("b" if "b" in text else ""))
        told.append(str(caught.value))
    golden("data/malformed.txt", "\n\n".join(told) + "\n")


def test_missing_values_may_be_skipped(place: Path) -> None:
    text = 'a,b,c\n1,,5\n2,NA,\n,3,\n4,5,\n"",1,1\n -,1,1\n6,7,x\n-nan,1,1\n?,N/A,\n'
    path = written(place, text)
    assert read(path, "a", "b", missing="skip") == {"a": [4, 6], "b": [5, 7]}
    assert read(path, "a", missing="skip", block=1) == {"a": [1, 2, 4, 6]}
    (chunk,) = open_table(path).chunks(["a", "b"], "skip")
    assert (chunk.rows, chunk.skipped) == (2, 7)
    for wrong in ("inf", "x,y", "1e999"):
        with pytest.raises(SymhdlError, match=wrong):
            read(written(place, f'a,b\n,1\n1,2\n"{wrong}",1\n'), "a", missing="skip")


def test_only_the_first_mistakes_are_told(place: Path) -> None:
    with pytest.raises(SymhdlError) as caught:
        read(written(place, "a\n" + "1x\n" * 1000), block=8)
    assert len(caught.value.diagnostics) == 10
    assert [d.span.line for d in caught.value.diagnostics if d.span] == list(range(2, 12))


def test_mistakes_far_apart_are_told_together(place: Path) -> None:
    rows = [f"{row},1" for row in range(5000)]
    rows[10], rows[4000] = "1x,1", "1y,1"
    with pytest.raises(SymhdlError) as caught:
        read(written(place, "a,b\n" + "\n".join(rows)), block=100)
    found = [(d.span.line, d.span.column) for d in caught.value.diagnostics if d.span]
    assert found == [(12, 1), (4002, 1)]


def test_endless_lines_are_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symhdl.data.text_table.LONGEST_LINE", 100_000)
    with pytest.raises(SymhdlError, match="a line of more than 100,000 characters"):
        read(written(place, "1 " * 200_000))


def test_rows_of_any_width(place: Path) -> None:
    """What says how a table is written may be longer than what is looked at in others."""
    names = [f"column_{k}" for k in range(10_000)]
    text = ",".join(names) + "\n" + ("1.25," * len(names))[:-1] + "\n"
    assert read(written(place, text), names[0], names[-1]) == {names[0]: [1.25], names[-1]: [1.25]}
    after = "# comment\n" * 10_000 + "a,b\n1,2\n"
    assert read(written(place, after)) == {"a": [1], "b": [2]}


def test_limits_of_text_are_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("limits", "fields", "text_table"):
        monkeypatch.setattr(f"symhdl.data.{module}.MAXIMUM_COLUMNS", 100, raising=False)
    row = "1" + "," * 100
    for text in (row + "\n" + row, "a,b\n" + row, " ".join("1" * 101)):
        with pytest.raises(SymhdlError, match=r"more than 100 (columns|fields)"):
            read(written(place, text))
    monkeypatch.setattr("symhdl.data.text_table.LONGEST_HEAD", 100_000)
    with pytest.raises(SymhdlError, match="a beginning without rows of more than 100,000"):
        read(written(place, "# comment\n" * 20_000))


def test_small_files_that_become_large_are_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symhdl.data.text_table.PACKED", Packing(1 << 16, 50))
    zipped = written(place.with_suffix(".gz"), gzip.compress(b"a,b\n" + b"1,2\n" * 100_000))
    with pytest.raises(SymhdlError, match=r"more than .* 50 times its size\n.*gzip -d"):
        read(zipped)
    assert len(read(written(zipped, gzip.compress(b"a\n" + b"1\n" * 9999)))["a"]) == 9999


def test_long_fields_are_read_or_told_in_short(place: Path) -> None:
    long = "9" * 100_000
    quoted = '"' + '""' * 100_000 + '"'
    assert read(written(place, f"a,t\n0.{long},{quoted}\n2,x\n"), "a") == {"a": [1, 2]}
    for text, name in (
        (f"{long}x,b\n1,x\n", "a"),
        (f"a,b\n{long},1\n", "a"),
        (f"a\n1,{long}\n1.5\n", "a"),
        (f"{long}x\n1x\n", f"{long}x"),
        (f"{long}x\nt\nu\n", f"{long}x"),
    ):
        with pytest.raises(SymhdlError) as caught:
            read(written(place, text), name)
        assert len(str(caught.value)) < 1000


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(NUMBERS, min_size=width, max_size=width), min_size=1)
)
QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@QUIET
@given(TABLES, st.sampled_from(",;\t| "), st.integers(1, 100), st.booleans(), st.booleans())
def test_what_is_written_reads_back(
    place: Path, rows: list[list[float]], mark: str, block: int, named: bool, quoted: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=mark, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    )
    names = [f"x{k}" for k in range(len(rows[0]))]
    writer.writerows([names, *rows] if named else rows)
    found = read(written(place, text.getvalue()), block=block)
    assert found == {name: [row[k] for row in rows] for k, name in enumerate(names)}


SCRAPS = ["1", "2.5", "-3e2", ",", ",", ",", "\n", "\n", '"', '"', '""', " ", "#", "nan", "NA", "x"]
SCRAPS += [
    "inf",
    "1e999",
    ".",
    ";",
    "\t",
    "_",
    "?",
    "-",
    "0x1",
    "\u00a0",
    "é",
    "# ",
    "!",
    "\x0b",
    "\0",
]


@given(
    st.lists(st.sampled_from(SCRAPS), max_size=30).map("".join),
    st.sampled_from([",", ";", "\t", " ", "\x1f"]),
    st.integers(1, 3),
    st.sampled_from([".", ","]),
    st.sampled_from(["refuse", "skip"]),
)
def test_quick_reading_is_careful_reading(
    text: str, delimiter: str, width: int, decimal: str, missing: Missing
) -> None:
    if delimiter == "\x1f" and width > 1:
        return
    columns = tuple(range(0, width, 2))
    reader = Columns(delimiter, ("",) * width, columns, decimal, missing)
    quick = reader.quick(text)
    values, problems = reader.careful(Source("x", text))
    if quick is not None:
        assert not problems, str(SymhdlError(*problems))
        np.testing.assert_array_equal(quick, values)


@given(
    st.lists(st.sampled_from(SCRAPS), max_size=30).map("".join),
    st.sampled_from([",", ";", "\t", " ", "\x1f"]),
)
def test_texts_of_fields_are_those_of_the_fields(text: str, delimiter: str) -> None:
    for start, end in lines_of(text, delimiter, 2):
        fields = fields_of(text, start, end, delimiter)
        assert texts_of(text, start, end, delimiter) == [field.text for field in fields]


def test_texts_of_a_column_look_at_no_other_field(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = open_table(written(place, "a,b\n1,x\n2, y \n3,NA\n"))
    monkeypatch.setattr("symhdl.data.fields.Field", None)
    assert table.texts(1) == ["x", "y", ""]


@QUIET
@given(st.data(), st.integers(1, 60))
def test_every_malformed_cell_is_told_at_its_place(
    place: Path, data: st.DataObject, block: int
) -> None:
    height = data.draw(st.integers(1, 12))
    rows = [[f"{k}.5", f"{k}.25", "text"] for k in range(height)]
    spots = data.draw(
        st.sets(st.tuples(st.integers(0, height - 1), st.integers(0, 1)), min_size=1, max_size=8)
    )
    for row, column in spots:
        rows[row][column] = data.draw(st.sampled_from(["", "1x", "NaN", "inf", "1 2", "0x1", "é1"]))
    text = "a,b,label\n1,2,t\n" + "".join(",".join(row) + "\n" for row in rows)
    with pytest.raises(SymhdlError) as caught:
        read(written(place, text), "a", "b", block=block)
    found = {(d.span.line, d.span.column) for d in caught.value.diagnostics if d.span}
    expected = {(row + 3, 1 + column * (len(rows[row][0]) + 1)) for row, column in spots}
    assert found == expected


def test_signs_of_zero_and_the_smallest_numbers(place: Path) -> None:
    found = read(written(place, "a\n-0.0\n5e-324\n1e-400\n"))["a"]
    assert math.copysign(1, found[0]) == -1
    assert found[1:] == [5e-324, 0.0]
