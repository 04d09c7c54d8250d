"""Has carry chains take in rows whose bits a digit inverts, and small tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.rows_in_adders import with_rows_in_adders
from symhdl.arithmetic.tables_in_adders import with_tables_second
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Rows:
    """Binds adders of a number and of one that a digit inverts or not; the integers are unchanged.

    Synthesis makes LUTs before the chain for the exclusive or, where tables inside the chain have room for it. Large
    LUTs before a chain have room for a small table, which is the second operand then.
    """

    name: ClassVar[str] = "rows"

    def run(self, design: Design) -> Design:
        """The design with such adders bound; itself on devices without tables inside their chains."""
        bound = design.with_datapath(partial(with_rows_in_adders, target=design.target))
        return bound.with_datapath(partial(with_tables_second, target=design.target))
