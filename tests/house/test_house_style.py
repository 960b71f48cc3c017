"""The house keeps its shape: what lies where, how long things are, what they are called."""

import ast
import io
import os
import re
import subprocess
import tokenize
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = [
    Path(name)
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]
MODULES = [path for path in TRACKED if path.parts[0] == "chatlab" and path.suffix == ".py"]
CORE = {
    *("errors", "clock", "cancellation", "items", "context", "events", "turns", "llm", "streams"),
    *("memory", "server", "sessions", "taskbook", "commands", "stores"),
}
DATABASE = {
    *("database", "driver", "leases", "locks", "problems", "rows", "schema"),
    *("statements", "urls"),
}
"""What makes a database dependable, in `stores/sql`; no lesson opens these."""

FIRST_READ = (
    *("items.py", "context.py", "events.py", "stores/base.py", "stores/memory.py", "server.py"),
)


def parsed(path):
    return ast.parse((ROOT / path).read_text("utf-8"))


def code_lines(path):
    """Lines with code on them: no blank ones, comments or docstrings."""
    text = (ROOT / path).read_text("utf-8")
    lines = set()
    skip = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in skip and token.type != tokenize.ENDMARKER:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def test_the_top_level_is_what_it_is_meant_to_be():
    assert {path.parts[0] for path in TRACKED if not path.parts[0].startswith(".")} == {
        *("pyproject.toml", "notebooks", "chatlab", "exercises", "solutions", "tests"),
        *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
        *("ARCHITECTURE.md", "SECURITY.md"),
    }


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_can_be_read_in_one_sitting(path):
    assert len((ROOT / path).read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_functions_are_short(path):
    long = {
        node.name: (node.end_lineno or 0) - node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno > 45
    }
    assert long == {}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_what_it_is_and_names_what_is_public_in_order(path):
    tree = parsed(path)
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names = ast.literal_eval(node.value)
            constants = sorted(name for name in names if name.isupper())
            rest = [name for name in names if not name.isupper()]
            classes = sorted(name for name in rest if name[0].isupper())
            others = sorted(name for name in rest if not name[0].isupper())
            assert names == constants + classes + others


def test_the_core_names_its_lessons():
    silent = [
        str(path)
        for path in MODULES
        if (path.parts[1].removesuffix(".py") in CORE or path.parts[1] == "stores")
        and path.stem not in {"errors", "cancellation", "__init__", *DATABASE}
        and not re.search(r"lessons? \d\d", ast.get_docstring(parsed(path)) or "")
    ]
    assert silent == []


def test_the_core_is_small():
    core = [path for path in MODULES if path.parts[1].removesuffix(".py") in CORE]
    database = [path for path in core if path.stem in DATABASE and "sql" in path.parts]
    assert sum(map(code_lines, set(core) - set(database))) <= 2_200
    assert sum(map(code_lines, database)) <= 700


def test_the_first_read_takes_an_hour():
    assert sum(code_lines(Path("chatlab", name)) for name in FIRST_READ) <= 1_000


def test_nothing_is_called_what_anything_could_be_called():
    refused = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}
    assert [str(path) for path in MODULES if set(path.with_suffix("").parts) & refused] == []


def test_no_file_names_a_machine_or_a_package_host():
    host = re.compile("py" + r"pi\.org|python" + r"hosted|registry\.np" + "mjs|deb" + r"\.debian")
    place = re.compile(r"/(?:" + "root|home|work" + r")/\w")
    found = []
    for path in TRACKED:
        text = (ROOT / path).read_text("utf-8", errors="replace")
        if host.search(text) or (path.suffix != ".py" and place.search(text)):
            found.append(str(path))
    assert found == []


def test_the_changelog_knows_the_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")
MADE = {"dist/", "test-output/", "api-pages/", "grades/", ".venv", "uv.lock", "echo.py", "look.py"}
"""What the pages name and a fresh clone does not hold: it is made, by them or by readers."""

