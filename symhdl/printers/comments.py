"""What a text says of itself in comments: names that are not the user's, declarations that the language lacks."""

from __future__ import annotations

from collections.abc import Iterator

from symhdl.printers.declarations import input_attributes, output_attributes
from symhdl.printers.language import Program


def comments(program: Program, *, with_ranges: bool = True) -> Iterator[str]:
    """Lines without comment marks; none can end a comment or go on in the next line.

    Without `with_ranges` an input of which nothing but the range is declared has none.
    """
    for renaming in program.renamings:
        yield f"{renaming.new} stands for {printable(renaming.old)}"
    for name, declared in zip(program.inputs, program.graph.inputs, strict=True):
        attributes = input_attributes(declared)
        if attributes and (with_ranges or declared.format is not None):
            yield f"{name}{attributes}"
    for name, output in zip(program.outputs, program.graph.outputs, strict=True):
        attributes = output_attributes(output)
        if attributes:
            yield f"{name}{attributes}"


def printable(name: str) -> str:
    """The name without what could end a comment, or not be seen."""
    shown = "".join(c if c.isprintable() and c != "\\" else "?" for c in name)
    return shown.replace("*/", "* /").replace("/*", "/ *").replace('"""', "'''")
