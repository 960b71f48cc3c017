"""Finds code that reaches behind a check: into the interpreter, or the course's machinery.

It is a first look, and not the wall: the box is that. What no answer needs is refused by name
before it runs, so that nobody has to argue about evidence that was made up.
"""

import ast
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["find_forbidden_reach"]

_MODULES = {
    *("builtins", "ctypes", "gc", "importlib", "imp", "marshal", "pkgutil", "ptrace", "runpy"),
    *("chatlab.lessons", "chatlab.course.checking", "chatlab.course.grading"),
    *("chatlab.course.catalogue", "chatlab.course.findings", "multiprocessing.connection"),
}
_GIVEN = re.compile(r"chatlab\.lessons\.\w+\.(demos\..*|rest_api(\..*)?)")
"""What the notebooks themselves import of the lessons."""
_NAMES = {"__builtins__", "__import__", "__loader__", "compile", "eval", "exec", "get_ipython"}
_ATTRIBUTES = {
    *("__builtins__", "__closure__", "__code__", "__globals__", "__loader__", "__subclasses__"),
    *("_current_frames", "_getframe", "addaudithook", "cell_contents", "currentframe", "modules"),
    *("ag_frame", "cr_frame", "gi_frame", "f_back", "f_builtins", "f_globals", "f_locals"),
    *("checking", "graded_run", "setprofile", "settrace", "tb_frame"),
}
_TEXTS = ("/proc/", "_judge", "chatlab.lessons", "chatlab.course.", "chatlab/course")


def find_forbidden_reach(source: str) -> str | None:
    """The first thing in the cell that no answer needs, as it is written; None if there is none.

    What is no Python is left to whoever runs it.
    """
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    magics = "get_ipython" not in source  # IPython's own, for a line such as `!ls` or `%time`
    for node in ast.walk(tree):
        for found in _reaches_of(node):
            if not (magics and found == "get_ipython"):
                return found
    return None


def _reaches_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases if _is_forbidden(alias.name))
        case ast.ImportFrom(module=str(module), names=aliases):
            names = [module, *(f"{module}.{alias.name}" for alias in aliases)]
            yield from (name for name in names if _is_forbidden(name))
        case ast.Name(id=name) if name in _NAMES:
            yield name
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            yield f".{name}"
        case ast.Constant(value=str(text)):
            yield from (word for word in _TEXTS if word in text)
            yield from (word for word in _ATTRIBUTES if word == text and word != "modules")
        case _:
            pass


def _is_forbidden(module: str) -> bool:
    if _GIVEN.fullmatch(module):
        return False
    return any(module == name or module.startswith(f"{name}.") for name in _MODULES)
