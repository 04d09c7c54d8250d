"""Graph to graph: the machinery of passes that rewrite, and rewritings that need what is proved."""
