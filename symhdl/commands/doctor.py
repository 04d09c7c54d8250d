"""`symhdl doctor`: what symhdl can use, what of it is there, and the commands that bring the rest."""

from __future__ import annotations

from symhdl.commands.terminal import out, out_json, status_line, table
from symhdl.documents import Json, json_text
from symhdl.errors import Diagnostic, ToolMissingError
from symhdl.flow.doctor import Check, examine, is_healthy


def run(json: bool) -> None:
    """Raises ToolMissingError if something is missing that symhdl cannot do without."""
    with status_line("looking at tools") as status:
        checks = examine(status)
    if json:
        documents: list[Json] = [_as_json(check) for check in checks]
        out_json(json_text(documents))
    else:
        rows = [(check.name, _state(check), check.purpose, _way(check)) for check in checks]
        out(table(("what", "version", "for", "where, or how to get it"), rows))
    if not is_healthy(checks):
        raise ToolMissingError(*(_told(check) for check in checks if _is_needed(check)))


def _is_needed(check: Check) -> bool:
    return not check.is_found and not check.is_optional


def _state(check: Check) -> str:
    if not check.is_found:
        return "missing"
    return check.version or "no answer"


def _way(check: Check) -> str:
    return check.place if check.is_found else check.help


def _told(check: Check) -> Diagnostic:
    text = f"`{check.name}` is missing or too old, and symhdl needs it for {check.purpose}"
    return Diagnostic("tool-missing", text, help=check.help)


def _as_json(check: Check) -> dict[str, Json]:
    return {
        "name": check.name,
        "purpose": check.purpose,
        "found": check.is_found,
        "version": check.version,
        "place": check.place,
        "optional": check.is_optional,
        "help": check.help,
    }
