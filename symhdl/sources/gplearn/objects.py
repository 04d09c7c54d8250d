"""gplearn's programs and fitted estimators, walked node by node: constants exactly, functions by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral

from symhdl.errors import Diagnostic, SymhdlError, error
from symhdl.functions.operation import FUNCTION_NAMES
from symhdl.sources.gplearn.text import GPLEARN, mentioned, unprotected
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.reading.trees import (
    TreeNames,
    TreeStep,
    by_output,
    call,
    is_of,
    number,
    read_texts,
    text_of,
)

_WHAT = "gplearn program"

# gplearn's functions and how the Python functions behind them are called.
_OWN = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "_protected_division",
    "sqrt": "_protected_sqrt",
    "log": "_protected_log",
    "abs": "absolute",
    "neg": "negative",
    "inv": "_protected_inverse",
    "max": "maximum",
    "min": "minimum",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "sig": "_sigmoid",
}


def _is_program(candidate: object) -> bool:
    return is_of(candidate, "gplearn._program", "_Program")


def _is_estimator(candidate: object) -> bool:
    return is_of(candidate, "gplearn.genetic", "BaseSymbolic")


def _is_readable(candidate: object) -> bool:
    return _is_program(candidate) or _is_estimator(candidate)


@dataclass(slots=True)
class _Walk:
    """What is known while programs are written out."""

    options: ReadOptions
    names: TreeNames = field(default_factory=TreeNames)
    positions: dict[str, int] = field(default_factory=dict)  # of the features among the columns
    warnings: dict[str, Diagnostic] = field(default_factory=dict)

    def text(self, program: object) -> str:
        """The program as text."""
        nodes: object = getattr(program, "program", None)
        features: object = getattr(program, "feature_names", None)
        if not isinstance(nodes, Sequence):
            raise error("bad-program", "this gplearn program holds no list of nodes")
        return text_of((self._step(node, features) for node in nodes), _WHAT)

    def _step(self, node: object, features: object) -> TreeStep:
        if is_of(node, "gplearn.functions", "_Function"):
            return self.function(node)
        if isinstance(node, Integral):
            index = int(node)
            is_named = isinstance(features, Sequence) and index < len(features)
            name = str(features[index]) if is_named else f"X{index}"  # type: ignore[index] # just asked
            self.positions[name] = index
            return self.names.step(name)
        return number(node, f"a {_WHAT}")

    def function(self, function: object) -> TreeStep:
        """The step of a function, whose name says what it does only if gplearn itself has put it there."""
        name: object = getattr(function, "name", None)
        step = call(name, getattr(function, "arity", None), f"a {_WHAT}")
        if not isinstance(name, str) or mentioned(name, self.options):
            return step
        implementation: object = getattr(function, "function", None)
        implementation = getattr(implementation, "_obj", implementation)  # behind joblib's wrapper
        if name in _OWN:
            if not _is_implemented_by(implementation, _OWN[name]):
                raise _not_its_own(name)
        elif name in FUNCTION_NAMES and not _is_implemented_by(implementation, name):
            self.warnings.setdefault(name, unprotected(name, None))
        return step


def _is_implemented_by(implementation: object, name: str) -> bool:
    """Whether it is gplearn's function or NumPy's of that name."""
    is_numpy = is_of(implementation, "numpy", "ufunc")
    is_own = getattr(implementation, "__module__", None) == "gplearn.functions"
    return (is_numpy or is_own) and getattr(implementation, "__name__", None) == name


def _not_its_own(name: str) -> SymhdlError:
    return error(
        "foreign-function",
        f"this program's `{name}` is not gplearn's function of that name, but one made with make_function",
        help=f"say what it does: --define '{name}(...) = ...'",
    )


class GplearnObjectReader:
    """Reads programs, regressors, classifiers (the probability of the second class) and transformers."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is one of gplearn's objects, or a sequence or a dict of them."""
        return bool(by_output(candidate, _is_readable))

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph; features in the order of their columns. Raises SymhdlError, also if nothing has been fitted."""
        walk = _Walk(options)
        texts: dict[str, str] = {}
        for name, item in by_output(candidate, _is_readable).items():
            texts |= _texts(walk, name, item)
        positions = walk.positions
        reading = read_texts(
            texts, walk.names, GPLEARN, options, what=_WHAT, order=lambda n: positions.get(n, -1)
        )
        warnings = (*reading.parsed.warnings, *walk.warnings.values())
        return replace(reading, parsed=replace(reading.parsed, warnings=warnings))


def _texts(walk: _Walk, name: str, item: object) -> dict[str, str]:
    """The texts of an object by output."""
    if _is_program(item):
        return {name: walk.text(item)}
    best: object = getattr(item, "_best_programs", None)
    if isinstance(best, Sequence):
        return {f"{name}{index}": walk.text(program) for index, program in enumerate(best)}
    program: object = getattr(item, "_program", None)
    if not _is_program(program):
        raise error(
            "not-fitted",
            f"this {type(item).__name__} has no program yet",
            help="call its fit(X, y) first",
        )
    text = walk.text(program)
    transformer: object = getattr(item, "_transformer", None)
    if transformer is not None:
        text = f"{walk.function(transformer).opening}{text})"
    return {name: text}


READER = GplearnObjectReader()
