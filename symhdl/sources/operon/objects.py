"""Operon's trees, walked node by node: coefficients exactly, variables by the names that the estimator knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symhdl.errors import SymhdlError, error
from symhdl.sources.operon.text import OPERON
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.reading.trees import (
    TreeNames,
    TreeStep,
    by_output,
    call,
    is_of,
    natural,
    number,
    read_texts,
    text_of,
)

_WHAT = "Operon tree"
_MODULE = "pyoperon.pyoperon"

# Operators by node name, with what is written before, between and after any number of operands.
_OPERATORS = {"+": " + ", "-": " - ", "*": " * ", "/": " / "}
_WITH_ONE_OPERAND = {"-": "(-", "/": "(1 / "}


def _is_tree(candidate: object) -> bool:
    return is_of(candidate, _MODULE, "Tree")


def _is_solution(candidate: object) -> bool:
    """Whether it is a dict with a tree, such as an element of a regressor's `pareto_front_`."""
    return isinstance(candidate, Mapping) and _is_tree(candidate.get("tree"))


def _is_readable(candidate: object) -> bool:
    is_regressor = is_of(candidate, "pyoperon.sklearn", "SymbolicRegressor")
    return is_regressor or _is_tree(candidate) or _is_solution(candidate)


class OperonObjectReader:
    """Reads fitted regressors, and trees together with the names of their variables."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is one of Operon's objects, or a sequence or a dict of them."""
        return bool(by_output(candidate, _is_readable))

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph; inputs stand in the order of their names. Raises SymhdlError, also if nothing has been fitted.

        A bare tree knows its variables by hashes alone, so it is refused if it has any; what is needed is a dict such
        as `{"tree": tree, "variables": regressor.variables_}`, for instance of an element of `pareto_front_`.
        """
        names = TreeNames()
        texts = {
            output: _text(item, names)
            for output, item in by_output(candidate, _is_readable).items()
        }
        return read_texts(texts, names, OPERON, options, what=_WHAT, order=natural)


def _text(item: object, names: TreeNames) -> str:
    tree: object = item
    variables: object = {}
    if isinstance(item, Mapping):
        tree, variables = item["tree"], item.get("variables")
    elif not _is_tree(item):
        tree, variables = getattr(item, "model_", None), getattr(item, "variables_", None)
    nodes: object = getattr(tree, "Nodes", None)
    if not isinstance(nodes, Sequence):
        raise error(
            "not-fitted",
            f"this {type(item).__name__} has no model yet",
            help="call its fit(X, y) first",
        )
    known = variables if isinstance(variables, Mapping) else {}
    # Nodes come in postfix order with the first operand last: backwards they are in prefix order.
    return text_of((_step(node, known, names) for node in reversed(nodes)), _WHAT)


def _step(node: object, variables: Mapping[object, object], names: TreeNames) -> TreeStep:
    """The step of a node. Its name says what it computes, better than its type: some versions confuse the two."""
    name: object = getattr(node, "Name", None)
    weight: object = getattr(node, "Value", None)
    if name == "constant":
        return number(weight, f"an {_WHAT}")
    if name == "variable":
        variable = variables.get(getattr(node, "HashValue", None))
        if not isinstance(variable, str):
            raise _nameless()
        return _weighted(names.step(variable), weight)
    return _weighted(_function(name, getattr(node, "Arity", None)), weight)


def _function(name: object, arity: object) -> TreeStep:
    if name not in _OPERATORS or not isinstance(arity, int):
        return call(name, arity, f"an {_WHAT}")
    opening = _WITH_ONE_OPERAND.get(str(name), "(") if arity == 1 else "("
    return TreeStep(opening, arity, _OPERATORS[str(name)])


def _weighted(step: TreeStep, weight: object) -> TreeStep:
    """Every node has a weight by which its value is multiplied."""
    if weight == 1:
        return step
    opening = f"({number(weight, f'an {_WHAT}').opening} * {step.opening}"
    if step.arity == 0:
        return TreeStep(f"{opening})")
    return replace(step, opening=opening, closing=f"{step.closing})")


def _nameless() -> SymhdlError:
    return error(
        "unknown-name",
        "a bare Operon tree does not know what its variables are called",
        help='give the fitted regressor, or {"tree": tree, "variables": regressor.variables_}',
    )


READER = OperonObjectReader()
