"""A chat in the terminal: an input box below, the conversation above, drawn with Rich."""

from chatlab.terminal.chat import TerminalChat
from chatlab.terminal.json_lines import print_json_lines
from chatlab.terminal.renderer import TerminalRenderer

__all__ = ["TerminalChat", "TerminalRenderer", "print_json_lines"]
