"""Whether a program was refused for a reason: what the fuzzer's own mathematics says of each kind of refusal."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tests.fuzzing.draft import SMOOTH
from tests.fuzzing.generate import DECIDING, simpler
from tests.fuzzing.points import CRITICAL, Flip, Row, Surveyor, point_of, random_reals
from tests.fuzzing.program import Format, Output, Program, nearest, supports
from tests.fuzzing.truth import Nothing, Truth, Value, float_of, is_number

FOLLOWED = 4096  # inputs of so many integers can be followed one by one
REALS = 40
SEARCHED = 1500
DEFAULT_WIDTH = 16

UNBOUNDED = CRITICAL | {"atanh": 0, "tan": 0, "log1p": 0}
"""Which operand brings a function near a pole."""

STEPS = frozenset({"floor", "ceil", "round", "mod"})
"""What has too many jumps for each of them to be found; where a comparison of one input flips can be found."""

_INEXACT = frozenset({*SMOOTH, "pi", "e", "sqrt", "cbrt", "hypot", "atan2", "pow", "div"})


@dataclass
class Evidence:
    """What is known of a refused program."""

    surveyor: Surveyor
    rows: Sequence[Row]
    flips: Sequence[Flip]
    chance: random.Random
    compiles: Callable[[Program], bool]

    @property
    def program(self) -> Program:
        return self.surveyor.program

    @cached_property
    def truth(self) -> Truth:
        return Truth(self.program)

    @cached_property
    def values(self) -> list[list[Value]]:
        """The outputs at all rows."""
        return [self.truth.outputs(point_of(self.program, row)) for row in self.rows]

    def has(self, reason: Nothing) -> bool:
        """Whether some output has no value at some row, for this reason."""
        return any(value is reason for values in self.values for value in values)

    @cached_property
    def has_output_without_value(self) -> bool:
        """Whether some output has no value anywhere."""
        columns = zip(*self.values, strict=True)
        return any(all(value is Nothing.UNDEFINED for value in column) for column in columns)

    @cached_property
    def has_undefined_row(self) -> bool:
        """Whether a longer search finds a row without a value."""
        row = self.surveyor.undefined_row(self.chance, SEARCHED)
        return row is not None and Nothing.UNDEFINED in self.truth.outputs(
            point_of(self.program, row)
        )

    @cached_property
    def has_pole(self) -> bool:
        """Whether the expression has no value somewhere between the points of the grid."""
        if any(self.program.nodes[flip.node].kind == "tan" for flip in self.flips):
            return True
        return any(map(self.surveyor.vanishes, self.flips)) or any(
            value is Nothing.UNDEFINED
            for point in random_reals(self.program, self.chance, REALS)
            for value in self.truth.outputs(point)
        )

    @cached_property
    def has_inexact_pole(self) -> bool:
        """Whether something grows without bound near a value that nobody can follow from input to input."""
        program = self.program
        found, inexact = supports(program), _inexact_cones(program)
        sizes = {entry.name: entry.size for entry in program.inputs}
        arguments = (
            node.operands[UNBOUNDED[node.kind]] for node in program.nodes if node.kind in UNBOUNDED
        )
        return any(
            inexact[argument] and math.prod(sizes[name] for name in found[argument]) > FOLLOWED
            for argument in arguments
        )

    @cached_property
    def undecidable(self) -> bool:
        """Whether two numbers are equal as far as anybody can compute."""
        return bool(self.values) and self.truth.presumed > 0

    def jumps(self, output: Output, place: int) -> bool:
        """Whether a decision on inexact values that cannot be followed changes the output by more than its goal."""
        found = supports(self.program)
        sizes = {entry.name: entry.size for entry in self.program.inputs}
        inexact = _inexact_cones(self.program)
        for flip in self.flips:
            node = self.program.nodes[flip.node]
            if node.kind not in DECIDING or not inexact[flip.node]:
                continue
            support = found[flip.node]
            bisected = len(support) == 1 and node.kind not in STEPS
            if bisected or math.prod(sizes[name] for name in support) <= FOLLOWED:
                continue
            ends = [self.truth.outputs(point)[place] for point in self.surveyor.sharpened(flip)]
            if any(isinstance(end, Nothing) for end in ends):
                return True
            if self.truth.differs(ends[0], _fraction(ends[1]), self._goal(output, place)):
                return True
        return False

    def _goal(self, output: Output, place: int) -> float:
        """The error that is asked for, about."""
        if output.error is not None:
            return float(output.error)
        if output.format is not None:
            return float(output.format.ulp)
        sizes = [abs(float_of(row[place])) for row in self.values if is_number(row[place])]
        width = self.program.options.output_width or DEFAULT_WIDTH
        return max(sizes, default=1.0) * 2.0**-width


def _fraction(value: Value) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(float(value))  # type: ignore[arg-type]


def _inexact_cones(program: Program) -> list[bool]:
    """Whether a node hangs on values that are not rational arithmetic."""
    found: list[bool] = []
    for node in program.nodes:
        found.append(node.kind in _INEXACT or any(found[operand] for operand in node.operands))
    return found


def _domain(evidence: Evidence) -> str:
    if evidence.has(Nothing.HUGE):
        return "unbounded"
    if evidence.program.options.undefined != "error":
        if evidence.has_output_without_value:
            return "undefined everywhere"
        return "pole of inexact values" if evidence.has_inexact_pole else ""
    if evidence.has(Nothing.UNDEFINED) or evidence.has_undefined_row:
        return "undefined point"
    if evidence.undecidable:
        return "undecidable"
    return "pole off the grid" if evidence.has_pole else ""


def _goal_impossible(evidence: Evidence) -> str:
    program = evidence.program
    for place, output in enumerate(program.outputs):
        if (
            output.format is not None
            and output.error is not None
            and output.error <= output.format.ulp / 2
        ):
            return "format coarser than the error"
        if evidence.jumps(output, place):
            return "decision on inexact values"
    return "undecidable" if evidence.undecidable else ""


def _overflow(evidence: Evidence) -> str:
    if evidence.program.options.undefined == "saturate":
        return ""
    for values in evidence.values:
        for value, output in zip(values, evidence.program.outputs, strict=True):
            if value is Nothing.HUGE:
                return "unbounded"
            if output.format is None or isinstance(value, Nothing):
                continue
            if not _fits(value, output.format):
                return "value beyond the format"
    return ""


def _fits(value: Value, format: Format) -> bool:
    integer = nearest(_fraction(value) / format.ulp)
    return format.holds(integer, integer)


def _clock(evidence: Evidence) -> str:
    slower = simpler(evidence.program, frequency=0.0)
    return "one operator is too slow" if evidence.compiles(slower) else ""


def _undecided(evidence: Evidence) -> str:
    return "undecidable" if evidence.undecidable else ""


def _range_too_large(evidence: Evidence) -> str:
    ends = [abs(entry.real(end)) for entry in evidence.program.inputs for end in entry.port_range]
    return "input beyond 2^1000" if max(ends, default=Fraction(0)) >= 1 << 1000 else ""


REASONS: dict[str, Callable[[Evidence], str]] = {
    "domain": _domain,
    "goal-impossible": _goal_impossible,
    "approximation-impossible": _goal_impossible,
    "output-overflow": _overflow,
    "clock-too-fast": _clock,
    "undecided-constant": _undecided,
    "range-too-large": _range_too_large,
}


def reason_of(id: str, evidence: Evidence) -> str:
    """The reason for a refusal with this id, empty if none is seen."""
    judge = REASONS.get(id)
    return "" if judge is None else judge(evidence)
