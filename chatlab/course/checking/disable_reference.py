"""While a part asks for something that the kit has too, the kit's own refuses to work."""

import importlib
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from types import FunctionType
from typing import Any, NoReturn, cast

from chatlab.course.catalogue import Part

__all__ = ["ReferenceDisabled", "disable_reference"]


class ReferenceDisabled(RuntimeError):
    """The kit's own was called while the learner's is being checked."""

    def __init__(self) -> None:
        super().__init__("you are writing this one, so the kit's own is switched off here.")


@contextmanager
def disable_reference(part: Part) -> Generator[None]:
    """Let the part's twins raise `KitTwin`, under whatever name a notebook has imported them."""
    with ExitStack() as stack:
        for name in part.disabled_names:
            module, _, attribute = name.partition(":")
            stack.callback(_switched_off(getattr(importlib.import_module(module), attribute)))
        yield


def _switched_off(twin: Any) -> Callable[[], None]:
    """Switch the function or class off in place; call what you get to switch it on again."""
    if isinstance(twin, type):
        kind = cast("Any", twin)
        made = kind.__init__
        kind.__init__ = _refuse
        return lambda: setattr(kind, "__init__", made)
    function = cast("FunctionType", twin)
    code = function.__code__
    function.__code__ = _refuse.__code__
    return lambda: setattr(function, "__code__", code)


def _refuse(*_args: object, **_more: object) -> NoReturn:
    # Runs as somebody else's code too, where the names of this module are not known.
    from chatlab.course.checking.disabled import ReferenceDisabled

    raise ReferenceDisabled
