"""What the hardware gives at samples: the bit-exact model over many rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symhdl.data.fixed import quantise, scaled
from symhdl.empirical.samples import Floats
from symhdl.ir.datapath import Datapath
from symhdl.simulate.blocks import simulate_blocks


def outputs_at(datapath: Datapath, inputs: Mapping[str, Floats]) -> Floats:
    """The outputs (rows x outputs, real numbers) at real inputs, rounded to their formats and held in their ranges."""
    integers = {port.name: quantise(inputs[port.name], port)[0] for port in datapath.inputs}
    found = simulate_blocks(datapath, integers)
    return np.stack(
        [
            scaled(found[port.name].astype(np.float64), -port.format.fraction)
            for port in datapath.outputs
        ],
        axis=1,
    )
