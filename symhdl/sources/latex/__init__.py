"""LaTeX: how its formulas are read; `reader` is the way in, `program` goes through the stages."""
