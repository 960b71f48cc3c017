"""While a part asks for something that the kit has too, the kit's own version raises."""

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
        super().__init__("you are writing this one, so chatlab's own is switched off here.")


@contextmanager
def disable_reference(part: Part) -> Generator[None]:
    """Make each of `part.disabled_names` raise `ReferenceDisabled` until the block is left.

    They are changed in place, so that it holds under whatever name a notebook imported them.
    """
    with ExitStack() as stack:
        for name in part.disabled_names:
            module, _, attribute = name.partition(":")
            stack.callback(_switch_off(getattr(importlib.import_module(module), attribute)))
        yield


def _switch_off(reference: Any) -> Callable[[], None]:
    """Make a function, or a class's `__init__`, raise; return what restores it."""
    if isinstance(reference, type):
        cls = cast("Any", reference)
        original_init = cls.__init__
        cls.__init__ = _refuse
        return lambda: setattr(cls, "__init__", original_init)
    function = cast("FunctionType", reference)
    original_code = function.__code__
    function.__code__ = _refuse.__code__
    return lambda: setattr(function, "__code__", original_code)


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    # `_switch_off` puts this code into other functions, where this module's globals are not known.
    from chatlab.course.checking.disable_reference import ReferenceDisabled

    raise ReferenceDisabled
