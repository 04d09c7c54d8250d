"""Ways to make the rows of jobs: in processes of this machine, on a cluster, in parts, by a batch system."""
