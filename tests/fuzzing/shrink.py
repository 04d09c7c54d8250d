"""Makes a program smaller while the same thing is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from tests.fuzzing.generate import simpler
from tests.fuzzing.language import CONDITIONS
from tests.fuzzing.program import Format, Node, Output, Program, without_dead_nodes

MOST_TRIALS = 250
CONSTANTS = (Fraction(0), Fraction(1), Fraction(2))
PLAIN = {
    "frequency": 0.0, "interface": "plain", "device": "generic", "dsp": "auto", "level": 1, "undefined": "error",
    "output_width": None, "primitives": "auto",
}  # fmt: skip

Fails = Callable[[Program], bool]


def shrunk(program: Program, fails: Fails) -> Iterator[Program]:
    """Smaller and smaller programs that still fail, each as soon as it is known."""
    trials = 0
    seen = {program}
    shorter = True
    while shorter:
        shorter = False
        for candidate in _candidates(program):
            if candidate in seen:
                continue
            seen.add(candidate)
            trials += 1
            if trials > MOST_TRIALS:
                return
            if fails(candidate):
                program, shorter = candidate, True
                yield program
                break


def _candidates(program: Program) -> Iterator[Program]:
    yield from _fewer_outputs(program)
    yield from _fewer_nodes(program)
    yield from _plainer_options(program)
    yield from _plainer_goals(program)
    yield from _shorter_constants(program)
    yield from _smaller_inputs(program)


def _fewer_outputs(program: Program) -> Iterator[Program]:
    if len(program.outputs) > 1:
        for output in program.outputs:
            yield without_dead_nodes(replace(program, outputs=(output,)))


def _fewer_nodes(program: Program) -> Iterator[Program]:
    """A node gives way to one of its operands, or to a constant."""
    for index in range(len(program.nodes) - 1, -1, -1):
        node = program.nodes[index]
        if node.kind == "constant":
            continue
        logical = _is_logical(program, index)
        for operand in dict.fromkeys(node.operands):
            if _is_logical(program, operand) == logical:
                yield _without(program, index, operand)
        for value in () if logical else CONSTANTS:
            nodes = list(program.nodes)
            nodes[index] = Node("constant", value=value)
            yield without_dead_nodes(replace(program, nodes=tuple(nodes)))


def _is_logical(program: Program, index: int) -> bool:
    return program.nodes[index].kind in CONDITIONS


def _without(program: Program, index: int, operand: int) -> Program:
    def moved(place: int) -> int:
        return operand if place == index else place

    nodes = tuple(replace(n, operands=tuple(map(moved, n.operands))) for n in program.nodes)
    outputs = tuple(replace(o, node=moved(o.node)) for o in program.outputs)
    return without_dead_nodes(replace(program, nodes=nodes, outputs=outputs))


def _plainer_options(program: Program) -> Iterator[Program]:
    for name, value in PLAIN.items():
        if getattr(program.options, name) != value:
            yield simpler(program, **{name: value})
    if program.assumption is not None:
        yield replace(program, assumption=None)
    if program.wrapped:
        yield replace(program, wrapped=frozenset())
    if any(node.spelling for node in program.nodes):
        yield replace(program, nodes=tuple(replace(node, spelling=0) for node in program.nodes))


def _plainer_goals(program: Program) -> Iterator[Program]:
    for place, output in enumerate(program.outputs):
        for other in _plainer(output):
            outputs = (*program.outputs[:place], other, *program.outputs[place + 1 :])
            yield replace(program, outputs=outputs)


def _plainer(output: Output) -> Iterator[Output]:
    if output.format is not None:
        yield replace(output, format=None)
    if output.error is not None:
        for digits in (1, 2):
            plainer = Fraction(f"{float(output.error):.{digits - 1}e}")
            if plainer != output.error:
                yield replace(output, error=plainer)


def _shorter_constants(program: Program) -> Iterator[Program]:
    for index, node in enumerate(program.nodes):
        if node.kind != "constant":
            continue
        for digits in (1, 2, 4, 7):
            plainer = Fraction(f"{float(node.value):.{digits - 1}e}")
            if len(str(plainer)) < len(str(node.value)):
                nodes = list(program.nodes)
                nodes[index] = replace(node, value=plainer)
                yield replace(program, nodes=tuple(nodes))


def _smaller_inputs(program: Program) -> Iterator[Program]:
    for place, entry in enumerate(program.inputs):
        format = entry.format
        others = []
        if entry.style in ("range", "held"):
            others.append(replace(entry, low=format.minimum, high=format.maximum, style="format"))
        if entry.style == "format" and format.width > 2:
            for less in (format.fraction - 1, format.fraction):
                narrow = Format(format.signed, format.width - 1, less)
                others.append(
                    replace(entry, format=narrow, low=narrow.minimum, high=narrow.maximum)
                )
        for other in others:
            inputs = (*program.inputs[:place], other, *program.inputs[place + 1 :])
            yield replace(program, inputs=inputs)
