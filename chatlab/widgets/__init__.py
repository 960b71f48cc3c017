"""The stream, seen: what a notebook shows of a conversation."""

from chatlab.widgets.backpressure import Backpressure
from chatlab.widgets.chat import ChatView
from chatlab.widgets.quiz import choose, match, order
from chatlab.widgets.sequence_diagram import lifecycle
from chatlab.widgets.show_stream import show
from chatlab.widgets.table import table
from chatlab.widgets.tenants import Tenants
from chatlab.widgets.timeline import timeline

__all__ = [
    "Backpressure",
    "ChatView",
    "Tenants",
    "choose",
    "lifecycle",
    "match",
    "order",
    "show",
    "table",
    "timeline",
]
