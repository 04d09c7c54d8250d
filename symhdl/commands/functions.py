"""`symhdl functions`: the functions of the language, from the table that the compiler itself works from."""

from __future__ import annotations

from symhdl.commands.terminal import out, out_json, table
from symhdl.documents import Json, json_text
from symhdl.functions.operation import ANY, Operation


def run(json: bool) -> None:
    """Every function of the language: spellings, number of arguments, meaning."""
    operations = [operation for operation in Operation if operation.entry.names]
    if json:
        documents: list[Json] = [
            {
                "names": list(operation.entry.names),
                "arguments": None if operation.arity == ANY else operation.arity,
                "meaning": operation.entry.documentation,
            }
            for operation in operations
        ]
        out_json(json_text(documents))
        return
    rows = [
        (", ".join(operation.entry.names), _arguments(operation), operation.entry.documentation)
        for operation in operations
    ]
    out(table(("function", "arguments", "meaning"), rows))


def _arguments(operation: Operation) -> str:
    return "any" if operation.arity == ANY else str(operation.arity)
