"""Notices when a notebook has replaced what its checks consist of."""

import builtins
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

__all__ = ["watch_kit"]

_WATCHED = ("asyncio", "contextlib", "inspect", "json", "multiprocessing", "pydantic_core")
"""What the checks stand on, beside chatlab and Python's built-in names."""

_IPYTHONS = {"breakpoint", "exit", "input", "quit"}
"""Built-in names that IPython has versions of its own for."""


def watch_kit() -> Callable[[], str | None]:
    """Remember the kit as it is now.

    Returns:
        A function that names the first thing in it that is another one by then, or None. Names
        that are new do not count.
    """
    known = list(_snapshot())

    def changed_name() -> str | None:
        for name, read, value in known:
            try:
                same = read() is value
            except Exception:  # noqa: BLE001 - it is gone, which is a change too
                same = False
            if not same:
                return name
        return None

    return changed_name


def _snapshot() -> Iterator[tuple[str, Callable[[], Any], Any]]:
    for module_name, module in sorted(sys.modules.items()):
        package = module_name.partition(".")[0]
        if package == "chatlab" or package in _WATCHED:
            yield from _parts_of(module_name, module)
    yield from _parts_of("builtins", builtins)


def _parts_of(name: str, module: ModuleType) -> Iterator[tuple[str, Callable[[], Any], Any]]:
    """The module's functions and classes, and what functions and classes of the kit consist of."""
    names = vars(module)
    for key, value in list(names.items()):
        if key.startswith("__") or key in _IPYTHONS or not callable(value):
            continue
        yield f"{name}.{key}", lambda names=names, key=key: names[key], value
        if name.partition(".")[0] != "chatlab" or getattr(value, "__module__", None) != name:
            continue
        if isinstance(value, FunctionType):
            yield from _code_of(f"{name}.{key}", value)
        elif isinstance(value, type):
            attributes = vars(value)
            for attribute, member in list(attributes.items()):
                if isinstance(member, FunctionType):
                    path = f"{name}.{key}.{attribute}"
                    yield path, lambda of=attributes, key=attribute: of[key], member
                    yield from _code_of(path, member)


def _code_of(name: str, function: FunctionType) -> Iterator[tuple[str, Callable[[], Any], Any]]:
    yield name, lambda: function.__code__, function.__code__
    yield name, lambda: function.__defaults__, function.__defaults__
