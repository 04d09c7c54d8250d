"""The callbacks of the grammar of LaTeX: tokens and pieces become larger pieces."""

from __future__ import annotations

from lark import Token, Transformer, v_args

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex.messages import Ask
from symhdl.sources.latex.pieces import Kind, Piece, contents, is_single, marked, piece, unmarked
from symhdl.sources.latex.products import arrange_product
from symhdl.sources.latex.runs import arrange_run

_BINARY = {"+": Kind.ADD, "-": Kind.SUBTRACT}


@v_args(inline=True)
class PieceBuilder(Transformer[Token, Piece]):
    """The callbacks of the grammar; what stands side by side is arranged elsewhere."""

    def disjunction(self, left: Piece, _: Lexeme, right: Piece) -> Piece:
        r"""`a \lor b`."""
        return piece(Kind.OR, (left, right))

    def conjunction(self, left: Piece, _: Lexeme, right: Piece) -> Piece:
        r"""`a \land b`."""
        return piece(Kind.AND, (left, right))

    def negation(self, operator: Lexeme, operand: Piece) -> Piece:
        r"""`\lnot a`."""
        return piece(Kind.NOT, (operand,))._replace(start=operator.start)

    def comparison(self, *parts: Lexeme | Piece) -> Piece:
        """`a < b`, `a < b < c`, or the equation `a = b`."""
        operands = tuple(part for part in parts if isinstance(part, Piece))
        relations = " ".join(part.text for part in parts if isinstance(part, Lexeme))
        return piece(Kind.COMPARISON, operands, relations)

    def addition(self, left: Piece, operator: Lexeme, right: Piece) -> Piece:
        """`a + b` and `a - b`."""
        return piece(_BINARY[operator.text], (left, right))

    def run(self, *items: Piece) -> Piece:
        """What stands side by side."""
        return arrange_run(items)

    def product(self, *parts: Lexeme | Piece) -> Piece:
        r"""`a \cdot b / c`."""
        operands = [part for part in parts if isinstance(part, Piece)]
        return arrange_product(operands, [p for p in parts if isinstance(p, Lexeme)])

    def sign(self, operator: Lexeme, operand: Piece) -> Piece:
        """A sign in front."""
        if operator.text == "+":
            return operand
        return piece(Kind.NEGATE, (operand,))._replace(start=operator.start)

    def function(self, token: Lexeme) -> Piece:
        """The name of a function."""
        return Piece(Kind.FUNCTION, token.start, token.end, (), token.text)

    def big(self, token: Lexeme) -> Piece:
        """The sign of a sum or a product."""
        return Piece(Kind.BIG, token.start, token.end, (), token.text)

    def number(self, token: Lexeme) -> Piece:
        """A number, still as text."""
        return Piece(Kind.NUMBER, token.start, token.end, (), token.text, is_constant=True)

    def name(self, token: Lexeme) -> Piece:
        """A name."""
        is_constant = token.text in ("pi", "e")
        return Piece(Kind.NAME, token.start, token.end, (), token.text, is_constant)

    def power(self, base: Piece, _: Lexeme, exponent: Piece) -> Piece:
        """`a^b`; braces around a sum cannot be seen, so nobody knows that all of it is raised."""
        if base.kind is Kind.POWER:
            base = marked(Ask.DOUBLE_POWER, base)
        elif base.kind is Kind.BRACES and not is_single(base):
            base = marked(Ask.INVISIBLE_BRACES, base)
        return piece(Kind.POWER, (base, exponent))

    def subscript(self, base: Piece, _: Lexeme, index: Piece) -> Piece:
        """The base of a logarithm or the bounds of a sum; those of names are part of the name."""
        head = base
        while head.kind in (Kind.POWER, Kind.SUBSCRIPT):
            head = head.operands[0]
        if head.kind in (Kind.FUNCTION, Kind.BIG):
            return piece(Kind.SUBSCRIPT, (base, index))
        return marked(Ask.STRAY_SUBSCRIPT, piece(Kind.RUN, (base, index)))

    def factorial(self, operand: Piece, sign: Lexeme) -> Piece:
        """`5!`."""
        if operand.kind is Kind.FACTORIAL:
            operand = marked(Ask.DOUBLE_FACTORIAL, operand)
        return piece(Kind.FACTORIAL, (operand,))._replace(end=sign.end)

    def braces(self, opening: Lexeme, inside: Piece, closing: Lexeme) -> Piece:
        """`{...}`, which cannot be seen in print."""
        braced = piece(Kind.BRACES, (inside,))
        return braced._replace(start=opening.start, end=closing.end)

    def group(self, opening: Lexeme, *parts: Lexeme | Piece) -> Piece:
        r"""What stands in brackets, between bars, or between `\lfloor` and `\rfloor`."""
        elements = tuple(part for part in parts if isinstance(part, Piece))
        closing = parts[-1]
        group = piece(Kind.GROUP, elements, opening.text)
        if len(elements) > 1:
            group = group._replace(is_constant=False)
        return group._replace(start=opening.start, end=closing.end)

    def fraction(self, command: Lexeme, above: Piece, below: Piece) -> Piece:
        r"""`\frac{a}{b}`."""
        parts = contents(above), contents(below)
        made = piece(Kind.FRACTION, parts)._replace(start=command.start, end=below.end)
        return marked(Ask.DERIVATIVE, made) if _is_derivative(*parts) else made

    def binomial(self, command: Lexeme, above: Piece, below: Piece) -> Piece:
        r"""`\binom{n}{k}`."""
        made = piece(Kind.BINOMIAL, (contents(above), contents(below)))
        return made._replace(start=command.start, end=below.end)

    def square_root(self, command: Lexeme, radicand: Piece) -> Piece:
        r"""`\sqrt{x}`."""
        made = piece(Kind.ROOT, (contents(radicand),))
        return made._replace(start=command.start, end=radicand.end)

    def root(self, command: Lexeme, degree: Piece, _: Lexeme, radicand: Piece) -> Piece:
        r"""`\sqrt[3]{x}`."""
        made = piece(Kind.ROOT, (contents(radicand), degree))
        return made._replace(start=command.start, end=radicand.end)

    def row(self, value: Piece, word: Lexeme, condition: Piece | None = None) -> Piece:
        """A row of cases; the value alone if it holds otherwise."""
        if condition is None:
            return piece(Kind.CASES, (value,))._replace(end=word.end)
        return piece(Kind.CASES, (value, condition))

    def cases(self, opening: Lexeme, *parts: Lexeme | Piece) -> Piece:
        """All rows; after one that holds otherwise there can be none."""
        rows = [part for part in parts if isinstance(part, Piece)]
        operands = tuple(operand for row in rows for operand in row.operands)
        made = piece(Kind.CASES, operands)._replace(start=opening.start, end=parts[-1].end)
        if any(len(row.operands) == 1 for row in rows[:-1]):
            return marked(Ask.OTHERWISE_FIRST, made)
        return made


def _is_derivative(above: Piece, below: Piece) -> bool:
    """`d/dx`, `dy/dx` or `d^2 y/dx^2`: below stands d with one name, above d alone or with something."""
    return _is_differential(below, 2) and _is_differential(above, 1)


def _is_differential(part: Piece, least: int) -> bool:
    factors = part.operands if part.kind is Kind.RUN else (part,)
    first = factors[0].operands[0] if factors[0].kind is Kind.POWER else factors[0]
    return (
        least <= len(factors) <= 2
        and (first.kind, first.text) == (Kind.NAME, "d")
        and all(unmarked(f).kind in (Kind.NAME, Kind.POWER, Kind.RUN) for f in factors)
    )
