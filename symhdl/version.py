"""The version of symhdl, in one place."""

VERSION = "0.1.0"
