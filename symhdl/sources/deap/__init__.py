"""DEAP: trees as text and as objects."""
