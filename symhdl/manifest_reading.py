"""Reads a manifest that may come from anywhere: all that it says is checked before anybody relies on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from symhdl.choices import MINIMISED
from symhdl.documents import Json, read_json
from symhdl.errors import SymhdlError, error, shortened
from symhdl.ir.datapath import Datapath
from symhdl.judgement import judgement_of
from symhdl.manifest import ESTIMATE_KEYS, MANIFEST, Facts, digest_of, manifest

MAXIMUM_CHARACTERS = 1 << 25
MAXIMUM_FILES = 1 << 10
LARGEST_FIGURE = 1 << 53
MAXIMUM_NAME, MAXIMUM_PART = 1000, 255

HELP = "give the folder that `symhdl compile -o` wrote, or compile again"

# --- reading --------------------------------------------------------------------------------------


def read_manifest(text: str, name: str) -> dict[str, Json]:
    """The manifest in a text; `name` is that of the file, for messages. Raises SymhdlError if it is none."""
    if len(text) > MAXIMUM_CHARACTERS:
        raise _bad(f"{name} has {len(text)} characters; {MAXIMUM_CHARACTERS} are the limit")
    try:
        document = read_json(text)
    except ValueError as problem:
        raise _bad(f"{name} is not JSON: {shortened(str(problem), 100)}") from None
    if not isinstance(document, dict) or not document.keys() >= NEEDED:
        raise _bad(f"{name} is not a manifest of symhdl")
    for key, (fits, wanted) in KEYS.items():
        if key in document and not fits(document[key]):
            raise _bad(f"{name}: `{key}` must be {wanted}")
    return document


def _bad(message: str) -> SymhdlError:
    return error("bad-manifest", message, help=HELP)


# --- what every key holds -------------------------------------------------------------------------


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _is_estimate(value: Json) -> bool:
    return isinstance(value, dict) and all(
        isinstance(number := value.get(key), int | float)
        and _is_number(number)
        and 0 <= number < LARGEST_FIGURE
        for key in ESTIMATE_KEYS
    )


def _is_digest(value: Json) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _are_objects(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _are_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _are_names(value: Json) -> bool:
    if not isinstance(value, list) or len(value) > MAXIMUM_FILES:
        return False
    return all(isinstance(name, str) and is_inside(name) for name in value)


def _are_digests(value: Json) -> bool:
    if not isinstance(value, dict) or not _are_names([*value]):
        return False
    return all(_is_digest(digest) for digest in value.values())


def is_inside(name: str) -> bool:
    """Whether a name leads to a file below the folder in which it is used, on every system, and hides from nobody."""
    if not name or len(name) > MAXIMUM_NAME or not name.isprintable() or "\\" in name:
        return False
    parts = PurePosixPath(name).parts
    fit = all(len(part.encode()) <= MAXIMUM_PART and part[0] not in "/." for part in parts)
    return fit and name == "/".join(parts)


_TEXT = (_is_text, "a text")
_FILES = f"at most {MAXIMUM_FILES} names of files in the folder"
KEYS: Mapping[str, tuple[Callable[[Json], bool], str]] = {
    "symhdl": _TEXT,
    "source": _TEXT,
    "top": (lambda value: isinstance(value, str) and is_inside(value), "a name"),
    "target": _TEXT,
    "interface": (lambda value: value in ("plain", "valid"), "`plain` or `valid`"),
    "clock_enable": (lambda value: isinstance(value, bool), "true or false"),
    "device": _TEXT,
    "device_digest": _TEXT,
    "request_digest": (_is_digest, "a SHA-256"),
    "frequency_mhz": (_is_number, "a number"),
    "dsp": (
        lambda value: value in ("auto", "none") or _is_count(value),
        "`auto`, `none` or a number of blocks",
    ),
    "primitives": (lambda value: value in ("auto", "none"), "`auto` or `none`"),
    "minimise": (lambda value: value in MINIMISED, f"one of {', '.join(MINIMISED)}"),
    "units": (_is_object, "an object"),
    "latency_cycles": (_is_count, "a whole number"),
    "initiation_interval": (_is_count, "a whole number"),
    "inputs": (_are_objects, "a list of objects"),
    "outputs": (_are_objects, "a list of objects"),
    "equations": (_are_objects, "a list of objects"),
    "assumptions": (_are_texts, "a list of texts"),
    "estimate": (_is_estimate, f"an object of numbers: {', '.join(ESTIMATE_KEYS)}"),
    "files": (_are_names, _FILES),
    "warnings": (_are_texts, "a list of texts"),
    "sha256": (_are_digests, f"an object of {_FILES}, each with a SHA-256"),
    "digest": (_is_digest, "a SHA-256"),
    "cut": (lambda value: isinstance(value, bool), "true or false"),
    "synth": (_is_object, "an object"),
    "data_goal": (lambda value: judgement_of(value) is not None, "a goal with what rows say of it"),
}
"""For every key of a manifest whether a value fits, and what is wanted."""

NEEDED = frozenset({"symhdl", "top", "target", "files"})

# --- what does not fit ----------------------------------------------------------------------------


def texts_of(document: Mapping[str, Json], key: str) -> tuple[str, ...]:
    """The texts of a list, or the keys of an object; none if it is not there."""
    value = document.get(key)
    return tuple(str(entry) for entry in value) if isinstance(value, list | dict) else ()


def numbers_of(document: Mapping[str, Json], key: str) -> dict[str, int | float]:
    """The numbers of an object by their keys; none if it is not there."""
    value = document.get(key)
    entries = value.items() if isinstance(value, dict) else ()
    return {name: number for name, number in entries if isinstance(number, int | float)}


def is_sealed(document: Mapping[str, Json]) -> bool:
    """Whether the manifest is of a version that ties the files together."""
    return "digest" in document and "sha256" in document


def unfit_files(document: Mapping[str, Json], found: Mapping[str, str]) -> list[str]:
    """Which files are not those of the manifest, in words; `found` is the SHA-256 of every file that is there."""
    name = f"{document['top']}{MANIFEST}"
    if not is_sealed(document):
        return [f"{name} has no digest: it was written by a version of symhdl that made none"]
    problems = []
    if digest_of(document) != document["digest"]:
        problems.append(f"{name} was changed after it was written")
    tied = document["sha256"]
    assert isinstance(tied, dict), "a manifest that was not checked; please report this"
    for other in dict.fromkeys((*tied, *texts_of(document, "files"))):
        if other == name:
            continue
        if other not in tied:
            problems.append(f"{other} does not belong to the design")
        elif other not in found:
            problems.append(f"{other} is missing")
        elif found[other] != tied[other]:
            problems.append(f"{other} was changed, or belongs to another design")
    return problems


DERIVED = (
    "source", "top", "device", "frequency_mhz", "dsp", "primitives", "units", "latency_cycles", "inputs", "outputs",
    "assumptions",
)  # fmt: skip


def contradictions(
    document: Mapping[str, Json], datapath: Datapath, operators: Datapath
) -> list[str]:
    """Where the manifest says something else than the datapath and the operators beside it, in words."""
    said = {**document, "inputs": _without_held(document.get("inputs"))}
    unscheduled = {**said, "latency_cycles": 0, "units": {}}
    try:
        return [
            *(f"`{key}` is not what the datapath says" for key in _wrong(said, datapath)),
            *(f"`{key}` is not what the operators say" for key in _wrong(unscheduled, operators)),
        ]
    except OverflowError:
        return ["the datapath has a range beyond the numbers of JSON"]


def _wrong(said: Mapping[str, Json], datapath: Datapath) -> list[str]:
    right = manifest(datapath, Facts("", "", {}))
    return [key for key in DERIVED if said.get(key) != right.get(key)]


def _without_held(ports: Json) -> Json:
    """The inputs without the limits at which they are held, of which the datapath says nothing in one place."""
    if not isinstance(ports, list):
        return ports
    return [
        {key: value for key, value in port.items() if key != "held"}
        if isinstance(port, dict)
        else port
        for port in ports
    ]
