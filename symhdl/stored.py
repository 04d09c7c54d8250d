"""Designs that were written into a folder: found there, read back, and held against their digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from symhdl.arguments import path_of, text_of
from symhdl.cost.estimate import Estimate
from symhdl.documents import Json, sha256
from symhdl.errors import Diagnostic, SymhdlError, UsageError, error, shortened, warning
from symhdl.files.reading import decode
from symhdl.folders.locked import Folder, reading
from symhdl.hardware import Hardware
from symhdl.ir.datapath import Datapath
from symhdl.ir.text import read_datapath
from symhdl.judgement import UNKNOWN_OF_FITTED, Judgement, judgement_of
from symhdl.manifest import DATAPATH, ESTIMATE_KEYS, MANIFEST, OPERATORS
from symhdl.manifest_reading import (
    contradictions,
    numbers_of,
    read_manifest,
    texts_of,
    unfit_files,
)
from symhdl.targets.files import target_names
from symhdl.targets.target import Target, load_target
from symhdl.version import VERSION

if TYPE_CHECKING:
    from symhdl.report.report import Report

COMPILE_AGAIN = "compile again with -o"
TRUST = "compile again with -o, or use the files as they are with --trust"


@dataclass(frozen=True, slots=True, repr=False)
class StoredDesign(Hardware):
    """A design in a folder, with its other files as they were when it was read.

    `doubts` says in words what does not fit together, of a design that is trusted all the same. The mathematics of the
    source is not stored: for `reference` and `check` the source is to be compiled.
    """

    folder: Path
    manifest: dict[str, Json]
    contents: dict[str, bytes]
    doubts: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The name of the design."""
        return str(self.manifest["top"])

    @property
    def manifest_name(self) -> str:
        """The name of the manifest's file."""
        return self.top + MANIFEST

    @property
    def files_digest(self) -> str:
        """The digest by which the files belong together, as it stands in the manifest; empty without one."""
        return str(self.manifest.get("digest", ""))

    def digest(self) -> str | None:
        """The digest of what was asked for, as `CompiledDesign.digest` gave it; None for a design that is cut."""
        found = self.manifest.get("request_digest")
        return None if found is None else str(found)

    @property
    def estimate(self) -> Estimate:
        """Area and speed as the manifest has them. Raises SymhdlError if it says nothing of them."""
        found = numbers_of(self.manifest, "estimate")
        if not found:
            text = f"{self.folder / self.manifest_name} has no estimate"
            raise error("bad-manifest", text, help=COMPILE_AGAIN)
        luts, ffs, dsps, brams, fmax_mhz = (found[key] for key in ESTIMATE_KEYS)
        return Estimate(int(luts), int(ffs), int(dsps), int(brams), float(fmax_mhz))

    @property
    def judgement(self) -> Judgement | None:
        """What rows of data say of a design with a goal on them; None for one without."""
        return judgement_of(self.manifest.get("data_goal"))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was told when the design was compiled, and that it is trusted, where it is."""
        told = [_warning(text) for text in texts_of(self.manifest, "warnings")]
        return (*self.trusted, *told)

    @property
    def trusted(self) -> tuple[Diagnostic, ...]:
        """The warning that the files are not those of one design, if they are not."""
        if not self.doubts:
            return ()
        text = f"{self.folder} is trusted, although its files are not those of one design"
        return (warning("trusted", text, notes=self.doubts),)

    def report(self) -> Report:
        """What was asked and reached, when each node is at work, and what each takes and adds: print it, or ask it.

        Of a design that an older symhdl wrote, what its cells tell. Raises SymhdlError for a file that is no breakdown.
        """
        from symhdl.report.document import BREAKDOWN, read_breakdown
        from symhdl.report.gathering import breakdown_of_cells
        from symhdl.report.report import Report

        name = self.top + BREAKDOWN
        place = str(self.folder / name)
        target = self._known_target
        breakdown = read_breakdown(self.text(name), place) if name in self.contents else None
        ports = [port.name for port in self.datapath.outputs]
        if breakdown and [output.name for output in breakdown.outputs] != ports:
            raise error("bad-breakdown", f"{place} is that of other outputs", help=COMPILE_AGAIN)
        missing = f"ranges, errors and prices of bits: there is no {name}; {COMPILE_AGAIN}"
        if self.judgement is not None:
            missing = UNKNOWN_OF_FITTED
        synth = self.manifest.get("synth")
        return Report(
            self.datapath,
            breakdown or breakdown_of_cells(self.datapath, target),
            self.estimate if "estimate" in self.manifest else None,
            target,
            synth if isinstance(synth, dict) else {},
            () if breakdown else (missing,),
            self.manifest.get("cut") is True,
            operators=self.model,
            judgement=self.judgement,
        )

    def _repr_html_(self) -> str:
        """What notebooks show."""
        from symhdl.report.small import design_html

        estimate = self.estimate if "estimate" in self.manifest else None
        return design_html(self.datapath, estimate, cut=self.manifest.get("cut") is True)

    @property
    def _known_target(self) -> Target | None:
        """The device, if it comes with symhdl as it was when the design was made; no file is read because of a name."""
        device = self.datapath.device
        target = load_target(device) if device in target_names() else None
        made_for = self.manifest.get("device_digest")
        return target if target is None or target.digest == made_for else None

    @property
    def model(self) -> Datapath:
        """The operators, or the cells themselves where the files are not known to belong together."""
        return self.datapath if self.doubts else self.operators

    @property
    def mathematics(self) -> NoReturn:
        """Raises SymhdlError."""
        raise self._without_mathematics()

    def reference(self, *_: object, **__: object) -> NoReturn:
        """Raises SymhdlError."""
        raise self._without_mathematics()

    def check(self, *_: object, **__: object) -> NoReturn:
        """Raises SymhdlError."""
        raise self._without_mathematics()

    def plot_error(self, *_: object, **__: object) -> NoReturn:
        """Raises SymhdlError."""
        raise self._without_mathematics()

    def _without_mathematics(self) -> SymhdlError:
        text = (
            f"{self.folder} holds the hardware `{self.top}`, and not the mathematics of its source"
        )
        return error("no-mathematics", text, help="compile the source again, with its options")

    @property
    def places(self) -> tuple[Path, ...]:
        """Where the files of the design stand."""
        return tuple(self.folder / name for name in (self.manifest_name, *self.contents))

    def text(self, name: str) -> str:
        """The text of a file of the design. Raises SymhdlError if it is missing or no text."""
        if name not in self.contents:
            raise _missing(self.folder, self.manifest_name, name)
        return decode(self.contents[name], str(self.folder / name))


def load(folder: str | Path, top: str | None = None, *, trust: bool = False) -> StoredDesign:
    """The design in a folder, or the one named `top` if there are several; nobody writes there meanwhile.

    Raises SymhdlError if there is none, or if its files are not those that were written together. With `trust` the
    latter is one of the design's warnings. Raises UsageError if `top` is needed.
    """
    place = path_of("folder", folder)
    wanted = None if top is None else text_of("top", top)
    if not place.is_dir():
        text = f"there is no folder {place}"
        raise error("folder-missing", text, help="make one with `symhdl compile SOURCE -o DIR`")
    with reading(place) as locked:
        chosen = _chosen(locked, wanted)
        document = _manifest(locked, chosen)
        names = {chosen + end for end in (DATAPATH, OPERATORS)}
        names |= {*texts_of(document, "files"), *texts_of(document, "sha256")}
        found = {name: locked.read(name) for name in sorted(names - {chosen + MANIFEST})}
    contents = {name: content for name, content in found.items() if content is not None}
    doubts = unfit_files(document, {name: sha256(content) for name, content in contents.items()})
    if doubts and not trust:
        raise _unfit(place, document, doubts)
    datapath, operators = (
        _datapath(place, chosen, contents, chosen + end) for end in (DATAPATH, OPERATORS)
    )
    wrong = contradictions(document, datapath, operators)
    doubts += [f"{chosen}{MANIFEST}: {text}" for text in wrong]
    if doubts and not trust:
        raise _unfit(place, document, doubts)
    return StoredDesign(datapath, operators, place, document, contents, tuple(doubts))


def _datapath(folder: Path, top: str, contents: Mapping[str, bytes], name: str) -> Datapath:
    if name not in contents:
        raise _missing(folder, top + MANIFEST, name)
    place = str(folder / name)
    return read_datapath(decode(contents[name], place), place)


def _missing(folder: Path, manifest_name: str, name: str) -> SymhdlError:
    text = f"{manifest_name} names {name}, which is not in {folder}"
    return error("file-missing", text, help=COMPILE_AGAIN)


def _warning(text: str) -> Diagnostic:
    """A warning from its line in the manifest, which ends with its id where symhdl wrote it."""
    message, found, id = text.removesuffix("]").rpartition(" [")
    return warning(id, message) if found else warning("stored", text)


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
