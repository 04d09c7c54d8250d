"""Folders of designs: replaced whole or not at all, wherever a writer is killed, with nothing of the user's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from symhdl.documents import Json, json_text, sha256
from symhdl.errors import SymhdlError
from symhdl.folders import locked, recovery
from symhdl.folders.locked import reading
from symhdl.folders.writing import replace_manifest, write_design
from symhdl.locks import Held, lock
from symhdl.manifest import digest_of
from tests.stored_designs import files_of
from tests.tiny_datapaths import polynomial

Files = dict[str, str]


def set_of(top: str, texts: Files) -> Files:
    """A design in the eyes of its folder: files, and a manifest that names them."""
    names: list[Json] = [*sorted([*texts, f"{top}.json"])]
    tied: dict[str, Json] = {name: sha256(text) for name, text in texts.items()}
    document: dict[str, Json] = {
        "symhdl": "0.1.0", "top": top, "target": "verilog", "files": names, "sha256": tied,
    }  # fmt: skip
    document["digest"] = digest_of(document)
    return {**texts, f"{top}.json": json_text(document)}


OLD = set_of("t", {"t.v": "old", "t.datapath": "old", "sub/t.h": "old"})
NEW = set_of("t", {"t.v": "new", "t.datapath": "new", "t.cpp": "new"})


def files_in(folder: Path) -> Files:
    places = (place for place in folder.rglob("*") if not place.is_dir())
    return {str(place.relative_to(folder)): place.read_text() for place in places}


def test_a_design_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write_design(folder, "t", OLD)
    assert files_in(folder) == OLD
    (folder / "notes.txt").write_text("mine")
    write_design(folder, "t", NEW)
    assert files_in(folder) == {**NEW, "notes.txt": "mine"}


def test_permissions_stay(tmp_path: Path) -> None:
    write_design(tmp_path, "t", OLD)
    for name in ("t.v", "t.json"):
        (tmp_path / name).chmod(0o660)
    write_design(tmp_path, "t", NEW)
    for name in ("t.v", "t.json"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o660


def test_what_the_user_changed_of_the_old_design_stays(tmp_path: Path) -> None:
    write_design(tmp_path, "t", OLD)
    (tmp_path / "sub" / "t.h").write_text("mine")
    write_design(tmp_path, "t", NEW)
    assert files_in(tmp_path) == {**NEW, "sub/t.h": "mine"}


def test_what_the_user_changed_of_a_file_that_is_made_again_is_replaced_with_force_alone(
    tmp_path: Path,
) -> None:
    write_design(tmp_path, "t", OLD)
    changed = OLD["t.v"] + "// and a line of mine"
    (tmp_path / "t.v").write_text(changed)
    with pytest.raises(SymhdlError, match=r"t\.v was changed since symhdl wrote it") as caught:
        write_design(tmp_path, "t", NEW)
    assert caught.value.diagnostics[0].id == "changed-file"
    assert files_in(tmp_path) == {**OLD, "t.v": changed}
    write_design(tmp_path, "t", NEW, force=True)
    assert files_in(tmp_path) == NEW


def test_an_emptied_file_is_replaced(tmp_path: Path) -> None:
    write_design(tmp_path, "t", OLD)
    (tmp_path / "t.v").write_text("")
    write_design(tmp_path, "t", NEW)
    assert files_in(tmp_path) == NEW


# --- a writer that is killed ----------------------------------------------------------------------

CHANGES = ("mkdir", "rename", "replace", "unlink", "rmdir", "open")
"""What changes a folder, or comes just before a change."""


class KilledError(BaseException):
    """Stands for the end of the process: after it, nothing more is changed."""


def killed_at(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the `count`-th call on, nothing that the process does reaches the folder."""
    calls = 0

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls > count:
                raise KilledError
            return real(*arguments, **named)

        return call

    for name in CHANGES:
        monkeypatch.setattr(os, name, dying(getattr(os, name)))


