"""Halves of the jets' benchmark that are made, in a file of one JSON object a line: a run goes on where one ended.

The file belongs to one state of the compiler: whoever changes that begins with another file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known by name, in a file; without a file nothing is."""

    path: Path | None

    def found(self, name: str, make: Callable[[], Json]) -> Json:
        """What has the name: from the file, or made and written to its end."""
        for line in self._lines():
            document = json.loads(line)
            if document["name"] == name:
                known: Json = document["value"]
                return known
        value = make()
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"name": name, "value": value}) + "\n")
        return value

    def _lines(self) -> list[str]:
        if self.path is None or not self.path.exists():
            return []
        return self.path.read_text(encoding="utf-8").splitlines()
