"""Small fronts for tests of explorations, as files."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from symhdl.cli import main

TABLE = "Complexity,Loss,Equation\n1,0.5,x0\n3,0.25,x0 + 1.5\n3,0.3,x0 - x1\n5,0.1,undefined(x0)\n"
FRONT = [
    {"class": "g", "equations": [{"complexity": 3, "loss": 0.5, "equation": "x0 + 0.5"}]},
    {"class": "q", "equations": [{"complexity": 3, "loss": None, "equation": "x0 - x1"}]},
]


def table_file(folder: Path, text: str = TABLE, name: str = "hall_of_fame.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def front_file(folder: Path, front: object = FRONT) -> Path:
    return table_file(folder, json.dumps(front, indent=1), "front.json")


def explore(*words: str | Path, box: str = "-1:1") -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(
        main, ["explore", *map(str, words), "--range", box, "--opt", "0", "--width", "6"]
    )
