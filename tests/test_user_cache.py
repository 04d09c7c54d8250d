"""The user's cache: what is put there is found again, whatever is wrong is not, and it stays small."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symhdl import user_cache
from symhdl.user_cache import END, PART, Contents, UserCache, default_folder
from tests.rows import each_row

SILENT = {"budget", "choices", "documents", "errors", "files", "names", "version"}
"""Rooms that approximations see, and that say nothing about what they become."""

QUESTION, ANSWER = "what is asked", "[1, 2, 3]\nand more"


@pytest.fixture
def cache(tmp_path: Path) -> UserCache:
    return UserCache(tmp_path / "home" / "symhdl")


def entry(cache: UserCache) -> Path:
    """The only entry."""
    (path,) = cache.folder.glob("*" + END)
    return path


def test_what_is_put_is_found(cache: UserCache) -> None:
    assert cache.get(QUESTION) is None
    cache.put(QUESTION, ANSWER)
    assert cache.get(QUESTION) == ANSWER
    assert UserCache(cache.folder).get(QUESTION) == ANSWER
    assert cache.get("something else") is None
    assert cache.contents() == Contents(1, entry(cache).stat().st_size)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_nobody_else_may_look(cache: UserCache) -> None:
    cache.put(QUESTION, ANSWER)
    assert cache.folder.stat().st_mode & 0o777 == 0o700
    assert entry(cache).stat().st_mode & 0o077 == 0


def test_what_is_damaged_is_as_if_it_were_not_there(cache: UserCache) -> None:
    cache.put(QUESTION, ANSWER)
    content = entry(cache).read_bytes()
    for place in range(len(content)):
        entry(cache).write_bytes(
            content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        )
        assert cache.get(QUESTION) is None
        entry(cache).write_bytes(content[:place])
        assert cache.get(QUESTION) is None
    entry(cache).write_bytes(content + b"\n")
    assert cache.get(QUESTION) is None
    cache.put(QUESTION, ANSWER)
    assert cache.get(QUESTION) == ANSWER


def test_an_entry_in_another_place_is_not_used(cache: UserCache) -> None:
    cache.put(QUESTION, ANSWER)
    content = entry(cache).read_bytes()
    cache.put("another question", "another answer")
    for path in cache.folder.iterdir():
        path.write_bytes(content)
    assert cache.get(QUESTION) == ANSWER
    assert cache.get("another question") is None


def test_other_code_finds_nothing(cache: UserCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(QUESTION, ANSWER)
    monkeypatch.setattr(user_cache, "code_digest", lambda: "of another version")
    assert cache.get(QUESTION) is None


def test_all_code_that_answers_counts() -> None:
    program = "import sys, symhdl.approximation; print(*sys.modules)"
    loaded = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True).stdout
    rooms = {name.split(".")[1] for name in loaded.split() if name.startswith("symhdl.")}
    assert rooms == {*user_cache.ROOMS, *SILENT}


@pytest.mark.skipif(os.name == "nt", reason="owners and permissions of POSIX")
def test_a_folder_that_is_not_the_users_alone_is_left_alone(
    cache: UserCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put(QUESTION, ANSWER)
    for mode in (0o770, 0o702, 0o707):
        cache.folder.chmod(mode)
        other = UserCache(cache.folder)
        other.put("another question", "another answer")
        assert other.get(QUESTION) is None and other.trouble == "others may change it"
    cache.folder.chmod(0o700)
    link = cache.folder.parent / "link"
    link.symlink_to(cache.folder)
    assert UserCache(link).get(QUESTION) is None
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    other = UserCache(cache.folder)
    assert other.get(QUESTION) is None and other.trouble == "it belongs to another user"
    assert cache.get(QUESTION) is None  # its entries belong to the other one
    monkeypatch.undo()
    assert cache.get(QUESTION) == ANSWER
    assert len(list(cache.folder.iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_links_and_pipes_are_not_opened(cache: UserCache) -> None:
    cache.put(QUESTION, ANSWER)
    place = entry(cache)
    place.rename(cache.folder / "moved")
    place.symlink_to(cache.folder / "moved")
    assert cache.get(QUESTION) is None
    place.unlink()
    os.mkfifo(place)
    assert cache.get(QUESTION) is None
    cache.put(QUESTION, ANSWER)
    assert cache.get(QUESTION) == ANSWER


def test_a_writer_that_fails_leaves_nothing(
    cache: UserCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise OSError("no room")

    assert cache.get(QUESTION) is None
    monkeypatch.setattr(Path, "replace", failing)
    cache.put(QUESTION, ANSWER)
    assert not list(cache.folder.iterdir())


def test_no_folder_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = UserCache(tmp_path / "file" / "symhdl")
    cache.put(QUESTION, ANSWER)
    assert cache.get(QUESTION) is None and cache.trouble
    cache = UserCache(tmp_path / "file")
    assert cache.get(QUESTION) is None and cache.trouble == "it is something else"


def test_what_was_not_asked_for_longest_goes_first(cache: UserCache) -> None:
    for number in range(8):
        cache.put(f"question {number}", "x" * 100)
        place = max(cache.folder.iterdir(), key=lambda path: path.stat().st_ctime_ns)
        os.utime(place, (number, number))
    assert cache.get("question 0") is not None  # and counts as used now
    left = cache.folder / ("left" + PART)
    left.write_bytes(b"torn")
    os.utime(left, (0, 0))
    (cache.folder / ("new" + PART)).write_bytes(b"being written")
    cache.trim(most_entries=8)
    assert cache.contents().entries == 8 and not left.exists()
    cache.trim(most_entries=7)
    assert [n for n in range(8) if cache.get(f"question {n}")] == [0, 4, 5, 6, 7]
    one = cache.contents().size // cache.contents().entries
    cache.trim(most_bytes=4 * one)
    assert cache.contents().entries == 3
    assert cache.clear().entries == 3
    assert not list(cache.folder.iterdir())


def test_some_writes_look_after_the_size(cache: UserCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserCache, "trim", lambda self: seen.append(self))
    seen: list[UserCache] = []
    for number in range(2000):
        cache.put(f"question {number}", "")
    assert 1 <= len(seen) <= 40


def test_what_is_too_large_is_not_kept(cache: UserCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_cache, "LARGEST_ENTRY", 1000)
    cache.put(QUESTION, "x" * 1001)
    assert cache.get(QUESTION) is None and cache.contents().entries == 0


def _write_many(folder: Path) -> None:
    cache = UserCache(folder)
    for number in range(200):
        cache.put(f"question {number % 5}", f"answer {number % 5}" * 1000)
        found = cache.get(f"question {number % 5}")
        assert found == f"answer {number % 5}" * 1000


def test_writers_at_the_same_time_do_no_harm(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(tmp_path / "c",)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert UserCache(tmp_path / "c").contents().entries == 5


@each_row(
    ("named", "expected"),
    [("/tmp/of-mine", "/tmp/of-mine/symhdl"), ("relative", None), ("", None)],  # noqa: S108
)
def test_the_folder_is_where_the_system_wants_it(named: str, expected: str | None) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.platform", "linux")
        patched.setenv("HOME", "/home/somebody")
        patched.setenv("XDG_CACHE_HOME", named)
        assert default_folder() == Path(expected or "/home/somebody/.cache/symhdl")
        patched.setattr("sys.platform", "darwin")
        patched.setenv("XDG_CACHE_HOME", "")
        assert default_folder() == Path("/home/somebody/Library/Caches/symhdl")