def test_wherever_a_writer_is_killed_the_folder_holds_one_design(tmp_path: Path) -> None:
    """Every state that a killed writer can leave, and every state that one who recovers that can leave in turn."""
    seen: set[str] = set()
    for count in range(1000):
        folder = tmp_path / str(count)
        write_design(folder, "t", OLD)
        with pytest.MonkeyPatch.context() as patch:
            killed_at(count, patch)
            try:
                write_design(folder, "t", NEW)
                ended = True
            except KilledError:
                ended = False
        with reading(folder) as held:
            found = held.read("t.v")
        assert found in (b"old", b"new")
        assert files_in(folder) == (OLD if found == b"old" else NEW)
        assert sorted(place.name for place in folder.iterdir()) == names_of(found)
        seen.add(found.decode())
        if ended:
            assert seen == {"old", "new"}
            assert count > 15
            return
    raise AssertionError("the writer never ends")


def names_of(found: bytes) -> list[str]:
    """What is directly in the folder; the folder of a file that was removed stays."""
    files = OLD if found == b"old" else NEW
    return sorted({"sub", *(name.partition("/")[0] for name in files)})


ORDER = ("t.cpp", "t.datapath", "t.v", "t.json")
"""In which order the files of the new design are moved, after what is left over was removed."""


def complete_set(folder: Path, done: int = 0) -> None:
    """A folder in which a writer was killed behind the point of no return, with so many files moved."""
    write_design(folder, "t", OLD)
    complete = folder / recovery.COMPLETE
    complete.mkdir()
    for name, text in NEW.items():
        (complete / name).write_text(text)
    if done:
        (folder / "sub" / "t.h").unlink()
    for name in ORDER[:done]:
        (complete / name).replace(folder / name)


@pytest.mark.parametrize("done", [0, 2, 4])
def test_a_complete_set_is_finished_by_a_reader_and_by_a_writer(done: int, tmp_path: Path) -> None:
    complete_set(tmp_path / "a", done)
    with reading(tmp_path / "a") as folder:
        assert folder.read("t.cpp") == b"new"
    assert files_in(tmp_path / "a") == NEW
    complete_set(tmp_path / "b", done)
    other = set_of("other", {"other.v": "text", "other.datapath": "text"})
    write_design(tmp_path / "b", "other", other)
    assert files_in(tmp_path / "b") == {**NEW, **other}


