"""gplearn: programs as text and as objects."""
