"""The course: what a notebook imports to be an exercise."""

from chatlab.course.check import CheckFailed, check
from chatlab.course.todo import TODO, NotStarted

__all__ = ["TODO", "CheckFailed", "NotStarted", "check"]
