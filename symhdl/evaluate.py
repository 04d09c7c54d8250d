"""The value of a graph at points: in double precision, or to as many certain digits as asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction

import numpy as np
from flint import arb, ctx, fmpq
from numpy.typing import NDArray

from symhdl.errors import error
from symhdl.functions.evaluation import BALL, FLOATING, UNDECIDED, strict_ball
from symhdl.functions.exact import OutsideDomainError
from symhdl.functions.operation import Operation
from symhdl.functions.surd import Surd, exact_surd
from symhdl.ir.graph import Graph, Node, Values, reachable
from symhdl.numeric.ball import ends, exact_ball

Array = NDArray[np.float64]
Number = Fraction | int | float

DEFAULT_DIGITS = 40
GUARD_BITS = 64
PRECISION_STEPS = 5  # the last attempt has 32 times the bits of the first one
MAXIMUM_DIGITS = 10_000
MAXIMUM_BALLS = 500_000  # held at once by the column-wise evaluation, some 100 bytes each


def evaluate_graph(
    graph: Graph, values: Mapping[str, Array | Number], digits: int | None
) -> Values:
    """What `Graph.evaluate` promises."""
    missing = [declared.name for declared in graph.inputs if declared.name not in values]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing[:10])
        help = f"write evaluate({missing[0]}=...)"
        raise error("missing-value", f"no value is given for {listed}", help=help)
    names = [declared.name for declared in graph.inputs]
    if digits is None:
        columns = {name: _reals(name, values[name]) for name in names}
        found = evaluate(graph, columns)
        return Values({n: v if v.ndim else float(v) for n, v in found.items()})
    is_count = isinstance(digits, int | np.integer) and not isinstance(digits, bool)
    if not (is_count and 1 <= digits <= MAXIMUM_DIGITS):
        raise error("digits", f"the number of digits lies between 1 and {MAXIMUM_DIGITS:,}")
    point = {name: _one_number(name, values[name]) for name in names}
    balls = evaluate_exactly(graph, point, int(digits) + 2)
    return Values({n: None if b is None else _decimal(b, int(digits)) for n, b in balls.items()})


def _reals(name: str, value: Array | Number) -> Array:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise error("bad-input", f"`{name}` must be a number or an array of numbers") from None


def _one_number(name: str, value: Array | Number) -> Fraction:
    if isinstance(value, Fraction | int | float) and not (
        isinstance(value, float) and not math.isfinite(value)
    ):
        return Fraction(value)
    raise error("bad-input", f"with digits, `{name}` must be one finite number")


def _decimal(ball: arb, digits: int) -> Decimal:
    text = ball.str(digits + 2, radius=False)
    # Infinite or zero beyond what decimals hold, which are numbers of some 10^18 digits.
    return Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[]).create_decimal(text)


def evaluate(graph: Graph, values: Mapping[str, NDArray[np.float64] | float]) -> dict[str, Array]:
    """The outputs in double precision; nan or infinite outside the domain. No bound on the error is known.

    `values` has an array (all of one shape) or a number for every input.
    """
    try:
        shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    except ValueError:
        raise error("bad-input", "the arrays of the inputs have different shapes") from None
    served: dict[int, list[str]] = {}
    for output in graph.outputs:
        served.setdefault(output.node, []).append(output.name)
    outputs: dict[str, Array] = {}
    for index, value in enumerate(evaluate_nodes(graph, values)):
        for name in served.get(index, ()):
            outputs[name] = np.array(np.broadcast_to(value, shape), dtype=np.float64)
    return {output.name: outputs[output.name] for output in graph.outputs}


def evaluate_nodes(
    graph: Graph, values: Mapping[str, NDArray[np.float64] | float]
) -> Iterator[Array]:
    """The value of every node as `evaluate` has it, in order; numbers where no input matters."""
    last_use = _last_uses(graph)
    results: list[Array | None] = []
    for index, node in enumerate(graph.nodes):
        with np.errstate(all="ignore"):
            if node.operation is Operation.INPUT:
                result = np.asarray(values[node.name], dtype=np.float64)
            elif node.operation is Operation.CONSTANT:
                assert node.value is not None
                result = np.asarray(_to_float(node.value))
            else:
                result = FLOATING[node.operation](*(results[o] for o in node.operands))
        results.append(result)
        for operand in node.operands:
            if last_use[operand] == index:
                results[operand] = None
        yield result


def _last_uses(graph: Graph) -> list[int]:
    """For every node the last node that reads it; a number past the end for outputs."""
    last_use = list(range(len(graph.nodes)))
    for index, node in enumerate(graph.nodes):
        for operand in node.operands:
            last_use[operand] = index
    for output in graph.outputs:
        last_use[output.node] = len(graph.nodes)
    return last_use


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def evaluate_exactly(
    graph: Graph, values: Mapping[str, Number], digits: int = DEFAULT_DIGITS
) -> dict[str, arb | None]:
    """The outputs at one point as balls of `digits` certain digits, or None outside the domain.

    A ball is accurate relatively, or its value is below 10^-digits. Inputs are taken exactly. None also
    stands for what cannot be decided at any precision, such as `floor(cos(asin(x))^2 + x^2)`.
    """
    columns = {name: (value,) for name, value in values.items()}
    return {name: column[0] for name, column in evaluate_points(graph, columns, digits).items()}


def evaluate_points(
    graph: Graph, columns: Mapping[str, Sequence[Number]], digits: int = DEFAULT_DIGITS
) -> dict[str, list[arb | None]]:
    """The outputs at many points: like `evaluate_exactly` for each, but fast.

    All points go through a node at once; the few for which the first precision does not do are
    evaluated again one by one.
    """
    count = max((len(column) for column in columns.values()), default=1)
    chunk = max(1, MAXIMUM_BALLS // max(1, len(graph.nodes)))
    target = _Target(digits)
    results: dict[str, list[arb | None]] = {output.name: [] for output in graph.outputs}
    for start in range(0, count, chunk):
        part = {
            name: [Fraction(value) for value in column[start : start + chunk]]
            for name, column in columns.items()
        }
        size = min(chunk, count - start)
        for name, column in _evaluate_chunk(graph, part, size, target).items():
            results[name] += column
    return results


class _Target:
    """What makes a ball good enough."""

    def __init__(self, digits: int) -> None:
        self.bits = math.ceil(digits * math.log2(10))
        self.negligible = arb(fmpq(1, 10**digits)).lower()

    def met_by(self, ball: arb) -> bool:
        if not ball.is_finite():
            return False
        return bool(ball.rel_accuracy_bits() >= self.bits or ball.abs_upper() < self.negligible)


def _evaluate_chunk(
    graph: Graph, columns: Mapping[str, list[Fraction]], size: int, target: _Target
) -> dict[str, list[arb | None]]:
    results: dict[str, list[arb | None]] = {}
    unsure: set[int] = set()
    with ctx.workprec(target.bits + GUARD_BITS):
        balls = _evaluate_columns(graph, columns, size, unsure)
        for output in graph.outputs:
            column = balls[output.node]
            results[output.name] = list(column)
            unsure.update(point for point in range(size) if not target.met_by(column[point]))
    for point in sorted(unsure):
        values = {name: column[point] for name, column in columns.items()}
        for name, ball in _evaluate_carefully(graph, values, target).items():
            results[name][point] = ball
    return results


def _evaluate_columns(
    graph: Graph, columns: Mapping[str, list[Fraction]], size: int, unsure: set[int]
) -> list[list[arb]]:
    """The balls of all nodes at all points; `unsure` gets the points at which something is not finite."""
    balls: list[list[arb]] = []
    for node in graph.nodes:
        if node.operation is Operation.INPUT:
            column = [_to_ball(value) for value in columns[node.name]]
        elif node.operation is Operation.CONSTANT:
            assert node.value is not None
            column = [_to_ball(node.value)] * size
        elif not node.operands:
            column = [BALL[node.operation]()] * size
        else:
            column = list(map(BALL[node.operation], *(balls[operand] for operand in node.operands)))
        finite = list(map(arb.is_finite, column))
        if not all(finite):
            unsure.update(point for point in range(size) if not finite[point])
        balls.append(column)
    return balls


def _to_ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _evaluate_carefully(
    graph: Graph, values: Mapping[str, Fraction], target: _Target
) -> dict[str, arb | None]:
    """One point, with more and more bits, and exactly where numbers are rational."""
    results: dict[str, arb | None] = {}
    precision = target.bits + GUARD_BITS
    for _step in range(PRECISION_STEPS):
        precision *= 2
        with ctx.workprec(precision):
            balls = _evaluate_point(graph, values)
        for output in graph.outputs:
            ball = balls[output.node]
            if output.name not in results and (ball.is_nan() or target.met_by(ball)):
                results[output.name] = None if ball.is_nan() else ball
        if len(results) == len(graph.outputs):
            return results
    return {output.name: results.get(output.name) for output in graph.outputs}


def evaluate_ball(graph: Graph, values: Mapping[str, arb], bits: int) -> dict[str, arb]:
    """Balls of `bits` bits that hold the outputs for all inputs within balls, which should be thin.

    Nan if all of them are outside the domain, of infinite radius if it cannot be told.
    """
    with ctx.workprec(bits):
        balls = _evaluate_point(graph, values)
    return {output.name: balls[output.node] for output in graph.outputs}


def _evaluate_point(graph: Graph, values: Mapping[str, Fraction | arb]) -> list[arb]:
    """The balls of all nodes: nan outside the domain for sure, `UNDECIDED` where it is not known."""
    balls: list[arb] = []
    surds: list[Surd | None] = []
    for node in graph.nodes:
        given = values[node.name] if node.operation is Operation.INPUT else node.value
        if isinstance(given, arb):
            ball, surd = given, None
        else:
            ball, surd = _value_of(node, given, balls, surds)
        balls.append(ball)
        surds.append(surd)
    return balls


def _value_of(
    node: Node,
    given: Fraction | None,
    balls: Mapping[int, arb] | Sequence[arb],
    surds: Mapping[int, Surd | None] | Sequence[Surd | None],
) -> tuple[arb, Surd | None]:
    """The value of a node from those before it, as a ball and exactly if algebra knows it; `given` for leaves."""
    if given is not None:
        return _to_ball(given), Surd(given)
    surd = _exactly(node.operation, tuple(surds[operand] for operand in node.operands))
    if surd is None:
        chosen = _chosen(node.operation, [balls[operand] for operand in node.operands])
        surd = None if chosen is None else surds[node.operands[chosen]]
    if surd is not None and surd.value is not None:
        return _to_ball(surd.value), surd
    return strict_ball(node.operation, [balls[operand] for operand in node.operands]), surd


def _chosen(operation: Operation, operands: Sequence[arb]) -> int | None:
    """Which operand a choice takes, if the balls tell: it may be known exactly where the others are not."""
    if operation is Operation.SELECT and operands[0].is_exact() and operands[0].is_finite():
        return 1 if operands[0] != 0 else 2
    if operation is Operation.CLAMP:
        x, low, high = operands
        if not all(operand.is_finite() for operand in operands):
            return None  # without one of its operands it has no value, whichever it would be
        if bool(x > high) or bool(low > high):
            return 2
        inner = 1 if bool(x < low) else 0 if bool(x > low) else None
        return inner if inner is not None and bool(operands[inner] < high) else None
    if operation not in (Operation.MINIMUM, Operation.MAXIMUM):
        return None
    signed = operands if operation is Operation.MINIMUM else [-operand for operand in operands]
    for place, ball in enumerate(signed):
        if all(bool(ball < other) for k, other in enumerate(signed) if k != place):
            return place
    return None


def constant_balls(graph: Graph, bits: int) -> dict[int, arb]:
    """The operations on constants alone, and what they need.

    Nan outside the domain for sure, `UNDECIDED` where it is not known.
    """
    constant: list[bool] = []
    for node in graph.nodes:
        inner = all(constant[operand] for operand in node.operands)
        constant.append(inner and node.operation is not Operation.INPUT)
    operations = [k for k, node in enumerate(graph.nodes) if constant[k] and node.value is None]
    balls: dict[int, arb] = {}
    surds: dict[int, Surd | None] = {}
    with ctx.workprec(bits):
        for index in reachable(graph.nodes, operations):
            node = graph.nodes[index]
            balls[index], surds[index] = _value_of(node, node.value, balls, surds)
    return balls


def constant_enclosure(
    nodes: Sequence[Node], index: int, bits: int, largest: int
) -> tuple[Fraction, Fraction] | None:
    """Fractions between which a constant lies, apart by 2**-bits of its size or of 1; equal if it is known exactly.

    None for what depends on an input, has no value, cannot be told from the ends of a domain, is beyond
    2**largest, as a result or on the way, or is another number than 0 below 2**-largest.
    """
    value = nodes[index].value
    if value is not None:
        return value, value
    cone = reachable(nodes, [index])
    if any(nodes[current].operation is Operation.INPUT for current in cone):
        return None
    for step in range(PRECISION_STEPS):
        with ctx.workprec((bits + GUARD_BITS) << step):
            balls: dict[int, arb] = {}
            surds: dict[int, Surd | None] = {}
            limit = exact_ball(1, largest)
            for current in cone:
                node = nodes[current]
                ball, surds[current] = _value_of(node, node.value, balls, surds)
                balls[current] = ball if abs(ball) < limit else UNDECIDED
            ball, surd = balls[index], surds[index]
            if not ball.is_finite():
                continue
            if abs(ball) < exact_ball(1, -largest) and not ball.is_zero():
                return None
            if surd is not None and surd.value is not None:
                return surd.value, surd.value
            if ball.rad() < (abs(ball).lower() + exact_ball(1, -bits)) * exact_ball(1, -bits):
                return ends(ball)
    return None


def _exactly(operation: Operation, operands: tuple[Surd | None, ...]) -> Surd | None:
    known = tuple(operand for operand in operands if operand is not None)
    if len(known) < len(operands):
        return None
    try:
        return exact_surd(operation, known)
    except OutsideDomainError:
        return None
