"""What the subcommands of the command line do; `symhdl.subcommands` loads each when it is called."""
