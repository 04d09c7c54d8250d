"""FPCore 2.0, the format of FPBench and Herbie."""
