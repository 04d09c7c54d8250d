"""What each operator of a symbolic regression takes as hardware, as the settings of the tool that searches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symhdl.choices import DEFAULT_WIDTH
from symhdl.compiler import compile_source
from symhdl.errors import Diagnostic, Source, SymhdlError, UsageError
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import ANY, Operation
from symhdl.names.spelling import similar
from symhdl.options import Chosen
from symhdl.search.evaluator import Evaluator
from symhdl.sources.deap.text import DEAP
from symhdl.sources.gplearn.text import GPLEARN, OWN_FUNCTIONS
from symhdl.sources.operon.text import OPERON
from symhdl.sources.pysr.dialect import PYSR
from symhdl.sources.reading.source import read_source

INFIX = ("+", "-", "*", "/", "^")
BINARY = 2
UNIT = "+"  # what costs 1

Range = tuple[Fraction, Fraction]

RANGES: Sequence[Range] = (
    (Fraction(-2), Fraction(2)),
    (Fraction(1, 4), Fraction(2)),
    (Fraction(-15, 16), Fraction(15, 16)),
    (Fraction(17, 16), Fraction(3)),
    (Fraction(1, 4), Fraction(3, 4)),
)
"""Of operands: the first between whose ends an operator has values."""

DEGREES: Range = (Fraction(-180), Fraction(180))
OF_DEGREES = frozenset({"sind", "cosd", "tand", "deg2rad"})
"""Operators whose operands are degrees, of which a few tell nothing."""

DEAR = 8  # times what costs 1: what stands in a dearer operator is held simple


@dataclass(frozen=True, slots=True)
class OperatorCost:
    """An operator by the name that the tool has for it, and what it takes, estimated for the device.

    `area` is all in LUTs, blocks too.
    """

    name: str
    arity: int
    area: float
    cycles: int


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that searches: its dialect, its operators (name -> how one is written on `a` and `b`), its settings."""

    dialect: Dialect
    operators: Mapping[str, str]
    settings: Callable[[Sequence[tuple[OperatorCost, int]]], str]

    def reads(self, text: str) -> bool:
        """Whether it is an expression of the dialect, of nothing but the operands."""
        try:
            parsed, _ = read_source(Source("<operator>", text), dialect=self.dialect.name)
        except SymhdlError:
            return False
        return {declared.name for declared in parsed.graph.inputs} <= {"a", "b"}


