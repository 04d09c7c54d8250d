"""FPGA devices as data: what each has, what each thing costs and how long it takes."""
