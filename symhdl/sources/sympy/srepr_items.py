"""What stands in a text of SymPy's `srepr`, as items: the text is read by Python's parser, and never run."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from symhdl.errors import Source, Span, SymhdlError, error
from symhdl.numeric.literal import read_literal
from symhdl.sources.python.parsing import PythonText, parse_python, postorder
from symhdl.sources.sympy.item import CONTAINER, NAMED, STRING, Item, number
from symhdl.sources.sympy.srepr_heads import applied, constant, made, negative

_HELP = "give what SymPy's srepr(expression) prints"
_SHORTER = "give SymPy's object itself, or parts of it as expressions of their own"


def read_srepr(source: Source) -> Item:
    """The whole text: one value, or several. Raises SymhdlError at the first mistake."""
    return _Reader(parse_python(source, _SHORTER)).read()


@dataclass(slots=True)
class _Reader:
    """Makes items of the nodes of `ast`, those of its parts before that of a whole."""

    text: PythonText

    def read(self) -> Item:
        """The whole text: one value, or several. Raises SymhdlError at the first mistake."""
        source = self.text.source
        whole = Span(source, 0, max(1, len(source.text)))
        items = []
        for statement in self.text.statements:
            match statement:
                case ast.Expr(value):
                    items.append(self._item(value))
                case ast.Assign([ast.Name(name)], value):
                    items.append(Item(NAMED, (self._item(value),), name=name, span=whole))
                case _:
                    raise self._unexpected(statement)
        if not items:
            raise error("syntax", "the text ends where a value is missing", whole, help=_HELP)
        return items[0] if len(items) == 1 else Item(CONTAINER, tuple(items), span=whole)

    def _item(self, root: ast.expr) -> Item:
        items: dict[ast.expr, Item] = {}
        for node in postorder(root, self._parts):
            parts = tuple(items[part] for part in self._parts(node))
            items[node] = self._made(node, parts)
        return items[root]

    def _parts(self, node: ast.expr) -> list[ast.expr]:
        match node:
            case ast.Call(called, arguments, keywords):
                parts = [*arguments, *(keyword.value for keyword in keywords)]
                return parts if _name(called) else [called, *parts]
            case ast.Tuple(elements) | ast.List(elements) | ast.Set(elements):
                return elements
            case ast.Dict(values=values):
                return values
            case ast.UnaryOp(ast.USub(), operand):
                return [operand]
        return []

    def _made(self, node: ast.expr, parts: tuple[Item, ...]) -> Item:
        place = self.text.span(node)
        match node:
            case ast.Call(called, arguments, keywords):
                name = _name(called)
                if not name:
                    return applied(parts[0], parts[1:], place)
                count = len(arguments)
                names = [keyword.arg or "" for keyword in keywords]
                return made(
                    name, parts[:count], dict(zip(names, parts[count:], strict=True)), place
                )
            case ast.Tuple() | ast.List() | ast.Set():
                return Item(CONTAINER, parts, span=place)
            case ast.Dict(keys=keys) if all(isinstance(key, ast.expr) for key in keys):
                names = [self._item(key).name for key in keys if key is not None]
                pairs = zip(names, parts, strict=True)
                named = (Item(NAMED, (part,), name=name, span=part.span) for name, part in pairs)
                return Item(CONTAINER, tuple(named), span=place)
            case ast.UnaryOp(ast.USub()):
                return negative(parts[0])
            case ast.Constant(str() as text):
                return Item(STRING, name=text, span=place)
            case ast.Constant(bool() | None as word):
                return constant(str(word), place)
            case ast.Constant(int() | float()):
                value = read_literal(self.text.shown(node))
                if isinstance(value, str):
                    raise error("number-limit", value, place)
                return number(value, place)
        if _name(node):
            return constant(_name(node), place)
        raise self._unexpected(node)

    def _unexpected(self, node: ast.stmt | ast.expr) -> SymhdlError:
        place = self.text.span(node)
        if isinstance(node, ast.BinOp | ast.Compare | ast.BoolOp | ast.UnaryOp):
            message = "an operator stands between calls; srepr writes calls alone"
            return error("syntax", message, place, help="read it with --dialect sympy")
        return error("syntax", "this has no meaning here", place, help=_HELP)


def _name(node: ast.expr) -> str:
    """The name `x`, or `S.Half`; empty for anything else."""
    match node:
        case ast.Name(name) | ast.Attribute(ast.Name(), name):
            return name
    return ""
