"""Fitted models of PySR and their tables of equations, by attributes alone; neither pandas nor Julia is imported.

Of a model, its own definitions of operators are used, `unary_operators=["inv(x) = 1/x"]`, and the rule of its template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from numbers import Real

from symhdl.errors import Diagnostic, Source, error, warning
from symhdl.sources.pysr.equations import names_of, taken_of
from symhdl.sources.pysr.mappings import texts_of_functions
from symhdl.sources.pysr.reader import READER as TABLES
from symhdl.sources.pysr.select import selected
from symhdl.sources.pysr.table import read_candidates
from symhdl.sources.reading.reader import Reading, ReadOptions, side_by_side
from symhdl.sources.reading.scripts import definition_of
from symhdl.sources.reading.trees import is_of
from symhdl.sources.sympy.objects import READER as SYMPY

NAME = "equations_.csv"  # under which messages speak of the table
MAXIMUM_OUTPUTS = 1000

_MODULES_OF_PYSR = ("pysr.sr", "pysr")
_MODULES_OF_PANDAS = ("pandas.core.frame", "pandas")  # before version 3 and since
_COLUMNS = ("complexity", "loss", "score", "equation")
_SYMPY = "sympy_format"
_DEFINITION = re.compile(r"\s*(?:function\s+)?(?P<name>[^\W\d]\w*)\s*\([^()]*\)[^=]*=(?!=)")
_DEFINED = re.compile(r"(?<!\w)(?P<name>[^\W\d]\w*)\s*\([^()]*\)\s*=(?!=)")

_Frame = Mapping[str, Sequence[object]]


class PysrObjectReader:
    """Reads a `PySRRegressor` that is fitted, its `equations_`, and a list of tables for several outputs."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is a model, a data frame with complexities and equations, or a list of such frames."""
        return _is_model(candidate) or bool(_frames(candidate))

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph of the equations that `options.select` means; outputs are `y1`, `y2`, ... if there are several."""
        if not _is_model(candidate):
            return _read_frames(_frames(candidate), options)
        frames = _frames(getattr(candidate, "equations_", None))
        if not frames:
            help = "fit the model first, or load it: PySRRegressor.from_file(run_directory=...)"
            raise error("not-fitted", "this PySRRegressor has no equations", help=help)
        return _read_model(candidate, frames, options)


READER = PysrObjectReader()


def _is_model(candidate: object) -> bool:
    return any(is_of(candidate, module, "PySRRegressor") for module in _MODULES_OF_PYSR)


def _frames(candidate: object) -> list[_Frame]:
    """The tables as columns by name; none if something else is among them."""
    several: Sequence[object] = candidate if isinstance(candidate, list | tuple) else (candidate,)
    if not 0 < len(several) <= MAXIMUM_OUTPUTS:
        return []
    found = [frame for one in several if (frame := _frame(one)) is not None]
    return found if len(found) == len(several) else []


def _frame(candidate: object) -> _Frame | None:
    """The columns of a data frame that has complexities and equations."""
    if not any(is_of(candidate, module, "DataFrame") for module in _MODULES_OF_PANDAS):
        return None
    names: object = getattr(candidate, "columns", ())
    if not isinstance(names, Iterable):
        return None
    wanted = {str(name).lower(): name for name in names}
    if "complexity" not in wanted or not {"equation", _SYMPY} & wanted.keys():
        return None
    return {
        lower: list(candidate[name])  # type: ignore[index] # a data frame
        for lower, name in wanted.items()
        if lower in (*_COLUMNS, _SYMPY)
    }


def _read_frames(frames: Sequence[_Frame], options: ReadOptions) -> Reading:
    readings = [_read_frame(frame, options) for frame in frames]
    return readings[0] if len(readings) == 1 else side_by_side(readings)


def _read_frame(frame: _Frame, options: ReadOptions) -> Reading:
    table = _table(frame)
    if "equation" in frame:
        return TABLES.read(table, options)
    chosen = selected(table, read_candidates(table), options.select)
    expressions = [frame[_SYMPY][candidate.row] for candidate in chosen]
    named = dict(zip(names_of(chosen), expressions, strict=True))
    only = expressions[0] if len(chosen) == 1 else None
    if not (SYMPY.accepts(named) or SYMPY.accepts(only)):
        raise error("table", f"the column `{_SYMPY}` does not hold one expression for every row")
    reading = SYMPY.read_object(only if SYMPY.accepts(only) else named, options)
    return replace(reading, parsed=replace(reading.parsed, taken=taken_of(chosen)))


def _table(frame: _Frame) -> Source:
    """The frame as the file that PySR would write."""
    names = [name for name in _COLUMNS if name in frame or name == "equation"]
    columns = [frame.get(name, [0] * len(frame["complexity"])) for name in names]
    lines = [",".join(names)]
    for row in zip(*columns, strict=True):
        lines.append(",".join(_cell(name, value) for name, value in zip(names, row, strict=True)))
    return Source(NAME, "\n".join(lines) + "\n")


def _cell(name: str, value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace('"', '""').replace("\n", " ") + '"'
    if isinstance(value, Real):
        number = float(value)
        return str(int(number)) if name == "complexity" and number == number // 1 else repr(number)
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    raise error("table", f"the column `{name}` holds an object of the type {kind}")


def _read_model(model: object, frames: Sequence[_Frame], options: ReadOptions) -> Reading:
    rule = getattr(getattr(model, "expression_spec", None), "combine", None)
    if options.combine is None and isinstance(rule, str):
        options = replace(options, combine=rule)
    definitions = _definitions(model, frames, options)
    given = replace(options, definitions=(*options.definitions, *definitions))
    reading = _read_frames(frames, given)
    told = _other_selection(model, options)
    parsed = replace(reading.parsed, warnings=(*told, *reading.parsed.warnings))
    return replace(reading, parsed=parsed)


def _definitions(model: object, frames: Sequence[_Frame], options: ReadOptions) -> list[Source]:
    """The operators that the model defines, that the chosen equations use, and that the user does not define."""
    texts: list[str] = []
    for frame in frames:
        if "equation" in frame:
            table = _table(frame)
            texts += [
                candidate.equation
                for candidate in selected(table, read_candidates(table), options.select)
            ]
    used = " ".join([*texts, options.combine or ""])
    given = {m["name"] for text in options.definitions for m in _DEFINED.finditer(text.text)}
    found: list[Source] = []
    for operator in (*_operators(model), *_mapped(model, used, given)):
        match = _DEFINITION.match(operator)
        if match is None or match["name"] in given:
            continue
        if _is_called(match["name"], used):
            given.add(match["name"])
            found.append(definition_of(Source("operators of the model", operator)))
    return found


def _is_called(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}\s*\(", text) is not None


def _mapped(model: object, used: str, given: set[str]) -> Iterator[str]:
    """Those of `extra_sympy_mappings` that no text defines, as definitions."""
    mappings: object = getattr(model, "extra_sympy_mappings", None)
    if isinstance(mappings, Mapping):
        for name, function in mappings.items():
            if name not in given and isinstance(name, str) and _is_called(name, used):
                yield from texts_of_functions({name: function})


def _operators(model: object) -> list[str]:
    """What stands in `unary_operators`, `binary_operators` and `operators`."""
    groups: list[object] = [
        getattr(model, f"{arity}_operators", None) for arity in ("unary", "binary")
    ]
    by_arity: object = getattr(model, "operators", None)
    if isinstance(by_arity, Mapping):
        groups += by_arity.values()
    return list(
        dict.fromkeys(
            operator
            for group in groups
            if isinstance(group, list | tuple)
            for operator in group
            if isinstance(operator, str)
        )
    )


def _other_selection(model: object, options: ReadOptions) -> list[Diagnostic]:
    """A warning if the model itself would choose by another rule."""
    own: object = getattr(model, "model_selection", None)
    if not isinstance(own, str) or own == options.select or options.select != "best":
        return []
    return [
        warning(
            "select",
            f'the model chooses by "{own}", here "{options.select}" is meant',
            help=f'give select="{own}" for the equation that the model would use',
        )
    ]
