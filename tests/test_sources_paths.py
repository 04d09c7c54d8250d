"""What a path means: files, folders of PySR runs, tables of several outputs, copies, and pickles that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhdl.errors import SymhdlError
from symhdl.sources.reading.paths import load
from symhdl.sources.reading.source import read_source

ONE = "Complexity,Loss,Equation\n1,2.0,x0\n3,1.0,x0 * 2.5\n"
TWO = "Complexity,Loss,Equation\n1,2.0,x1\n4,1.0,sin(x1) + x0\n"


def write(folder: Path, **texts: str) -> None:
    """Files by their names, a dot for every `__`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")


def names(path: Path) -> list[str]:
    return [Path(source.name).name for source in load(path)]


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(SymhdlError) as caught:
        load(path)
    return caught.value.diagnostics[0].id, str(caught.value)


def test_a_run(tmp_path: Path) -> None:
    write(
        tmp_path, hall_of_fame__csv=ONE, hall_of_fame__csv__bak="", checkpoint__pkl="", x__csv=TWO
    )
    assert read_source(tmp_path, select="complexity=1")[1] == "y = x0"


def test_the_only_run_below(tmp_path: Path) -> None:
    write(tmp_path / "outputs" / "20250101_120000_abc", hall_of_fame__csv=ONE)
    assert names(tmp_path) == names(tmp_path / "outputs") == ["hall_of_fame.csv"]
    write(tmp_path / "outputs" / "20250102_120000_def", hall_of_fame__csv=ONE)
    for path in (tmp_path, tmp_path / "outputs"):
        id, shown = refusal(path)
        assert id == "ambiguous-folder"
        assert "20250101_120000_abc, 20250102_120000_def" in shown


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("hall_of_fame_output1__csv", "hall_of_fame_output2__csv"),
        ("hall_of_fame__csv__out1", "hall_of_fame__csv__out2"),
        ("hall_of_fame__csv__out1__bkup", "hall_of_fame__csv__out2"),
        ("equations__out1", "equations__out2"),
        ("hall_of_fame_2024-03-15_021651__599__csv__out1", "hall_of_fame_2024-03-15_021651__599__csv__out2"),
    ],
)  # fmt: skip
def test_several_outputs(tmp_path: Path, first: str, second: str) -> None:
    write(tmp_path, **{first: ONE, second: TWO})
    stem = first.split("_output")[0].split("__csv")[0].split("__out")[0].replace("__", ".")
    places = [tmp_path, tmp_path / stem]
    if "csv" in first:
        places.append(tmp_path / f"{stem}.csv")
    for path in places:
        parsed, text = read_source(path, select="accuracy")
        assert parsed.graph.evaluate(x0=2.0, x1=0.0) == {"y1": 5.0, "y2": 2.0}
        assert text == "y = x0 * 2.5\n\ny = sin(x1) + x0"
    single = tmp_path / first.replace("__", ".")
    assert [output.name for output in read_source(single)[0].graph.outputs] == ["y"]


def test_outputs_by_complexity(tmp_path: Path) -> None:
    write(tmp_path, hall_of_fame_output1__csv=ONE, hall_of_fame_output2__csv=TWO)
    parsed, _ = read_source(tmp_path, select="all")
    assert [output.name for output in parsed.graph.outputs] == ["y1_c1", "y1_c3", "y2_c1", "y2_c4"]
    assert [declared.name for declared in parsed.graph.inputs] == ["x0", "x1"]
    with pytest.raises(SymhdlError) as caught:
        read_source(tmp_path, select="complexity=4")
    assert "hall_of_fame_output1.csv" in str(caught.value)


def test_inputs_called_like_outputs(tmp_path: Path) -> None:
    other = "Complexity,Loss,Equation\n1,2.0,y1 + x0\n"
    write(tmp_path, hall_of_fame_output1__csv=ONE, hall_of_fame_output2__csv=other)
    parsed, _ = read_source(tmp_path, select="accuracy")
    assert [output.name for output in parsed.graph.outputs] == ["y1_out", "y2"]


def test_a_missing_output_is_told(tmp_path: Path) -> None:
    write(tmp_path, hall_of_fame_output1__csv=ONE, hall_of_fame_output3__csv=TWO)
    id, shown = refusal(tmp_path)
    assert id == "file-missing"
    assert "output 2" in shown


def test_a_copy_stands_in_for_what_is_missing(tmp_path: Path) -> None:
    write(tmp_path, hall_of_fame__csv__bkup=ONE)
    assert names(tmp_path) == names(tmp_path / "hall_of_fame.csv") == ["hall_of_fame.csv.bkup"]


def test_tables_of_other_names(tmp_path: Path) -> None:
    write(tmp_path, data__csv="x0,y\n1,2\n", equations__csv=ONE)
    assert names(tmp_path) == ["equations.csv"]
    write(tmp_path, more__csv=ONE)
    assert refusal(tmp_path)[0] == "ambiguous-folder"
    write(tmp_path, hall_of_fame__csv=ONE)
    assert names(tmp_path) == ["hall_of_fame.csv"]


def test_an_old_table_beside_those_of_outputs_is_asked_about(tmp_path: Path) -> None:
    write(tmp_path, hall_of_fame__csv=ONE, hall_of_fame_output1__csv=ONE)
    assert refusal(tmp_path)[0] == "ambiguous-folder"
    assert names(tmp_path / "hall_of_fame.csv") == ["hall_of_fame.csv"]


def test_nothing_to_read(tmp_path: Path) -> None:
    assert refusal(tmp_path)[0] == "file-missing"
    assert refusal(tmp_path / "none" / "hall_of_fame.csv")[0] == "file-missing"
    write(tmp_path / "a" / "b" / "c", hall_of_fame__csv=ONE)
    assert refusal(tmp_path)[0] == "file-missing"


@pytest.mark.parametrize("name", ["checkpoint.pkl", "model.pickle", "model.joblib", "MODEL.PKL"])
def test_pickles_are_never_opened(tmp_path: Path, name: str) -> None:
    write(tmp_path, hall_of_fame__csv=ONE)
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch opened'\ntR.")
    id, shown = refusal(tmp_path / name)
    assert id == "pickle"
    assert str(tmp_path / "hall_of_fame.csv") in shown
    assert not (tmp_path / "opened").exists()


def test_another_table_beside_a_pickle_is_not_named(tmp_path: Path) -> None:
    write(tmp_path, hall_of_fame_of_yesterday__csv=ONE, checkpoint__pkl="")
    assert "yesterday" not in refusal(tmp_path / "checkpoint.pkl")[1]


def test_the_tables_beside_a_pickle(tmp_path: Path) -> None:
    write(
        tmp_path, hall_of_fame_output1__csv=ONE, hall_of_fame_output2__csv=TWO, checkpoint__pkl=""
    )
    assert (
        f"use the tables beside it, all at once: {tmp_path}"
        in refusal(tmp_path / "checkpoint.pkl")[1]
    )
