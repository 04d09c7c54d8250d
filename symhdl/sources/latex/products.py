r"""Products and quotients of LaTeX written with signs: `a \cdot b / c`, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex.messages import Ask, Remark
from symhdl.sources.latex.pieces import Kind, Piece, marked, piece, unmarked
from symhdl.sources.latex.runs import begins_with_call, is_bare_call

_KINDS = {"TIMES": Kind.PRODUCT, "SLASH": Kind.QUOTIENT, "MOD": Kind.MODULO}


def arrange_product(operands: Sequence[Piece], signs: Sequence[Lexeme]) -> Piece:
    """One piece from operands with signs between them; what follows a sum belongs to its body."""
    operands, signs = list(operands), list(signs)
    for index in range(len(operands) - 2, -1, -1):
        path = _path_to_body(operands[index])
        if not path:
            continue
        is_below = index > 0 and signs[index - 1].type != "TIMES"
        nest = path[-1]
        body = _folded([nest.operands[3], *operands[index + 1 :]], signs[index:])
        made = nest._replace(operands=(*nest.operands[:3], body), end=body.end)
        for outer in reversed(path[:-1]):
            made = outer._replace(operands=(*outer.operands[:-1], made), end=made.end)
        if is_below or nest.text == "product":
            made = marked(Ask.PRODUCT_END, made)
        operands[index:] = [made]
        del signs[index:]
    return _folded(operands, signs)


def _path_to_body(operand: Piece) -> list[Piece]:
    """The pieces down to the last sum at the end of the operand; empty if none stands there."""
    path: list[Piece] = []
    length = 0
    current = operand
    while current.kind in (Kind.NEGATE, Kind.RUN, Kind.NEST):
        path.append(current)
        if current.kind is Kind.NEST:
            length = len(path)
        current = current.operands[-1]
    return path[:length]


def _folded(operands: Sequence[Piece], signs: Sequence[Lexeme]) -> Piece:
    """The operands from the left."""
    made = operands[0]
    for index, sign in enumerate(signs):
        left, right = operands[index], operands[index + 1]
        following = operands[index + 2] if index + 2 < len(operands) else None
        if sign.type == "SLASH":
            right = _below(right, following, signs[index + 1 : index + 2])
        elif sign.type == "MOD":
            right = _modulus(operands[0], right)
        made = piece(_KINDS[sign.type], (made, right))
        if is_bare_call(left) and not begins_with_call(right):
            call = _call_in(left)
            head = call._replace(end=max(call.start + 1, call.operands[0].start))
            made = marked(Ask.ARGUMENT_END, made, head, call.operands[0], right)
    return made


def _call_in(left: Piece) -> Piece:
    """The call without brackets with which the piece ends."""
    call = unmarked(left)
    if call.kind is Kind.RUN:
        call = unmarked(call.operands[-1])
    while call.kind not in (Kind.CALL, Kind.BARE_CALL):
        call = unmarked(call.operands[0])
    return call


def _below(right: Piece, following: Piece | None, signs: Sequence[Lexeme]) -> Piece:
    """The divisor, with a question or a remark if something stands directly behind its first factor."""
    if right.kind is Kind.RUN:
        are_names = all(_is_power_of_name(factor) for factor in right.operands)
        first, *others = right.operands
        rest = piece(Kind.RUN, tuple(others))
        return marked(Remark.SLASH if are_names else Ask.SLASH, right, first, rest)
    if following is not None and right.kind is Kind.NUMBER and signs[0].type == "TIMES":
        first = following.operands[0] if following.kind is Kind.RUN else following
        if first.kind is Kind.POWER and first.operands[0].text == "10":
            return marked(Ask.SLASH_SCIENTIFIC, right)
    return right


def _modulus(first: Piece, right: Piece) -> Piece:
    r"""What stands behind `\bmod`, with a question if a sign or another factor may belong to the remainder or not."""
    if first.kind is Kind.NEGATE:
        return marked(Ask.SIGNED_REMAINDER, right)
    if right.kind is Kind.RUN:
        return marked(Ask.MODULUS, right, right.operands[0])
    return right


def _is_power_of_name(factor: Piece) -> bool:
    if factor.kind is Kind.POWER:
        factor = factor.operands[0]
    return factor.kind is Kind.NAME
