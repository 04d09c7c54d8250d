"""The two representations: the Graph of real mathematics and the Datapath of integers."""
