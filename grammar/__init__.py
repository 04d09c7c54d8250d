"""The native language: text to Graph. `native.lark` holds the grammar, `parse` reads a program."""

from .program import parse, parse_constant

__all__ = ["parse", "parse_constant"]
