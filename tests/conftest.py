"""What all tests share: golden files with `--update`, and the finding of external tools and corpora."""

from __future__ import annotations

import difflib
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

GOLDEN_FOLDER = Path(__file__).parent / "golden"
# A property is tried on a few examples in the ordinary run, and on many with `-m slow`.
settings.register_profile("fast", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=400, deadline=None)
SHARED_FOLDER = Path(__file__).parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="rewrite the golden files instead of comparing"
    )


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's cache is left alone, in this process and in those that it starts."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.option.markexpr == "slow" else "fast")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """All tests of a file run in one process, so that what they share is made once; slow ones are spread instead."""
    from xdist.scheduler import LoadFileScheduling

    grouped = config.option.dist == "load" and config.option.markexpr != "slow"
    return LoadFileScheduling(config, log) if grouped else None


def pytest_collection_finish() -> None:
    """Thousands of tests are collected by now, and the search for cycles need not look through them again and again."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden(name, text)` compares with tests/golden/<name>, or rewrites it under `--update`."""
    update = bool(request.config.getoption("--update"))

    def compare(name: str, text: str) -> None:
        path = GOLDEN_FOLDER / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.exists(), f"no golden file {path}; run pytest --update and look at it"
        expected = path.read_text(encoding="utf-8")
        if text != expected:
            difference = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), f"golden/{name}", "now", lineterm=""
            )
            pytest.fail("\n".join(difference), pytrace=False)

    return compare


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real expressions beside the project; the test is skipped where it is missing."""
    if not SHARED_FOLDER.is_dir():
        pytest.skip("../shared is not beside the project")
    return SHARED_FOLDER
