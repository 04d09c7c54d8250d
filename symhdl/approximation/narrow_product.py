"""The search for the least tables and the smallest products of `one_product`, and the proof at all arguments.

A form is tried by working out, for a few arguments of each segment, which constants serve all of them: the integers of
an interval. It is narrowed bit by bit, always where most is gained, as long as there are constants for every segment.
What remains is tried at all arguments. Where it fails at some, these are looked at as well, and the search goes on.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from msgspec import structs

from symhdl.approximation.approximation import Specification
from symhdl.approximation.effort import Depth
from symhdl.approximation.one_product import Curve, Form, OneProduct
from symhdl.approximation.polynomial import Addressing
from symhdl.approximation.product_tables import Ground, Kind, Tables, ground_of
from symhdl.approximation.segment_limits import Windows, beside
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.cost.operators import Fabric

CURVE_BITS = 9  # of t beside coefficients of second order, with which the search starts
BOTTOM_GUARD_BITS = 4  # of truncated products, likewise
MOST_ROUNDS = 8  # of the search, each with more arguments, or from another form
MOVES = 7  # of `_narrower`
LUCK = 0.4
"""Units of the result: where constants miss by more, those of forms with no more bits of anything do, too.

Roundings and cuts may be luckier with fewer bits: of 1,700 such forms of the suite two.
"""

Fineness = tuple[bool, tuple[float, ...]]
"""Whether the digits of a form are those of slopes, and its `fineness`."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a search goes.

    So many arguments of each segment are `picked` first. Searches start with coefficients of these `guard_bits`, one
    after the other, and the first that finds anything is the last one; `patient` ones compare all. Where a form fails
    at some arguments, a patient search starts again, others go on from the least form that does not. Lines begin with
    the digits of t, and with those of the slope as well if the search `turns_digits`, which seldom pays.
    """

    picked: int
    guard_bits: tuple[int, ...]
    patient: bool
    turns_digits: bool


QUICK = Course(32, (2, 4), patient=False, turns_digits=False)
LONG = Course(64, (2, 4), patient=True, turns_digits=True)
COURSES: Mapping[Depth, Course] = {
    Depth.BRIEF: QUICK, Depth.ORDINARY: QUICK, Depth.THOROUGH: LONG
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Search:
    """The search for the least form on a ground.

    What is `known` serves a `few` arguments of each segment; what has `failed` for some fails for more. What has failed
    by far is `hopeless`, and so are forms that have no more bits of anything.
    """

    ground: Ground
    few: Windows = field(init=False)
    known: dict[Form, tuple[float, Tables]] = field(default_factory=dict)
    failed: set[Form] = field(default_factory=set)
    hopeless: list[Fineness] = field(default_factory=list)

    def narrowest(self, course: Course) -> OneProduct | None:
        """The smallest form that is found, proved at all arguments."""
        self.few = self.ground.some(course.picked)
        found: dict[Form, tuple[float, Tables]] = {}
        for guard in course.guard_bits:
            if found and not course.patient:
                break
            found |= self._found(list(self._starts(guard, course)), course)
        if not found:
            return None
        form, (_, tables) = min(found.items(), key=lambda each: each[1][0])
        return self.ground.proved(form, self.ground.final(form, tables, self.few))

    def _found(self, starts: list[Form], course: Course) -> dict[Form, tuple[float, Tables]]:
        """Tables that serve all arguments; each is better than those before, as far as a few arguments tell."""
        found: dict[Form, tuple[float, Tables]] = {}
        self.known = {}
        for turn in range(MOST_ROUNDS):
            for start in starts:
                if self._descend(start) and turn and not course.patient:
                    break
            tried = sorted(self.known.items(), key=lambda each: each[1][0])
            if not tried or tried[0][0] in found:
                break
            form, (_, tables) = tried[0]
            everywhere = self.ground.everywhere(form, tables)
            if isinstance(everywhere, Tables):
                found[form] = self.ground.worth(form, everywhere), everywhere
                if not self._traded(form):
                    break
                continue
            self.failed.add(form)
            self.few, self.known = beside(self.few, everywhere), {}
            if not course.patient:
                starts = [*(form for form, _ in tried), *starts]
        return found

    def _starts(self, guard: int, course: Course) -> Iterator[Form]:
        """Forms from which the search starts, with whole products and with truncated ones."""
        bits = self.ground.offset_bits
        curve = None
        if self.ground.kind == "parabola":
            curve = Curve(self.ground.fraction + guard - 1, max(0, bits - CURVE_BITS))
        form = Form(bits, self.ground.fraction + guard, 0, 0, curve=curve)
        yield form
        if self.ground.fabric.truncates:
            bottom = max(1, bits - 1 + guard - BOTTOM_GUARD_BITS)
            yield structs.replace(form, bottom=bottom)
            if curve is None and course.turns_digits:
                yield structs.replace(form, digits_of_slope=True)
                yield structs.replace(form, bottom=bottom, digits_of_slope=True)

    def _descend(self, form: Form) -> bool:
        """Takes a bit here and a bit there, in turn, as long as something is gained; whether it could begin."""
        best = self._tried(form)
        if best is None:
            return False
        idle, move = 0, 0
        while idle < MOVES:
            idle += 1
            while (way := _narrower(form, move)) is not None:
                found = self._tried(way)
                if found is None or found[0] >= best[0]:
                    break
                best, form, idle = found, way, 1
            move = (move + 1) % MOVES
        return True

    def _traded(self, form: Form) -> bool:
        """Takes a bit elsewhere for one more of a coefficient, and goes on from there; whether something is gained."""
        worth, _ = self.known[form]
        ways = (_narrower(wider, move) for wider in _wider(form) for move in range(MOVES))
        for way in ways:
            found = None if way is None else self._tried(way)
            if way is not None and found is not None and found[0] < worth:
                return self._descend(way)
        return False

    def _tried(self, form: Form) -> tuple[float, Tables] | None:
        """What the form is worth, with tables that serve a few arguments; None where none do."""
        if form in self.failed:
            return None
        if form not in self.known:
            fineness = _fineness(form)
            if any(_is_within(fineness, other) for other in self.hopeless):
                return None
            tables = self.ground.tables(form, self.few)
            if not isinstance(tables, Tables):
                self.failed.add(form)
                if tables > LUCK:
                    self.hopeless.append(fineness)
                return None
            self.known[form] = self.ground.worth(form, tables), tables
        return self.known[form]


def _fineness(form: Form) -> Fineness:
    return form.digits_of_slope, form.fineness


def _is_within(one: Fineness, other: Fineness) -> bool:
    """Whether forms have the same digits, and the one has no more bits of anything."""
    return one[0] == other[0] and all(map(operator.le, one[1], other[1]))


def product_search(
    function: SmoothFunction, specification: Specification, addressing: Addressing,
    fabric: Fabric, kind: Kind,
) -> Search | None:  # fmt: skip
    """What is searched for on the segments of an addressing; None where that cannot be tried at all arguments."""
    ground = ground_of(function, specification, addressing, fabric, kind)
    return None if ground is None else Search(ground)


def _narrower(form: Form, move: int) -> Form | None:
    """A form with a bit less here or there, by the number of the move; None where there is none.

    Of a truncated product the columns that are left stay where they are.
    """
    slope, dropped, bottom, curve = (
        form.slope_fraction - 1,
        form.dropped + 1,
        form.bottom,
        form.curve,
    )
    may_drop = dropped < form.offset_bits - 1
    less = max(1, bottom - 1) if bottom else 0
    much_less = max(1, bottom - 2) if bottom else 0
    match move:
        case 0 if bottom:
            return structs.replace(form, bottom=bottom + 1)
        case 1:
            return structs.replace(form, slope_fraction=slope, bottom=less)
        case 2 if may_drop:
            return structs.replace(form, dropped=dropped, bottom=less)
        case 3 if may_drop:
            return structs.replace(form, slope_fraction=slope, dropped=dropped, bottom=much_less)
        case 4 if curve is not None:
            return structs.replace(form, curve=Curve(curve.fraction - 1, curve.dropped))
        case 5 | 6 if curve is not None and curve.dropped < form.offset_bits - 2:
            fraction = curve.fraction - (move == 6)
            return structs.replace(form, curve=Curve(fraction, curve.dropped + 1))
    return None


def _wider(form: Form) -> Iterator[Form]:
    """Forms with all columns, with one more bit of a coefficient, or without a bit that may gain nothing alone."""
    bottom = form.bottom + (form.bottom > 0)
    if bottom:
        yield structs.replace(form, bottom=0)
    yield structs.replace(form, slope_fraction=form.slope_fraction + 1, bottom=bottom)
    if form.curve is not None:
        curve = Curve(form.curve.fraction + 1, form.curve.dropped)
        yield structs.replace(form, curve=curve)
        if form.curve.dropped < form.offset_bits - 2:
            curve = Curve(form.curve.fraction, form.curve.dropped + 1)
            yield structs.replace(form, curve=curve)
