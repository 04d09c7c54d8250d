"""Which equation of a PySR search is wanted: `best`, `accuracy` and `score` as PySR means them, and plainer words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from symhdl.errors import Diagnostic, Source, UsageError, error, shortened
from symhdl.sources.pysr.table import Equation, number_of, whole_line

# `best` looks at the equations that are at most this much worse than the most accurate one.
BEST_LOSS_FACTOR = 1.5
_WORDS = re.compile(
    r"(?P<word>best|accuracy|score|all|pareto)|complexity=(?P<complexity>[0-9]{1,9})"
    r"|row=(?P<row>[0-9]{1,9})|loss<=(?P<loss>\S+)"
)
_LISTED = 60  # complexities that a message names


def selected(source: Source, candidates: Sequence[Equation], select: str) -> Sequence[Equation]:
    """The candidates that `select` means, of a table sorted by complexity.

    `accuracy` is the least loss; `score` the greatest score; `best` the greatest score among the losses up to
    1.5 times the least one; of equals the first. Rows whose loss or score is nan are passed over; without scores,
    or where no loss is as small as that, the most accurate one is taken. `complexity=N` takes the most accurate one
    of that complexity, `loss<=L` the simplest one that is as accurate, `row=N` row N of the file counted from 0;
    `pareto` means those that no other one beats in complexity or loss and equals in the other. Where there are several
    classes one of each is taken, or, with `g=20,q=best`, of those classes one each.
    Raises UsageError for other words, SymhdlError if there is no such equation.
    """
    words = "".join(select.split())
    classes = dict.fromkeys(candidate.class_name for candidate in candidates)
    if _WORDS.fullmatch(words) is None and "=" in words:
        wanted = _of_classes(source, select, list(classes))
    elif words.startswith("row=") or words == "all":
        return _selected(source, candidates, words, select)
    else:
        wanted = dict.fromkeys(classes, words)
    return [
        equation
        for name, word in wanted.items()
        for equation in _selected(
            source, [c for c in candidates if c.class_name == name], word, select
        )
    ]


def by_class(select: str) -> dict[str, str]:
    """What is wanted of each class, of a text such as `g=20,q=best`; empty where that is something else.

    A class that is there twice is left to be told by `selected`.
    """
    if _WORDS.fullmatch("".join(select.split())) is not None:
        return {}
    parts = [part.partition("=") for part in select.split(",")]
    if not all(name.strip() and word.strip() for name, _, word in parts):
        return {}
    found = {name.strip(): word.strip() for name, _, word in parts}
    return found if len(found) == len(parts) else {}


def _of_classes(source: Source, select: str, classes: Sequence[str]) -> dict[str, str]:
    """What is wanted of each class in the words for one. Raises SymhdlError for classes that are not there."""
    found = by_class(select)
    if not found or classes == [""]:
        raise _unknown_words(select)
    for name in found:
        if name not in classes:
            named = ", ".join(shortened(each) for each in classes[:_LISTED])
            raise error(
                "select",
                f"the table has no class `{shortened(name)}`",
                whole_line(source),
                notes=(f"classes: {named}",),
            )
    return {
        name: f"complexity={word}" if word.isascii() and word.isdigit() else word
        for name, word in found.items()
    }


def _selected(
    source: Source, candidates: Sequence[Equation], words: str, select: str
) -> Sequence[Equation]:
    """As `selected`, of one class."""
    match = _WORDS.fullmatch(words)
    limit = number_of(match["loss"]) if match is not None and match["loss"] is not None else 0.0
    if match is None or limit is None or math.isnan(limit):
        raise _unknown_words(select)
    if words == "all":
        return candidates
    if words == "pareto":
        return _front(candidates)
    if match["complexity"] is not None:
        found = [c for c in candidates if c.complexity == int(match["complexity"])]
        return _one(source, candidates, _most_accurate(found), f"complexity {match['complexity']}")
    if match["row"] is not None:
        chosen = next((c for c in candidates if c.row == int(match["row"])), None)
        last = len(candidates) - 1
        return _one(source, candidates, chosen, f"row {match['row']}; rows are 0 to {last}")
    if match["loss"] is not None:
        simplest = next((c for c in candidates if c.loss <= limit), None)
        return _one(source, candidates, simplest, f"a loss up to {limit:g}")
    return [_by_word(source, candidates, match["word"])]


def _unknown_words(select: str) -> UsageError:
    help = "write best, accuracy, score, all, pareto, complexity=N, loss<=L or row=N, of classes g=N,q=N"
    text = f"`{shortened(select, 80)}` does not say which equation"
    return UsageError(Diagnostic("select", text, help=help))


def _front(candidates: Sequence[Equation]) -> Sequence[Equation]:
    """Those that are more accurate than all simpler ones, of candidates by complexity; without losses all of them."""
    if all(math.isnan(candidate.loss) for candidate in candidates):
        return candidates
    found: list[Equation] = []
    least = math.inf
    for complexity in dict.fromkeys(candidate.complexity for candidate in candidates):
        best = _most_accurate([c for c in candidates if c.complexity == complexity])
        if best is not None and best.loss < least:
            found.append(best)
            least = best.loss
    return found or [candidates[0]]


def _one(
    source: Source, candidates: Sequence[Equation], chosen: Equation | None, wanted: str
) -> Sequence[Equation]:
    if chosen is not None:
        return [chosen]
    complexities = sorted({c.complexity for c in candidates})
    listed = ", ".join(map(str, complexities[:_LISTED]))
    dots = ", ..." if len(complexities) > _LISTED else ""
    of_class = f" in the class `{shortened(candidates[0].class_name)}`"
    raise error(
        "select",
        f"the table has no equation of {wanted}{of_class if candidates[0].class_name else ''}",
        whole_line(source),
        notes=(f"complexities: {listed}{dots}",),
    )


def _by_word(source: Source, candidates: Sequence[Equation], word: str) -> Equation:
    if len(candidates) == 1:
        return candidates[0]
    if all(math.isnan(c.loss) for c in candidates):
        raise error(
            "select",
            f"no row of the table has a loss, so none is `{word}`",
            whole_line(source),
            help="write --select complexity=N, row=N or all",
        )
    chosen = _CHOICES[word](candidates) or _most_accurate(candidates)
    assert chosen is not None, "a table without equations; please report this"
    return chosen


def _most_accurate(candidates: Sequence[Equation]) -> Equation | None:
    """The least loss, the first one of equals; of rows without loss the first."""
    return min(candidates, key=_loss_or_infinity, default=None)


def _loss_or_infinity(candidate: Equation) -> float:
    return math.inf if math.isnan(candidate.loss) else candidate.loss


def _highest_score(candidates: Sequence[Equation]) -> Equation | None:
    counted = [c for c in candidates if not math.isnan(c.score) and not math.isnan(c.loss)]
    return max(counted, key=lambda c: c.score, default=None)


def _best(candidates: Sequence[Equation]) -> Equation | None:
    limit = BEST_LOSS_FACTOR * min(c.loss for c in candidates if not math.isnan(c.loss))
    return _highest_score([c for c in candidates if c.loss <= limit])


_CHOICES: dict[str, Callable[[Sequence[Equation]], Equation | None]] = {
    "best": _best,
    "score": _highest_score,
    "accuracy": _most_accurate,
}
