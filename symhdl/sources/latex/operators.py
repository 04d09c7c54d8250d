"""Operators of LaTeX, from the loosest to the tightest, and questions about what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from symhdl.functions.operation import Operation
from symhdl.grammar.syntax import Form
from symhdl.sources.latex.decide import pairing
from symhdl.sources.latex.fragments import (
    Constituent,
    Fragment,
    Shape,
    folded,
    joined,
    split,
    split_at,
)
from symhdl.sources.latex.questions import Extent, Findings
from symhdl.sources.latex.runs import Runs

BETWEEN = {"TIMES": Operation.MULTIPLY, "SLASH": Operation.DIVIDE, "MOD": Operation.MODULO}


@dataclass(slots=True)
class Operators:
    """Reads what stands between two brackets."""

    findings: Findings
    runs: Runs

    def part_of(self, items: Sequence[Constituent]) -> Fragment:
        """The value of the items: `a and b or not c`."""
        alternatives = [
            folded(Operation.AND, [self._negation(piece) for piece in split(alternative, "AND")[0]])
            for alternative in split(items, "OR")[0]
        ]
        return folded(Operation.OR, alternatives)

    def _negation(self, items: Sequence[Constituent]) -> Fragment:
        count = _count(items, "NOT")
        part = self._comparison(items[count:])
        for sign in reversed(items[:count]):
            part = joined(Operation.NOT, (part,), Shape.OPERATION, sign.start, part.end)
        return part

    def _comparison(self, items: Sequence[Constituent]) -> Fragment:
        """`a < b`, or `a < b < c` as one term, so that b is one operand."""
        pieces, signs = split(items, "RELATION", "EQUALS")
        parts = [self._sum(self._without_bars(piece)) for piece in pieces]
        if not signs:
            return parts[0]
        relations = " ".join("==" if sign.text == "=" else sign.text for sign in signs)
        place = parts[0].start, parts[-1].end
        return joined(Form.COMPARISON, parts, Shape.OPERATION, *place, relations)

    def _without_bars(self, items: Sequence[Constituent]) -> Sequence[Constituent]:
        """The items with absolute values in the place of bars and what stands between them."""
        types = [item.type for item in items]
        opens = pairing(types)
        if opens is None:
            question = "ambiguous-bars missing" if types.count("BAR") % 2 else "ambiguous-bars"
            raise self.findings.error(question, items[types.index("BAR")])
        following = iter(opens)
        levels: list[list[Constituent]] = [[]]
        for item in items:
            if item.type != "BAR":
                levels[-1].append(item)
            elif next(following):
                levels.append([item])
            else:
                bar, *inside = levels.pop()
                value = self._sum(inside)
                absolute = joined(Operation.ABSOLUTE, (value,), Shape.OTHER, bar.start, item.end)
                levels[-1].append(absolute)
        return levels[0]

    def _sum(self, items: Sequence[Constituent]) -> Fragment:
        """`a + b - c`; a sign behind another operator belongs to what follows it."""
        types = enumerate(pairwise(item.type for item in items), start=1)
        places = [i for i, (a, b) in types if b == "SIGN" and a != "SIGN" and a not in BETWEEN]
        pieces, signs = split_at(items, places)
        part, *others = map(self._product, pieces)
        for sign, other in zip(signs, others, strict=True):
            operation = Operation.ADD if sign.text == "+" else Operation.SUBTRACT
            part = folded(operation, (part, other))
        return part

    def _product(self, items: Sequence[Constituent]) -> Fragment:
        """Factors with signs between them."""
        pieces, signs = split(items, *BETWEEN)
        operands = [self._signed(piece) for piece in pieces]
        part = operands[0]
        for index, (sign, right) in enumerate(zip(signs, operands[1:], strict=True)):
            if sign.type == "SLASH":
                is_factor = [s.type for s in signs[index + 1 : index + 2]] == ["TIMES"]
                self._ask_about_divisor(right, operands[index + 2] if is_factor else None)
            elif sign.type == "MOD" and operands[0].shape is Shape.SIGNED:
                self.findings.ask("ambiguous-division sign", right)
            elif sign.type == "MOD" and right.shape is Shape.RUN:
                self.findings.ask("ambiguous-division modulus", right, right.factors[0])
            part = folded(BETWEEN[sign.type], (part, right))
            call = operands[index]
            while call.shape in (Shape.RUN, Shape.SIGNED):
                call = call.factors[-1]
            begin = right.factors[0] if right.shape is Shape.RUN else right
            if call.shape is Shape.BARE_CALL and begin.shape not in (Shape.CALL, Shape.BARE_CALL):
                argument = call.factors[0]
                head = Extent(call.start, argument.start)
                self.findings.ask("ambiguous-argument", part, head, argument, right)
        return part

    def _ask_about_divisor(self, right: Fragment, following: Fragment | None) -> None:
        """What stands behind the first factor below a slash may be meant to be there or not."""
        if right.shape is Shape.RUN:
            first, second, *_ = right.factors
            if all(map(_is_of_name, right.factors)):
                self.findings.remark("implicit-product-below-slash", right)
            else:
                place = Extent(second.start, right.end)
                self.findings.ask("ambiguous-division", right, first, place)
        elif following is not None and right.shape is Shape.NUMBER:
            power = following.factors[0] if following.shape is Shape.RUN else following
            if power.shape is Shape.POWER and power.term.operands[0].text == "10":
                self.findings.ask("ambiguous-division power", right)

    def _signed(self, items: Sequence[Constituent]) -> Fragment:
        count = _count(items, "SIGN")
        part = self.runs.part_of([item for item in items[count:] if isinstance(item, Fragment)])
        for sign in reversed(items[:count]):
            if sign.text == "-":
                place = sign.start, part.end
                negated = joined(Operation.NEGATE, (part,), Shape.SIGNED, *place)
                part = negated._replace(factors=(part,))
        return part


def _count(items: Sequence[Constituent], kind: str) -> int:
    """How many tokens of the kind stand first."""
    return next((i for i, item in enumerate(items) if item.type != kind), len(items))


def _is_of_name(factor: Fragment) -> bool:
    """A name or a power of one."""
    is_power = factor.shape is Shape.POWER and factor.term.operands[0].head is Form.NAME
    return factor.shape is Shape.NAME or is_power
