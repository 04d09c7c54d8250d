"""The one table of mathematical operations and what each of them means."""
