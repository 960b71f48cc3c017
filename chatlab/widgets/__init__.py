"""The stream, seen: what a notebook shows of a conversation."""

from chatlab.widgets.chat import ChatView, show

__all__ = ["ChatView", "show"]
