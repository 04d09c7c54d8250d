"""Stored designs: what does not fit together is told by every command, and nothing is read or run because of it."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from symhdl.backends.backend import EmitOptions

from symhdl.commands import synth
from symhdl.compiler import compile
from symhdl.documents import json_text
from symhdl.errors import SymhdlError
from symhdl.flow.synthesis import Synthesis
from symhdl.manifest import digest_of
from symhdl.manifest_reading import is_inside, read_manifest
from symhdl.version import VERSION
from tests import crashes, fuzz_folders
from tests.stored_designs import edit, files_of, put, sealed_again
from tests.test_cli import invoke
from tests.tiny_datapaths import mixed, polynomial

TOP = "polynomial"
DEVICE = resources.files("symhdl.targets").joinpath("ecp5-25k.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def without_tools(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand-ins for the external tools."""
    figures = Synthesis(1, 2, 0, 0, 0, 300.0, "none")
    monkeypatch.setattr(synth, "synthesize", lambda *_, **__: figures)
    monkeypatch.setattr("symhdl.commands.verify.verilog_differences", lambda *_, **__: ())
    return iter([None])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return put(tmp_path / "design", polynomial())


def commands(folder: Path, *options: str) -> dict[str, Result]:
    """What all commands say of the design in a folder."""
    named = () if [*folder.glob("*.toml")] else ("--device", "ecp5-25k")
    return {
        "simulate": invoke("simulate", folder, "--input", "-", *options, input="x\n1\n"),
        "verify": invoke("verify", folder, *options),
        "synth": invoke("synth", folder, *named, *options),
    }


# --- the digest -----------------------------------------------------------------------------------


def change_text(folder: Path) -> None:
    edit(folder / f"{TOP}.v", "endmodule", "  // mine\nendmodule")


def change_datapath(folder: Path) -> None:
    edit(folder / f"{TOP}.datapath", " error 0.0", " error 1.0")


def change_manifest(folder: Path) -> None:
    edit(folder / f"{TOP}.json", '"latency_cycles": 2', '"latency_cycles": 3')


def remove_text(folder: Path) -> None:
    (folder / f"{TOP}.v").unlink()


def add_file(folder: Path) -> None:
    (folder / "more.v").write_text("module more; endmodule\n")
    edit(folder / f"{TOP}.json", f'"{TOP}.v"\n  ],', f'"{TOP}.v",\n    "more.v"\n  ],')


def mix_designs(folder: Path) -> None:
    """The text of another design of that name."""
    other = files_of(polynomial(), "verilog", EmitOptions("valid"))
    (folder / f"{TOP}.v").write_text(other[f"{TOP}.v"])


def older(folder: Path) -> None:
    document = json.loads((folder / f"{TOP}.json").read_text())
    del document["digest"], document["sha256"]
    (folder / f"{TOP}.json").write_text(json_text(document))


