"""The output of a design at rows of a file, bit by bit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from symhdl.data.fixed import quantise
from symhdl.empirical.samples import Floats
from symhdl.emulation import simulate_rows
from symhdl.explore.row import Outputs
from symhdl.ir.datapath import Datapath


def write_rows(rows: Path, inputs: Mapping[str, Floats]) -> None:
    """Writes real inputs into a file for `outputs_of`."""
    np.savez(rows, names=np.array([*inputs]), columns=np.stack([*inputs.values()]))


def outputs_of(datapath: Datapath, rows: Path) -> Outputs:
    """The only output at the rows of a file."""
    with np.load(rows) as file:
        names, columns = file["names"].tolist(), file["columns"]
    inputs = dict(zip(names, columns, strict=True))
    integers = {port.name: quantise(inputs[port.name], port)[0] for port in datapath.inputs}
    (port,) = datapath.outputs
    found = np.broadcast_to(simulate_rows(datapath, integers)[port.name], columns.shape[1])
    return Outputs(tuple(found.tolist()), port.format.fraction)
