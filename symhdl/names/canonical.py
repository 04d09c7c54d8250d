"""Names as the graph has them."""

from __future__ import annotations

import unicodedata


def canonical(name: str) -> str:
    """The name in composed form, without the brackets of an index: `x[14]` is `x14`."""
    if not name.isascii():
        name = unicodedata.normalize("NFC", name)
    return name.replace("[", "").replace("]", "")
