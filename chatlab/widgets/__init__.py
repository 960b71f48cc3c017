"""The stream, seen: what a notebook shows of a conversation."""

from chatlab.widgets.backpressure import Backpressure
from chatlab.widgets.chat import ChatView
from chatlab.widgets.lifecycle import lifecycle
from chatlab.widgets.moments import timeline
from chatlab.widgets.quiz import choose, match, order
from chatlab.widgets.tenants import Tenants
from chatlab.widgets.watch import show

__all__ = [
    "Backpressure",
    "ChatView",
    "Tenants",
    "choose",
    "lifecycle",
    "match",
    "order",
    "show",
    "timeline",
]
