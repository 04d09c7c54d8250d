"""Makes `python -m symhdl` the command line."""

from symhdl.cli import main

main(prog_name="symhdl")
