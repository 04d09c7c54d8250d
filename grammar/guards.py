"""The word `finite` as a condition: `a/b if finite else 1` has the first value where that is one.

Over the reals a formula has no value where one of its operations leaves its domain; the condition that stands for
the word says exactly that none does. The parameters of a function count as having values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial, reduce

from symhdl.errors import Diagnostic, Span
from symhdl.functions.operation import ANY, FUNCTION_NAMES, Operation
from symhdl.numeric.literal import read_literal

from .scope import Body, Function, Scope
from .syntax import Head, Term, postorder

GUARD = "finite"
MAXIMUM_GUARDED = 200  # terms of a guarded formula, as its parts are copied into the condition

_MESSAGE = f"where this is `{GUARD}` cannot be told"
_NOTE = "it can for + - * /, logarithms, square roots and powers with constant exponents"
_HELP = "write the condition out, as in `a/b if b != 0 else 1`"

_Rule = Callable[[Term, Term], Iterable[Term]]
_Key = tuple[str, int]


def _compared(relation: str, value: int) -> Callable[[Term, Term], Term]:
    """The condition that an operand stands so to a constant; at the place of the guard."""

    def condition(operand: Term, guard: Term) -> Term:
        constant = Term(Head.NUMBER, guard.start, guard.end, (), str(value))
        return Term(Head.COMPARISON, guard.start, guard.end, (operand, constant), relation)

    return condition


_NOT_ZERO = _compared("!=", 0)
_POSITIVE = _compared(">", 0)
_NOT_NEGATIVE = _compared(">=", 0)
_ABOVE_MINUS_ONE = _compared(">", -1)


def _always(_: Term, __: Term) -> Iterator[Term]:
    return iter(())


def _of_operand(position: int, condition: Callable[[Term, Term], Term]) -> _Rule:
    return lambda term, guard: (condition(term.operands[position], guard),)


def _power(term: Term, guard: Term) -> Iterator[Term]:
    """Only powers with constant exponents get here."""
    base, exponent = term.operands[0], _constant(term.operands[1])
    assert exponent is not None, "a power without an exponent; please report this"
    if exponent.denominator != 1:
        yield (_POSITIVE if exponent < 0 else _NOT_NEGATIVE)(base, guard)
    elif exponent < 0:
        yield _NOT_ZERO(base, guard)


# What must hold for the operation to have a value. Functions that overflow floating point early (exp, sinh, ...) are
# not here: tools call their values infinite where the reals have one.
_RULES: dict[Operation, _Rule] = {
    Operation.DIVIDE: _of_operand(1, _NOT_ZERO),
    Operation.INVERSE: _of_operand(0, _NOT_ZERO),
    Operation.LOG: _of_operand(0, _POSITIVE),
    Operation.LOG2: _of_operand(0, _POSITIVE),
    Operation.LOG10: _of_operand(0, _POSITIVE),
    Operation.LOG1P: _of_operand(0, _ABOVE_MINUS_ONE),
    Operation.SQUARE_ROOT: _of_operand(0, _NOT_NEGATIVE),
    Operation.POWER: _power,
    **dict.fromkeys(
        (
            Operation.PI, Operation.E, Operation.ADD, Operation.SUBTRACT, Operation.MULTIPLY, Operation.NEGATE,
            Operation.SQUARE, Operation.CUBE, Operation.ABSOLUTE, Operation.SIGN, Operation.SIN, Operation.COS,
            Operation.ATAN, Operation.TANH, Operation.MINIMUM, Operation.MAXIMUM, Operation.CUBE_ROOT,
        ),
        _always,
    ),
}  # fmt: skip


def add_guards(scope: Scope) -> None:
    """Puts the condition for every `finite` that stands as one and that nothing defines."""
    if GUARD in scope.names or GUARD in scope.inputs:
        return
    for name, body in scope.names.items():
        scope.names[name] = _guarded(scope, body, None)
    scope.bare = [_guarded(scope, body, None) for body in scope.bare]
    for key, function in scope.functions.items():
        if GUARD not in function.parameters:
            scope.functions[key] = replace(function, body=_guarded(scope, function.body, function))


def _guarded(scope: Scope, body: Body, function: Function | None) -> Body:
    """The body with its guards; the mistakes go to the scope."""
    if not any(term.head is Head.NAME and term.text == GUARD for term in body.terms):
        return body
    own = None if function is None else (function.name, len(function.parameters))
    done: list[Term] = []
    for term in body.terms:
        first = len(done) - len(term.operands)
        operands = tuple(done[first:])
        if _is_guard(term):
            condition = _condition(scope, body, term, own)
            operands = (condition, *operands[1:])
        done[first:] = [term._replace(operands=operands)]
    return replace(body, terms=postorder(done[-1]))


def _is_guard(term: Term) -> bool:
    if term.head is not Operation.SELECT:
        return False
    condition = term.operands[0]
    return condition.head is Head.NAME and condition.text == GUARD


def _condition(scope: Scope, body: Body, choice: Term, own: _Key | None) -> Term:
    """What must hold for the guarded formula to have a value; the bare word if that cannot be told."""
    guard, formula = choice.operands[:2]
    terms = postorder(formula)
    rules = [_rule(scope, term, own) for term in terms] if len(terms) <= MAXIMUM_GUARDED else [None]
    if None in rules:
        culprit = terms[rules.index(None)] if len(rules) == len(terms) else formula
        place = Span(body.source, culprit.start, culprit.end)
        scope.diagnostics.append(Diagnostic("guard", _MESSAGE, place, (_NOTE,), _HELP))
        return guard
    parts = [
        part
        for term, rule in zip(terms, rules, strict=True)
        if rule is not None
        for part in rule(term, guard)
    ]
    # The conditions on the innermost operations come first: where one fails, later ones may have no value.
    *first, last = parts or [_truth(guard, "==")]
    return reduce(partial(_if_also, guard), reversed(first), last)


def _truth(guard: Term, relation: str) -> Term:
    """What always holds, or never."""
    return _compared(relation, 0)(Term(Head.NUMBER, guard.start, guard.end, (), "0"), guard)


def _if_also(guard: Term, later: Term, first: Term) -> Term:
    """Both conditions, the later one asked only where the first one holds."""
    never = _truth(guard, "!=")
    return Term(Operation.SELECT, guard.start, guard.end, (first, later, never))


def _rule(scope: Scope, term: Term, own: _Key | None) -> _Rule | None:
    """The rule for a term, None if there is none. A function inside its own definition is that of the table."""
    if term.head in (Head.NUMBER, Head.NAME):
        return _always
    operation = term.head if isinstance(term.head, Operation) else None
    if term.head is Head.CALL:
        key = (term.text, len(term.operands))
        is_defined = key in scope.functions or key in scope.library
        operation = None if is_defined and key != own else FUNCTION_NAMES.get(term.text)
    if operation is None or operation.arity not in (ANY, len(term.operands)):
        return None
    if operation is Operation.POWER and _constant(term.operands[1]) is None:
        return None
    return _RULES.get(operation)


def _constant(term: Term) -> Fraction | None:
    """The value of a number or of a quotient of two."""
    if term.head is Head.NUMBER:
        value = read_literal(term.text)
        return None if isinstance(value, str) else value
    if term.head is not Operation.DIVIDE:
        return None
    numerator, denominator = map(_constant, term.operands)
    if numerator is None or not denominator:
        return None
    return numerator / denominator
