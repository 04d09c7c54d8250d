"""Witnesses as other programs read them: from their text alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from symhdl.compiled import CompiledDesign
from symhdl.witnesses import plain


def document_of(witness: object) -> Any:
    """What JSON tells of a part of a witness."""
    return json.loads(json.dumps(plain(witness)))


def parts_of(design: CompiledDesign, name: str) -> list[Mapping[str, Any]]:
    """What the nodes of a design tell under a name, such as `division`, where they do."""
    nodes: Any = json.loads(json.dumps(design.witnesses()))["nodes"]
    return [node[name] for node in nodes if name in node]
