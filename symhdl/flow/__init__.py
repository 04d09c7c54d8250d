"""External tools: find them, run them, read back what they say."""
