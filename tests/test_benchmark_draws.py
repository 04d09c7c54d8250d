"""What the benchmarks over the corpora have in common: where there are none they say so, and end."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import bounds, jets, precision, ranges, records, rms


@pytest.mark.parametrize("benchmark", [bounds, jets, precision, ranges, records, rms])
def test_without_corpora_it_is_skipped(
    benchmark: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchmark.main(["--corpus", str(tmp_path / "none")]) == 0
    assert "skipped: there are no corpora" in capsys.readouterr().err