CHANGES: dict[Callable[[Path], None], str] = {
    change_text: f"{TOP}.v was changed, or belongs to another design",
    change_datapath: f"{TOP}.datapath was changed, or belongs to another design",
    change_manifest: f"{TOP}.json was changed after it was written",
    remove_text: f"{TOP}.v is missing",
    add_file: "more.v does not belong to the design",
    mix_designs: f"{TOP}.v was changed, or belongs to another design",
    older: f"{TOP}.json has no digest",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_does_not_fit_is_told_by_every_command(
    change: Callable[[Path], None], folder: Path
) -> None:
    change(folder)
    for result in commands(folder).values():
        assert (result.exit_code, result.stdout) == (1, "")
        assert "error[changed-design]" in result.stderr
        assert f"note: {CHANGES[change]}" in result.stderr
        assert "use the files as they are with --trust" in result.stderr
    trusted = commands(folder, "--trust")
    assert all(f"note: {CHANGES[change]}" in result.stderr for result in trusted.values())
    assert trusted["simulate"].exit_code == 0
    assert trusted["simulate"].stdout == "y\n7.0\n"
    assert "warning[trusted]" in trusted["simulate"].stderr
    status = 1 if change is remove_text else 0
    assert trusted["verify"].exit_code == trusted["synth"].exit_code == status


def test_what_fits_is_told_by_nobody(folder: Path) -> None:
    for _ in range(2):  # the second time with the figures of `synth` in the manifest
        for result in commands(folder).values():
            assert result.exit_code == 0, result.stderr
            assert "trust" not in result.stderr
    document = json.loads((folder / f"{TOP}.json").read_text())
    assert document["synth"]["luts"] == 1
    assert document["digest"] == digest_of(document)


def test_the_digest_goes_by_what_the_manifest_says() -> None:
    document = json.loads(files_of(polynomial())[f"{TOP}.json"])
    backwards = dict(reversed([*document.items()]))
    assert digest_of(json.loads(json.dumps(backwards, indent=7))) == document["digest"]
    assert digest_of({**document, "synth": {"luts": 1}}) == document["digest"]
    for key in document.keys() - {"digest", "synth"}:
        assert digest_of({**document, key: "other"}) != document["digest"]


def test_a_manifest_that_contradicts_its_datapath_is_told(folder: Path) -> None:
    """Even if somebody made the digest fit."""
    for key, value in {
        "latency_cycles": 3,
        "source": "y = x",
        "outputs": [],
        "device": "x",
    }.items():
        put(folder, polynomial())
        sealed_again(folder, TOP, lambda document, k=key, v=value: document.update({k: v}))  # type: ignore[misc]
        for result in commands(folder).values():
            assert result.exit_code == 1
            assert f"{TOP}.json: `{key}` is not what the datapath says" in result.stderr


def test_synth_does_not_run_changed_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def synthesized(verilog: str, *_: object, **__: object) -> Synthesis:
        ran.append(verilog)
        return Synthesis(1, 2, 0, 0, 0, 300.0, "none")

    monkeypatch.setattr(synth, "synthesize", synthesized)
    change_text(folder)
    sealed_again(folder, TOP)
    refused = invoke("synth", folder, "--device", "ecp5-25k")
    assert (refused.exit_code, ran) == (1, [])
    assert f"error[changed-text]: {TOP}.v in" in refused.stderr
    trusted = invoke("synth", folder, "--device", "ecp5-25k", "--trust")
    assert trusted.exit_code == 0, trusted.stderr
    assert "// mine" in ran[0]
    assert f"trusted: {TOP}.v:" in trusted.stderr


def test_figures_are_shown_even_if_they_cannot_be_stored(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compiled_meanwhile(*_: object, **__: object) -> Synthesis:
        put(folder, polynomial(), "verilog", EmitOptions("valid"))
        return Synthesis(1234, 2, 0, 0, 0, 300.0, "none")

    monkeypatch.setattr(synth, "synthesize", compiled_meanwhile)
    result = invoke("synth", folder, "--device", "ecp5-25k")
    assert result.exit_code == 1
    assert "1,234" in result.stdout
    assert "it was compiled again meanwhile" in result.stderr
    assert commands(folder)["verify"].exit_code == 0


def test_only_files_of_the_folder_are_read(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.v"
    shutil.move(folder / f"{TOP}.v", outside)
    (folder / f"{TOP}.v").symlink_to(outside)
    for result in commands(folder, "--trust").values():
        assert result.exit_code == 1
        assert "error[leaves-folder]" in result.stderr


# --- manifests from strangers ---------------------------------------------------------------------

STRANGE: dict[str, Any] = {
    "symhdl": [1],
    "top": "../top",
    "target": None,
    "interface": ["valid"],
    "clock_enable": "yes",
    "frequency_mhz": True,
    "latency_cycles": -1,
    "inputs": {"a": 1},
    "outputs": [1],
    "estimate": [],
    "warnings": "none",
    "sha256": {"top.v": "abc"},
    "digest": "0" * 63,
    "synth": 3,
}
NAMES = (
    ".git/hooks/post-checkout", "sub/.x", "", "/etc/passwd", "../x.v", "a/../../x.v", "a\0b", "x" * 256, "y/" * 600,
    "a\\b", "a\nb", "\x1b[2J", ".", "a//b", "\ud800", 1, None,
)  # fmt: skip


def refused(document: object, text: str | None = None) -> str:
    with pytest.raises(SymhdlError) as caught:
        read_manifest(json.dumps(document) if text is None else text, "top.json")
    (told,) = caught.value.diagnostics
    assert told.id == "bad-manifest"
    assert told.help
    return told.message


def test_values_that_do_not_fit_are_told() -> None:
    document = json.loads(files_of(polynomial())[f"{TOP}.json"])
    assert read_manifest(json.dumps(document), "top.json") == document
    for key, value in STRANGE.items():
        assert f"`{key}` must be" in refused({**document, key: value})
    for name in NAMES:
        assert not isinstance(name, str) or not is_inside(name)
        assert "`files` must be at most" in refused({**document, "files": [name]})
    assert "`files` must be" in refused({**document, "files": ["x"] * 2000})


@pytest.mark.parametrize(
    "text",
    [
        '{"symhdl": 1, "symhdl": 2}', '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', "[" * 100_000,
        '{"a": ' + "9" * 5000 + "}", '{"a":' * 50_000, "", "\0", '{"a": "\x00"}',
    ],
)  # fmt: skip
def test_what_is_not_the_json_of_a_manifest_is_told(text: str) -> None:
    assert "top.json is not JSON: " in refused(None, text)


def test_a_manifest_that_does_not_name_itself_is_told(folder: Path) -> None:
    sealed_again(folder, TOP, lambda document: document["files"].remove(f"{TOP}.json"))
    edit(folder / f"{TOP}.json", '"latency_cycles": 2', '"latency_cycles": 3')
    for result in commands(folder).values():
        assert result.exit_code == 1
        assert f"note: {TOP}.json was changed" in result.stderr
    assert commands(folder, "--trust")["synth"].exit_code == 0
    assert '"synth"' in (folder / f"{TOP}.json").read_text()


def test_a_manifest_is_not_read_to_no_end() -> None:
    assert "33554432 are the limit" in refused(None, " " * (1 << 25) + "{}")


def test_a_design_of_another_name_is_told(folder: Path) -> None:
    for end in (".json", ".datapath", ".v"):
        (folder / f"{TOP}{end}").rename(folder / f"other{end}")
    for result in commands(folder, "--trust").values():
        assert result.exit_code == 1
        assert "is the manifest of a design of another name" in result.stderr
    (folder / "other.json").unlink()
    result = commands(folder)["simulate"]
    assert result.exit_code == 1
    assert "note: other.datapath is there without other.json" in result.stderr


# --- the device -----------------------------------------------------------------------------------


def own_device(place: Path, changed: str = "1") -> Path:
    """A device of the user's, in a file."""
    text = DEVICE.replace('name = "ecp5-25k"', 'name = "mine"')
    place.write_text(text.replace("dsps = 28", f"dsps = {changed}"))
    return place


def test_a_stored_design_does_not_make_a_file_read(folder: Path, tmp_path: Path) -> None:
    evil = own_device(tmp_path / "evil.toml")
    for end in (".datapath", ".operators"):
        edit(folder / f"{TOP}{end}", 'device "generic"', f'device "{evil}"')
    sealed_again(folder, TOP, lambda document: document.update({"device": str(evil)}))
    result = invoke("synth", folder)
    assert result.exit_code == 1
    assert "error[unknown-device]" in result.stderr
    assert "--device FILE.toml" in result.stderr
    assert not (folder / f"{TOP}.json").read_text().count('"synth"')


def test_a_design_for_a_device_of_the_users_asks_for_its_file(tmp_path: Path) -> None:
    device, folder = own_device(tmp_path / "mine.toml"), tmp_path / "design"
    words = ("compile", "--expr", "x*x", "--range", "-1:1", "--width", "6")
    assert invoke(*words, "--device", device, "-o", folder).exit_code == 0
    assert 'device "mine"\n' in (folder / "top.datapath").read_text()
    assert str(device) not in (folder / "top.json").read_text()
    asked = invoke("synth", folder)
    assert asked.exit_code == 1
    assert "the design is for the device `mine`, which does not come with symhdl" in asked.stderr
    named = invoke("synth", folder, "--device", device)
    assert named.exit_code == 0, named.stderr
    assert "other-device" not in named.stderr
    changed = invoke("synth", folder, "--device", own_device(tmp_path / "other.toml", "2"))
    assert changed.exit_code == 0
    assert "warning[other-device]" in changed.stderr


def test_a_description_that_has_changed_since_is_told(folder: Path) -> None:
    sealed_again(folder, TOP, lambda document: document.update({"device_digest": "0" * 64}))
    result = invoke("synth", folder, "--device", "generic")
    assert "warning[other-device]" in result.stderr
    assert "warning[other-device]" not in invoke("synth", folder, "--device", "ecp5-25k").stderr


# --- the command line -----------------------------------------------------------------------------


def test_compile_does_not_write_over_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "bell.cpp"
    text = "double bell(double x) { return exp(-x*x); }\n"
    source.write_text(text)
    words = ("compile", "bell.cpp", "--range", "-2:2", "--width", "8", "--target", "hls", "-o", ".")
    refused = invoke(*words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "error[not-ours]: bell.cpp is there, and symhdl did not write it" in refused.stderr
    assert source.read_text() == text
    assert [place.name for place in tmp_path.iterdir()] == ["bell.cpp"]
    assert invoke(*words, "--force").exit_code == 0
    assert f"made by symhdl {VERSION}" in source.read_text()


def test_the_library_replaces_what_is_not_ours_with_force_alone(tmp_path: Path) -> None:
    (tmp_path / "top.v").write_text("mine")
    design = compile("y = x", ranges=(0, 1), width=4)
    with pytest.raises(SymhdlError, match="symhdl did not write it"):
        design.write(tmp_path)
    design.write(tmp_path, force=True)
    assert (tmp_path / "top.v").read_text() == design.verilog()


@pytest.mark.parametrize(
    "words",
    [
        ("compile", "--expr", "x", "--range", "0:1"),
        ("convert", "--expr", "x", "--to", "c"),
        ("simulate", "x", "--input", "y"),
    ],
)
def test_an_empty_name_is_wrong_usage(words: tuple[str, ...]) -> None:
    result = invoke(*words, "-o", "")
    assert result.exit_code == 2
    assert "the name is empty" in result.stderr


def test_inputs_and_designs_are_not_written_over(folder: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("x\n1\n")
    before = {place: place.read_bytes() for place in (rows, *folder.iterdir())}
    for place in before:
        result = invoke("simulate", folder, "--input", rows, "-o", place)
        assert result.exit_code == 1
        assert "is read by this command" in result.stderr
    for name in (f"{TOP}.v", f"{TOP}.json"):
        result = invoke("verify", folder, "--vcd", folder / name)
        assert result.exit_code == 1
    source, defined = tmp_path / "f.sym", tmp_path / "d.sym"
    source.write_text("y = f(x)\n")
    defined.write_text("f(x) = x\n")
    words = ("convert", source, "--define", f"@{defined}", "--to", "c")
    for place in (source, defined):
        assert invoke(*words, "-o", place).exit_code == 1
    assert invoke(*words, "-o", tmp_path / "f.c").exit_code == 0
    assert {place: place.read_bytes() for place in before} == before
    assert (source.read_text(), defined.read_text()) == ("y = f(x)\n", "f(x) = x\n")


def test_the_interface_of_hls_stands_in_the_manifest_and_in_the_text(tmp_path: Path) -> None:
    design = compile("y = x*x", ranges=(-1, 1), width=4)
    texts = {}
    for interface in ("plain", "valid"):
        design.write(tmp_path, "hls", EmitOptions("valid" if interface == "valid" else "plain"))
        assert json.loads((tmp_path / "top.json").read_text())["interface"] == interface
        texts[interface] = (tmp_path / "top.cpp").read_text()
    assert texts["plain"] != texts["valid"]


def test_a_target_takes_the_place_of_another(tmp_path: Path) -> None:
    put(tmp_path, mixed(), "hls")
    put(tmp_path, mixed())
    names = sorted(place.name for place in tmp_path.iterdir())
    assert names == ["mixed.datapath", "mixed.json", "mixed.operators", "mixed.v"]
    assert commands(tmp_path)["verify"].exit_code == 0


# --- by chance ------------------------------------------------------------------------------------


def test_no_mutation_goes_through_in_silence(tmp_path: Path) -> None:
    outcomes, found = fuzz_folders.fuzzed(6, 3, tmp_path)
    assert not found
    assert sum(outcomes.values()) == len(fuzz_folders.ENDS) * 7 * 6


@pytest.mark.slow
def test_killed_and_competing_writers_leave_one_design(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    outcomes: Counter[str] = crashes.kills(60, chance, tmp_path / "kills")
    outcomes += crashes.pairs(60, chance, tmp_path / "pairs")
    assert outcomes["WRONG"] == 0
