"""The course: what a notebook imports to ask and to check."""

import sys

from chatlab.course.checking.check import CheckFailed, check, look
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

if sys.platform == "emscripten":
    from chatlab.adapters.browser import adapt_kernel

    adapt_kernel()