PLACEHOLDERS = {"NN": "[0-9][0-9]", "K": "[0-9]", "slug": "*", "name": "*"}
"""What stands for a part of a path in `chatlab/lessons/lNN_slug/pK_name.py`."""

OTHERS_NAMES = {"ChatKit", "GitHub", "JavaScript", "JupyterLab", "OpenAI", "TaskManager"}
OTHERS_NAMES |= {"PostgreSQL", "SQLAlchemy", "SQLite", "TypeScript"}
"""What is written like a class and is none of ours."""


def code_spans(page):
    """What stands between backticks, blocks of code left out."""
    prose = re.sub(
        r"^ *```.*?^ *```$", "", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    return re.findall(r"`([^`]+)`", prose)


def paths_in(page):
    """What a page names as a path: seen from the top, and seen from its own folder."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text("utf-8"))
    suffixes = "py|md|toml|ipynb|js|css|sql|json|lock"
    a_path = re.compile(rf"(?!/)[\w.-]+(?:/[\w.-]*)+|[\w-]+\.(?:{suffixes})|\.\w+")
    spans = [span for span in code_spans(page) if a_path.fullmatch(span)]
    here = (ROOT / page).parent
    return {Path(os.path.normpath(here / link)) for link in links} | {ROOT / span for span in spans}


def is_there(path):
    """Whether the path exists, or anything that its placeholders may stand for."""
    words = re.split(r"(NN|(?<=[p_])K|slug|(?<=_)name)", str(path.relative_to(ROOT)))
    pattern = "".join(PLACEHOLDERS.get(word, word) for word in words)
    return path.exists() if pattern == str(path.relative_to(ROOT)) else any(ROOT.glob(pattern))


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_is_there(page):
    paths = paths_in(page)
    assert paths
    made = {ROOT / name for name in MADE}
    assert sorted(str(path) for path in paths - made if not is_there(path)) == []


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb")) + sorted(
    (ROOT / "solutions").glob("*.ipynb")
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_file_that_a_notebook_names_is_there(path):
    named = re.findall(r"\b(?:chatlab|tests)/[\w./]+\.\w+", path.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@cache
def classes():
    """The members of each class in chatlab, by its name."""
    found = {}
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                members = {ast.unparse(getattr(one, "target", one)) for one in node.body}
                members |= {one.name for one in node.body if hasattr(one, "name")}
                found.setdefault(node.name, set()).update(members)
    return found


def test_every_class_in_the_architecture_is_one_of_ours():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = set(re.findall(r"\b[A-Z]+[a-z]+(?:[A-Z]+[a-z]*)+\b", text)) - OTHERS_NAMES
    spans = [
        re.fullmatch(r"([A-Z]\w*[a-z]\w*)(?:\.(\w+))?", span)
        for span in code_spans("ARCHITECTURE.md")
    ]
    named |= {span[1] for span in spans if span}
    assert len(named) > 20
    assert sorted(named - classes().keys()) == []
    members = {(span[1], span[2]) for span in spans if span and span[2]}
    assert [
        f"{one}.{member}" for one, member in sorted(members) if member not in classes()[one]
    ] == []


def documented(docstring, section):
    """The names under `Args:` or `Attributes:`."""
    found = re.search(rf"^{section}:\n((?:    .*\n|\n)+)", f"{docstring}\n", re.MULTILINE)
    return re.findall(r"^    (\w+): ", found[1], re.MULTILINE) if found else []


def names_of(node):
    """Everything that a class or a function has a name for: arguments, fields, attributes."""
    for part in ast.walk(node):
        if isinstance(part, ast.arg):
            yield part.arg
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.attr
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.FunctionDef):
            yield part.name


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_docstring_names_arguments_and_attributes_that_there_are(path):
    unknown = [
        f"{node.name}: {name}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for section in ("Args", "Attributes")
        for name in documented(ast.get_docstring(node) or "", section)
        if name not in set(names_of(node))
    ]
    assert unknown == []
