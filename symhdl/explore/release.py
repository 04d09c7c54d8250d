"""Which symhdl makes rows: its version, and of its code and data what tells apart states of one version."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from symhdl.documents import sha256
from symhdl.version import VERSION

ROOMS = ("symhdl", "symhdl.backends", "symhdl.grammar")
"""The packages whose folders hold all of it; in a checkout the last two lie beside the first."""

SUFFIXES = frozenset({".py", ".toml", ".json", ".lark"})
DIGITS = 12


@lru_cache(maxsize=1)
def release() -> str:
    """The version and the beginning of a digest, such as `0.1.0+3f2a90c1d4e5`; the same on every machine."""
    found = {}
    for room in ROOMS:
        spec = find_spec(room)
        for place in (spec and spec.submodule_search_locations) or ():
            folder = Path(place)
            for path in folder.rglob("*"):
                if path.suffix in SUFFIXES:
                    name = f"{room.replace('.', '/')}/{path.relative_to(folder).as_posix()}"
                    found[name] = sha256(path.read_bytes())
    told = "\n".join(f"{name} {digest}" for name, digest in sorted(found.items()))
    return f"{VERSION}+{sha256(told)[:DIGITS]}"
