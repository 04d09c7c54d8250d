"""Benchmarks: one module per claim, started as `python -m benchmarks.NAME`."""
