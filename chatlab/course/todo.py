"""`TODO`: the placeholder of an answer that is not written yet."""

from typing import NoReturn

__all__ = ["TODO", "NotStarted"]


class NotStarted(Exception):
    """The learner has not written this yet."""

    def __init__(self) -> None:
        super().__init__("Not started yet: write your answer where it says TODO.")


class Todo:
    """The type of `TODO`: calling, indexing, iterating it or reading an attribute raises."""

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Raise `NotStarted`."""
        raise NotStarted

    def __getattr__(self, name: str) -> NoReturn:
        """Raise `NotStarted`, except for the names that Python and IPython ask every object for."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotStarted

    def __iter__(self) -> NoReturn:
        """Raise `NotStarted`."""
        raise NotStarted

    def __getitem__(self, key: object) -> NoReturn:
        """Raise `NotStarted`."""
        raise NotStarted

    def __repr__(self) -> str:
        """`TODO`."""
        return "TODO"


TODO = Todo()
"""Write your answer in its place."""
