"""What texts of assignments and functions are read into, whatever their language: expressions and statements."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, TypeAlias


class Construct(Enum):
    """What an expression is. `text` and `operands` of the expression depend on it."""

    NUMBER = "number"  # text
    STRING = "string"  # text, without its quotes
    NAME = "name"  # text
    CALL = "call"  # the function, arguments
    KEYWORD = "keyword argument"  # text; the value
    INDEX = "index"  # what is indexed, indices
    SLICE = "slice"  # text is ":" for all of it, else "part"
    ATTRIBUTE = "attribute"  # text; of what
    PREFIX = "prefix"  # text; the operand
    INFIX = "infix"  # text; two operands
    COMPARISON = "comparison"  # text: relations between blanks; their operands
    CHOICE = "choice"  # condition, value if true, value if false
    SEQUENCE = "sequence"  # elements
    CAST = "cast"  # text: the type; the operand
    LAMBDA = "lambda"  # text: parameters between commas; the body
    COMPREHENSION = "comprehension"  # element, target, values


class Expression(NamedTuple):
    """A piece of an expression: characters `start` to `end` of its source."""

    kind: Construct
    start: int
    end: int
    operands: tuple[Expression, ...] = ()
    text: str = ""


class Assign(NamedTuple):
    """`target = value`, or with an operator such as `+=`; several targets get the same value."""

    start: int
    end: int
    targets: tuple[Expression, ...]
    operator: str
    value: Expression


class Declare(NamedTuple):
    """`type name[size]... = value`."""

    start: int
    end: int
    type: str
    name: str
    sizes: tuple[Expression | None, ...]
    value: Expression | None


class Evaluate(NamedTuple):
    """An expression that stands as a statement."""

    start: int
    end: int
    value: Expression


class Branch(NamedTuple):
    """`if condition ... else ...`."""

    start: int
    end: int
    condition: Expression
    then: Block
    otherwise: Block


class Loop(NamedTuple):
    """`while (condition) { body step }`."""

    start: int
    end: int
    condition: Expression | None
    step: Block
    body: Block


class Iterate(NamedTuple):
    """`for target in values`."""

    start: int
    end: int
    target: Expression
    values: Expression
    body: Block


class Leave(NamedTuple):
    """`return value`."""

    start: int
    end: int
    value: Expression | None


class Group(NamedTuple):
    """Statements in braces: names declared in them are theirs."""

    start: int
    end: int
    body: Block


class FunctionParameter(NamedTuple):
    """A parameter of a function. One with sizes is an array, and hands its last value back."""

    start: int
    end: int
    name: str
    type: str = ""
    default: Expression | None = None
    sizes: tuple[Expression | None, ...] = ()


class FunctionDefinition(NamedTuple):
    """A function with its body."""

    start: int
    end: int
    name: str
    parameters: tuple[FunctionParameter, ...]
    body: Block
    type: str = ""


Statement: TypeAlias = (
    Assign | Declare | Evaluate | Branch | Loop | Iterate | Leave | Group | FunctionDefinition
)
Block: TypeAlias = tuple[Statement, ...]
