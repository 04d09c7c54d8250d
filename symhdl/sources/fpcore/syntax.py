"""From data to expressions: the shape of FPCore's forms, names that are bound, operators that exist."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import TypeAlias

from symhdl.errors import Diagnostic, Span, warning
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_EXPONENT, MAXIMUM_NAME_LENGTH
from symhdl.sources.fpcore.operations import (
    CONSTANT_NAMES,
    FOREIGN,
    OPERATORS,
    STRUCTURAL,
    UNSUPPORTED,
    is_operator,
    known_operators,
)
from symhdl.sources.fpcore.text import Atom, Datum, List, read_number, shown, walk
from symhdl.sources.fpcore.tree import (
    Annotated,
    Apply,
    Binding,
    Choice,
    Count,
    Expression,
    Let,
    Name,
    Number,
    While,
)

MAXIMUM_CANDIDATES = 1000  # names looked through for a suggestion

Task: TypeAlias = Generator[Datum, Expression, Expression]

_SHAPES = {
    "if": "(if condition then otherwise)",
    "let": "(let ([name value] ...) body)",
    "while": "(while condition ([name initial update] ...) body)",
    "for": "(for ([index count] ...) ([name initial update] ...) body)",
    "tensor": "(tensor ([index count] ...) body)",
    "tensor*": "(tensor* ([index count] ...) ([name initial update] ...) body)",
    "!": "(! :property value ... body)",
    "digits": "(digits significand exponent base)",
}


@dataclass(slots=True)
class Grammar:
    """Reads expressions; what is wrong with them gathers in `mistakes`, and 0 stands in its place.

    `functions` are the cores and definitions that may be called, with the numbers of arguments that they take;
    those that are met gather in `calls`.
    """

    functions: Mapping[str, Collection[int]]
    mistakes: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)
    _bound: dict[str, int] = field(default_factory=dict)  # how many bindings of a name are around

    def expression(self, datum: Datum) -> Expression:
        """The expression that the datum is."""
        return walk(datum, self._begin)

    @contextmanager
    def bound(self, names: Sequence[str]) -> Iterator[None]:
        """The names are known as long as this lasts."""
        for name in names:
            self._bound[name] = self._bound.get(name, 0) + 1
        yield
        for name in names:
            self._bound[name] -= 1

    def complain(
        self,
        id: str,
        message: str,
        span: Span,
        notes: tuple[str, ...] = (),
        help: str | None = None,
    ) -> Number:
        """Notes a mistake; the number that stands for the expression meanwhile."""
        if len(self.mistakes) < MAXIMUM_DIAGNOSTICS:
            self.mistakes.append(Diagnostic(id, message, span, notes, help))
        return Number(span, Fraction(0))

    def _begin(self, datum: Datum) -> Expression | Task:
        if isinstance(datum, Atom):
            return self._atom(datum)
        rule = _RULES.get(datum.head)
        if rule is not None:
            return rule(self, datum)
        if not datum.head:
            return self._headless(datum)
        return self._application(datum)

    def _headless(self, form: List) -> Number:
        message = "an operator is missing here" if form.items else "these brackets are empty"
        help = "write the operator first, as in (+ x 1)"
        return self.complain("syntax", message, form.span, help=help)

    def _atom(self, atom: Atom) -> Expression:
        if atom.is_string:
            return self.complain("syntax", "a string has no value", atom.span)
        value = read_number(atom.text)
        if isinstance(value, Fraction):
            return Number(atom.span, value)
        if isinstance(value, str):
            return self.complain("bad-number", f"`{shown(atom.text)}`: {value}", atom.span)
        if self._bound.get(atom.text) or atom.text in CONSTANT_NAMES:
            return Name(atom.span, atom.text)
        return self._unbound(atom)

    def _unbound(self, atom: Atom) -> Number:
        text = atom.text
        message = f"`{shown(text)}` is bound nowhere"
        if len(self.mistakes) == MAXIMUM_DIAGNOSTICS:
            return Number(atom.span, Fraction(0))
        if text.startswith("-") and self._bound.get(text[1:]):
            help = f"write (- {text[1:]}): a name may begin with `-`"
        elif text in OPERATORS or text in self.functions:
            message, help = f"`{shown(text)}` is a function", f"write ({shown(text)} ...)"
        elif text.startswith(":"):
            message = f"`{shown(text)}` is a property, and an expression is wanted here"
            help = "properties stand before the body of a core"
        else:
            names = (name for name, count in self._bound.items() if count)
            candidates = [*islice(names, MAXIMUM_CANDIDATES), *CONSTANT_NAMES]
            close = difflib.get_close_matches(text[:MAXIMUM_NAME_LENGTH], candidates, n=1)
            help = f"did you mean `{close[0]}`?" if close else "make it an argument of the core"
        return self.complain("unknown-name", message, atom.span, help=help)

    def _application(self, form: List) -> Task:
        name = form.head
        operands: list[Expression] = []
        for item in form.items[1:]:
            operands.append((yield item))
        self._check_call(name, form, len(operands))
        return Apply(form.span, name, tuple(operands))

    def _check_call(self, name: str, form: List, count: int) -> None:
        head = form.items[0].span
        if name in self.functions:
            self.calls.add(name)
            if count not in self.functions[name] and not _takes(name, count):
                wanted = " or ".join(str(number) for number in sorted(self.functions[name]))
                self._wrong_count(name, form, count, f"{wanted} argument{'s' * (wanted != '1')}")
        elif name in UNSUPPORTED:
            self.complain(
                "unsupported-function",
                f"`{name}`, {UNSUPPORTED[name]}, has no hardware",
                head,
                help="approximate it with operators that have, or define a core of that name",
            )
        elif not is_operator(name):
            self._unknown_operator(name, head)
        elif not _takes(name, count):
            least, most = _counts(name)
            wanted = f"{least}" if least == most else f"at least {least}"
            plural = "s" * (wanted != "1" and wanted != "at least 1")
            self._wrong_count(name, form, count, f"{wanted} operand{plural}")

    def _wrong_count(self, name: str, form: List, count: int, wanted: str) -> None:
        message = f"`{shown(name)}` takes {wanted}, and here are {count}"
        self.complain("wrong-arity", message, form.span)

    def _unknown_operator(self, name: str, head: Span) -> None:
        if len(self.mistakes) == MAXIMUM_DIAGNOSTICS:
            return
        if read_number(name) is not None or self._bound.get(name):
            message = f"`{shown(name)}` is no operator"
            help: str | None = "write the operator first, as in (* x y)"
        else:
            message = f"there is no operator `{shown(name)}`"
            known = [*islice(self.functions, MAXIMUM_CANDIDATES), *known_operators()]
            close = difflib.get_close_matches(name[:MAXIMUM_NAME_LENGTH], known, n=1, cutoff=0.75)
            guess = FOREIGN.get(name.lower()) or (close[0] if close else None)
            help = f"did you mean `{guess}`?" if guess else "a core of that name must be given"
        self.complain("unknown-function", message, head, help=help)

    # --- Forms ------------------------------------------------------------------------------------

    def _misshapen(self, form: List, shape: str) -> Number:
        message = f"this `{form.head}` has not the shape that it must have"
        return self.complain("syntax", message, form.span, help=f"write {shape}")

    def _if(self, form: List) -> Expression | Task:
        if len(form.items) != 4:
            return self._misshapen(form, _SHAPES["if"])
        return self._choice(form)

    def _choice(self, form: List) -> Task:
        condition = yield form.items[1]
        then = yield form.items[2]
        otherwise = yield form.items[3]
        return Choice(form.span, condition, then, otherwise)

    def _let(self, form: List) -> Expression | Task:
        shape = _SHAPES["let"].replace("let", form.head)
        rows = self._rows(form, 1, 2) if len(form.items) == 3 else None
        if rows is None:
            return self._misshapen(form, shape)
        return self._let_body(form, rows, form.head == "let*")

    def _let_body(self, form: List, rows: Sequence[List], is_sequential: bool) -> Task:
        bindings = yield from self._initials(rows, is_sequential)
        with self.bound([name for name, _ in bindings]):
            body = yield form.items[2]
        found = tuple(Binding(name, value, value) for name, value in bindings)
        return Let(form.span, found, body, is_sequential)

    def _while(self, form: List) -> Expression | Task:
        shape = _SHAPES["while"].replace("while", form.head)
        rows = self._rows(form, 2, 3) if len(form.items) == 4 else None
        if rows is None:
            return self._misshapen(form, shape)
        return self._while_body(form, rows, form.head == "while*")

    def _while_body(self, form: List, rows: Sequence[List], is_sequential: bool) -> Task:
        initials = yield from self._initials(rows, is_sequential)
        with self.bound([name for name, _ in initials]):
            condition = yield form.items[1]
            bindings = yield from self._updates(rows, initials)
            body = yield form.items[3]
        return While(form.span, condition, bindings, body, is_sequential)

    def _count(self, form: List) -> Expression | Task:
        """`for`, `for*` and `tensor*` have bindings, `tensor` has none."""
        has_bindings = form.head != "tensor"
        indices = self._rows(form, 1, 2) if len(form.items) == 3 + has_bindings else None
        rows: Sequence[List] | None = ()
        if has_bindings and indices is not None:
            rows = self._rows(form, 2, 3, [_name_of(row) for row in indices])
        if indices is None or rows is None:
            shape = _SHAPES.get(form.head) or _SHAPES["for"].replace("for", form.head)
            return self._misshapen(form, shape)
        return self._count_body(form, indices, rows, form.head.endswith("*"))

    def _count_body(
        self, form: List, index_rows: Sequence[List], rows: Sequence[List], is_sequential: bool
    ) -> Task:
        counts = yield from self._initials(index_rows, False)
        initials = yield from self._initials(rows, is_sequential)
        with self.bound([name for name, _ in (*counts, *initials)]):
            bindings = yield from self._updates(rows, initials)
            body = yield form.items[-1]
        indices = tuple(Binding(name, value, value) for name, value in counts)
        is_tensor = form.head.startswith("tensor")
        return Count(form.span, indices, bindings, body, is_sequential, is_tensor)

    def _rows(
        self, form: List, position: int, width: int, taken: Sequence[str] = ()
    ) -> list[List] | None:
        """The bindings at a position: lists of so many items, each with a name first; None if they are not that."""
        block = form.items[position]
        if not isinstance(block, List):
            return None
        rows = [row for row in block.items if isinstance(row, List) and len(row.items) == width]
        if len(rows) < len(block.items):
            return None
        seen = set(taken)
        for row in rows:
            name = row.items[0]
            self.check_name(name)
            if isinstance(name, Atom) and name.text in seen and form.head != "let*":
                message = f"`{shown(name.text)}` is bound twice"
                self.complain("duplicate-name", message, name.span)
            seen.add(_name_of(row))
        return rows

    def check_name(self, datum: Datum) -> None:
        """Complains of what cannot be bound."""
        if not isinstance(datum, Atom) or datum.is_string:
            self.complain("bad-name", "a name is wanted here", datum.span)
        elif len(datum.text) > MAXIMUM_NAME_LENGTH or not datum.text.isprintable():
            message = f"a name has at most {MAXIMUM_NAME_LENGTH} printable characters"
            self.complain("bad-name", message, datum.span)
        elif read_number(datum.text) is not None or datum.text.startswith(":"):
            message = f"`{shown(datum.text)}` cannot be a name"
            self.complain("bad-name", message, datum.span)
        elif datum.text in CONSTANT_NAMES:
            message = (
                f"`{datum.text}` is a constant of FPCore, and here it is bound to something else"
            )
            help = "the nearest binding is used; other tools may take the constant"
            self.warnings.append(warning("shadowed-constant", message, datum.span, help=help))

    def _initials(
        self, rows: Sequence[List], is_sequential: bool
    ) -> Generator[Datum, Expression, list[tuple[str, Expression]]]:
        """The names and their first values, which see the names before them if sequential."""
        found: list[tuple[str, Expression]] = []
        for row in rows:
            value = yield row.items[1]
            found.append((_name_of(row), value))
            if is_sequential:
                self._bound[_name_of(row)] = self._bound.get(_name_of(row), 0) + 1
        for name, _ in found if is_sequential else ():
            self._bound[name] -= 1
        return found

    def _updates(
        self, rows: Sequence[List], initials: Sequence[tuple[str, Expression]]
    ) -> Generator[Datum, Expression, tuple[Binding, ...]]:
        found: list[Binding] = []
        for row, (name, initial) in zip(rows, initials, strict=True):
            update = yield row.items[2]
            found.append(Binding(name, initial, update))
        return tuple(found)

    def _annotated(self, form: List) -> Expression | Task:
        """`(! :property value ... body)`, and `(# body)` for integers."""
        properties = self.properties(form.items[1:-1])
        if len(form.items) < 2 or properties is None:
            return self._misshapen(form, _SHAPES["!"])
        return self._annotated_body(form, form.head == "#" or asks_for_integers(properties))

    def _annotated_body(self, form: List, is_integer: bool) -> Task:
        body = yield form.items[-1]
        return Annotated(form.span, body) if is_integer else body

    def properties(self, items: Sequence[Datum]) -> dict[str, Datum] | None:
        """Properties and their values; None if the items are not that."""
        found: dict[str, Datum] = {}
        for position in range(0, len(items), 2):
            key = items[position]
            is_property = isinstance(key, Atom) and key.text.startswith(":") and not key.is_string
            if not isinstance(key, Atom) or not is_property or position + 1 == len(items):
                return None
            found[key.text] = items[position + 1]
        return found

    def _digits(self, form: List) -> Expression:
        """m * b^e for three integers."""
        texts = [item.text if isinstance(item, Atom) else "" for item in form.items[1:]]
        values = [read_number(text) for text in texts]
        whole = [int(v) for v in values if isinstance(v, Fraction) and v.denominator == 1]
        if len(whole) != 3 or len(values) != 3 or whole[2] < 2:
            return self._misshapen(form, _SHAPES["digits"] + " with integers, the base at least 2")
        significand, exponent, base = whole
        if abs(exponent) * base.bit_length() > 4 * MAXIMUM_EXPONENT:
            return self.complain("bad-number", "the exponent is too large", form.span)
        return Number(form.span, significand * Fraction(base) ** exponent)


def asks_for_integers(properties: Mapping[str, Datum]) -> bool:
    """Whether the precision is that of integers."""
    precision = properties.get(":precision")
    return isinstance(precision, Atom) and precision.text == "integer"


def _name_of(row: List) -> str:
    name = row.items[0]
    return name.text if isinstance(name, Atom) else ""


def _counts(name: str) -> tuple[int, int | None]:
    """The least and the most operands of an operator."""
    if name in OPERATORS:
        return OPERATORS[name].least, OPERATORS[name].most
    return STRUCTURAL.get(name, (1, None))


def _takes(name: str, count: int) -> bool:
    least, most = _counts(name)
    return is_operator(name) and least <= count and (most is None or count <= most)


_RULES: dict[str, Callable[[Grammar, List], Expression | Task]] = {
    "if": Grammar._if,
    "let": Grammar._let,
    "let*": Grammar._let,
    "while": Grammar._while,
    "while*": Grammar._while,
    "for": Grammar._count,
    "for*": Grammar._count,
    "tensor": Grammar._count,
    "tensor*": Grammar._count,
    "!": Grammar._annotated,
    "#": Grammar._annotated,
    "digits": Grammar._digits,
}
