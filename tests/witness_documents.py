"""Witnesses as other programs read them: from their text alone."""

from __future__ import annotations

import json
from typing import Any

from symhdl.witnesses import plain


def document_of(witness: object) -> Any:
    """What JSON tells of a part of a witness."""
    return json.loads(json.dumps(plain(witness)))
