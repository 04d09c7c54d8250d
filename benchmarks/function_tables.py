"""The table of a function's results rounded to nearest, as Verilog of which synthesis makes logic."""

from __future__ import annotations

from pathlib import Path

from benchmarks.function_suite import Row
from benchmarks.function_values import nearest_results


def table_text(row: Row, top: str, cache: Path) -> str:
    """The table as everybody writes it; results of arguments that do not occur are left open."""
    low, high = row.arguments
    width = max(high.bit_length(), (-low - 1).bit_length() + 1 if low < 0 else 0)
    result, size = row.result.width, 1 << width
    lines = [
        f"    {width}'d{n % size}: value = {result}'d{value % (1 << result)};"
        for n, value in zip(range(low, high + 1), nearest_results(row, cache), strict=True)
    ]
    return "\n".join(
        [
            "",
            f"module {top} (",
            f"    input  wire [{width - 1}:0] x,",
            f"    output wire [{result - 1}:0] y",
            ");",
            f"  reg [{result - 1}:0] value;",
            "  assign y = value;",
            "  always @*",
            "    case (x)",
            *lines,
            f"    default: value = {result}'bx;",
            "    endcase",
            "endmodule",
            "",
        ]
    )
