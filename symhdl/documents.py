"""JSON documents: what they are made of, their text, and the digest by which they are known."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What a JSON document is made of."""

BEYOND_ASCII = re.compile("[^\n\x20-\x7e]")


def json_text(document: Mapping[str, Json] | Iterable[Json]) -> str:
    """The text of a document: indented, in the given order, with a line end; the same document, the same bytes.

    Characters that a terminal would obey or hide are escaped.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return BEYOND_ASCII.sub(lambda match: escaped(match[0]), text) + "\n"


def escaped(text: str) -> str:
    """The text as it stands in a JSON string, with escapes for all that does not print."""
    plain = text.isprintable() and not {'"', "\\"} & set(text)
    return text if plain else "".join(map(_escaped_character, text))


def _escaped_character(character: str) -> str:
    plain = character.isprintable() and character not in '"\\'
    return character if plain else json.dumps(character)[1:-1]


def sha256(content: str | bytes) -> str:
    """The SHA-256 of a file in hexadecimal; texts are written in UTF-8 with plain newlines."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def read_json(text: str) -> Json:
    """The document in a text. Raises ValueError for what is not JSON, and what other programs read differently.

    That is a key that stands twice in one object, a number that is not finite, and nesting without end.
    """
    try:
        document: Json = json.loads(
            text, object_pairs_hook=_object, parse_float=_finite, parse_constant=_no_number
        )
        json.dumps(document)  # which goes less deep than reading
    except RecursionError as problem:
        raise ValueError(str(problem)) from None
    return document


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


def document_digest(document: object) -> str:
    """The SHA-256 of a document of JSON however it is laid out: with sorted keys, without blanks, in ASCII."""
    return sha256(json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False))
