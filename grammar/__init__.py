"""Text of the native language to a Graph, with spans."""
