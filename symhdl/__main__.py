"""Makes `python -m symhdl` the command line."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # the current folder: nothing in it is to be run because of its name

from symhdl.cli import main

main(prog_name="symhdl")
