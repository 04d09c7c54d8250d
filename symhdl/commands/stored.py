"""Designs that `compile -o` wrote: found in their folder, read back, and held against their digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from symhdl.commands.terminal import show
from symhdl.documents import Json, sha256
from symhdl.errors import Diagnostic, SymhdlError, UsageError, error, shortened, warning
from symhdl.files.reading import decode
from symhdl.folders.locked import Folder, reading
from symhdl.ir.datapath import Datapath
from symhdl.ir.text import read_datapath
from symhdl.manifest import DATAPATH, MANIFEST
from symhdl.manifest_reading import contradictions, read_manifest, texts_of, unfit_files
from symhdl.version import VERSION

COMPILE_AGAIN = "compile again with -o"
TRUST = "compile again with -o, or use the files as they are with --trust"


@dataclass(frozen=True, slots=True)
class StoredDesign:
    """A design in a folder, with its other files as they were when it was read.

    `doubts` says in words what does not fit together, of a design that is trusted all the same.
    """

    folder: Path
    top: str
    manifest: dict[str, Json]
    datapath: Datapath
    contents: dict[str, bytes]
    doubts: tuple[str, ...] = ()

    @property
    def manifest_name(self) -> str:
        """The name of the manifest's file."""
        return self.top + MANIFEST

    @property
    def digest(self) -> str:
        """The digest that stands in the manifest; empty without one."""
        return str(self.manifest.get("digest", ""))

    @property
    def places(self) -> tuple[Path, ...]:
        """Where the files of the design stand."""
        return tuple(self.folder / name for name in (self.manifest_name, *self.contents))

    def text(self, name: str) -> str:
        """The text of a file of the design. Raises SymhdlError if it is missing or no text."""
        if name not in self.contents:
            text = f"{self.manifest_name} names {name}, which is not in {self.folder}"
            raise error("file-missing", text, help=COMPILE_AGAIN)
        return decode(self.contents[name], str(self.folder / name))


def open_design(folder: Path, top: str | None, *, trust: bool = False) -> StoredDesign:
    """The design in a folder, or the one named `top` if there are several; nobody writes there meanwhile.

    Raises SymhdlError if there is none, or if its files are not those that were written together. With `trust` the
    latter is a warning. Raises UsageError if `top` is needed.
    """
    if not folder.is_dir():
        text = f"there is no folder {folder}"
        raise error("folder-missing", text, help="make one with `symhdl compile SOURCE -o DIR`")
    with reading(folder) as locked:
        chosen = _chosen(locked, top)
        document = _manifest(locked, chosen)
        names = {chosen + DATAPATH, *texts_of(document, "files"), *texts_of(document, "sha256")}
        found = {name: locked.read(name) for name in sorted(names - {chosen + MANIFEST})}
    contents = {name: content for name, content in found.items() if content is not None}
    doubts = unfit_files(document, {name: sha256(content) for name, content in contents.items()})
    if doubts and not trust:
        raise _unfit(folder, document, doubts)
    text = decode(contents[chosen + DATAPATH], str(folder / (chosen + DATAPATH)))
    datapath = read_datapath(text, str(folder / (chosen + DATAPATH)))
    doubts += [f"{chosen}{MANIFEST}: {text}" for text in contradictions(document, datapath)]
    if doubts and not trust:
        raise _unfit(folder, document, doubts)
    if doubts:
        text = f"{folder} is trusted, although its files are not those of one design"
        show([warning("trusted", text, notes=doubts)])
    return StoredDesign(folder, chosen, document, datapath, contents, tuple(doubts))


def _unfit(folder: Path, document: dict[str, Json], doubts: Sequence[str]) -> SymhdlError:
    """What is said of files that do not fit together, which are not used unasked."""
    notes = (*doubts, *other_version(document))
    text = f"the files in {folder} are not those that symhdl wrote as one design"
    return error("changed-design", text, notes=notes, help=TRUST)


def other_version(document: Mapping[str, Json]) -> tuple[str, ...]:
    """Says that another version of symhdl wrote the design, where it is so."""
    version = shortened(str(document["symhdl"]))
    if version == VERSION:
        return ()
    return (f"the design was written by symhdl {version}, and this is symhdl {VERSION}",)


def _manifest(folder: Folder, top: str) -> dict[str, Json]:
    """The manifest of the design `top`, which must be one of that name."""
    name = str(folder.path / (top + MANIFEST))
    document = read_manifest(decode(folder.read(top + MANIFEST) or b"", name), name)
    if document["top"] != top:
        text = f"{name} is the manifest of a design of another name"
        raise error("bad-manifest", text, help=COMPILE_AGAIN)
    return document


def _chosen(folder: Folder, top: str | None) -> str:
    """The name of the design that is meant: of one with a manifest and a datapath."""
    names = set(folder.names())
    found = {name.removesuffix(DATAPATH) for name in names if name.endswith(DATAPATH)}
    tops = sorted(name for name in found if name + MANIFEST in names)
    where = str(folder.path)
    if not tops:
        lone = [f"{name}{DATAPATH} is there without {name}{MANIFEST}" for name in sorted(found)]
        help = "make one with `symhdl compile SOURCE -o DIR`"
        raise error("no-design", f"{where} holds no design", notes=lone, help=help)
    listed = ", ".join(tops)
    if top is None and len(tops) > 1:
        text = f"{where} holds several designs: {listed}"
        raise UsageError(Diagnostic("which-design", text, help="choose one with --top"))
    if top is not None and top not in tops:
        notes = (f"designs there: {listed}",)
        text = f"{where} holds no design `{top}`"
        raise UsageError(Diagnostic("unknown-design", text, notes=notes))
    return tops[0] if top is None else top
