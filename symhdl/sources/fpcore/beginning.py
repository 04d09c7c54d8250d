"""How a text of cores begins."""

import re

# The first bracket of a text, behind blanks and comments.
BEGINNING = re.compile(r"(?>(?:\s+|;[^\n]*)*)[(\[{]\s*FPCore(?![^\s()\[\]{}])")
