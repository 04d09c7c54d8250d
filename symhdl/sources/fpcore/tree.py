"""What FPCore's forms become once their shape has been checked: expressions, bindings, parameters and cores."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symhdl.errors import Diagnostic, Span


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Expression:
    """Anything that has a value."""

    span: Span


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Number(Expression):
    """A decimal, rational or hexadecimal number, or digits of any base."""

    value: Fraction


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Name(Expression):
    """A variable or a constant such as `PI`."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Apply(Expression):
    """An operator, a core or a defined function with its operands."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Choice(Expression):
    """`(if condition then otherwise)`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Annotated(Expression):
    """`(! ... body)` that asks for integers; other annotations change nothing over the reals."""

    body: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binding:
    """`[name initial]` or `[name initial update]`; `update` is the initial value where there is none."""

    name: str
    initial: Expression
    update: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Let(Expression):
    """`let`, or `let*` if sequential."""

    bindings: tuple[Binding, ...]
    body: Expression
    is_sequential: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class While(Expression):
    """`while`, or `while*` if sequential."""

    condition: Expression
    bindings: tuple[Binding, ...]
    body: Expression
    is_sequential: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Count(Expression):
    """`for`, or `tensor` if it collects what the body gives at every step; with a star if sequential."""

    indices: tuple[Binding, ...]
    bindings: tuple[Binding, ...]
    body: Expression
    is_sequential: bool
    is_tensor: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Parameter:
    """An argument of a core: a number, or an array whose sizes are numbers or names."""

    name: str
    sizes: tuple[int | str, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Core:
    """One `(FPCore ...)`; `title` is its `:name`, `calls` are the functions it applies that are no operators."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    preconditions: tuple[Expression, ...]
    body: Expression
    span: Span
    calls: frozenset[str] = frozenset()
    is_integer: bool = False
    mistakes: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
