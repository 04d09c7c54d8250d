"""What in SymPy is no function of numbers: sums over indices, cases, elements of arrays. Rewritten, or refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symhdl.errors import SymhdlError, error
from symhdl.numeric.limits import MAXIMUM_NODES
from symhdl.sources.sympy.dialect import INFINITY, REFUSED_NAMES
from symhdl.sources.sympy.item import CONTAINER, STRING, SYMBOL, Item, Substitution, number

CASES = "Cases"  # a Piecewise as values and conditions in turn
TRUE, FALSE = "BooleanTrue", "BooleanFalse"

_Rewriting = Callable[[Item, Substitution], Item]


def rewritten(item: Item, substitution: Substitution) -> Item:
    """The item in terms of numbers, symbols and functions; itself if it is that already.

    Raises SymhdlError for what has no meaning in hardware, and for what is not made as SymPy makes it.
    """
    if item.kind in _REFUSED:
        message, help = _REFUSED[item.kind]
        raise error("no-meaning", message, item.span, help=help)
    if item.kind not in _REWRITINGS:
        return item
    least, rewrite = _REWRITINGS[item.kind]
    if len(item.arguments) < least:
        raise malformed(item)
    return rewrite(item, substitution)


def malformed(item: Item) -> SymhdlError:
    """The error for a thing that lacks parts, or has parts of another kind than SymPy gives it."""
    return error(
        "bad-expression",
        f"this is not how SymPy writes a {item.kind}",
        item.span,
        help="build the expression with SymPy and take its srepr",
    )


def _content(item: Item, _: Substitution) -> Item:
    return item.arguments[0]


def _series(item: Item, substitution: Substitution) -> Item:
    """A Sum or a Product over the last of its indices; the others stay for later, as they are further inside."""
    body, *limits = item.arguments
    outermost = limits.pop()
    if limits:
        body = Item(item.kind, (body, *limits), span=item.span)
    bounds = [limit.value for limit in outermost.arguments[1:]]
    index = outermost.arguments[0] if outermost.arguments else outermost
    if len(bounds) != 2 or index.kind != SYMBOL:
        raise malformed(item)
    low, high = (_integer(bound) for bound in bounds)
    if low is None or high is None or high < low - 1:
        raise error(
            "open-bounds",
            f"the bounds of a {item.kind} must be integers, the lower one first",
            item.span,
            help="put numbers in place of the symbols in its bounds, or find a closed form with .doit()",
        )
    if high - low >= MAXIMUM_NODES:
        raise error(
            "too-large",
            f"the {item.kind} has {high - low + 1:,} terms; the limit is {MAXIMUM_NODES:,}",
            item.span,
            help="find a closed form with .doit()",
        )
    terms = [
        substitution.apply(body, {index.name: number(value)}) for value in range(low, high + 1)
    ]
    return Item("Add" if item.kind == "Sum" else "Mul", tuple(terms), span=item.span)


def _integer(value: Fraction | None) -> int | None:
    return value.numerator if value is not None and value.denominator == 1 else None


def _substituted(item: Item, substitution: Substitution) -> Item:
    expression, symbols, points = (*item.arguments, item)[:3]
    names = [symbol.name for symbol in symbols.arguments if symbol.kind == SYMBOL]
    if len(names) != len(points.arguments):
        raise malformed(item)
    return substitution.apply(expression, dict(zip(names, points.arguments, strict=True)))


def _cases(item: Item, _: Substitution) -> Item:
    """Values and conditions in turn; the last condition is true."""
    pairs = [pair.arguments for pair in item.arguments]
    if any(len(pair) != 2 for pair in pairs):
        raise malformed(item)
    if pairs[-1][1].kind != TRUE:
        raise error(
            "incomplete-piecewise",
            "Piecewise must say what holds in every case",
            item.span,
            help="end it with (value, True)",
        )
    return Item(CASES, tuple(part for pair in pairs for part in pair), span=item.span)


def _element(item: Item, _: Substitution) -> Item:
    """`x[3]` is the input x3, `A[0, 1]` is A0_1."""
    base, *indices = item.arguments
    label = base.arguments[0] if base.arguments else base
    numbers = [_integer(index.value) for index in indices]
    if label.kind not in (SYMBOL, STRING) or not indices:
        raise malformed(item)
    if any(index is None or index < 0 for index in numbers):
        raise error(
            "open-index",
            f"an index of `{label.name}` is not a number from 0 on",
            item.span,
            help="put a number in place of the symbol",
        )
    name = label.name + "_".join(map(str, numbers))
    return Item(SYMBOL, name=name, identity=item.kind, span=item.span)


_INFINITIES = {"Infinity": 1, "NegativeInfinity": -1}
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "StrictLessThan": lambda a, b: a < b,
    "LessThan": lambda a, b: a < b,
    "StrictGreaterThan": lambda a, b: a > b,
    "GreaterThan": lambda a, b: a > b,
    "Equality": lambda a, b: a == b,
    "Unequality": lambda a, b: a != b,
}


def _relation(item: Item, _: Substitution) -> Item:
    """Everything is less than infinity."""
    sides = [_INFINITIES.get(argument.kind, 0) for argument in item.arguments]
    if len(sides) != 2 or sides[0] == sides[1]:
        return item
    return Item(TRUE if _COMPARISONS[item.kind](*sides) else FALSE, span=item.span)


def _contains(item: Item, _: Substitution) -> Item:
    """Whether a number lies in an interval."""
    value, interval = item.arguments[:2]
    if interval.kind != "Interval" or len(interval.arguments) != 4:
        return Item("", span=item.span)
    low, high, is_left_open, is_right_open = interval.arguments
    kinds = [
        "StrictLessThan" if o.kind == TRUE else "LessThan" for o in (is_left_open, is_right_open)
    ]
    above = Item(kinds[0], (low, value), span=item.span)
    return Item("And", (above, Item(kinds[1], (value, high), span=item.span)), span=item.span)


def _negation_of(kind: str) -> _Rewriting:
    return lambda item, _: Item(
        "Not", (Item(kind, item.arguments, span=item.span),), span=item.span
    )


def _implies(item: Item, _: Substitution) -> Item:
    premise, conclusion = item.arguments[:2]
    return Item("Or", (Item("Not", (premise,), span=item.span), conclusion), span=item.span)


def _equivalent(item: Item, _: Substitution) -> Item:
    every = Item("And", item.arguments, span=item.span)
    none = Item("Not", (Item("Or", item.arguments, span=item.span),), span=item.span)
    return Item("Or", (every, none), span=item.span)


def _golden_ratio(item: Item, _: Substitution) -> Item:
    root = Item("Pow", (number(5), number(Fraction(1, 2))), span=item.span)
    return Item("Mul", (number(Fraction(1, 2)), Item("Add", (number(1), root))), span=item.span)


# By kind, with the least number of parts.
_REWRITINGS: dict[str, tuple[int, _Rewriting]] = {
    "UnevaluatedExpr": (1, _content),
    "Poly": (1, _content),
    "PurePoly": (1, _content),
    "Idx": (1, _content),
    "Sum": (2, _series),
    "Product": (2, _series),
    "Subs": (3, _substituted),
    "Piecewise": (1, _cases),
    "Indexed": (2, _element),
    "MatrixElement": (3, _element),
    "Contains": (2, _contains),
    "Nand": (1, _negation_of("And")),
    "Nor": (1, _negation_of("Or")),
    "Xnor": (1, _negation_of("Xor")),
    "Implies": (2, _implies),
    "Equivalent": (1, _equivalent),
    "GoldenRatio": (0, _golden_ratio),
    **dict.fromkeys(_COMPARISONS, (2, _relation)),
}

_REASONS = dict(REFUSED_NAMES)
_WITHOUT_A_NUMBER = "rewrite the expression without it"
_DO_IT = "work it out first, with .doit()"
_APPROXIMATE = "put a number in its place, with .evalf()"
_TAKE_ELEMENTS = "give its elements as a list"

_REFUSED: dict[str, tuple[str, str]] = {
    "Infinity": (f"oo {INFINITY}", _WITHOUT_A_NUMBER),
    "NegativeInfinity": (f"-oo {INFINITY}", _WITHOUT_A_NUMBER),
    "ComplexInfinity": (f"zoo {INFINITY}", "something is divided by zero: simplify the expression"),
    "NaN": (f"nan {_REASONS['nan']}", _WITHOUT_A_NUMBER),
    "ImaginaryUnit": (f"I {_REASONS['I']}", "take the real part, with .as_real_imag()"),
    "EulerGamma": ("EulerGamma is not a constant that can be computed here", _APPROXIMATE),
    "Catalan": ("Catalan is not a constant that can be computed here", _APPROXIMATE),
    "Derivative": ("a Derivative is not a function of numbers", _DO_IT),
    "Integral": ("an Integral is not a function of numbers", _DO_IT),
    "Limit": ("a Limit is not a function of numbers", _DO_IT),
    "Order": ("O(...) stands for terms that nobody knows", "drop it, with .removeO()"),
    "AccumulationBounds": ("AccumBounds is not a number", _WITHOUT_A_NUMBER),
    "MatAdd": ("a sum of matrices is not a number", _TAKE_ELEMENTS),
    "MatMul": ("a product of matrices is not a number", _TAKE_ELEMENTS),
    "MatrixSymbol": ("a matrix is not a number", _TAKE_ELEMENTS),
    "IndexedBase": ("an array is not a number", _TAKE_ELEMENTS),
    "Lambda": ("a Lambda inside an expression has no value", "apply it to its arguments"),
    STRING: ("a text is not a number", "was a Symbol meant?"),
    CONTAINER: ("several values stand where one is wanted", "give one expression for each output"),
}
