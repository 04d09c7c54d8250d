"""Goals on rows of data from the command line to the report: files, exit statuses, and what is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import symhdl
from symhdl.cli import main
from tests.rows import each_row
from tests.test_layers import loaded_by

TEXT = "a = x*y; b = x - y"
ASKED = ("--device", "ecp5-25k", "--opt", "0", "--input-format", "fixed<7,2>")


def rows_file(folder: Path, count: int = 200) -> Path:
    """Rows with labels: the greater output, but for every tenth."""
    chance = np.random.default_rng(2)
    path = folder / "rows.csv"
    lines = ["x,y,class,share"]
    for row, (x, y) in enumerate(chance.uniform(-1, 1, (count, 2)).tolist()):
        is_first = (x * y >= x - y) != (row % 10 == 0)
        lines.append(f"{x},{y},{'a' if is_first else 'b'},{1 + row % 2}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*words: str | Path, text: str = TEXT) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(
        main, ["compile", "--expr", text, *ASKED, *map(str, words)]
    )


def test_a_goal_goes_from_the_command_to_the_report(tmp_path: Path) -> None:
    data, folder = rows_file(tmp_path), tmp_path / "goal"
    words = ("--data", data, "--goal", "accuracy=80%", "--labels", "class", "--weights", "share")
    result = run(*words, "-o", folder)
    assert result.exit_code == 0, result.output
    assert "asked: accuracy >= 80.0 %" in result.stdout
    assert "accuracy of the real expressions: 9" in result.stdout
    stored = symhdl.load(folder)
    judgement = stored.judgement
    assert judgement is not None
    assert judgement.rows == {"tuning": 100, "choosing": 40, "judging": 60}
    assert judgement.chosen >= 0.8
    assert set(judgement.noise[0.1]) >= {"accuracy", "agreement"}
    assert stored.digest() is not None
    assert "what rows that chose nothing say\nasked: accuracy" in str(stored.report())
    assert "accuracy &gt;= 80.0 %" in stored.report().page()
    again = symhdl.compile(
        TEXT, data=data, goal={"accuracy": 0.8}, labels="class", weights="share", device="ecp5-25k", opt=0,
        input_formats="fixed<7,2>",
    )  # fmt: skip
    assert again.judgement == judgement
    assert again.datapath == stored.datapath
    document = json.loads((folder / "top.json").read_text(encoding="utf-8"))
    document["data_goal"]["chosen"] = "good"
    (folder / "top.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(symhdl.SymhdlError, match="`data_goal` must be"):
        symhdl.load(folder)


@each_row(
    "words, status, told",
    [
        (("--goal", "max=1e-12"), 3, "no design reaches max <= 1e-12"),
        (
            ("--goal", "accuracy=99%", "--labels", "class"),
            3,
            "that of the real expressions there is",
        ),
        (("--goal", "agreement"), 2, "NAME=VALUE"),
        (("--goal", "accuracy=0.7"), 2, "give --labels"),
        (("--goal", "accuracy=0.7", "--labels", "kind"), 1, "no column `kind`"),
        (("--goal", "accuracy=0.7", "--labels", "x"), 1, "different labels"),
        (("--goal", "rms=0.1", "--weights", "class"), 1, "class"),
        (("--goal", "rms=0.1", "--error", "0.1"), 2, "leave one of them out"),
    ],
)
def test_what_goes_wrong_is_told(
    tmp_path: Path, words: tuple[str, ...], status: int, told: str
) -> None:
    folder = tmp_path / "-".join(words).replace("/", "")
    result = run("--data", rows_file(tmp_path), *words, "-o", folder)
    assert (result.exit_code, result.stdout) == (status, "")
    assert told in result.stderr
    assert not folder.exists()


def test_few_rows_are_told(tmp_path: Path) -> None:
    result = run("--data", rows_file(tmp_path, 60), "--goal", "rms=0.1")
    assert result.exit_code == 1
    assert "the data have 60 rows that can be used; a goal on data needs 100" in result.stderr


def test_without_a_goal_nothing_is_loaded_for_one() -> None:
    loaded = loaded_by("import symhdl; symhdl.compile('y = x', ranges=(0, 1), width=4, opt=0)")
    assert "symhdl.compiled" in loaded
    assert not {
        name for name in loaded if name.startswith(("symhdl.empirical", "symhdl.data.table"))
    }
