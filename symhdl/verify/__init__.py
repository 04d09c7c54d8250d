"""Checks that a design computes what it says: co-simulation and equivalence."""
