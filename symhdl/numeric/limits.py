"""Limits on what comes from outside, checked before anything is built and told to the user."""

from __future__ import annotations

MAXIMUM_TEXT_LENGTH = 4 * 2**20
"""Characters of one source."""

MAXIMUM_NESTING = 2000
"""Brackets open at the same time."""

MAXIMUM_DIGITS = 1000
"""Digits of one number."""

MAXIMUM_EXPONENT = 4000
"""Magnitude of the exponent of one number: of ten in a decimal one, of two in a hexadecimal one."""

LARGEST_EXPONENT = 1000
LARGEST_NUMBER = 2.0**LARGEST_EXPONENT
"""No number, range or error goes beyond it, and its exponent of two: proofs calculate with floats."""

SMALLEST_EXPONENT = -1020
SMALLEST_NUMBER = 2.0**SMALLEST_EXPONENT
"""No error that is asked for and no unit of an output is below it: floats lose their bits there."""

MAXIMUM_SCALE = 2**14
"""Bits before and behind the binary point of a number that is held exactly."""

SMALLEST_POWER = 2.0**-64
"""Exponents nearer to 0 are refused: the power is 1 but next to 0, where it falls off a cliff."""

LARGEST_POWER = 4096
"""Magnitude of the exponent of a power."""

MAXIMUM_STOREYS = 256
"""Powers with variable exponents that stand on each other; each has some 20 decisions to prove."""

MAXIMUM_FORMAT_WIDTH = 1024
"""Bits of an input or output."""

MAXIMUM_CELL_WIDTH = 4096
"""Bits of an integer within the hardware."""

MAXIMUM_CELLS = 2**20
"""Integers within the hardware, registers included."""

MAXIMUM_BITS = 2**27
"""Bits of all integers within the hardware together, registers included."""

MAXIMUM_TABLE_BITS = 2**26
"""Bits of all tables of a design together."""

MAXIMUM_NAME_LENGTH = 200
"""Characters of one name."""

MAXIMUM_NODES = 250_000
"""Nodes of one graph, after function definitions have been expanded."""

MAXIMUM_TOKENS = 4 * MAXIMUM_NODES
"""Words and signs of one text: each of them takes some hundred bytes."""

MAXIMUM_STEPS = 4 * MAXIMUM_NODES
"""Operations looked at while function definitions are expanded."""

MAXIMUM_DIAGNOSTICS = 20
"""Errors told at once; what follows is more often noise than help."""
