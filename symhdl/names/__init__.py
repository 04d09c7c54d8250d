"""Names: how users may write them, and what they become in every output language."""
