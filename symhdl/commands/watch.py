"""`--print-after`, `--time-passes`, and how far a compilation is: what the passes did, and how long they took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from symhdl.budget import Progress
from symhdl.commands.analyses import TEXTS
from symhdl.commands.terminal import table
from symhdl.design import Design, Pass
from symhdl.errors import Diagnostic, UsageError
from symhdl.ir.graph_text import print_graph
from symhdl.ir.text import print_datapath
from symhdl.names.spelling import similar
from symhdl.pipeline import pass_names


@dataclass(slots=True)
class Watch:
    """Called after each pass; tells of the passes in `print_after`, and remembers the times.

    `status` is told which passes have run, until a search has something to tell.
    """

    print_after: tuple[str, ...]
    tell: Callable[[str], None]
    status: Progress = lambda _: None
    times: list[tuple[str, float]] = field(default_factory=list)
    _is_search: bool = False

    def search(self, text: str) -> None:
        """What a search is told to tell."""
        self._is_search = True
        self.status(text)

    def __post_init__(self) -> None:
        known = pass_names()
        for name in self.print_after:
            if name not in known:
                guess = similar(name, known)
                remedy = f"did you mean `{guess}`?" if guess else None
                notes = ("passes: " + ", ".join(known),)
                text = f"there is no pass `{name}`"
                raise UsageError(Diagnostic("unknown-pass", text, notes=notes, help=remedy))

    def __call__(self, step: Pass, design: Design, seconds: float) -> None:
        """What the pipeline calls."""
        self.times.append((step.name, seconds))
        if not self._is_search:
            self.status(f"pass {step.name} is done")
        if step.name in self.print_after:
            self.tell(f"--- after {step.name}")
            self.tell(representation(step, design))

    def report(self) -> str:
        """The times as a table."""
        total = sum(seconds for _, seconds in self.times)
        rows = [
            (name, f"{1000 * seconds:.1f}") for name, seconds in (*self.times, ("total", total))
        ]
        return table(("pass", "ms"), rows, right=(1,))


def representation(step: Pass, design: Design) -> str:
    """What the pass found out; else the datapath as text if there is one already, else the graph."""
    if step.name in TEXTS:
        return TEXTS[step.name](design)
    if design.datapath is not None:
        return print_datapath(design.datapath).removesuffix("\n")
    return print_graph(design.graph).removesuffix("\n")
