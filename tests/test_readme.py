"""The word of README and of docs/ is kept: commands run, what is shown is what they print, no option is missing.

Blocks of `sh` and `console` hold commands behind `$ `; below those of `console` stands what they print (messages
included), which `pytest --update` rewrites. All run one after the other in one empty folder, README's first, so that
other pages may use what README has made.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from click.testing import CliRunner

import symhdl
from symhdl.cli import main
from symhdl.flow.tools import find_tool
from symhdl.functions.operation import Operation
from symhdl.subcommands import SUBCOMMANDS
from tests.documents import LINKING, PAGES, README, ROOT, anchors, links, text_of, told
from tests.rows import each_row

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"Here is a file `([\w.]+)`:\s*$")
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


def run_examples(page: str, shown: str, folder: Path) -> tuple[str, list[Path]]:
    """Runs what a page shows; its text as it should be, and its examples in Python, which are yet to run."""
    text = without_install(shown)
    examples: list[Path] = []
    for match in BLOCK.finditer(text):
        kind, block = match[1], match[2]
        if kind == "symhdl":
            if name := FILE_NAME.search(text, 0, match.start()):
                (folder / name[1]).write_text(block, encoding="utf-8")
            else:
                symhdl.compile(block)
        elif kind == "python":
            examples.append(folder / f"{page}{len(examples)}.py")
            examples[-1].write_text(block, encoding="utf-8")
        elif kind == "sh":
            run_commands(block, folder)
        elif kind == "console":
            found = run_commands(block, folder)
            shown = shown.replace(f"```console\n{block}```", f"```console\n{found}```")
        else:
            pytest.fail(f"{page}: a block of {kind!r} that nobody runs")
    return shown, examples


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
def test_examples(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    examples: list[Path] = []
    others: list[str] = []
    for page in PAGES:
        shown = text_of(page)
        found, more = run_examples(page.stem, shown, tmp_path)
        examples += more
        if request.config.getoption("--update"):
            page.write_text(found, encoding="utf-8")
        elif found != shown:
            before, after = shown.splitlines(), found.splitlines()
            others += difflib.unified_diff(before, after, page.name, "now", lineterm="", n=1)
    names = [example.name for example in examples]
    status, printed = run(shlex.join(["python", "-W", "error", "-c", RUN_ALL, *names]), tmp_path)
    assert status == 0, printed
    assert not others, "\n".join(("not printed any more; see pytest --update", *others))


def test_all_options_are_told() -> None:
    """README has every command, and one of the pages each of its options."""
    text, all_pages = text_of(README), told()
    assert isinstance(main, click.Group)
    for name, command in SUBCOMMANDS.items():
        assert f"symhdl {name}" in text
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                flag = max(parameter.opts, key=len)
                assert f"`{flag}" in all_pages, f"no page tells of `{flag}` of `symhdl {name}`"


def test_all_functions_are_told() -> None:
    text = text_of(README)
    section = text[text.index("- Functions") : text.index("A number that can leave")]
    told = set(re.findall(r"`([\w]+)`", section))
    assert told == {operation.entry.names[0] for operation in Operation if operation.entry.names}


@each_row("page", LINKING)
def test_links_lead_somewhere(page: Path) -> None:
    """To another site, or by a relative path to a file, and to a heading of it."""
    for link in links(page):
        target = urlsplit(link)
        if target.scheme:
            continue
        place = (page.parent / target.path).resolve() if target.path else page
        assert place.is_relative_to(ROOT) and place.exists(), link
        assert not target.fragment or target.fragment in anchors(place), link


def test_readme_leads_to_every_page() -> None:
    assert {(ROOT / link).resolve() for link in links(README)} >= {*PAGES} - {README}


def test_ci_finds_the_two_commands_of_install() -> None:
    text = text_of(README)
    start = text.index("## Install")
    section = text[start : text.index("\n## ", start)]
    commands = [line[2:] for line in section.splitlines() if line.startswith("$ ")]
    assert len(commands) == 2
    assert "pip install" in commands[0]
    assert "symhdl compile" in commands[0]
    assert "pytest" in commands[1]
