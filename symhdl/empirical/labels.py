"""Labels as numbers of classes: which output each label of the rows stands for."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.empirical.samples import Integers
from symhdl.errors import Diagnostic, SymhdlError, error, shortened, warning

MOST_TOLD = 5
MOST_CLASSES = 1 << 16


@dataclass(frozen=True, slots=True)
class Labels:
    """The number of the class of each row, and what the user should know of how they were found."""

    classes: Integers
    warnings: tuple[Diagnostic, ...] = ()


def labels_of(
    texts: Sequence[str],
    places: Sequence[str],
    outputs: Sequence[str],
    others: Collection[str] = (),
) -> Labels:
    """The classes of labels, where `outputs` are the names of the scores, or that of a single output.

    Labels are names of outputs, if one of them is; else numbers of classes from 0, if they are that; else one for each
    class in their order, that of `others`, which label other rows, among them. `places` says where each stands. Raises
    SymhdlError for labels that are none of that.
    """
    if len(set(texts)) == 1:
        text = f"all rows have the label `{shortened(texts[0])}`"
        raise error("bad-labels", text, help="give rows of several classes")
    kinds = sorted({*texts, *others})
    if len(outputs) > 1 and not set(kinds).isdisjoint(outputs):
        return _by_name(texts, places, outputs)
    numbers = [_whole(kind) for kind in kinds]
    most = len(outputs) if len(outputs) > 1 else MOST_CLASSES
    known = [number for number in numbers if number is not None and 0 <= number < most]
    if len(known) == len(kinds):
        by_text = dict(zip(kinds, known, strict=True))
        return Labels(_classes(texts, by_text))
    return _in_order(texts, kinds, outputs)


def inside(texts: Sequence[str], label: str) -> Labels:
    """Class 1 for rows with that label, and 0 for all others. Raises SymhdlError if there are not both."""
    classes = np.array([text == label for text in texts], dtype=np.int64)
    if classes.all() or not classes.any():
        kinds = sorted(set(texts))
        listed = ", ".join(f"`{shortened(kind)}`" for kind in kinds[:MOST_TOLD])
        more = ", ..." if len(kinds) > MOST_TOLD else ""
        which = "all rows have" if classes.any() else "no row has"
        text = f"{which} the label `{shortened(label)}`; labels are {listed}{more}"
        raise error("bad-labels", text, help="give rows of several classes, named by their labels")
    return Labels(classes)


def _by_name(texts: Sequence[str], places: Sequence[str], outputs: Sequence[str]) -> Labels:
    by_name = {name: number for number, name in enumerate(outputs)}
    wrong = [row for row, text in enumerate(texts) if text not in by_name]
    if wrong:
        listed = ", ".join(f"`{shortened(name)}`" for name in outputs)
        told = (
            Diagnostic(
                "bad-labels",
                f"{places[row]}: the label `{shortened(texts[row])}` is not the name of an output",
                help=f"outputs are {listed}",
            )
            for row in wrong[:MOST_TOLD]
        )
        raise SymhdlError(*told)
    return Labels(_classes(texts, by_name))


def _in_order(texts: Sequence[str], kinds: Sequence[str], outputs: Sequence[str]) -> Labels:
    """Classes in the order of numbers, or else of texts, one for each output."""
    values = [_number(kind) for kind in kinds]
    if None not in values:
        kinds = [
            kind
            for _, kind in sorted(zip(values, kinds, strict=True), key=lambda pair: pair[0] or 0.0)
        ]
    if len(outputs) > 1 and len(kinds) != len(outputs):
        shown = ", ".join(f"`{shortened(kind)}`" for kind in kinds[:MOST_TOLD])
        more = ", ..." if len(kinds) > MOST_TOLD else ""
        text = f"{len(kinds)} different labels ({shown}{more}) for {len(outputs)} outputs"
        raise error("bad-labels", text, help="label the rows with the names of the outputs")
    names = outputs if len(outputs) > 1 else [str(number) for number in range(len(kinds))]
    pairs = ", ".join(
        f"`{shortened(kind)}` is {name}"
        for kind, name in list(zip(kinds, names, strict=True))[:MOST_TOLD]
    )
    told = warning(
        "labels-in-order",
        f"the labels are not names of outputs, so they are taken in order: {pairs}",
        help="label the rows with the names of the outputs, or with the numbers of classes from 0",
    )
    return Labels(_classes(texts, {kind: number for number, kind in enumerate(kinds)}), (told,))


def _classes(texts: Sequence[str], by_text: dict[str, int]) -> Integers:
    return np.array([by_text[text] for text in texts], dtype=np.int64)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(text: str) -> int | None:
    value = _number(text)
    return int(value) if value is not None and value.is_integer() else None
