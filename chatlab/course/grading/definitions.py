"""Finds what an answer needs from other cells: a helper in a cell of one's own, an added import."""

import ast
import builtins
from collections.abc import Iterable

__all__ = ["defined_names", "definitions_for", "missing_names"]


def definitions_for(answer: str, above: Iterable[str], given: Iterable[str]) -> list[str]:
    """The statements of cells above that bind names which the answer needs, in their order.

    Only definitions are taken, and what these need in turn: nothing that prints, asks or draws.

    Args:
        answer: The source of the answer.
        above: The sources of the learner's own and changed cells above its check.
        given: The sources of the exercise's other cells, which are run anyway.
    """
    known = {name for source in given for name in defined_names(source)}
    statements = [
        (set(_bound(node)), ast.get_source_segment(source, node) or "", node)
        for source in above
        for node in _parse(source)
    ]
    wanted, chosen = missing_names(answer) - known, set[int]()
    while True:
        found = {n for n, (names, _, _) in enumerate(statements) if names & wanted} - chosen
        if not found:
            return [statements[n][1] for n in sorted(chosen)]
        chosen |= found
        for n in found:
            wanted |= _missing(statements[n][2]) - known


def missing_names(source: str) -> set[str]:
    """The names that the source reads and does not bind; none of it if it is no Python."""
    nodes = _parse(source)
    return _missing(ast.Module(nodes, [])) if nodes else set()


def defined_names(source: str) -> set[str]:
    """The names that the source binds at its top level."""
    return {name for node in _parse(source) for name in _bound(node)}


def _parse(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a magic, or half a line
        return []


def _bound(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        case ast.Assign(targets=targets):
            return [name.id for target in targets for name in _names(target)]
        case ast.AnnAssign(target=target) if node.value is not None:
            return [name.id for name in _names(target)]
        case _:
            return []


def _missing(node: ast.AST) -> set[str]:
    read = {name.id for name in _names(node) if isinstance(name.ctx, ast.Load)}
    bound = {name.id for name in _names(node)} - read
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg):
            bound.add(inner.arg)
        elif isinstance(inner, ast.stmt):
            bound.update(_bound(inner))
    return read - bound - set(dir(builtins))


def _names(node: ast.AST) -> list[ast.Name]:
    return [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
