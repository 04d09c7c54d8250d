r"""What stands in one bracket of LaTeX: values between operators, and side by side factors and functions.

A function takes as its argument the bracket or the braces behind it, and nothing more. Without a bracket it takes the
names and constants behind it up to the next function, as in `\sin 2\pi x \cos y`; where other things follow, nobody
can know whether they belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex.commands import FUNCTION_LETTERS, INVERSES
from symhdl.sources.latex.fragments import (
    FALLING_APART,
    Constituent,
    Fragment,
    Shape,
    Tree,
    call,
    contents,
    flat,
    in_brackets,
    infix,
    joined,
    operator,
)
from symhdl.sources.latex.questions import Extent, Findings

_VISIBLE_SPACE = re.compile(r"\\(?:[,:;> ]|(?:q?quad|thinspace|medspace|thickspace|enspace)\b)|~")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{?[0-9]+\}?\s*\{?[0-9]+\}?")
_CLOSED = (Shape.BRACES, Shape.BRACKET)
_WITH_INDEX = {
    ("log", "2"): "log2",
    ("log", "10"): "log10",
    ("log", "e"): "ln",
    ("atan", "2"): "atan2",
}


@dataclass(slots=True)
class Products:
    """Reads what stands between two brackets of one text.

    `functions` are known to be functions; `values` are names that stand somewhere where a function cannot.
    """

    findings: Findings
    functions: Collection[str]
    values: Collection[str]

    def value_of(self, items: Sequence[Constituent]) -> Fragment:
        """The value of the items; precedence is left to the native grammar."""
        if {"INFIX", "SIGN"} <= {item.type for item in items}:
            self.findings.ask("ambiguous-division modulus", Extent(items[0].start, items[-1].end))
        tree: list[Tree] = []
        products: list[Fragment] = []
        operators: list[Lexeme] = []  # behind the last product
        for is_value, group in groupby(items, lambda item: isinstance(item, Fragment)):
            found = list(group)
            if not is_value:
                operators = [item for item in found if isinstance(item, Lexeme)]
                tree += operators
                continue
            product = self._product([item for item in found if isinstance(item, Fragment)])
            if products and operators[0].type in ("FACTOR", "INFIX"):
                self._ask_about_operator(products[-1], operators[0], product)
            products.append(product)
            tree.append(in_brackets(product) if product.shape is Shape.LOOSE else product.tokens)
        if len(products) == len(tree) == 1:
            return products[0]
        start, end = (items[0].start, items[-1].end) if items else (0, 0)
        return joined(Shape.LOOSE, products, start, end, tree)

    def _ask_about_operator(self, left: Fragment, operator: Lexeme, right: Fragment) -> None:
        """Whether what stands around a sign of multiplication or division belongs to it."""
        last, first, *others = _factors_of(left)[-1], *_factors_of(right)
        if last.shape is Shape.BARE_CALL and first.shape not in (Shape.CALL, Shape.BARE_CALL):
            (argument,) = last.parts
            place, head = Extent(last.start, right.end), Extent(last.start, argument.start)
            self.findings.ask("ambiguous-argument", place, head, argument, right)
        if operator.text == "/" and others:
            if all(map(_is_simple, [first, *others])):
                self.findings.remark("implicit-product-below-slash", right)
            else:
                place = Extent(others[0].start, right.end)
                self.findings.ask("ambiguous-division", right, first, place)

    def _product(self, parts: Sequence[Fragment]) -> Fragment:
        """What stands side by side."""
        units = list(parts)
        for index, (name, bracket) in enumerate(pairwise(units)):
            if name.is_plain(Shape.NAME) and self._is_function(name, bracket):
                units[index] = name._replace(shape=Shape.FUNCTION)
        factors: list[Fragment] = []  # from the right, as functions take what stands behind them
        for index, unit in reversed(list(enumerate(units))):
            before = units[index - 1] if index > 0 else None
            if unit.shape is Shape.FUNCTION:
                factors.append(self._application(unit, units[index + 1 : index + 2], factors))
            elif before is None or before.shape is not Shape.FUNCTION:
                factors.append(self._factor(unit, before, len(units) == 1))
            elif unit.shape not in _CLOSED:
                factors.append(self._factor(unit, None))
        return _side_by_side(factors[::-1])

    def _is_function(self, name: Fragment, bracket: Fragment) -> bool:
        """Whether a name is that of a function of the bracket behind it; asks if nothing in the text tells."""
        if bracket.shape is not Shape.BRACKET:
            return False
        if name.text in self.functions or len(bracket.parts) > 1:
            return True
        is_single = bracket.parts[0].shape in (Shape.NAME, Shape.NUMBER)
        base = name.text.rstrip("'")
        is_letter = is_single or base.partition("_{")[0] in FUNCTION_LETTERS
        if (name.text not in self.values and is_letter) or (base in self.functions):
            place = Extent(name.start, bracket.end)
            self.findings.ask("ambiguous-product", place, name, bracket.parts[0])
        return False

    def _factor(self, unit: Fragment, before: Fragment | None, is_alone: bool = False) -> Fragment:
        """The factor, with a question if it does not stand well behind the one before."""
        part = self._value(unit)
        if part.shape is Shape.BRACES and not is_alone and contents(part).shape in FALLING_APART:
            self.findings.ask("invisible-braces", part)
        if before is None:
            return part
        is_behind_digit = contents(before.above or before).shape is Shape.NUMBER
        if unit.shape is Shape.NUMBER and (before.is_plain(Shape.NAME) or is_behind_digit):
            self.findings.ask("ambiguous-number behind", part, before)
        elif before.is_plain(Shape.NUMBER) and _FRACTION.fullmatch(self.findings.written(part)):
            self.findings.ask("ambiguous-number mixed", part, before)
        return part

    def _value(self, unit: Fragment) -> Fragment:
        """The part with its scripts."""
        part = unit._replace(above=None, below=None)
        is_loose = part.shape is Shape.BRACES and contents(part).shape in FALLING_APART
        if unit.below is not None:
            self.findings.ask("stray-subscript", Extent(part.start, unit.below.end))
        if unit.above is None:
            return part
        if part.shape is Shape.POWER or is_loose:
            self.findings.ask("invisible-braces" if is_loose else "ambiguous-power", part)
        return infix(Shape.POWER, part, "POWER", "^", unit.above, part.start, unit.above.end)

    def _application(
        self, head: Fragment, following: Sequence[Fragment], factors: list[Fragment]
    ) -> Fragment:
        """The function with its argument, which is taken from the factors behind it unless it is closed."""
        if not following:
            self.findings.ask("missing-argument", head)
            return head
        (unit,) = following
        if unit.shape in _CLOSED:
            return self._closed(head, unit)
        argument = factors.pop() if unit.shape is Shape.FUNCTION else self._argument(head, factors)
        shape = Shape.CALL if argument.shape is Shape.CALL else Shape.BARE_CALL
        return self._call(head, [argument], argument.end)._replace(shape=shape, parts=(argument,))

    def _closed(self, head: Fragment, unit: Fragment) -> Fragment:
        """A function of what stands in brackets or braces; a power behind it is one of the value."""
        bracket = unit._replace(above=None, below=None)
        inside = contents(bracket)
        is_bracket = inside.shape is Shape.BRACKET
        made = self._call(head, inside.parts if is_bracket else (inside,), bracket.end)
        if unit.above is not None and not is_bracket:
            self.findings.ask("ambiguous-power braces", Extent(head.start, unit.above.end))
        power = self._value(made._replace(above=unit.above, below=unit.below))
        return power._replace(shape=Shape.CALL)

    def _argument(self, head: Fragment, factors: list[Fragment]) -> Fragment:
        """The argument of a function without brackets: the factors behind it up to the next function."""
        arguments = [factors.pop()]
        are_constant = arguments[0].is_constant
        certain = 0  # how many of the arguments certainly belong there, if not all do
        while factors and factors[-1].shape not in (Shape.CALL, Shape.BARE_CALL):
            are_simple = all(_is_simple(a, Shape.NUMBER) for a in (arguments[-1], factors[-1]))
            if not (certain or are_simple or are_constant):
                certain = len(arguments)
            arguments.append(factors.pop())
            are_constant &= arguments[-1].is_constant
        argument = _side_by_side(arguments)
        if certain or sum(not a.is_constant for a in arguments) > 1:
            text = self.findings.source.text
            cut = certain or len(arguments) - 1
            pieces = _side_by_side(arguments[:cut]), _side_by_side(arguments[cut:])
            gaps = (text[a.end : b.start] for a, b in pairwise(arguments))
            is_open = certain or any(map(_VISIBLE_SPACE.search, gaps))
            tell = self.findings.ask if is_open else self.findings.remark
            question = "ambiguous-argument" if is_open else "long-argument"
            tell(question, Extent(head.start, argument.end), head, *pieces)
        return argument

    def _call(self, head: Fragment, arguments: Sequence[Fragment], end: int) -> Fragment:
        """One function with what is written on it."""
        name, place = head.text, Extent(head.start, end)
        above, below = head.above, head.below
        raised = [] if above is None else flat(contents(above).tokens)
        exponent = "".join(token.text for token in raised).strip("()")
        if exponent == "-1" and below is None and name in INVERSES:
            return call(INVERSES[name], arguments, *place)
        if exponent.startswith("-"):
            self.findings.ask("ambiguous-inverse", place)
        index = "" if below is None else contents(below).text
        made = call(_WITH_INDEX.get((name, index), name), arguments, *place)
        if below is None and name == "log":
            self.findings.remark("log-base", place)
        elif below is not None and (name, index) not in _WITH_INDEX:
            if name != "log":
                self.findings.ask("stray-subscript", place)
            natural, base = (call("ln", values, *place) for values in (arguments, [below]))
            made = infix(Shape.CALL, natural, "FACTOR", "/", base, *place)
        return made if above is None else infix(Shape.CALL, made, "POWER", "^", above, *place)


def _side_by_side(factors: Sequence[Fragment]) -> Fragment:
    """The product of factors without a sign between them."""
    if len(factors) == 1:
        return factors[0]
    tree: list[Tree] = [factors[0].tokens]
    for factor in factors[1:]:
        tree += [operator("FACTOR", "*", factor.start), factor.tokens]
    return joined(Shape.LOOSE, factors, factors[0].start, factors[-1].end, tree)


def _factors_of(product: Fragment) -> tuple[Fragment, ...]:
    return product.parts if product.shape is Shape.LOOSE else (product,)


def _is_simple(factor: Fragment, *more: Shape) -> bool:
    """A name, or what has one of the shapes, or a power of that."""
    base = factor.parts[0] if factor.shape is Shape.POWER else factor
    return base.shape is Shape.NAME or base.shape in more
