"""Interrupts: tools end with all that they started, folders go, and the exit status is that of the signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from symhdl.errors import SymhdlError
from symhdl.flow.processes import run_program
from symhdl.flow.running import run_tool
from symhdl.flow.signals import ENDING, Interrupted, interruptible, status_of
from symhdl.flow.tools import Tool
from tests.test_cli import store
from tests.test_flow import fake_tool

fcntl = pytest.importorskip("fcntl", reason="no file locks here")

# The tool and the children that it starts, one of them in a session of its own, hold one lock, which is free again when
# all are gone. They ignore what can be ignored. The last line, once written, says that all are there.
STUBBORN = """
import fcntl, os, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
lock = open({lock!r}, "a")
fcntl.flock(lock, fcntl.LOCK_EX)
open("left-over.tmp", "w").close()
child = "import sys, time; print('ready', flush=True); time.sleep(60)"
for apart in (False, True)[: 2 if os.path.exists("/proc/self/environ") else 1]:
    command = [sys.executable, "-S", "-c", child]
    pipe = subprocess.PIPE
    started = subprocess.Popen(command, pass_fds=[lock.fileno()], stdout=pipe, start_new_session=apart)
    started.stdout.readline()
with open({ready!r}, "w") as pipe:
    pipe.write("ready")
time.sleep(60)
"""


def stubborn_tool(folder: Path, name: str) -> tuple[Path, Path]:
    """Puts a tool there that never ends by itself; its lock, and the pipe on which it says that it has begun."""
    folder.mkdir()
    lock, ready = folder / "lock", folder / "ready"
    os.mkfifo(ready)
    fake_tool(folder, name, STUBBORN.format(lock=str(lock), ready=str(ready)))
    return lock, ready


def assert_all_are_gone(lock: Path) -> None:
    """Takes the lock, for which it must not have to wait long: the system frees it when the processes end."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("the tool or its child still runs"))
    signal.alarm(20)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    signal.alarm(0)


@pytest.mark.parametrize(
    ("number", "second"), [*((number, None) for number in ENDING), (ENDING[0], ENDING[-1])]
)
def test_a_signal_ends_the_tools_of_a_command(
    number: signal.Signals, second: signal.Signals | None, tmp_path: Path
) -> None:
    lock, ready = stubborn_tool(tmp_path / "bin", "iverilog")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    design = store(tmp_path / "design")
    environment = {**os.environ, "PATH": str(tmp_path / "bin"), "TMPDIR": str(temporary)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background ignores it
    process = subprocess.Popen(
        [sys.executable, "-m", "symhdl", "verify", str(design)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ready.read_text() == "ready"
    assert list(temporary.glob("*/left-over.tmp")), "the tool works in a temporary folder"
    process.send_signal(number)
    if second is not None:
        time.sleep(0.001)
        process.send_signal(second)
    printed, told = process.communicate(timeout=60)
    assert process.returncode in (128 + number, 128 + (second or number))
    assert printed == ""
    assert told.splitlines()[-1] == "interrupted"
    assert "Traceback" not in told
    assert_all_are_gone(lock)
    assert list(temporary.iterdir()) == []


def test_a_tool_that_takes_too_long_ends_with_its_children(tmp_path: Path) -> None:
    lock, _ = stubborn_tool(tmp_path / "bin", "yosys")
    tool = Tool("yosys", (str(tmp_path / "bin" / "yosys"),))
    ready = tmp_path / "bin" / "ready"
    ready.unlink()
    ready.touch()
    with pytest.raises(SymhdlError, match="stopped after 2 s"):
        run_tool(tool, [], tmp_path, time_limit_s=2.0)
    assert_all_are_gone(lock)


def test_what_a_tool_leaves_for_itself_lies_in_its_folder(tmp_path: Path) -> None:
    program = "import tempfile; print(tempfile.mkdtemp())"
    status, printed = run_program([sys.executable, "-c", program], tmp_path, 60)
    assert status == 0
    assert Path(printed.strip()).is_relative_to(tmp_path.resolve())


def test_the_first_signal_counts_and_the_old_handlers_come_back() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with pytest.raises(Interrupted) as caught, interruptible():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGINT)
    assert caught.value.exit_status == 128 + signal.SIGTERM
    assert [signal.getsignal(number) for number in ENDING] == before


def test_a_program_that_is_ended_has_the_status_of_the_signal() -> None:
    def program() -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    assert status_of(program) == 128 + signal.SIGTERM
    assert status_of(lambda: 3) == 3


def test_what_is_ignored_from_outside_stays_ignored() -> None:
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            signal.raise_signal(signal.SIGHUP)
            run_program([sys.executable, "-c", ""], None, 60)
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, old)


def test_programs_run_in_other_threads_too() -> None:
    found: list[tuple[int, str]] = []
    command = [sys.executable, "-c", "print(1)"]
    thread = threading.Thread(target=lambda: found.append(run_program(command, None, 60)))
    thread.start()
    thread.join()
    assert found == [(0, "1\n")]
