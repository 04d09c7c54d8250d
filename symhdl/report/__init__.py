"""What is told of a compiled design: its nodes, its schedule and its figures, as data and as text."""
