"""SymPy's text, its `srepr`, and its objects."""
