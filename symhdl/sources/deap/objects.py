"""DEAP's trees (`gp.PrimitiveTree`), walked node by node: primitives and arguments by name, numbers exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from symhdl.sources.deap.text import DEAP
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

_WHAT = "DEAP tree"
_CONSTANTS = frozenset(name for name, _ in DEAP.constants)


def _is_tree(candidate: object) -> bool:
    return is_of(candidate, "deap.gp", "PrimitiveTree")


class DeapObjectReader:
    """Reads trees, also individuals derived from them."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is a tree, or a sequence or a dict of them."""
        return bool(by_output(candidate, _is_tree))

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph; inputs stand in the order of their names. Raises SymhdlError.

        A tree does not hold its primitives but their names: those that are not Python's or NumPy's need a definition.
        """
        names = TreeNames()
        texts = {
            name: text_of(map(_stepper(names), _nodes(tree)), _WHAT)
            for name, tree in by_output(candidate, _is_tree).items()
        }
        return read_texts(texts, names, DEAP, options, what=_WHAT, order=natural)


def _nodes(tree: object) -> Iterable[object]:
    return tree if isinstance(tree, list) else ()


def _stepper(names: TreeNames) -> Callable[[object], TreeStep]:
    def step(node: object) -> TreeStep:
        if is_of(node, "deap.gp", "Primitive"):
            return call(getattr(node, "name", None), getattr(node, "arity", None), f"a {_WHAT}")
        value: object = getattr(node, "value", None)
        # Names of arguments and constants are marked by how they are printed; a text could be a value, too.
        if isinstance(value, str) and getattr(node, "conv_fct", None) is str:
            # A renamed argument keeps its first name beside the new one; a terminal that was given a name has but that.
            is_constant = value in _CONSTANTS and getattr(node, "name", None) == value
            return TreeStep(value) if is_constant else names.step(value)
        return number(value, f"a {_WHAT}")

    return step


READER = DeapObjectReader()
