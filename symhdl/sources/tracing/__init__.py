"""Python functions, called once with values that write down what is done with them."""
