"""Datapath to files: one module per output language."""
