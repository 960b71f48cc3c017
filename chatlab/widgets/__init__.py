"""The stream, seen: what a notebook shows of a conversation."""

from chatlab.widgets.chat import ChatView
from chatlab.widgets.quiz import choose, match, order
from chatlab.widgets.watch import show

__all__ = ["ChatView", "choose", "match", "order", "show"]