@pytest.mark.parametrize("done", [0, 2, 4])
def test_a_complete_set_is_seen_through_where_nothing_can_be_written(
    done: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_set(tmp_path, done)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("replace", "rename", "unlink", "rmdir", "mkdir"):
        monkeypatch.setattr(os, name, refused)
    with reading(tmp_path) as folder:
        assert {name: (folder.read(name) or b"").decode() for name in NEW} == NEW
        assert {*NEW} <= {*folder.names()}
    assert (tmp_path / recovery.COMPLETE).is_dir()


def test_what_was_never_completed_goes(tmp_path: Path) -> None:
    write_design(tmp_path, "t", OLD)
    (tmp_path / recovery.NEW / "sub").mkdir(parents=True)
    (tmp_path / recovery.NEW / "sub" / "t.h").write_text("half")
    (tmp_path / ".symhdl-abcdefgh.part").write_text("half")
    kept = {".t.v.swp": "mine", ".t.v.12345678": "mine", ".symhdl-mine": "mine"}
    for name, text in kept.items():
        (tmp_path / name).write_text(text)
    with reading(tmp_path) as folder:
        assert folder.read("t.v") == b"old"
    assert files_in(tmp_path) == {**OLD, **kept}


def test_what_a_stranger_made_look_like_a_complete_set_does_no_harm(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_text("mine")

    def linked_set(folder: Path, _: Path) -> None:
        (folder / recovery.COMPLETE).symlink_to(outside)

    def linked_new(folder: Path, complete: Path) -> None:
        shutil.rmtree(complete)
        (folder / recovery.NEW).symlink_to(outside)

    def linked_file(_: Path, complete: Path) -> None:
        (complete / "t.h").symlink_to(outside / "mine")

    def linked_folder(folder: Path, complete: Path) -> None:
        (folder / "out").symlink_to(outside)
        for place in complete.iterdir():
            place.unlink()
        made = set_of("t", {"out/new/mine": "theirs"})
        (complete / "out" / "new").mkdir(parents=True)
        for name, text in made.items():
            (complete / name).write_text(text)

    def without_a_manifest(_: Path, complete: Path) -> None:
        (complete / "t.json").unlink()

    def with_two(_: Path, complete: Path) -> None:
        (complete / "u.json").write_text(set_of("u", {})["u.json"])

    def with_more(_: Path, complete: Path) -> None:
        (complete / "more").write_text("theirs")

    def over_mine(folder: Path, _: Path) -> None:
        (folder / "t.v").write_text("mine")

    def removing_mine(folder: Path, complete: Path) -> None:
        """An old manifest that says of a file of the user's that it belongs to the design."""
        claimed = set_of("t", {"mine": "as they think it is"})
        (folder / "t.json").write_text(claimed["t.json"])
        (folder / "mine").write_text("mine")
        over_mine(folder, complete)

    makers = (
        linked_set, linked_new, linked_file, linked_folder, without_a_manifest, with_two, with_more, over_mine,
        removing_mine,
    )  # fmt: skip
    for make in makers:
        folder = tmp_path / make.__name__
        complete = folder / recovery.COMPLETE
        folder.mkdir()
        if make is not linked_set:
            complete.mkdir()
            for name, text in NEW.items():
                (complete / name).write_text(text)
        make(folder, complete)
        with pytest.raises(SymhdlError) as caught, reading(folder):
            pass
        assert caught.value.diagnostics[0].id in ("bad-folder", "leaves-folder", "not-ours")
        assert caught.value.diagnostics[0].help
        assert [*outside.rglob("*")] == [outside / "mine"], "no file and no folder comes"
        assert files_in(outside) == {"mine": "mine"}
        assert not (folder / "t.cpp").exists(), "nothing is moved of what is not moved whole"
        for place in (folder / "t.v", folder / "mine"):
            assert not place.is_file() or place.read_text() == "mine" or make is linked_folder


# --- two at once ----------------------------------------------------------------------------------


def test_a_writer_waits_for_others_and_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locked, "WAIT_S", 0.0)
    monkeypatch.setattr(locked, "POLL_S", 0.0)
    write_design(tmp_path, "t", OLD)
    with reading(tmp_path), reading(tmp_path) as second:  # readers do not wait for each other
        assert second.read("t.v") == b"old"
        with pytest.raises(
            SymhdlError, match="waited 0 s for another process that reads or writes in "
        ):
            write_design(tmp_path, "t", NEW)
    handle = os.open(tmp_path, os.O_RDONLY)
    assert lock(handle, exclusive=True) is Held.HERE
    with pytest.raises(SymhdlError, match="waited 0 s for"), reading(tmp_path):
        pass
    os.close(handle)
    write_design(tmp_path, "t", NEW)
    assert files_in(tmp_path) == NEW


def test_without_locks_one_writes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locked, "lock", lambda *_, **__: Held.NOWHERE)
    write_design(tmp_path, "t", OLD)
    write_design(tmp_path, "t", NEW)
    assert files_in(tmp_path) == NEW


def test_a_folder_that_goes_while_it_is_waited_for_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = lock, 0

    def removed_meanwhile(handle: int, *, exclusive: bool) -> Held:
        nonlocal calls
        calls += 1
        if calls == 1:
            shutil.rmtree(tmp_path / "new")
        return real(handle, exclusive=exclusive)

    monkeypatch.setattr(locked, "lock", removed_meanwhile)
    write_design(tmp_path / "new", "t", NEW)
    assert files_in(tmp_path / "new") == NEW


