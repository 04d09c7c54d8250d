"""Graphs as text in the languages that people and tools read."""