def operator_costs(
    tool: Tool,
    chosen: Chosen,
    names: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[OperatorCost]:
    """What the operators of a tool take, compiled one by one with operands and results of `chosen.width` bits.

    An operator that has values on none of `RANGES` is left out; one that jumps, as `floor_divide`, so that no error can
    be proved, is priced as `Evaluator.cost` does. `tell` is told which is next. Raises UsageError for a
    name that the tool does not have, and SymhdlError as `symhdl.compile`.
    """
    for name in names:
        if name not in tool.operators:
            guess = similar(name, tool.operators)
            help = f"did you mean `{guess}`?" if guess else f"it has {', '.join(tool.operators)}"
            text = f"{tool.dialect.name} has no operator `{name}`"
            raise UsageError(Diagnostic("bad-option", text, help=help))
    for name, text in tool.operators.items():
        if not names or name in names:
            tell(f"compiling {name}")
            found = _cost(tool.dialect, name, text, chosen)
            if found is not None:
                yield found


def _cost(dialect: Dialect, name: str, text: str, chosen: Chosen) -> OperatorCost | None:
    arity = BINARY if re.search(r"\bb\b", text) else 1
    width = chosen.width or DEFAULT_WIDTH
    inputs = ("a", "b")[:arity]
    for ends in (DEGREES, *RANGES) if name in OF_DEGREES else RANGES:
        asked = replace(
            chosen,
            dialect=dialect.name,
            width=width,
            output_width=width,
            ranges=tuple((each, ends) for each in inputs),
        )
        try:
            design = compile_source(Source("<operator>", text), asked)
        except SymhdlError as problem:
            told = {each.id for each in problem.diagnostics}
            if told == {"goal-impossible"}:
                return _modelled(name, arity, text, asked)
            if told != {"domain"}:
                raise
            continue
        found = design.estimate
        area = design.design.target.worth.in_luts(found.luts, found.dsps, found.brams)
        return OperatorCost(name, arity, area, design.latency)
    return None


def _modelled(name: str, arity: int, text: str, asked: Chosen) -> OperatorCost:
    """As the model of searches has it."""
    evaluator = Evaluator(
        device=asked.device, ranges=dict(asked.ranges or ()), width=asked.width, output_width=asked.output_width,
        frequency=asked.frequency, dsp=asked.dsp, primitives=asked.primitives, minimise=asked.minimise,
        dialect=asked.dialect,
    )  # fmt: skip
    costs = evaluator.cost([text])
    return OperatorCost(name, arity, float(costs.area[0]), int(costs.cycles[0]))


def in_units(costs: Sequence[OperatorCost], *, cycles: bool) -> list[tuple[OperatorCost, int]]:
    """Whole costs of at least 1: LUTs in multiples of what a sum takes, or clock cycles as they are."""
    if cycles:
        return [(each, max(1, each.cycles)) for each in costs]
    sums = [each.area for each in costs if each.name in (UNIT, "add")]
    unit = max(sums) if sums else min((each.area for each in costs), default=1.0)
    return [(each, max(1, round(each.area / max(unit, 1.0)))) for each in costs]


def _of_table(
    *, infix: bool, dialect: Dialect, only: frozenset[str] = frozenset()
) -> dict[str, str]:
    """The operators that a dialect reads: those of the table of functions, and those of its own."""
    found = {sign: f"a {sign} b" for sign in INFIX} if infix else {}
    arities = {
        name: operation.arity
        for operation in Operation
        if not operation.boolean
        for name in operation.entry.names[:1]
    }
    arities |= {name: operation.arity for name, operation in dialect.functions}
    for name, parameters in re.findall(r"(?m)^\s*(\w+)\(([^)]*)\) = ", dialect.definitions):
        arities.setdefault(name, parameters.count(",") + 1)
    for name in only or arities:
        arity = arities.get(name, 1)
        if arity in (1, BINARY, ANY):
            found[name] = f"{name}(a)" if arity == 1 else f"{name}(a, b)"
    return dict(sorted(found.items(), key=lambda item: (item[0] not in INFIX, item[0])))


def _pysr(costs: Sequence[tuple[OperatorCost, int]]) -> str:
    """Keyword arguments of PySRRegressor."""
    lines = ["complexity_of_operators={"]
    lines += [f'    "{each.name}": {cost},' for each, cost in costs]
    lines += ["},", "complexity_of_constants=1,", "complexity_of_variables=1,"]
    limits = []
    for each, cost in costs:
        if each.name == "^":
            limits.append(
                '    "^": (-1, 1),  # a variable exponent is a logarithm, a product and an exponential'
            )
        elif cost > DEAR:
            limit = f"({cost}, {cost})" if each.arity == BINARY else str(cost)
            limits.append(f'    "{each.name}": {limit},')
    return "\n".join([*lines, *(["constraints={", *limits, "},"] if limits else [])])


def _listed(costs: Sequence[tuple[OperatorCost, int]]) -> list[str]:
    return ["costs = {", *(f'    "{each.name}": {cost},' for each, cost in costs), "}"]


def _gplearn(costs: Sequence[tuple[OperatorCost, int]]) -> str:
    """Which functions to search with, the cheapest first, and what a program costs."""
    cheapest = sorted(costs, key=lambda pair: (pair[1], pair[0].name))
    names = ", ".join(f'"{each.name}"' for each, _ in cheapest)
    return "\n".join(
        [
            f"function_set = ({names})",
            *_listed(costs),
            "",
            "",
            "def cost(program):  # of a program of gplearn, in place of its length",
            '    return sum(costs.get(getattr(node, "name", ""), 1) for node in program.program)',
        ]
    )


def _deap(costs: Sequence[tuple[OperatorCost, int]]) -> str:
    """What a tree costs."""
    return "\n".join(
        [
            *_listed(costs),
            "",
            "",
            "def cost(tree):  # of a gp.PrimitiveTree, in place of its length",
            "    return sum(costs.get(node.name, 1) for node in tree)",
        ]
    )


def _operon(costs: Sequence[tuple[OperatorCost, int]]) -> str:
    """Symbols of the regressor of pyoperon, the cheapest first, and their costs."""
    cheapest = sorted(costs, key=lambda pair: (pair[1], pair[0].name))
    names = ",".join([*(each.name for each, _ in cheapest), "constant", "variable"])
    return "\n".join([f'allowed_symbols = "{names}"', *_listed(costs)])


_OF_OPERON = frozenset(
    {
        "add", "sub", "mul", "div", "aq", "pow", "fmin", "fmax", "exp", "log", "logabs", "log1p", "sqrt", "sqrtabs",
        "cbrt", "square", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "abs", "ceil", "floor",
    }
)  # fmt: skip

TOOLS: Mapping[str, Tool] = {
    "pysr": Tool(PYSR, _of_table(infix=True, dialect=PYSR), _pysr),
    "gplearn": Tool(GPLEARN, _of_table(infix=False, dialect=GPLEARN, only=OWN_FUNCTIONS), _gplearn),
    "deap": Tool(DEAP, _of_table(infix=False, dialect=DEAP), _deap),
    "operon": Tool(OPERON, _of_table(infix=False, dialect=OPERON, only=_OF_OPERON), _operon),
}
"""The tools by their names."""
