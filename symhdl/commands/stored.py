"""Designs that `compile -o` wrote: found in their folder and read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from symhdl.errors import Diagnostic, UsageError, error
from symhdl.files import read_text
from symhdl.ir.datapath import Datapath
from symhdl.ir.text import read_datapath
from symhdl.manifest import Json, read_manifest

MANIFEST = ".json"
DATAPATH = ".datapath"


@dataclass(frozen=True, slots=True)
class StoredDesign:
    """A design in a folder."""

    folder: Path
    top: str
    manifest: dict[str, Json]
    datapath: Datapath

    @property
    def manifest_name(self) -> str:
        """The name of the manifest's file."""
        return self.top + MANIFEST

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the target wrote; those that a changed manifest puts elsewhere are refused."""
        named = self.manifest["files"]
        names = [str(name) for name in named] if isinstance(named, list) else []
        paths = tuple(self.folder / name for name in names)
        for path in paths:
            if not path.resolve().is_relative_to(self.folder.resolve()):
                text = f"{self.manifest_name} names a file outside of its folder: {path}"
                raise error("bad-manifest", text, help="compile again with -o")
            if not path.is_file():
                text = f"{self.manifest_name} names {path}, which is not there"
                raise error("file-missing", text, help="compile again with -o")
        return paths


def open_design(folder: Path, top: str | None) -> StoredDesign:
    """The design in a folder, or the one named `top` if there are several.

    Raises SymhdlError if there is none or it cannot be read, UsageError if `top` is needed.
    """
    tops = _tops(folder)
    if top is None and len(tops) > 1:
        text = f"{folder} holds several designs: " + ", ".join(tops)
        raise UsageError(Diagnostic("which-design", text, help="choose one with --top"))
    if top is not None and top not in tops:
        notes = ("designs there: " + ", ".join(tops),)
        raise UsageError(
            Diagnostic("unknown-design", f"{folder} holds no design `{top}`", notes=notes)
        )
    chosen = tops[0] if top is None else top
    manifest_path = folder / (chosen + MANIFEST)
    document = read_manifest(read_text(manifest_path), str(manifest_path))
    path = folder / (chosen + DATAPATH)
    datapath = read_datapath(read_text(path), str(path))
    return StoredDesign(folder, chosen, document, datapath)


def _tops(folder: Path) -> list[str]:
    """The names of the designs in a folder: those with a manifest and a datapath."""
    advice = "make one with `symhdl compile SOURCE -o DIR`"
    if not folder.is_dir():
        raise error("folder-missing", f"there is no folder {folder}", help=advice)
    found = sorted(path.stem for path in folder.glob("*" + DATAPATH))
    tops = [top for top in found if (folder / (top + MANIFEST)).is_file()]
    if not tops:
        raise error("no-design", f"{folder} holds no design", help=advice)
    return tops
