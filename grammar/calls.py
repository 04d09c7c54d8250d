"""What is wrong with a call that fits no function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from symhdl.functions.operation import ANY, FUNCTION_NAMES, Operation
from symhdl.names.spelling import similar

from .messages import shown
from .scope import Scope
from .syntax import Term

_PARAMETERS = "abcdefgh"


class CallError(NamedTuple):
    """A diagnostic without its place: the whole call, or only the name."""

    id: str
    message: str
    notes: tuple[str, ...] = ()
    help: str | None = None
    is_about_name: bool = False


def fits(operation: Operation, count: int) -> bool:
    """Whether the operation can be called with so many arguments."""
    return count > 0 and operation.arity in (ANY, count)


def call_error(term: Term, scope: Scope, functions: Mapping[str, Operation]) -> CallError:
    """Why the call fits no function of the text, of the table or of the dialect."""
    name = term.text
    operation = functions.get(name)
    arities = scope.arities(name)
    if arities:
        return _wrong_arity(term, arities, None)
    arities = [count for known, count in scope.library if known == name]
    if operation is not None and operation.arity != 0:
        arities.append(operation.arity)
    if arities:
        return _wrong_arity(term, arities, operation)
    return _unknown(term, scope, functions)


def without_arguments(name: str, *, is_base: bool) -> CallError:
    """What to say of a function's name that stands for a value; as the base of a power, `sin^2(x)` is meant."""
    told = shown(name)
    help = f"its argument stands in parentheses: {told}(...)"
    if is_base:
        inverse = f"a{name.lower()}"
        help = f"write its power as {told}(...)^2"
        if inverse in FUNCTION_NAMES:
            help += f", and its inverse function as {inverse}(...)"
    help += f"; if it is an input, declare it: input {told}"
    return CallError(
        "function-as-name", f"`{told}` is a function and has no argument here", (), help
    )


def _wrong_arity(term: Term, arities: list[int], operation: Operation | None) -> CallError:
    name = shown(term.text)
    wanted = " or ".join(_arguments(count) for count in sorted(arities))
    found = str(len(term.operands)) if term.operands else "none"
    notes = () if operation is None else (f"{name}: {operation.entry.documentation}",)
    return CallError("wrong-arity", f"`{name}` takes {wanted}, here it has {found}", notes)


def _arguments(count: int) -> str:
    if count == ANY:
        return "at least one argument"
    return "one argument" if count == 1 else f"{count} arguments"


def _unknown(term: Term, scope: Scope, functions: Mapping[str, Operation]) -> CallError:
    name = shown(term.text)
    defined = {known for known, _ in (*scope.functions, *scope.library)}
    callable_names = {known for known, operation in functions.items() if operation.arity != 0}
    guess = similar(term.text, defined | callable_names)
    is_value = (
        term.text in scope.names
        or term.text in scope.inputs
        or term.text in functions  # a constant
        or len(term.text) == 1
    )
    if guess is not None:
        help = f"did you mean `{guess}`?"
    elif is_value:
        help = f"a product needs its `*`: {name} * (...)"
    else:
        parameters = ", ".join(_PARAMETERS[: max(1, len(term.operands))])
        help = f"define it: {name}({parameters}) = ..."
    message = f"there is no function `{name}`"
    return CallError("unknown-function", message, (), help, is_about_name=True)
