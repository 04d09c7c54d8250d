"""`symhdl compile`: what is written, what is told, and that a failure leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symhdl.cli import main
from symhdl.commands.options import chosen_options
from symhdl.errors import UsageError
from symhdl.ir.text import read_datapath
from symhdl.numeric.fixed import FixedFormat
from symhdl.options import Chosen

POLYNOMIAL = ("--expr", "y = 0.5*a*b - c^2", "--range", "-1:1", "--width", "8")


def invoke(*words: str | Path, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["compile", *map(str, words)], input=input)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_and_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    result = invoke(*POLYNOMIAL, "--error", "2^-6", "--top", "poly", "-o", folder)
    assert result.exit_code == 0, result.stderr
    assert names_in(folder) == [
        "poly.breakdown",
        "poly.datapath",
        "poly.json",
        "poly.operators",
        "poly.v",
    ]
    document = json.loads((folder / "poly.json").read_text())
    assert document["top"] == "poly"
    assert document["source"] == "y = 0.5*a*b - c^2"
    assert [port["name"] for port in document["inputs"]] == ["a", "b", "c"]
    assert document["inputs"][0]["format"] == {"signed": True, "width": 8, "fraction": 6}
    assert document["inputs"][0]["range"] == [-1, 1]
    (output,) = document["outputs"]
    assert output["name"] == output["port"] == "y"
    assert 0 <= output["error_bound"] <= 2**-6
    assert output["range"][0] <= -1.5
    assert output["range"][1] >= 0.5
    assert "poly.v" in document["files"]
    assert all((folder / name).is_file() for name in document["files"])
    datapath = read_datapath((folder / "poly.datapath").read_text())
    assert datapath.latency == document["latency_cycles"]


def test_the_summary(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    result = invoke(*POLYNOMIAL, "--freq", "50", "--dsp", "none", "-o", tmp_path / "out")
    text = result.stdout.replace(str(tmp_path), "FOLDER")
    lines = [
        "estimated: ..." if line.startswith("estimated") else line for line in text.split("\n")
    ]
    golden("cli/summary.txt", "\n".join(lines))
    assert result.stderr == ""


def test_json_is_the_manifest(tmp_path: Path) -> None:
    result = invoke(*POLYNOMIAL, "--json", "-o", tmp_path)
    assert result.stdout == (tmp_path / "top.json").read_text()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        words = [sys.executable, "-m", "symhdl", "compile", *POLYNOMIAL]
        words += ["-o", str(tmp_path / name)]
        environment = {**os.environ, "PYTHONHASHSEED": {"one": "1", "two": "2"}[name]}
        subprocess.run(words, check=True, capture_output=True, env=environment)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_nothing_is_written_without_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke(*POLYNOMIAL)
    assert result.exit_code == 0
    assert "nothing is written without -o" in result.stderr
    assert not list(tmp_path.iterdir())


def test_the_text_goes_to_stdout() -> None:
    result = invoke(*POLYNOMIAL, "-o", "-")
    assert result.exit_code == 0
    assert "module top" in result.stdout
    assert "endmodule" in result.stdout
    several = invoke(*POLYNOMIAL, "--target", "hls", "-o", "-")
    assert several.exit_code == 2
    assert several.stdout == ""


def test_sources(tmp_path: Path) -> None:
    path = tmp_path / "gauss.sym"
    path.write_text("# a bell\ninput u : fixed<8,3>\nz = exp(-u^2)\n")
    from_file = json.loads(invoke(path, "--json").stdout)
    assert from_file["top"] == "gauss"
    from_stdin = json.loads(invoke("-", "--json", input=path.read_text()).stdout)
    assert from_stdin["top"] == "top"
    assert from_stdin["outputs"] == from_file["outputs"]


def test_definitions_and_named_options() -> None:
    result = invoke(
        "--expr", "y = half(p) + q", "--define", "half(x) = x/2", "--range", "p=-pi:pi",
        "--range", "0:1/2", "--input-format", "q=ufixed<6,0>", "--input-format", "fixed<9,3>",
        "--output-format", "SQ(4,5)", "--json",
    )  # fmt: skip
    document = json.loads(result.stdout)
    p, q = document["inputs"]
    assert (p["format"]["width"], p["format"]["fraction"]) == (9, 6)
    assert q["format"] == {"signed": False, "width": 6, "fraction": 6}
    assert q["range"] == [0, 0.5]
    assert p["range"][1] == pytest.approx(3.14159, abs=2**-6)
    assert document["outputs"][0]["format"] == {"signed": True, "width": 9, "fraction": 5}


def test_a_constant_can_be_an_input() -> None:
    document = json.loads(invoke("--expr", "y = e + 1", "--range", "e=0:1", "--json").stdout)
    assert [port["name"] for port in document["inputs"]] == ["e"]


def test_ranges_from_data(tmp_path: Path) -> None:
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text("a,b,other\n-1,0.5,7\n0.25,0.25,8\n")
    two.write_text("b,a\n0.75,0\n")
    words = ("--expr", "y = a*b + c", "--range", "c=0:1", "--data", one, "--data", two, "--json")
    result = invoke(*words)
    ranges = {port["name"]: port["range"] for port in json.loads(result.stdout)["inputs"]}
    assert ranges == {"a": [-1, 0.25], "b": [0.25, 0.75], "c": [0, 1]}


def test_both_levels_are_shown_and_stored(tmp_path: Path) -> None:
    words = (
        "--expr", "a*b", "--range", "-1:1", "--width", "30", "--device", "ecp5-25k", "--output-width", "50",
    )  # fmt: skip
    result = invoke(*words, "--print-after", "lower", "--print-after", "schedule", "-o", tmp_path)
    shown = result.stderr.split("--- after ")[1:]
    for text, name in zip(shown, ("lower", "schedule"), strict=True):
        end = "operators" if name == "lower" else "datapath"
        assert text.startswith(f"{name}\n{(tmp_path / f'top.{end}').read_text()}")
    assert shown[0].count(" = multiply ") == 1
    assert shown[1].count(" = multiply ") == 4


def test_analyses_are_shown() -> None:
    wanted = ("ranges", "goals", "allocation")
    words = [word for name in wanted for word in ("--print-after", name)]
    shown = invoke("--expr", "y = 3*exp(x)", "--range", "0:1", *words).stderr
    parts = dict(part.split("\n", 1) for part in shown.split("--- after ")[1:])
    assert sorted(parts) == sorted(wanted)
    assert re.search(r"%\d +exp %\d +1 +2.718 ", parts["ranges"])
    assert re.search(r"y +%\d +fixed<16,4>|ufixed<16,4> +< ", parts["goals"])
    shares = [float(share) for share in re.findall(r"([\d.]+) %", parts["allocation"])]
    assert len(shares) >= 1 and sum(shares) == pytest.approx(100, abs=0.2)


def test_passes_are_shown_and_timed() -> None:
    result = invoke(
        *POLYNOMIAL, "--print-after", "fold", "--print-after", "schedule", "--time-passes"
    )
    assert result.exit_code == 0
    assert "--- after fold\nsymhdl graph" in result.stderr
    assert "--- after schedule\nsymhdl datapath" in result.stderr
    assert "total" in result.stderr
    assert "graph" not in result.stdout
    unknown = invoke(*POLYNOMIAL, "--print-after", "schedul")
    assert unknown.exit_code == 2
    assert "did you mean `schedule`?" in unknown.stderr


@pytest.mark.parametrize("target", ["verilog", "rtlil", "hls"])
def test_targets(tmp_path: Path, target: str) -> None:
    result = invoke(*POLYNOMIAL, "--target", target, "-o", tmp_path)
    assert result.exit_code == 0
    document = json.loads((tmp_path / "top.json").read_text())
    assert document["target"] == target
    assert set(document["files"]) <= set(names_in(tmp_path))


def test_the_valid_interface() -> None:
    text = invoke(*POLYNOMIAL, "--interface", "valid", "-o", "-").stdout
    assert "valid_in" in text
    assert "valid_out" in text


WRONG_USAGE = [
    [],
    ["--expr", "x", "file.sym"],
    ["--expr", "x", "--range", "x=1"],
    ["--expr", "x", "--range", "x=1:0"],
    ["--expr", "x", "--range", "x=0:1+"],
    ["--expr", "x", "--range", "x=0:y"],
    ["--expr", "x", "--range", "=0:1"],
    ["--expr", "x", "--range", "0:1", "--range", "0:2"],
    ["--expr", "x", "--range", "x=0:1", "--range", "x=0:2"],
    ["--expr", "x", "--range", "0:1", "--input-format", "fixed"],
    ["--expr", "x", "--range", "0:1", "--input-format", "fixed<0,0>"],
    ["--expr", "x", "--range", "0:1", "--input-format", "fixed<8,2>", "--width", "8"],
    ["--expr", "x", "--range", "0:1", "--output-format", "fixed<8,2>", "--output-width", "8"],
    ["--expr", "x", "--range", "0:1", "--error", "0"],
    ["--expr", "x", "--range", "0:1", "--error", "-1"],
    ["--expr", "x", "--range", "0:1", "--error", '__import__("os").getcwd()'],
    ["--expr", "x", "--range", "0:1", "--error", "9**9**9**9"],
    ["--expr", "x", "--range", "0:1", "--freq", "nan"],
    ["--expr", "x", "--range", "0:1", "--dsp", "some"],
    ["--expr", "x", "--range", "0:1", "--target", "vhdl2"],
    ["--expr", "x", "--range", "0:1", "--device", "abacus"],
    ["--expr", "x", "--range", "0:1", "--dialect", "klingon"],
]


@pytest.mark.parametrize("words", WRONG_USAGE)
def test_wrong_usage_is_status_2(words: list[str], tmp_path: Path) -> None:
    result = invoke(*words, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error[")
    assert not list(tmp_path.iterdir())


MISTAKES = {
    "x +": "error[syntax]",
    "": "error[no-output]",
    "y = sine(x)": "did you mean `sin`?",
    "y = atan2(x)": "atan2",
    "y = log(x - 1)": "error[domain]",
    "y = 1/x": "x",
    '__import__("os").system("touch here")': "<expr>:1:",
    "y = x\ny = 2": "<expr>:2:1",
    "a = b\nb = a": "<expr>:",
    "(" * 5000 + "x" + ")" * 5000: "<expr>:1:",
    "y = 1e99999999999 * x": "<expr>:1:",
    "y = x\x00": "<expr>:1:",
}


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: repr(text[:20]))
def test_mistakes_are_status_1_and_leave_nothing(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("--expr", text, "--range", "-1:1", "-o", tmp_path / "out" / "deep")
    assert (result.exit_code, result.stdout) == (1, "")
    assert MISTAKES[text] in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


def test_missing_ranges_are_told(golden: Callable[[str, str], None]) -> None:
    result = invoke("--expr", "z = p*q")
    assert (result.exit_code, result.stdout) == (1, "")
    golden("cli/missing_range.txt", result.stderr)


def test_bytes_that_are_no_text() -> None:
    words = [sys.executable, "-m", "symhdl", "compile", "-"]
    done = subprocess.run(words, input=b"y = \xff\xfe", capture_output=True, check=False)
    assert done.returncode == 1
    assert b"not UTF-8" in done.stderr
    if os.name == "posix":
        raw = [*(os.fsencode(word) for word in words[:-1]), b"--expr", b"y = 1 # \xff"]
        done = subprocess.run(raw, capture_output=True, check=False)
        assert done.returncode == 1
        assert b"not UTF-8" in done.stderr


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = invoke(*POLYNOMIAL, "-o", tmp_path / "file")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot write" in result.stderr


def test_compile_then_simulate(tmp_path: Path) -> None:
    invoke(*POLYNOMIAL, "-o", tmp_path, "--error", "2^-7")
    data = "a,b,c\n0.5,-1,0.25\n1,1,1\n"
    runner = CliRunner()
    result = runner.invoke(main, ["simulate", str(tmp_path), "--input", "-"], input=data)
    lines = result.stdout.splitlines()
    assert lines[0] == "y"
    assert float(lines[1]) == pytest.approx(-0.3125, abs=2**-7)
    assert float(lines[2]) == pytest.approx(-0.5, abs=2**-7)


def chosen(**texts: str | list[str]) -> Chosen:
    return chosen_options(texts)


def test_option_values() -> None:
    found = chosen(ranges=["-1/3:2^-2", "y=0.1:1e-1", "z=-pi:pi"], input_formats=["UQ(0, 4)"])
    ranges = dict(found.ranges or ())
    assert ranges["*"] == (Fraction(-1, 3), Fraction(1, 4))
    assert ranges["y"] == (Fraction(1, 10), Fraction(1, 10))
    low, high = ranges["z"]
    assert low == -high
    assert Fraction(314159265, 10**8) < high < Fraction(314159266, 10**8)
    assert found.input_formats == (("*", FixedFormat(False, 4, 4)),)
    for text in ("2^-10", "2**-10", "0.0009765625", "1/1024", "9.765625e-4"):
        assert chosen(error=text).error == Fraction(1, 1024)
    assert [chosen(dsp=text).dsp for text in ("auto", "none", "3")] == ["auto", "none", 3]
    found = chosen(data=["a.csv"], margin="10%", quantiles="0.1%:0.999")
    assert (found.margin, found.quantiles) == (
        Fraction(1, 10),
        (Fraction(1, 1000), Fraction(999, 1000)),
    )
    with pytest.raises(UsageError, match="a whole number from 0"):
        chosen(dsp="-3")
    with pytest.raises(UsageError, match="two ends"):
        chosen(ranges=["1"])


def test_all_mistakes_are_told_at_once(golden: Callable[[str, str], None]) -> None:
    words = ["--range", "x=1", "--width", "0", "--error", "2^", "--freq", "fast", "--margin", "1%"]
    result = invoke("--expr", "x", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    golden("cli/mistakes_in_options.txt", result.stderr)


def test_a_file_name_is_made_one_of_hardware_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "hall_of_fame_2022-08-12_1.5.csv"
    path.write_text("Complexity,Loss,Equation\n1,2.0,x0\n")
    result = invoke(path, "--range", "-1:1", "-o", tmp_path / "out")
    assert result.exit_code == 0 and not result.stderr
    assert "hall_of_fame_2022_08_12_1_5.v" in names_in(tmp_path / "out")
    asked = invoke(path, "--range", "-1:1", "--top", "a-b")
    assert "`a-b` is called `a_b` in the hardware" in asked.stderr


def test_unknown_targets_are_told() -> None:
    result = invoke(*POLYNOMIAL, "--target", "Verilgo")
    assert result.exit_code == 2
    assert (
        "there is no target `Verilgo`\n  = note: targets: cpp, hls, rtlil, verilog\n"
        in result.stderr
    )
    assert "did you mean `verilog`?" in result.stderr


def test_the_operator_that_is_too_slow_is_named_in_english() -> None:
    result = invoke("--expr", "x*1.3 + y", "--range", "-1:1", "--width", "40", "--freq", "2000")
    told = r"the slowest is a (sum|product) of [0-9]+ bits in `(x\*1\.3|x\*1\.3 \+ y|z)`, estimated"
    assert re.search(told, result.stderr), result.stderr
