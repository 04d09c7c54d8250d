"""The `ap_types` headers, compiled once for all tests of a run and for all of its processes."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

HEADER = "ap_all.h"
TEXT = "#include <cstdio>\n#include <ap_fixed.h>\n#include <ap_int.h>\n"


def precompiled_header(folder: Path, compiler: Sequence[str]) -> Path:
    """A header in `folder` to be included first of all; `compiler` is the command with the options of its users.

    Several processes may ask for it at once: one makes it, the others wait.
    """
    import fcntl  # where there is g++, there it is

    header = folder / HEADER
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = header.with_suffix(".h.gch")
        if not made.exists():
            header.write_text(TEXT)
            command = [*compiler, "-x", "c++-header", str(header), "-o", str(made)]
            subprocess.run(command, check=True)
    return header
