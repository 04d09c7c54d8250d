"""What C++ programs have in common that run generated code over a file of vectors."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.ir.datapath import Datapath
from symhdl.verify.bench import RESULT_FILE, VECTOR_FILE
from symhdl.verify.words import data_digits

_MAIN = """\
int main() {
    static char line[@LENGTH@];
    std::FILE *vectors = std::fopen("@VECTORS@", "r"), *results = std::fopen("@RESULTS@", "w");
    if (!vectors || !results) return 1;
    while (std::fgets(line, sizeof line, vectors)) {
        const char *digits = line + 1;  // no control ports
        (void)digits;
@CALL@
        std::fputc('\\n', results);
    }
    std::fclose(results);
    std::fclose(vectors);
    return 0;
}
"""


def program(helpers: str, datapath: Datapath, lines: Sequence[str]) -> str:
    """The helpers, and a `main` that runs the lines on each vector.

    The lines read inputs at `digits` and write outputs to `results`. `@TOP@` in the helpers is the module.
    """
    text = helpers + _MAIN
    for mark, value in (
        ("@TOP@", datapath.top),
        ("@LENGTH@", str(data_digits(datapath.inputs) + 16)),
        ("@VECTORS@", VECTOR_FILE),
        ("@RESULTS@", RESULT_FILE),
        ("@CALL@", "\n".join(f"        {line}" for line in lines)),
    ):
        text = text.replace(mark, value)
    return text
