"""What is proved of a graph: ranges of its nodes, propagation of errors, where it has values."""
