"""One model of area, delay and clock of a datapath on a device."""