def test_a_manifest_is_replaced_in_its_own_design_alone(tmp_path: Path) -> None:
    write_design(tmp_path, "t", OLD)
    digest = str(json_of(OLD["t.json"])["digest"])
    text = OLD["t.json"].replace('"digest"', '"synth": {},\n  "digest"')
    replace_manifest(tmp_path, "t", digest, text)
    assert files_in(tmp_path) == {**OLD, "t.json": text}
    write_design(tmp_path, "t", NEW)
    with pytest.raises(SymhdlError, match="it was compiled again meanwhile"):
        replace_manifest(tmp_path, "t", digest, text)
    assert files_in(tmp_path) == NEW


def json_of(text: str) -> dict[str, Json]:
    from symhdl.manifest_reading import read_manifest

    return read_manifest(text, "t.json")


# --- what is the user's ---------------------------------------------------------------------------


def in_the_way(folder: Path) -> None:
    (folder / "t.cpp").write_text("mine")


def linked(folder: Path) -> None:
    (folder / "elsewhere").write_text("mine")
    (folder / "t.cpp").symlink_to(folder / "elsewhere")


def hanging(folder: Path) -> None:
    (folder / "t.cpp").symlink_to(folder / "nowhere")


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "t.cpp")


@pytest.mark.parametrize("make", [in_the_way, linked, hanging, a_pipe])
def test_what_symhdl_did_not_write_is_replaced_with_force_alone(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    write_design(tmp_path, "t", OLD)
    make(tmp_path)
    before = sorted(place.name for place in tmp_path.iterdir())
    with pytest.raises(SymhdlError, match=r"t\.cpp is there, and symhdl did not write it") as told:
        write_design(tmp_path, "t", NEW)
    assert told.value.diagnostics[0].id == "not-ours"
    assert sorted(place.name for place in tmp_path.iterdir()) == before
    assert (tmp_path / "t.v").read_text() == "old"
    write_design(tmp_path, "t", NEW, force=True)
    kept = {"elsewhere": "mine"} if make is linked else {}
    assert files_in(tmp_path) == {**NEW, **kept}  # a link was replaced, not what it led to


def test_files_with_our_header_are_ours_without_a_manifest(tmp_path: Path) -> None:
    files = files_of(polynomial())
    write_design(tmp_path, "polynomial", files)
    (tmp_path / "polynomial.json").unlink()
    write_design(tmp_path, "polynomial", files)
    manifest = files["polynomial.json"]
    for laid_out_anew in (
        manifest.replace("\n", "\r\n"),
        json.dumps(json.loads(manifest), indent=4),
    ):
        (tmp_path / "polynomial.json").write_bytes(laid_out_anew.encode())
        write_design(tmp_path, "polynomial", files)
    (tmp_path / "polynomial.v").write_text("module mine;\nendmodule // made by symhdl 1\n")
    (tmp_path / "polynomial.json").unlink()
    with pytest.raises(SymhdlError, match=r"polynomial\.v is there"):
        write_design(tmp_path, "polynomial", files)
    (tmp_path / "polynomial.json").write_text('{"mine": 1}')
    with pytest.raises(SymhdlError, match=r"polynomial\.(v|json) is there"):
        write_design(tmp_path, "polynomial", files)


def test_a_manifest_that_nobody_could_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symhdl.manifest_reading.MAXIMUM_CHARACTERS", 100)
    with pytest.raises(SymhdlError, match="would be too large to be read"):
        write_design(tmp_path / "new", "t", NEW)
    assert not [*tmp_path.iterdir()]


def test_an_empty_file_is_nothing_to_lose(tmp_path: Path) -> None:
    """As a power failure leaves files that the system had not written yet."""
    write_design(tmp_path, "t", OLD)
    for name in ("t.json", "t.v"):
        (tmp_path / name).write_text("")
    (tmp_path / "t.datapath").unlink()
    write_design(tmp_path, "t", NEW)
    assert files_in(tmp_path) == {**NEW, "sub/t.h": "old"}


def test_two_designs_share_a_folder_but_no_file(tmp_path: Path) -> None:
    write_design(tmp_path, "t", NEW)
    other = set_of("u", {"u.v": "text", "u.datapath": "text"})
    write_design(tmp_path, "u", other)
    assert files_in(tmp_path) == {**NEW, **other}
    sharing = set_of("u", {"t.cpp": "text", "u.datapath": "text"})
    for force in (False, True):
        with pytest.raises(SymhdlError, match=r"t\.cpp belongs to the design `t`"):
            write_design(tmp_path, "u", sharing, force=force)
    assert files_in(tmp_path) == {**NEW, **other}


def test_a_name_in_other_letters_may_be_the_same_file(tmp_path: Path) -> None:
    """As where `T.v` and `t.v` are one file; a hard link stands for it."""
    write_design(tmp_path, "t", NEW)
    (tmp_path / "T.cpp").hardlink_to(tmp_path / "t.cpp")
    with pytest.raises(SymhdlError, match=r"T\.cpp belongs to the design `t`"):
        write_design(tmp_path, "T", set_of("T", {"T.cpp": "text"}), force=True)
    (tmp_path / "T.cpp").unlink()
    write_design(tmp_path, "T", set_of("T", {"T.cpp": "text"}))
    assert files_in(tmp_path) == {**NEW, **set_of("T", {"T.cpp": "text"})}


def a_file(folder: Path) -> Path:
    (folder / "x").write_text("mine")
    return folder / "x"


def below_a_file(folder: Path) -> Path:
    return a_file(folder) / "y"


def looping(folder: Path) -> Path:
    (folder / "a").symlink_to(folder / "a")
    return folder / "a"


def hanging_folder(folder: Path) -> Path:
    (folder / "a").symlink_to(folder / "nowhere")
    return folder / "a"


def with_a_folder(folder: Path) -> Path:
    (folder / "t.v").mkdir()
    return folder


def with_a_link_out(folder: Path) -> Path:
    (folder / "design").mkdir()
    (folder / "outside").mkdir()
    (folder / "design" / "sub").symlink_to(folder / "outside")
    (folder / "outside" / "t.h").write_text("mine")
    return folder / "design"


def with_a_read_only_file(folder: Path) -> Path:
    write_design(folder, "t", OLD)
    (folder / "t.v").chmod(0o444)
    return folder


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (a_file, "it is not a folder"),
        (lambda _: Path("/dev/null"), "it is not a folder"),
        (below_a_file, "Not a directory"),
        (looping, "symbolic links|File exists"),
        (hanging_folder, "File exists"),
        (lambda folder: folder / ("x" * 300), "File name too long"),
        (lambda folder: folder / "a\0b", "is not a path"),
        (with_a_folder, "it is a folder"),
        (with_a_link_out, "leads out of"),
        (with_a_read_only_file, "it is read-only"),
    ],
)
def test_where_nothing_can_be_written_nothing_is(
    make: Callable[[Path], Path], message: str, tmp_path: Path
) -> None:
    place = make(tmp_path)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    texts = [path.read_text() for path in map(Path, before) if path.is_file()]
    with pytest.raises(SymhdlError, match=message) as caught:
        write_design(place, "t", OLD)
    assert caught.value.diagnostics[0].help
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before
    assert [path.read_text() for path in map(Path, before) if path.is_file()] == texts


def test_a_folder_that_cannot_take_more_keeps_the_old_design(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_design(tmp_path, "t", OLD)
    real = Path.open

    def full(path: Path, *arguments: object, **named: object) -> object:
        if recovery.NEW in path.parts and path.name == "t.v":
            raise OSError(28, "No space left on device", str(path))
        return real(path, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(SymhdlError, match="No space left on device"):
        write_design(tmp_path, "t", NEW)
    assert files_in(tmp_path) == OLD
    with pytest.raises(SymhdlError, match="No space left on device"):
        write_design(tmp_path / "new", "t", NEW)
    assert files_in(tmp_path) == OLD
    assert not (tmp_path / "new").exists()


def test_a_folder_behind_a_link_and_of_any_name_is_written(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff \n")
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    write_design(tmp_path / "link", "t", NEW)
    assert files_in(folder) == NEW
