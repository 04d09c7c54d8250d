"""Who imports whom, read from the text of the modules: `python -m tests.imports` prints the rooms and the circles."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE_FOLDERS = {
    "symhdl": ROOT / "symhdl",
    "symhdl.grammar": ROOT / "grammar",
    "symhdl.backends": ROOT / "backends",
}


def _modules() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for package, folder in PACKAGE_FOLDERS.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *parts)).removesuffix(".__init__")
            found[name] = path
    return found


MODULES = _modules()
"""Every module of the project by its full name."""


@cache
def tree_of(module: str) -> ast.Module:
    """The syntax of a module."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def _absolute(module: str, node: ast.ImportFrom) -> str:
    """The full name of the module that a `from ... import` reads."""
    if node.level == 0:
        return node.module or ""
    parts = module.split(".")
    package = parts if MODULES[module].name == "__init__.py" else parts[:-1]
    base = package[: len(package) - (node.level - 1)]
    return ".".join((*base, node.module) if node.module else base)


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements, without a look into expressions, which hold no imports."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, name, [])


@cache
def imported(module: str) -> list[tuple[int, str]]:
    """(line, full name of module) of all imports, those inside functions and of submodules included."""
    found: list[tuple[int, str]] = []
    for node in _statements(tree_of(module)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            for alias in node.names:
                submodule = f"{source}.{alias.name}"
                found.append((node.lineno, submodule if submodule in MODULES else source))
    return found


def room(module: str) -> str:
    """The room of the house that a module stands in: `symhdl.ir.graph` stands in `ir`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports() -> dict[str, set[str]]:
    """The modules of the project that each of them imports."""
    return {
        module: {name for _, name in imported(module) if name in MODULES} - {module}
        for module in MODULES
    }


def rooms() -> dict[str, set[str]]:
    """The rooms that each room sees."""
    found: dict[str, set[str]] = {}
    for module, names in imports().items():
        here = room(module)
        found.setdefault(here, set()).update({room(name) for name in names} - {here})
    return found


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """A way through the graph that ends where it began; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as problem:
        found: list[str] = problem.args[1]
        return found
    return []


if __name__ == "__main__":
    for name, seen in sorted(rooms().items()):
        print(f"{name or 'symhdl'}: {' '.join(sorted(seen))}")
    print("circle of modules:", " -> ".join(circle(imports())) or "none")
    print("circle of rooms:", " -> ".join(circle(rooms())) or "none")
