r"""What stands side by side in LaTeX: factors, and functions with their arguments.

A function takes as its argument the bracket or the braces behind it, and nothing more. Without a bracket it takes the
names and constants behind it up to the next function, as in `\sin 2\pi x \cos y`; where other things follow, nobody
can know whether they belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from symhdl.functions.operation import Operation
from symhdl.grammar.syntax import Form, Term
from symhdl.sources.latex.commands import FUNCTION_LETTERS, INVERSES
from symhdl.sources.latex.fragments import LOOSE, Fragment, Shape, contents, joined, side_by_side
from symhdl.sources.latex.questions import Extent, Findings

MAXIMUM_SCRIPTS = 2  # a base and a power of a logarithm

_VISIBLE_SPACE = re.compile(r"\\(?:[,:;> ]|(?:q?quad|thinspace|medspace|thickspace|enspace)\b)|~")
_BASES = {"2": "log2", "10": "log10", "e": "ln"}


@dataclass(slots=True)
class Runs:
    """Reads what stands side by side in one text.

    `defined` are the functions that the text defines, `functions` these and others that are known, `values` names that
    stand somewhere where a function cannot.
    """

    findings: Findings
    defined: Collection[str]
    functions: Collection[str]
    values: Collection[str]

    def part_of(self, parts: Sequence[Fragment]) -> Fragment:
        """The product of what stands side by side."""
        units: list[Fragment] = []
        for part in parts:
            if part.shape in (Shape.SUP, Shape.SUB):
                unit = units[-1]
                if len(unit.scripts) == MAXIMUM_SCRIPTS:
                    raise self.findings.error("ambiguous-power", unit)
                units[-1] = unit._replace(end=part.end, scripts=(*unit.scripts, part))
            else:
                units.append(part)
        for index, (name, bracket) in enumerate(pairwise(units)):
            if name.is_plain(Shape.NAME) and self._is_function(name, bracket):
                units[index] = name._replace(shape=Shape.FUNCTION)
        factors: list[Fragment] = []
        index = 0
        while index < len(units):
            if units[index].shape is Shape.FUNCTION:
                factor, index = self._application(units, index)
            else:
                before = units[index - 1] if index > 0 else None
                factor = self._factor(units[index], before, len(units) == 1)
                index += 1
            factors.append(factor)
        return side_by_side(factors)

    def _is_function(self, name: Fragment, bracket: Fragment) -> bool:
        """Whether a name is that of a function of the bracket behind it; asks if nothing in the text tells."""
        if bracket.shape is not Shape.BRACKET:
            return False
        if name.text in self.functions or len(bracket.factors) > 1:
            return True
        base = name.text.rstrip("'")
        is_single = bracket.factors[0].shape in (Shape.NAME, Shape.NUMBER)
        is_letter = is_single or base.partition("_{")[0] in FUNCTION_LETTERS
        if base != name.text and base in self.functions:
            self.findings.ask("derivative of function", name)
        elif name.text not in self.values and is_letter:
            place = Extent(name.start, bracket.end)
            self.findings.ask("ambiguous-product", place, name, bracket.factors[0])
        return False

    def _factor(self, unit: Fragment, before: Fragment | None, is_alone: bool = False) -> Fragment:
        """The factor, with a question if it does not stand well behind the one before."""
        part = self._value(unit)
        if part.shape is Shape.BRACES and not is_alone and contents(part).shape in LOOSE:
            self.findings.ask("invisible-braces", part)
        if part.shape is Shape.NAME and part.term.text in self.defined:
            self.findings.ask("function-as-value", part)
        if before is None:
            return part
        last = before.scripts[-1] if before.scripts else before
        is_behind_digit = last.shape is Shape.SUP and last.factors[0].shape is Shape.NUMBER
        is_behind_name = before.is_plain(Shape.NAME)
        is_behind_number = before.is_plain(Shape.NUMBER)
        if unit.shape is Shape.NUMBER and is_behind_number:
            self.findings.ask("two-numbers", part)
        elif unit.shape is Shape.NUMBER and (is_behind_name or is_behind_digit):
            self.findings.ask("ambiguous-number behind", part, before)
        elif part.shape is Shape.NAME and is_behind_name and before.text == "Delta":
            self.findings.remark("delta-as-factor", part)
        elif is_behind_number and "." not in before.text and _is_proper_fraction(part):
            self.findings.ask("ambiguous-number mixed", part, before)
        return part

    def _value(self, unit: Fragment) -> Fragment:
        """The part with its scripts."""
        part = _without_scripts(unit)
        for script in unit.scripts:
            place = Extent(part.start, script.end)
            is_loose = part.shape is Shape.BRACES and contents(part).shape in LOOSE
            if script.shape is Shape.SUB:
                self.findings.ask("stray-subscript", place)
            elif part.shape is Shape.POWER or is_loose:
                self.findings.ask("invisible-braces" if is_loose else "ambiguous-power", part)
            else:
                operands = part, contents(script)
                part = joined(Operation.POWER, operands, Shape.POWER, *place)
        return part

    # Functions

    def _application(self, units: Sequence[Fragment], index: int) -> tuple[Fragment, int]:
        """The functions from `index` on with their argument, and where it ends."""
        heads: list[Fragment] = []
        while index < len(units) and units[index].shape is Shape.FUNCTION:
            heads.append(units[index])
            index += 1
        if index == len(units):
            place = Extent(heads[-1].start, heads[-1].end)
            self.findings.ask("missing-argument", place)
            return Fragment(Term(Form.NUMBER, *place, (), "0"), *place, Shape.CALL, True), index
        if units[index].shape in (Shape.BRACES, Shape.BRACKET):
            return self._closed(heads, units[index]), index + 1
        return self._bare(heads, units, index)

    def _closed(self, heads: Sequence[Fragment], unit: Fragment) -> Fragment:
        """Functions of what stands in brackets or braces; a power behind it is one of the value."""
        bracket = _without_scripts(unit)
        inside = contents(bracket)
        is_bracket = inside.shape is Shape.BRACKET
        arguments = inside.factors if is_bracket else (inside,)
        made = self._applied(heads, arguments, Shape.CALL, bracket.end)
        if not unit.scripts:
            return made
        power = self._value(made._replace(scripts=unit.scripts))
        if len(heads) > 1 or not is_bracket:
            self.findings.ask("ambiguous-power braces", power)
        elif bracket is inside:
            self.findings.remark("power-of-call", power)
        return power._replace(shape=Shape.CALL)

    def _bare(
        self, heads: Sequence[Fragment], units: Sequence[Fragment], index: int
    ) -> tuple[Fragment, int]:
        """Functions of what stands behind them without brackets."""
        arguments = [self._factor(units[index], None, is_alone=True)]
        are_constant = arguments[0].is_constant
        certain = 0  # how many of the arguments certainly belong there, if not all do
        while (index := index + 1) < len(units):
            before, unit = units[index - 1], units[index]
            if unit.shape is Shape.FUNCTION:
                break
            are_simple = {before.shape, unit.shape} <= {Shape.NAME, Shape.NUMBER}
            if not (certain or are_simple or are_constant):
                certain = len(arguments)
            arguments.append(self._factor(unit, before))
            are_constant &= arguments[-1].is_constant
        argument = side_by_side(arguments)
        made = self._applied(heads, (argument,), Shape.BARE_CALL, argument.end)
        if certain or sum(not a.is_constant for a in arguments) > 1:
            text = self.findings.source.text
            cut = certain or len(arguments) - 1
            pieces = side_by_side(arguments[:cut]), side_by_side(arguments[cut:])
            gaps = pairwise(arguments)
            if certain or any(_VISIBLE_SPACE.search(text, a.end, b.start) for a, b in gaps):
                self.findings.ask("ambiguous-argument", made, heads[-1], *pieces)
            else:
                self.findings.remark("long-argument", made, heads[-1], *pieces)
        return made._replace(factors=(argument,)), index

    def _applied(
        self, heads: Sequence[Fragment], arguments: Sequence[Fragment], shape: Shape, end: int
    ) -> Fragment:
        """The functions, the last one first, of the arguments."""
        for head in reversed(heads):
            arguments = (self._call(head, arguments, shape, end),)
        return arguments[0]

    def _call(
        self, head: Fragment, arguments: Sequence[Fragment], shape: Shape, end: int
    ) -> Fragment:
        """One function with what is written on it."""
        name = head.text
        scripts = {script.shape: contents(script) for script in head.scripts}
        exponent, subscript = scripts.get(Shape.SUP), scripts.get(Shape.SUB)
        call = joined(Form.CALL, arguments, shape, head.start, end, name)
        if subscript is not None:
            call = self._with_subscript(call, subscript)
        elif name == "log":
            self.findings.remark("log-base", call)
        if exponent is None:
            return call
        if exponent.term.head is not Operation.NEGATE:
            return joined(Operation.POWER, (call, exponent), shape, head.start, end)
        is_inverse = exponent.term.operands[0].text == "1"
        if is_inverse and subscript is None and name in INVERSES:
            return _renamed(call, INVERSES[name])
        self.findings.ask("ambiguous-inverse" if is_inverse else "ambiguous-power negative", call)
        return call

    def _with_subscript(self, call: Fragment, subscript: Fragment) -> Fragment:
        """A logarithm to a base; the arc tangent of two arguments as SymPy prints it."""
        name, written = call.text, subscript.text
        if (name, written) == ("atan", "2"):
            return _renamed(call, "atan2")
        if name not in ("log", "ln"):
            self.findings.ask("stray-subscript of function", call)
            return call
        if written in _BASES:
            return _renamed(call, _BASES[written])
        place = subscript.start, subscript.end
        below = joined(Form.CALL, (subscript,), Shape.CALL, *place, "ln")
        parts = _renamed(call, "ln"), below
        return joined(Operation.DIVIDE, parts, call.shape, call.start, call.end)


def _without_scripts(unit: Fragment) -> Fragment:
    end = unit.scripts[0].start if unit.scripts else unit.end
    return unit._replace(end=end, scripts=())


def _renamed(call: Fragment, name: str) -> Fragment:
    return call._replace(term=call.term._replace(text=name))


def _is_proper_fraction(part: Fragment) -> bool:
    if part.shape is not Shape.FRACTION:
        return False
    above, below = (operand.text for operand in part.term.operands)
    are_integers = above.isdecimal() and below.isdecimal()
    return are_integers and (len(above), above) < (len(below), below)
