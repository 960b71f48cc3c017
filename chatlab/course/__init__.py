"""The course: what a notebook imports to ask and to check."""

from chatlab.course.check import CheckFailed, check, look
from chatlab.course.questions import ask
from chatlab.course.todo import TODO, NotStarted

__all__ = ["TODO", "CheckFailed", "NotStarted", "ask", "check", "look"]
