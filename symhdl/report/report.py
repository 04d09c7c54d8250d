"""The report of a design, in the forms in which people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symhdl.ir.datapath import Datapath
from symhdl.report.contents import Contents, Sort
from symhdl.report.text import sections

FRAME_HEIGHT = 800


@dataclass(frozen=True, slots=True, repr=False)
class Report(Contents):
    """What is told of a design; as `str` it is what `symhdl report` prints.

    The `operators` are what a page executes.
    """

    operators: Datapath = field(kw_only=True)

    def text(self, *, sort: Sort = "cost", whole: bool = False, width: int = 100) -> str:
        """The report for a terminal so many characters wide: with all nodes, or those alone that are worth telling."""
        told = sections(self, sort=sort, whole=whole, width=width)
        return "\n\n".join(f"{heading}\n{body}" for heading, body in told)

    def page(
        self, listing: str = "", *, sort: Sort = "cost", rows: Sequence[Sequence[int]] = ()
    ) -> str:
        """The report as HTML that needs no other file, with a generated text if one is given; the design runs in it.

        Its histograms are over `rows` of data, as integers at the inputs, or over the ranges of the inputs.
        """
        from symhdl.report.page import report_page

        return report_page(self, self.operators, listing, sort, rows)

    def _repr_html_(self) -> str:
        """What notebooks show: the page in a frame of its own, from which nothing reaches the notebook."""
        from symhdl.report.markup import element

        style = f"border: 0; height: {FRAME_HEIGHT}px; width: 100%"
        frame = element(
            "iframe", srcdoc=self.page(), sandbox="allow-scripts", style=style, title="report"
        )
        return frame.text

    def __str__(self) -> str:
        return self.text()
