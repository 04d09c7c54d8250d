"""`symhdl costs`: what the operators of a search take as hardware, as the settings of the tool that searches."""

from __future__ import annotations

from typing import TypedDict

from symhdl.choices import DEFAULT_WIDTH
from symhdl.commands.options import Texts, chosen_options
from symhdl.commands.terminal import out, out_json, status_line
from symhdl.documents import Json, json_text
from symhdl.search.settings import TOOLS, in_units, operator_costs


class CostsCommand(TypedDict):
    """What `symhdl costs` has beside the options of the compiler."""

    tool: str
    unit: str
    operators: str | None
    json: bool


def run(command: CostsCommand, texts: Texts) -> None:
    """Prints what each operator costs, as text that the tool takes."""
    tool, chosen = TOOLS[command["tool"]], chosen_options(texts)
    names = (command["operators"] or "").replace(",", " ").split()
    with status_line("compiling operators") as status:
        found = list(operator_costs(tool, chosen, names, status))
    costs = in_units(found, cycles=command["unit"] == "cycles")
    if command["json"]:
        documents: list[Json] = [
            {
                "name": each.name,
                "operands": each.arity,
                "area": round(each.area, 1),
                "cycles": each.cycles,
                "cost": cost,
            }
            for each, cost in costs
        ]
        out_json(json_text(documents))
        return
    unit = "clock cycles" if command["unit"] == "cycles" else "sums, by the LUTs that they take"
    clock = chosen.frequency
    at = "at the highest clock" if isinstance(clock, str) else f"at {clock:g} MHz"
    on = f"on {chosen.device} {at if clock else 'without a clock'}"
    out(f"# in {unit}: {chosen.width or DEFAULT_WIDTH} bits {on}")
    out(tool.settings(costs))
