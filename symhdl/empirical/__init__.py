"""Designs that are as good as rows of data ask for: goals from data, candidates for them, what they are worth."""
