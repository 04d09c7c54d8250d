"""How a function of one variable becomes tables and polynomials, with a certified error."""
