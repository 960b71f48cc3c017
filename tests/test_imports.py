"""What an import brings along, and what each module says is public."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chatlab

HOME = Path(chatlab.__file__).parent
CORE = sorted(
    path.relative_to(HOME.parent).with_suffix("")
    for folder in (HOME, HOME / "stores")
    for path in folder.glob("*.py")
    if path.name != "cli.py"
)
NAMES = [".".join(path.parts).removesuffix(".__init__") for path in CORE]

every_module = pytest.mark.parametrize("name", NAMES)


def imported_by(statement: str) -> set[str]:
    """The packages that a fresh interpreter loads for this statement."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    modules = re.findall(r"^import time:.*\|\s*([\w.]+)$", done.stderr, re.MULTILINE)
    return {module.split(".")[0] for module in modules}


def test_importing_chatlab_loads_pydantic_and_anyio_and_nothing_heavy() -> None:
    loaded = imported_by("from chatlab import ChatKitServer, MemoryStore")

    assert {"chatlab", "pydantic", "anyio"} <= loaded
    heavy = {"IPython", "ipywidgets", "sqlalchemy", "fastapi", "openai", "nbformat", "jwt"}
    others = {"anywidget", "agents", "chatkit", "nbval", "nbclient", "rich", "pytest", "jupyterlab"}
    assert loaded & (heavy | others) == set()


def test_importing_chatlab_alone_loads_nothing_until_a_name_is_asked_for() -> None:
    assert imported_by("import chatlab; dir(chatlab)") & {"pydantic", "anyio", "asyncio"} == set()


def test_every_public_name_is_found() -> None:
    assert all(getattr(chatlab, name) is not None for name in chatlab.__all__)
    assert set(chatlab.__all__) <= set(dir(chatlab))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = chatlab.nonsense


def test_the_probe_sees_what_is_imported() -> None:
    assert "nbformat" in imported_by("import nbformat")


def rank(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions: the order that ruff keeps."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name


def public_names(path: Path) -> set[str]:
    """What a module defines under a name without an underscore; type variables are its own."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec"))):
                continue
            case ast.Assign(value=ast.Call(func=ast.Attribute(attr="getLogger"))):
                continue
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                continue
    return {name for name in names if not name.startswith("_")}


@every_module
def test_all_is_sorted_and_says_nothing_twice(name: str) -> None:
    public = importlib.import_module(name).__all__

    assert public == sorted(set(public), key=rank)


@every_module
def test_all_names_everything_that_is_public_and_nothing_that_is_not_there(name: str) -> None:
    module = importlib.import_module(name)

    assert module.__file__ is not None
    assert public_names(Path(module.__file__)) <= set(module.__all__)
    assert [missing for missing in module.__all__ if not hasattr(module, missing)] == []


@every_module
def test_a_module_begins_by_saying_what_it_is_for(name: str) -> None:
    doc = importlib.import_module(name).__doc__

    assert doc is not None
    assert doc.splitlines()[0].endswith((".", ":", ";"))
