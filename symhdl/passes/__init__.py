"""The steps of the compiler, one per file."""
