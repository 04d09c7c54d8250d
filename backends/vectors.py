"""Test vectors for generated test benches: what goes in, and what the simulator says must come out."""

from __future__ import annotations

from symhdl.ir.datapath import Datapath
from symhdl.simulate import simulate
from symhdl.vectors import columns_of_rows, mixed_rows

from .backend import Vectors


def vectors(datapath: Datapath, count: int, seed: int) -> Vectors:
    """`count` vectors of corners and chance (`mixed_rows`), with the integers that the simulator gives."""
    rows = mixed_rows(datapath, count, seed)
    results = simulate(datapath, columns_of_rows(datapath, rows))
    # Without inputs the simulator gives the constants once.
    repeated = 1 if datapath.inputs else count
    outputs = [results[port.name].tolist() * repeated for port in datapath.outputs]
    return Vectors(tuple(rows), tuple(zip(*outputs, strict=True)))
