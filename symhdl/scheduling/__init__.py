"""When cells of a datapath have their values: stages and latencies for a clock, at the fewest register bits."""
