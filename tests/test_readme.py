"""The word of README and of docs/ is kept: commands run, what is shown is what they print, no option is missing.

Blocks of `sh` and `console` hold commands behind `$ `; below those of `console` stands what they print (messages
included), which `pytest --update` rewrites. All run one after the other in one empty folder.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from symhdl.cli import main
from symhdl.flow.tools import find_tool
from symhdl.functions.operation import Operation
from symhdl.subcommands import SUBCOMMANDS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = {path.name: path for path in (README, *sorted((ROOT / "docs").glob("*.md")))}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"Here is a file `([\w.]+)`:")
TIME_LIMIT_S = 600
# What a command needs beyond Python, by the words that it starts with.
NEEDED_TOOLS = {
    "symhdl verify": ("iverilog",),
    "symhdl synth": ("yosys", "nextpnr-ecp5"),
}


def without_install(text: str) -> str:
    """README without the commands that make the very environment in which the tests run."""
    start = text.find("## Install")
    return text if start < 0 else text[:start] + text[text.index("\n## ", start) :]


def environment() -> dict[str, str]:
    """An environment in which `symhdl` is the one under test."""
    place = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": place + os.pathsep + os.environ["PATH"], "NO_COLOR": "1"}


PLAIN = re.compile(r"(symhdl [^|>$`;&#]*)(#.*)?")
"""Commands that need no shell: they run in this process, which spares the start of another."""

RUN_ALL = "import runpy, sys; [runpy.run_path(name) for name in sys.argv[1:]]"
"""Each of the examples in Python on its own, but in one process, whose start takes longer than they do."""


def run(command: str, folder: Path) -> tuple[int, str]:
    if plain := PLAIN.fullmatch(command):
        with chdir(folder):
            result = CliRunner(env={"NO_COLOR": "1"}).invoke(main, shlex.split(plain[1])[1:])
        return result.exit_code, result.stderr + result.stdout  # messages come first, as in a pipe
    done = subprocess.run(  # README's own commands
        ["bash", "-c", command],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    return done.returncode, done.stdout


def missing_tools(command: str) -> list[str]:
    needed = next((t for start, t in NEEDED_TOOLS.items() if command.startswith(start)), ())
    return [tool for tool in needed if find_tool(tool) is None]


def run_commands(block: str, folder: Path) -> str:
    """Runs the commands of a block; the block as it should be, with what they print."""
    lines: list[str] = []
    for line in block.splitlines():
        if not line.startswith("$ "):
            continue
        lines.append(line)
        if missing_tools(line.removeprefix("$ ")):
            continue
        status, printed = run(line.removeprefix("$ "), folder)
        assert status == 0, f"{line}\n{printed}"
        lines += printed.splitlines()
    return "\n".join(lines) + "\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
@pytest.mark.parametrize("page", PAGES)
def test_examples(page: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    shown, found = [], []
    examples: list[str] = []
    for match in BLOCK.finditer(without_install(text)):
        kind, block = match[1], match[2]
        if kind == "symhdl":
            name = FILE_NAME.search(text)
            assert name is not None
            (tmp_path / name[1]).write_text(block, encoding="utf-8")
        elif kind == "python":
            examples.append(f"example{len(examples)}.py")
            (tmp_path / examples[-1]).write_text(block, encoding="utf-8")
        elif kind == "sh":
            run_commands(block, tmp_path)
        elif kind == "console":
            shown.append(block)
            found.append(run_commands(block, tmp_path))
        else:
            pytest.fail(f"{page}: a block of {kind!r} that nobody runs")
    status, printed = run(shlex.join(["python", "-W", "error", "-c", RUN_ALL, *examples]), tmp_path)
    assert status == 0, printed
    if request.config.getoption("--update"):
        for old, new in zip(shown, found, strict=True):
            text = text.replace(f"```console\n{old}```", f"```console\n{new}```")
        PAGES[page].write_text(text, encoding="utf-8")
        return
    assert found == shown, f"{page} shows what is not printed any more; see pytest --update"


def test_all_options_are_told() -> None:
    text = README.read_text(encoding="utf-8")
    assert isinstance(main, click.Group)
    for name, command in SUBCOMMANDS.items():
        assert f"symhdl {name}" in text
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                flag = max(parameter.opts, key=len)
                assert f"`{flag}" in text, f"README does not tell of `{flag}` of `symhdl {name}`"


def test_all_functions_are_told() -> None:
    text = README.read_text(encoding="utf-8")
    section = text[text.index("- Functions") : text.index("A number that can leave")]
    told = set(re.findall(r"`([\w]+)`", section))
    assert told == {operation.entry.names[0] for operation in Operation if operation.entry.names}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)", PAGES[page].read_text(encoding="utf-8")):
        assert "://" in target or (PAGES[page].parent / target).exists(), target


def test_ci_finds_the_two_commands_of_install() -> None:
    text = README.read_text(encoding="utf-8")
    start = text.index("## Install")
    section = text[start : text.index("\n## ", start)]
    commands = [line[2:] for line in section.splitlines() if line.startswith("$ ")]
    assert len(commands) == 2
    assert "pip install" in commands[0]
    assert "symhdl compile" in commands[0]
    assert "pytest" in commands[1]
