"""Hardware inside a search: what expressions cost and lose, many of them, soon."""

from __future__ import annotations

from symhdl.search.evaluator import Costs, Evaluator

__all__ = ["Costs", "Evaluator"]
