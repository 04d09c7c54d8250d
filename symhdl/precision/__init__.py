"""Which fixed-point format each node gets, for the accuracy that was asked for."""
