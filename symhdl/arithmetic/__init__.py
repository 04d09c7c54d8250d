"""How sums, products and constant products become cells."""
