"""Finds the headers of `ap_fixed` and `ap_int`, with which generated HLS C++ becomes a program on any machine."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from symhdl.errors import Diagnostic, ToolMissingError, UsageError

HEADER = "ap_fixed.h"
HEADER_HELP = "pip install hls4ml"
PACKAGE = "hls4ml"
"""A Python package that carries the open `ap_types`."""

VENDOR_VARIABLES = ("XILINX_HLS", "XILINX_VITIS_HLS", "XILINX_VIVADO_HLS")
"""What the settings script of a vendor's tool says about its place; the headers are in `include` below it."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The folder with HEADER, and where it came from as short text."""

    folder: Path
    version: str


def find_headers(locate: Callable[[str], Iterable[Path]] | None = None) -> Headers | None:
    """A vendor's headers if the environment names them, else those of PACKAGE; None without either."""
    for variable in VENDOR_VARIABLES:
        folder = Path(os.environ.get(variable) or "/nowhere", "include")
        if (folder / HEADER).is_file():
            return Headers(folder, variable)
    for path in (locate or _files_of)(PACKAGE):
        if path.name == HEADER and path.is_file():
            return Headers(path.parent, f"{PACKAGE} {importlib.metadata.version(PACKAGE)}")
    return None


def need_headers(folder: Path | None) -> Path:
    """The folder that the user names, or the one that is found.

    Raises UsageError if there are no headers in the folder, ToolMissingError if none are found.
    """
    if folder is not None:
        if not (folder / HEADER).is_file():
            raise UsageError(Diagnostic("no-headers", f"{folder} holds no {HEADER}"))
        return folder
    found = find_headers()
    if found is None:
        text = "the headers of `ap_fixed` and `ap_int` are not installed"
        help = f"{HEADER_HELP}, or name the folder of a vendor's headers with --include"
        raise ToolMissingError(Diagnostic("tool-missing", text, help=help))
    return found.folder


def _files_of(package: str) -> Iterable[Path]:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in files if file.name == HEADER]
