"""A program as text of the native language, and as a command line."""

from __future__ import annotations

import shlex
from fractions import Fraction

from tests.fuzzing.program import Input, Node, Output, Program

SPELLINGS: dict[str, tuple[str, ...]] = {
    "pi": ("pi", "π"), "e": ("e",),
    "add": ("({0} + {1})", "({0} + {1})", "add({0}, {1})"), "sub": ("({0} - {1})", "sub({0}, {1})"),
    "mul": ("({0} * {1})", "({0} * {1})", "mul({0}, {1})"), "div": ("({0} / {1})", "({0} / {1})", "div({0}, {1})"),
    "neg": ("(-{0})", "neg({0})"), "pow": ("({0}^{1})", "({0}**{1})", "pow({0}, {1})"),
    "inv": ("inv({0})", "(1/{0})"), "square": ("square({0})", "({0}^2)"), "cube": ("cube({0})", "({0}^3)"),
    "hypot": ("hypot({0}, {1})",), "atan2": ("atan2({0}, {1})",), "mod": ("mod({0}, {1})",),
    "clamp": ("clamp({0}, {1}, {2})",),
    "log": ("log({0})", "ln({0})"), "asin": ("asin({0})", "arcsin({0})"),
    "less": ("({0} < {1})",), "less_equal": ("({0} <= {1})",), "greater": ("({0} > {1})",),
    "greater_equal": ("({0} >= {1})",), "equal": ("({0} == {1})",), "unequal": ("({0} != {1})",),
    "between": ("({0} < {1} < {2})",), "within": ("({0} <= {1} <= {2})",),
    "not": ("(not {0})",), "and": ("({0} and {1})", "({0} && {1})"), "or": ("({0} or {1})", "({0} || {1})"),
    "if": ("(if {0} then {1} else {2})", "where({0}, {1}, {2})"),
    **{name: (name + "({0})",) for name in (
        "sqrt", "cbrt", "exp", "exp2", "expm1", "log2", "log10", "log1p", "sin", "cos", "tan", "acos", "atan",
        "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "sigmoid", "relu", "softplus", "gelu", "silu",
        "elu", "mish", "logit", "gauss", "sinc", "abs", "sign", "floor", "ceil", "round",
    )},
}  # fmt: skip
"""How each kind may be written; the kinds of VARIADIC take any number of operands."""

VARIADIC = ("min", "max", "argmax", "sum")
CONDITIONS = frozenset(
    [
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "equal",
        "unequal",
        "between",
        "within",
        "not",
        "and",
        "or",
    ]
)
DEEPEST = 30  # operations written into one another; what is deeper gets a name


def constant_text(value: Fraction) -> str:
    """A constant, exactly: as a decimal number if that is short, else as a quotient."""
    denominator = value.denominator
    for digits in range(25):
        if 10**digits % denominator == 0:
            number = abs(value.numerator) * (10**digits // denominator)
            text = str(number).rjust(digits + 1, "0")
            text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
            return f"(-{text})" if value < 0 else text
    return f"({value.numerator}/{denominator})"


def _format_range(entry: Input) -> str:
    low, high = (constant_text(end * entry.format.ulp) for end in (entry.low, entry.high))
    return f" in [{low}, {high}]"


def _declaration(entry: Input) -> str:
    format = "" if entry.style == "width" else f" : {entry.format}"
    range = _format_range(entry) if entry.style in ("range", "width") else ""
    return f"input {entry.name}{format}{range}"


def _goal(output: Output) -> str:
    format = "" if output.format is None else f" : {output.format}"
    error = "" if output.error is None else f" error <= {constant_text(output.error)}"
    return f"output {output.name}{format}{error}"


def _spelled(program: Program, node: Node, operands: list[str]) -> str:
    if node.kind == "input":
        return node.name
    if node.kind == "constant":
        return constant_text(node.value)
    if node.kind in program.wrapped:
        return f"my_{node.kind}({', '.join(operands)})"
    if node.kind in VARIADIC:
        return f"{'add' if node.kind == 'sum' else node.kind}({', '.join(operands)})"
    spellings = SPELLINGS[node.kind]
    return spellings[node.spelling % len(spellings)].format(*operands)


def _wrapper(kind: str) -> str:
    spelling = SPELLINGS[kind][0]
    parameters = [name for place, name in enumerate("uvw") if f"{{{place}}}" in spelling]
    return f"my_{kind}({', '.join(parameters)}) = {spelling.format(*parameters)}"


def statements(program: Program) -> list[str]:
    """The text, a statement a line: a value that is used twice or lies deep has a name."""
    uses = [0] * len(program.nodes)
    for node in program.nodes:
        for operand in node.operands:
            uses[operand] += 1
    lines = [_declaration(entry) for entry in program.inputs]
    lines += [] if program.assumption is None else [f"assume {program.assumption}"]
    lines += [_wrapper(kind) for kind in sorted(program.wrapped)]
    texts: list[str] = []
    depths: list[int] = []
    for index, node in enumerate(program.nodes):
        text = _spelled(program, node, [texts[operand] for operand in node.operands])
        depth = 1 + max((depths[operand] for operand in node.operands), default=0)
        if node.operands and (uses[index] > 1 or depth > DEEPEST):
            lines.append(f"t{index} = {text}")
            text, depth = f"t{index}", 1
        texts.append(text)
        depths.append(depth)
    for output in program.outputs:
        lines.append(f"{output.name} = {texts[output.node].removeprefix('+')}")
    if any(output.format or output.error for output in program.outputs):
        lines += [_goal(output) for output in program.outputs]
    return lines


def source_text(program: Program) -> str:
    """The whole text."""
    return "\n".join(statements(program)) + "\n"


def held(program: Program) -> dict[str, list[float]]:
    """The data between whose least and greatest value inputs are held, by name."""
    return {
        entry.name: [float(end * entry.format.ulp) for end in (entry.low, entry.high)]
        for entry in program.inputs
        if entry.style == "held"
    }


def command_line(program: Program) -> str:
    """The `symhdl compile` that compiles the program; one with held inputs also needs a file of data."""
    options = program.options
    words = ["symhdl", "compile", "--expr", "; ".join(statements(program))]
    words += ["--opt", str(options.level), "--freq", f"{options.frequency:g}"]
    words += ["--dsp", str(options.dsp)] if options.dsp != "auto" else []
    words += ["--primitives", options.primitives] if options.primitives != "auto" else []
    words += ["--interface", options.interface] if options.interface != "plain" else []
    words += ["--device", options.device] if options.device != "generic" else []
    words += ["--undefined", options.undefined] if options.undefined != "error" else []
    words += ["--width", str(options.width)] if options.width != 16 else []
    if options.output_width is not None:
        words += ["--output-width", str(options.output_width)]
    data = "".join(f"  # {name} held in {ends}" for name, ends in held(program).items())
    return shlex.join(words) + data
