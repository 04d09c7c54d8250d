"""A target device, as read from its TOML file."""

from __future__ import annotations
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """PLACEHOLDER until the real one lands (owned by the targets helper)."""

    name: str = "generic"
