"""Nodes of `ast` into the tree that C has as well; what is not read is told with what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from symhdl.errors import SymhdlError, error
from symhdl.sources.imperative.syntax import (
    Assign,
    Block,
    Branch,
    Construct,
    Evaluate,
    Expression,
    FunctionDefinition,
    FunctionParameter,
    Iterate,
    Leave,
    Loop,
)
from symhdl.sources.python.parsing import PythonText, postorder

_Part: TypeAlias = ast.expr | ast.keyword

_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.And: "&&",
    ast.Or: "||",
    ast.Not: "!",
    ast.Invert: "~",
    ast.UAdd: "+",
    ast.USub: "-",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}

_REFUSED: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.ClassDef: ("`class`", "write plain functions"),
    ast.With: ("`with`", "remove it"),
    ast.Try: ("`try`", "remove it"),
    ast.Raise: ("`raise`", "return a value"),
    ast.Match: ("`match`", "write if ... elif ..."),
    ast.Global: ("`global`", "return the value"),
    ast.Nonlocal: ("`nonlocal`", "return the value"),
    ast.Delete: ("`del`", "remove it"),
    ast.Break: ("`break`", "write `if` around what is to be left out"),
    ast.Continue: ("`continue`", "write `if` around what is to be left out"),
    ast.Yield: ("`yield`", "return the values"),
    ast.NamedExpr: ("`:=`", "assign in a statement of its own"),
    ast.Starred: ("`*` before a value", "write the values out"),
    ast.Dict: ("a dict", "give each value a variable of its own"),
    ast.Set: ("a set", "write a list"),
    ast.Constant: ("such a constant", "write a real number"),
    ast.JoinedStr: ("a text with values in it", "write numbers"),
    ast.Compare: ("`is` or `in`", "compare with =="),
    ast.While: ("`else` behind a loop", "write the statements behind the loop"),
    ast.For: ("`else` behind a loop", "write the statements behind the loop"),
    ast.FunctionDef: ("a parameter for any number of values", "give each value a parameter"),
    ast.Lambda: ("such a parameter of a lambda", "write a function: def name(...): ..."),
    ast.ListComp: ("such a comprehension", "write it with one `for` and no `if`"),
    ast.GeneratorExp: ("such a comprehension", "write it with one `for` and no `if`"),
    ast.keyword: ("`**` before an argument", "write the arguments out"),
}


@dataclass(slots=True)
class Converter:
    """The tree of a text, and the full names of what is imported by the names that it gets."""

    text: PythonText
    imported: dict[str, str] = field(default_factory=dict)

    def block(self, statements: Sequence[ast.stmt]) -> Block:
        """The statements. Raises SymhdlError with the first thing that is not read."""
        blocks = map(self._statement, statements)
        return tuple(statement for block in blocks for statement in block)

    def _statement(self, node: ast.stmt) -> Block:
        place = self.text.span(node)
        start, end = place.start, place.end
        match node:
            case ast.Expr(value):
                return (Evaluate(start, end, self.expression(value)),)
            case ast.Assign(targets, value):
                into = tuple(map(self.expression, targets))
                return (Assign(start, end, into, "=", self.expression(value)),)
            case ast.AugAssign(target, operator, value):
                sign = _OPERATORS[type(operator)] + "="
                into = (self.expression(target),)
                return (Assign(start, end, into, sign, self.expression(value)),)
            case ast.AnnAssign(target, _, ast.expr() as value):
                into = (self.expression(target),)
                return (Assign(start, end, into, "=", self.expression(value)),)
            case ast.Return(value):
                result = None if value is None else self.expression(value)
                return (Leave(start, end, result),)
            case ast.If():
                return self._branch(node)
            case ast.While(test, body, []):
                condition = self.expression(test)
                return (Loop(start, condition.end, condition, (), self.block(body)),)
            case ast.For(target, values, body, []):
                over = self.expression(values)
                return (Iterate(start, over.end, self.expression(target), over, self.block(body)),)
            case ast.FunctionDef(name, ast.arguments(vararg=None, kwarg=None) as parameters, body):
                found = self._parameters(parameters)
                start = max(start, self.text.source.text.find(name, start + len("def "), end))
                return (
                    FunctionDefinition(start, start + len(name), name, found, self.block(body)),
                )
            case ast.Import(aliases) | ast.ImportFrom(names=aliases):
                start_of_name = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                for alias in aliases:
                    name = alias.asname or alias.name.partition(".")[0]
                    is_whole = start_of_name or alias.asname
                    self.imported[name] = start_of_name + (alias.name if is_whole else name)
                return ()
            case ast.Pass() | ast.Assert() | ast.AnnAssign():
                return ()
        raise self._refused(node)

    def _branch(self, node: ast.If) -> Block:
        """A condition; `elif` is a branch in the other way, and there may be many of them."""
        chain: list[ast.If] = [node]
        while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
            chain.append(chain[-1].orelse[0])
        otherwise = self.block(chain[-1].orelse)
        for part in reversed(chain):
            condition = self.expression(part.test)
            start = self.text.span(part).start
            then = self.block(part.body)
            otherwise = (Branch(start, condition.end, condition, then, otherwise),)
        return otherwise

    def _parameters(self, node: ast.arguments) -> tuple[FunctionParameter, ...]:
        plain = [*node.posonlyargs, *node.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(node.defaults))
        defaults += [*node.defaults, *node.kw_defaults]
        found = []
        for parameter, default in zip([*plain, *node.kwonlyargs], defaults, strict=True):
            start = self.text.span(parameter).start
            annotation = parameter.annotation
            type = annotation.value if isinstance(annotation, ast.Constant) else ""
            value = None if default is None else self.expression(default)
            end = start + len(parameter.arg)
            found.append(FunctionParameter(start, end, parameter.arg, str(type), value))
        return tuple(found)

    def _refused(self, node: ast.stmt | _Part) -> SymhdlError:
        what, help = _REFUSED.get(type(node), ("what stands here", "remove it"))
        return error("unsupported", f"{what} is not read", self.text.span(node), help=help)

    def expression(self, root: _Part) -> Expression:
        """The expression; its parts are made before itself."""
        made: dict[_Part, Expression] = {}
        for node in postorder(root, self._parts):
            place = self.text.span(node)
            kind, text = self._kind(node)
            operands = tuple(made[part] for part in self._parts(node))
            if isinstance(node, ast.BoolOp):
                operands = (_nested(operands[:-1], text), operands[-1])
            made[node] = Expression(kind, place.start, place.end, operands, text)
        return made[root]

    def _parts(self, node: _Part) -> list[_Part]:
        """What the node is made of, in the order in which Python looks at it."""
        match node:
            case ast.Call(called, arguments, keywords):
                return [called, *arguments, *keywords]
            case ast.Subscript(base, ast.Tuple(indices)):
                return [base, *indices]
            case ast.Lambda(body=body):
                return [body]
            case ast.Slice() | ast.JoinedStr():
                return []
            case ast.ListComp(
                element, [ast.comprehension(target, values, [], 0)]
            ) | ast.GeneratorExp(element, [ast.comprehension(target, values, [], 0)]):
                return [element, target, values]
        return [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]

    def _kind(self, node: _Part) -> tuple[Construct, str]:
        """What the node is in the tree, and its text there. Raises SymhdlError for what is not read."""
        match node:
            case ast.Constant(str() as text):
                return Construct.STRING, text
            case ast.Constant(bool() | None as value) | ast.Name(value):
                return Construct.NAME, str(value)
            case ast.Constant(int() | float()):
                return Construct.NUMBER, self.text.shown(node)
            case ast.Slice(lower, upper, step):
                return Construct.SLICE, ":" if lower is upper is step is None else "part"
            case ast.Constant(value) if value is ...:
                return Construct.SLICE, ":"
            case ast.UnaryOp(operator):
                return Construct.PREFIX, _OPERATORS[type(operator)]
            case ast.BinOp(_, operator) | ast.BoolOp(operator):
                return Construct.INFIX, _OPERATORS[type(operator)]
            case ast.Compare(_, operators) if _OPERATORS.keys() >= set(map(type, operators)):
                return Construct.COMPARISON, " ".join(_OPERATORS[type(o)] for o in operators)
            case ast.Lambda(ast.arguments([], names, None, [], [], None, [])):
                return Construct.LAMBDA, ",".join(name.arg for name in names)
            case ast.Attribute(_, name):
                return Construct.ATTRIBUTE, name
            case ast.keyword(str() as name):
                return Construct.KEYWORD, name
            case ast.ListComp(_, [part]) | ast.GeneratorExp(_, [part]) if not part.ifs:
                return Construct.COMPREHENSION, ""
        if type(node) in _KINDS:
            return _KINDS[type(node)], ""
        raise self._refused(node)


_KINDS: Mapping[type[ast.AST], Construct] = {
    ast.Call: Construct.CALL,
    ast.IfExp: Construct.CHOICE,
    ast.List: Construct.SEQUENCE,
    ast.Tuple: Construct.SEQUENCE,
    ast.Subscript: Construct.INDEX,
}


def _nested(operands: Sequence[Expression], text: str) -> Expression:
    """`a and b and c` as `(a and b) and c`."""
    whole, *others = operands
    for other in others:
        whole = Expression(Construct.INFIX, whole.start, other.end, (whole, other), text)
    return whole


def convert(text: PythonText) -> tuple[Block, Mapping[str, str]]:
    """The statements as the tree that C has as well, and what is imported."""
    converter = Converter(text)
    return converter.block(text.statements), converter.imported
