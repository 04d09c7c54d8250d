"""The report of a design, in the forms in which people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symhdl.ir.datapath import Datapath
from symhdl.report.contents import Contents, Sort
from symhdl.report.text import sections


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

    def __str__(self) -> str:
        return self.text()
