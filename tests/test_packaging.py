"""The wheel holds every module and data file, works on its own, and adds one top-level name."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from symhdl.flow.headers import PACKAGE
from symhdl.flow.tools import TOOLS
from symhdl.version import VERSION
from tests.imports import MODULES, tree_of

ROOT = Path(__file__).parents[1]
FOLDERS = {"symhdl": "symhdl", "grammar": "symhdl/grammar", "backends": "symhdl/backends"}
DATA = ("*.py", "*.lark", "*.toml", "py.typed")
LEAST_SETUPTOOLS = 77


def setuptools_is_recent() -> bool:
    found = importlib.util.find_spec("setuptools") is not None
    return found and int(version("setuptools").split(".")[0]) >= LEAST_SETUPTOOLS


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays clean."""
    if not setuptools_is_recent():
        pytest.skip(f"setuptools {LEAST_SETUPTOOLS} or newer is missing")
    folder = tmp_path_factory.mktemp("packaging")
    source = folder / "source"
    source.mkdir()
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    (built,) = folder.glob("*.whl")
    return built


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {
        f"{place}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, place in FOLDERS.items()
        for pattern in DATA
        for path in (ROOT / folder).rglob(pattern)
    }
    assert wanted
    assert not wanted - names
    assert {name.split("/")[0] for name in names} == {"symhdl", f"symhdl-{VERSION}.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_works(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    words = ["compile", "--expr", "y = sin(x)", "--range", "-1:1", "--width", "6", "-o", "out"]
    # The path of the extracted wheel goes before every editable install.
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r}); sys.meta_path[:] = "
        "[f for f in sys.meta_path if 'editable' not in repr(f)]; "
        "import symhdl.grammar, symhdl.cli; print(symhdl.grammar.__file__); "
        f"symhdl.cli.main({words!r})"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(site))
    assert (tmp_path / "out" / "top.v").is_file()


def test_the_version_is_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert f"## {VERSION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_leaves_generated_code_to_the_user() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "GENERATED CODE IS YOURS" in text


MODULE_OF = {"python-flint": "flint", "pytest-xdist": "xdist"}
WITH_TOOLS = {"platformdirs"}  # comes with the packages that carry the tools
LOADING = {"import_module", "importorskip", "find_spec"}


def modules_of(requirements: list[str]) -> set[str]:
    """The modules that the packages are imported as."""
    names = [re.split(r"[^\w-]", requirement)[0] for requirement in requirements]
    return {MODULE_OF.get(name, name.replace("-", "_")) for name in names}


def loaded_by(tree: ast.Module) -> set[str]:
    """The packages that a text imports, by statements and by name."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(name), level=0):
                found.add(name)
            case ast.Call(
                ast.Name(called) | ast.Attribute(attr=called), [ast.Constant(str(name)), *_]
            ) if called in LOADING:
                found.add(name)
    return {name.split(".")[0] for name in found}


def test_dependencies_are_what_is_imported() -> None:
    """What the project imports is a dependency or an extra, and nothing is that it does not import or run."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = modules_of(project["dependencies"])
    extras = {
        name: modules_of(entries) for name, entries in project["optional-dependencies"].items()
    }
    own = {name for module in MODULES for name in loaded_by(tree_of(module))}
    own -= {*sys.stdlib_module_names, "symhdl"}
    tools = {description.package for description in TOOLS.values()} - {""}
    assert needed | extras["parquet"] | extras["cluster"] == own - WITH_TOOLS
    assert extras["flow"] == tools
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")]
    tested = {name for text in texts for name in loaded_by(ast.parse(text))}
    programs = set(re.findall(r"\$bin/(\w+)", (ROOT / ".ci" / "run").read_text(encoding="utf-8")))
    assert extras["dev"] <= {*tested, *programs, PACKAGE, "symhdl"}
