r"""What stands side by side in LaTeX: factors, functions and their arguments, sums and their bodies.

A function takes as its argument the bracket or the braces behind it, and nothing more. Without a bracket it takes the
names and constants behind it up to the next function, as in `\sin 2\pi x \cos y`; where other things follow, nobody
can know whether they belong to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symhdl.sources.latex.commands import INVERSES
from symhdl.sources.latex.messages import Ask, Remark
from symhdl.sources.latex.pieces import Kind, Piece, contents, is_single, marked, piece, unmarked

_BRACKETS = "([{"


class _Head(NamedTuple):
    """A function or a sign of a sum with what is written on it."""

    piece: Piece
    text: str
    exponent: Piece | None
    subscript: Piece | None


def arrange_run(items: Sequence[Piece]) -> Piece:
    """One piece from those that stand side by side."""
    rest = list(items)
    for index in range(len(rest) - 1, -1, -1):
        head = _head(rest[index])
        if head is not None and head.piece.kind is Kind.BIG:
            nest = _nest(rest[index], head, rest[index + 1 :])
            del rest[index:]
            rest.append(nest)
    return _factors(rest)


def _head(item: Piece) -> _Head | None:
    """The item as a function or a sign of a sum; None if it is neither."""
    exponent = subscript = None
    current = item
    while current.kind in (Kind.POWER, Kind.SUBSCRIPT):
        if current.kind is Kind.POWER:
            exponent = contents(current.operands[1])
        else:
            subscript = contents(current.operands[1])
        current = current.operands[0]
    current = unmarked(current)
    if current.kind not in (Kind.FUNCTION, Kind.BIG):
        return None
    return _Head(current, current.text, exponent, subscript)


def _factors(items: Sequence[Piece]) -> Piece:
    factors: list[Piece] = []
    index = 0
    while index < len(items):
        head = _head(items[index])
        if head is not None and head.piece.kind is Kind.FUNCTION:
            made, index = _application(items, index)
            factors.append(made)
            continue
        before = items[index - 1] if index > 0 else None
        factors.append(_checked(before, items[index], len(items)))
        index += 1
    return factors[0] if len(factors) == 1 else piece(Kind.RUN, tuple(factors))


def _checked(before: Piece | None, item: Piece, count: int) -> Piece:
    """The factor, with a question if it does not stand well behind the one before."""
    if item.kind is Kind.BRACES and count > 1 and not is_single(item):
        return marked(Ask.INVISIBLE_BRACES, item)
    if before is None:
        return item
    if _base(item).kind is Kind.NUMBER:
        if before.kind is Kind.NUMBER:
            return marked(Ask.TWO_NUMBERS, item)
        is_bare_power = before.kind is Kind.POWER and before.operands[1].kind is Kind.NUMBER
        if before.kind is Kind.NAME or is_bare_power:
            return marked(Ask.NUMBER_BEHIND_NAME, item, before)
    if item.kind is Kind.NAME and (before.kind, before.text) == (Kind.NAME, "Delta"):
        return marked(Remark.DELTA, item)
    if before.kind is Kind.NUMBER and "." not in before.text and _is_proper_fraction(item):
        return marked(Ask.MIXED_NUMBER, item, before)
    return item


def _base(item: Piece) -> Piece:
    while item.kind in (Kind.POWER, Kind.FACTORIAL, Kind.MARK):
        item = item.operands[0]
    return item


def _is_proper_fraction(item: Piece) -> bool:
    if item.kind is not Kind.FRACTION:
        return False
    above, below = item.operands
    are_integers = above.text.isdecimal() and below.text.isdecimal()
    shorter_first = (len(above.text), above.text) < (len(below.text), below.text)
    return are_integers and shorter_first


def _application(items: Sequence[Piece], index: int) -> tuple[Piece, int]:
    """The functions from `index` on with their argument, and where it ends."""
    heads: list[_Head] = []
    while index < len(items):
        head = _head(items[index])
        if head is None:
            break
        heads.append(head._replace(piece=items[index]))
        index += 1
    if index == len(items):
        last = heads[-1].piece
        missing = Piece(Kind.NUMBER, last.start, last.end, (), "0")
        return marked(Ask.NO_ARGUMENT, missing), index
    item = items[index]
    base = _base(item)
    if base.kind is Kind.BRACES or (base.kind is Kind.GROUP and base.text in _BRACKETS):
        return _closed(heads, item, base), index + 1
    return _bare(heads, items, index)


def _closed(heads: Sequence[_Head], item: Piece, base: Piece) -> Piece:
    """Functions of what stands in brackets or braces; a power behind it is one of the value."""
    inside = contents(base)
    is_bracket = inside.kind is Kind.GROUP and inside.text in _BRACKETS
    arguments = inside.operands if is_bracket else (inside,)
    made = _applied(heads, arguments, base.end, Kind.CALL)
    layers: list[Piece] = []
    while item.kind in (Kind.POWER, Kind.FACTORIAL, Kind.MARK):
        layers.append(item)
        item = item.operands[0]
    for layer in reversed(layers):
        made = layer._replace(operands=(made, *layer.operands[1:]), start=made.start)
    if not layers:
        return made
    if len(heads) > 1 or not is_bracket:
        return marked(Ask.POWER_OF_BRACED, made)
    return marked(Remark.POWER_OF_CALL, made) if base.kind is Kind.GROUP else made


def _bare(heads: Sequence[_Head], items: Sequence[Piece], index: int) -> tuple[Piece, int]:
    """Functions of what stands behind them without brackets."""
    arguments = [items[index]]
    are_constant = arguments[0].is_constant
    doubtful = 0  # how many of the arguments certainly belong there, if not all do
    for item in items[index + 1 :]:
        if _head(item) is not None or item.kind is Kind.NEST:
            break
        is_clear = are_constant or (_is_simple(arguments[-1]) and _is_simple(item))
        if not is_clear and not doubtful:
            doubtful = len(arguments)
        are_constant &= item.is_constant
        arguments.append(_checked(arguments[-1], item, 2))
    argument = arguments[0] if len(arguments) == 1 else piece(Kind.RUN, tuple(arguments))
    made = _applied(heads, (argument,), argument.end, Kind.BARE_CALL)
    head = heads[-1].piece
    if doubtful:
        made = marked(Ask.ARGUMENT_END, made, head, *_cut(arguments, doubtful))
    elif sum(not a.is_constant for a in arguments) > 1:
        made = marked(Remark.LONG_ARGUMENT, made, head, *_cut(arguments, len(arguments) - 1))
    return made, index + len(arguments)


def _cut(arguments: Sequence[Piece], position: int) -> tuple[Piece, Piece]:
    """The arguments before the position and those behind it, as one piece each."""
    before, behind = tuple(arguments[:position]), tuple(arguments[position:])
    return piece(Kind.RUN, before), piece(Kind.RUN, behind)


def _is_simple(item: Piece) -> bool:
    return _base(item).kind in (Kind.NAME, Kind.NUMBER)


def _applied(heads: Sequence[_Head], arguments: tuple[Piece, ...], end: int, kind: Kind) -> Piece:
    """The functions, the last one first, of the arguments."""
    made: Piece | None = None
    for head in reversed(heads):
        operands = arguments if made is None else (made,)
        made = _call(head, operands, end, kind)
    assert made is not None, "a call without a function; please report this"
    return made


def _call(head: _Head, arguments: tuple[Piece, ...], end: int, kind: Kind) -> Piece:
    start = head.piece.start
    is_constant = all(argument.is_constant for argument in arguments)
    call = Piece(kind, start, end, arguments, head.text, is_constant)
    if head.subscript is not None:
        call = _with_subscript(call, head.subscript)
    elif head.text == "log":
        call = marked(Remark.LOG_BASE, call)
    if head.exponent is None:
        return call
    if head.exponent.kind is not Kind.NEGATE:
        power = piece(Kind.POWER, (call, head.exponent))._replace(start=start, end=end)
        return power if kind is Kind.CALL else _as_bare(power)
    is_inverse = head.exponent.operands[0].text == "1" and head.subscript is None
    if is_inverse and head.text in INVERSES:
        return call._replace(text=INVERSES[head.text])
    question = Ask.NO_INVERSE if head.exponent.operands[0].text == "1" else Ask.NEGATIVE_POWER
    return marked(question, call, head.piece)


def _as_bare(power: Piece) -> Piece:
    """A power of a function without brackets, which ends like its argument."""
    return power._replace(text="bare")


def _with_subscript(call: Piece, subscript: Piece) -> Piece:
    """A logarithm to a base; the arc tangent of two arguments as SymPy prints it."""
    if call.text in ("log", "ln"):
        named = {"2": "log2", "10": "log10", "e": "ln"}.get(subscript.text)
        if named is not None:
            return call._replace(text=named)
        below = Piece(
            Kind.CALL, subscript.start, subscript.end, (subscript,), "ln", subscript.is_constant
        )
        above = call._replace(text="ln")
        quotient = Piece(
            Kind.QUOTIENT, call.start, call.end, (above, below), "",
            call.is_constant and subscript.is_constant,
        )  # fmt: skip
        return quotient._replace(text="bare") if call.kind is Kind.BARE_CALL else quotient
    if (call.text, subscript.text) == ("atan", "2"):
        return call._replace(text="atan2")
    return marked(Ask.FUNCTION_SUBSCRIPT, call)


def is_bare_call(item: Piece) -> bool:
    """Whether the piece ends with a function whose argument has no brackets."""
    item = unmarked(item)
    if item.kind is Kind.RUN:
        item = unmarked(item.operands[-1])
    is_bare = item.kind in (Kind.POWER, Kind.QUOTIENT) and item.text == "bare"
    return item.kind is Kind.BARE_CALL or is_bare


def begins_with_call(item: Piece) -> bool:
    """Whether the piece begins with a function."""
    item = unmarked(item)
    if item.kind is Kind.RUN:
        item = unmarked(item.operands[0])
    while item.kind is Kind.POWER:
        item = unmarked(item.operands[0])
    return item.kind in (Kind.CALL, Kind.BARE_CALL)


def _nest(sign: Piece, head: _Head, rest: Sequence[Piece]) -> Piece:
    """A sum or a product over what stands behind it."""
    end = rest[-1].end if rest else sign.end
    stand_in = Piece(Kind.NUMBER, sign.start, end, (), "0")
    if not rest:
        return marked(Ask.NO_BODY, stand_in, sign)
    bounds = head.subscript
    body = _factors(rest)
    is_equation = bounds is not None and bounds.kind is Kind.COMPARISON and bounds.text == "="
    if bounds is None or not is_equation or head.exponent is None:
        return marked(Ask.SUM_BOUNDS, stand_in)
    index, low = bounds.operands
    if index.kind is not Kind.NAME:
        return marked(Ask.SUM_BOUNDS, stand_in)
    operands = (index, low, head.exponent, body)
    return Piece(Kind.NEST, sign.start, end, operands, head.text)
