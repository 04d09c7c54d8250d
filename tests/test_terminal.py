"""What is shown: nothing that a terminal obeys, carets in place, and streams that are closed, full or narrow."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from symhdl.commands import terminal
from symhdl.documents import json_text
from symhdl.errors import Diagnostic, Source, Span, visible
from tests.rows import each_row
from tests.test_cli import invoke, store

HOSTILE = "\x1b[2J\x00\x07\b\r\x7f\x85\x9b1m\u200b\u200e\u202e\u2066\u2028\ufeff\ud800\U000e0041"
SEEN = r"\x1b[2J\x00\x07\x08\r\x7f\x85\x9b1m\u200b\u200e\u202e\u2066\u2028\ufeff\ud800\U000e0041"


def is_harmless(text: str) -> bool:
    return all(character.isprintable() or character in "\n\t" for character in text)


def narrow_streams(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What reaches both streams, as bytes; the streams have the encoding of an old terminal."""
    raw = io.BytesIO()
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(raw, "ascii", "strict", newline="\n", write_through=True)
        monkeypatch.setattr(sys, name, stream)
    return raw


def test_what_a_terminal_obeys_is_made_visible() -> None:
    assert visible(HOSTILE) == SEEN
    assert visible(SEEN) == SEEN, "once is enough"
    assert visible("αβ \N{SNOWMAN} 数") == "αβ \N{SNOWMAN} 数"
    assert visible("αé", "latin-1") == "\\u03b1é"
    assert visible("a\tb\nc") == r"a\tb\nc", "one line"


@each_row(
    ("text", "place", "encoding", "shown", "caret"),
    [
        ("y = x + @", "@", "utf-8", "y = x + @", "        ^"),
        ("y =\x1b[1m @", "@", "utf-8", r"y =\x1b[1m @", "           ^"),
        ("y = \u202e@", "\u202e", "utf-8", r"y = \u202e@", "    ^^^^^^"),
        ("y =\tα@", "α@", "utf-8", "y = α@", "    ^^"),
        ("y =\tα@", "α@", "ascii", r"y = \u03b1@", "    ^^^^^^^"),
        ("数 = @", "@", "utf-8", "数 = @", "     ^"),
        ("数 = @", "数", "utf-8", "数 = @", "^^"),
        ("e\u0301 = @", "@", "utf-8", "e\u0301 = @", "    ^"),
        ("a\rb @", "@", "utf-8", r"a\rb @", "     ^"),
    ],
)
def test_the_caret_stays_under_its_character(
    text: str, place: str, encoding: str, shown: str, caret: str
) -> None:
    start = text.index(place)
    span = Span(Source("s", text), start, start + len(place))
    lines = Diagnostic("x", "m", span).render(encoding).splitlines()
    assert lines[-2:] == [f"1 | {shown}", f"  | {caret}"]


def test_every_part_of_a_message_is_escaped() -> None:
    span = Span(Source(HOSTILE, HOSTILE + "x"), len(HOSTILE), len(HOSTILE) + 1)
    told = Diagnostic("x", HOSTILE, span, (HOSTILE,), HOSTILE)
    text = told.render()
    assert is_harmless(text)
    assert text.count(SEEN) == 5


def test_all_that_is_printed_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = narrow_streams(monkeypatch)
    terminal.prepare_streams()
    terminal.out(f"α\t{HOSTILE}\nb")
    terminal.heading(HOSTILE)
    terminal.message(HOSTILE)
    terminal.show([Diagnostic("x", HOSTILE)])
    terminal.write([HOSTILE])
    terminal.out(terminal.table((HOSTILE, "b"), [("1", HOSTILE)]))
    text = printed.getvalue().decode("ascii")
    assert is_harmless(text)
    assert text.count(SEEN) == 7
    assert text.startswith("\\u03b1\t\\x1b[2J")


def test_json_stays_json(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = narrow_streams(monkeypatch)
    document = {"a": HOSTILE, "b": "αβ", "c": "\\u0041"}
    text = json_text(document)
    assert is_harmless(text)
    assert "αβ" in text, "what people can read stays readable"
    assert json.loads(text) == document
    terminal.out_json(text)
    assert json.loads(printed.getvalue().decode("ascii")) == document


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("compile", HOSTILE.replace("\x00", "")),
    ("compile", "--expr", f"y = x + {HOSTILE} * 2"),
    ("compile", "--expr", f"'{HOSTILE}'"),
    ("compile", "--expr", "x", "--interface", HOSTILE),
    ("compile", "--expr", "x", "--dialect", HOSTILE),
    ("compile", "--expr", "x", "--target", HOSTILE),
    ("compile", "--expr", "x", "--device", HOSTILE),
    ("compile", "--expr", "x", "--device", HOSTILE.replace("\x00", "") + ".toml"),
    ("compile", "--expr", "x", "--top", HOSTILE),
    ("compile", "--expr", "x", "--range", f"{HOSTILE}=1:2"),
    ("compile", "--expr", "x", "--range", f"x={HOSTILE}"),
    ("compile", "--expr", "x", "--data", HOSTILE.replace("\x00", "")),
    ("compile", "--expr", "x", "--define", HOSTILE),
    ("compile", "--expr", "x", "--print-after", HOSTILE),
    ("compile", f"--{HOSTILE}"),
    ("convert", "--expr", "x", "--to", HOSTILE),
    ("simulate", HOSTILE.replace("\x00", ""), "--input", HOSTILE),
    ("verify", "nowhere", "--simulator", HOSTILE),
    ("synth", HOSTILE.replace("\x00", "")),
    (HOSTILE,),
)


@each_row("words", COMMANDS)
def test_what_users_type_comes_back_harmless(words: tuple[str, ...]) -> None:
    result = invoke(*words)
    assert result.exit_code in (1, 2), result.stderr
    assert result.stderr
    assert is_harmless(result.stderr), repr(result.stderr)
    assert is_harmless(result.stdout)


def test_what_stands_in_a_design_comes_back_harmless(tmp_path: Path) -> None:
    folder = store(tmp_path / "design")
    for name in ("product.json", "product.datapath"):
        path = folder / name
        original = path.read_bytes()
        path.write_bytes(original.replace(b'"product"', '"\x9b\u202e\x7f"'.encode()))
        result = invoke("simulate", folder, "--input", "missing.csv")
        assert result.exit_code == 1
        assert is_harmless(result.stderr), repr(result.stderr)
        path.write_bytes(original)


LOST = "cannot write standard output: "


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize(
    ("words", "way", "told"),
    [
        ("--version", ">/dev/full", "No space left on device"),
        ("devices", ">/dev/full", LOST + "No space left on device"),
        ("devices", ">&-", LOST + "Bad file descriptor"),
        ("simulate nowhere --input x", "2>/dev/full", ""),
        ("simulate nowhere --input x", "2>&- >&- <&-", ""),
    ],
)
def test_streams_that_take_nothing(words: str, way: str, told: str) -> None:
    """In a process of its own: Python has a last word about its streams when it ends."""
    command = f"exec '{sys.executable}' -m symhdl {words} {way}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert told in done.stderr
    assert done.stderr.count("\n") == bool(told)


def test_what_the_machine_refuses_is_no_mistake_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for problem, told in (
        (OSError(28, "No space left on device", "a\x1bb"), r"No space left on device (a\x1bb)"),
        (MemoryError(), "there is not enough memory"),
    ):

        def refuse(*_: object, problem: BaseException = problem) -> None:
            raise problem

        monkeypatch.setattr("symhdl.commands.devices.run", refuse)
        result = invoke("devices")
        assert result.exit_code == 1
        assert told in result.stderr
