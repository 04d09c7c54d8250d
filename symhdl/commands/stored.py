"""Designs in folders, as the commands read them: what is trusted is told."""

from __future__ import annotations

from pathlib import Path

from symhdl.commands.terminal import show
from symhdl.stored import StoredDesign, load


def open_design(folder: Path, top: str | None, *, trust: bool = False) -> StoredDesign:
    """The design as `load` gives it."""
    design = load(folder, top, trust=trust)
    show(design.trusted)
    return design
