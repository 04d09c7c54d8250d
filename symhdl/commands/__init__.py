"""What the subcommands of the command line do; `symhdl.cli` loads each when it is called."""
