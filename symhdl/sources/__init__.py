"""Readers of what users have: `reading/` is what all share, and each dialect has a file or folder of its own."""
