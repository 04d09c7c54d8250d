"""The benchmark of growth runs all of its cases."""

from __future__ import annotations

import pytest

from benchmarks.scaling import CASES, main


def test_every_case_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--divide", "1000"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| case | size | seconds |")
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[2:]] == list(CASES)
