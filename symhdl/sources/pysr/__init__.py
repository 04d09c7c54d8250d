"""What PySR and SymbolicRegression.jl write, and their Python objects."""
