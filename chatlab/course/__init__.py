"""The course: what a notebook imports to ask and to check."""

from chatlab.course.checking.check import CheckFailed, check, look
from chatlab.course.in_browser import adapt_kernel
from chatlab.course.progress_list import show_progress
from chatlab.course.quiz import ask
from chatlab.course.talk import has_passed, talk
from chatlab.course.todo import TODO, NotStarted

__all__ = [
    "TODO",
    "CheckFailed",
    "NotStarted",
    "ask",
    "check",
    "has_passed",
    "look",
    "show_progress",
    "talk",
]

adapt_kernel()
