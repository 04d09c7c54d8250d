"""`symhdl cache`: where approximations are kept between runs, how many there are, and their removal."""

from __future__ import annotations

from symhdl.commands.terminal import out, out_json
from symhdl.documents import json_text
from symhdl.errors import error
from symhdl.user_cache import MOST_BYTES, UserCache, default_folder

MEGABYTE = 1e6


def run(clear: bool, json: bool) -> None:
    """Tells what there is, or was before it is removed. Raises SymhdlError where there is no place for a cache."""
    folder = default_folder()
    if folder is None:
        raise error("no-cache", "there is no home folder, and so no cache")
    cache = UserCache(folder)
    found = cache.clear() if clear else cache.contents()
    if cache.trouble:
        raise error(
            "no-cache",
            f"{folder} is not used as a cache: {cache.trouble}",
            help="remove it, or make it yours alone (chmod 700)",
        )
    if json:
        out_json(
            json_text(
                {
                    "folder": str(folder),
                    "entries": 0 if clear else found.entries,
                    "bytes": 0 if clear else found.size,
                    "most_bytes": MOST_BYTES,
                    "removed": found.entries if clear else 0,
                }
            )
        )
        return
    amount = f"{found.entries} approximations, {found.size / MEGABYTE:.1f} MB"
    if clear:
        out(f"removed from {folder}: {amount}")
    else:
        out(f"{folder}: {amount} of at most {MOST_BYTES / MEGABYTE:.0f} MB")
