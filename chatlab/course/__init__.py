"""The course: what a notebook imports to ask and to check."""

import sys

from chatlab.course.checking.check import CheckFailed, check, look
from chatlab.course.hints import install_magic
from chatlab.course.quiz import ask
from chatlab.course.todo import TODO, NotStarted

__all__ = ["TODO", "CheckFailed", "NotStarted", "ask", "check", "look"]

if sys.platform == "emscripten":
    install_magic()
