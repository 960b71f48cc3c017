"""Markdown as safe HTML: no raw HTML, no images, and links only to where links should go."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.linkify import linkify

__all__ = ["render_inline", "render_markdown", "render_plain"]

_SAFE_LINK = re.compile(r"(https?://[^/]|mailto:|#)", re.IGNORECASE)


def _is_safe_link(url: str) -> bool:
    return _SAFE_LINK.match(url.strip()) is not None


_MATHEMATICS = re.compile(r"\\\(.{1,1000}?\\\)|\\\[.{1,1000}?\\\](?!\()", re.DOTALL)
_LONG_ADDRESS = re.compile(r"://\S{2000}")


def _keep_mathematics(state: StateInline, silent: bool) -> bool:
    r"""An inline rule: `\(x_1\)` and `\[x_1\]` stay as they are; nothing in them is Markdown."""
    found = _MATHEMATICS.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _keep_display(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""A block rule: lines from `\[` to `\]` are no list and no heading."""
    first, last = state.bMarks[start] + state.tShift[start], state.eMarks[end - 1]
    found = _MATHEMATICS.match(state.src, first, last)
    if found is None or not state.src.startswith("\\[", first):
        return False
    lines = found[0].count("\n") + 1
    if found.end() != state.eMarks[start + lines - 1]:
        return False
    if not silent:
        state.push("paragraph_open", "p", 1)
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = found[0], [start, start + lines], []
        state.push("paragraph_close", "p", -1)
        state.line = start + lines
    return True


def _link_address(state: StateInline, silent: bool) -> bool:
    """The library's inline rule; what it does takes time by the square of an address's length."""
    return _LONG_ADDRESS.match(state.src, state.pos) is None and linkify(state, silent)


def _make_parser(preset: str) -> MarkdownIt:
    """A parser that makes links of addresses too, if they begin with http:// or https://."""
    parser = MarkdownIt(preset, {"linkify": True}).enable("linkify")
    parser.core.ruler.disable("linkify")  # it looks for more than addresses that say http
    parser.inline.ruler.at("linkify", _link_address)
    parser.validateLink = _is_safe_link
    return parser


_markdown = _make_parser("js-default").disable("image")
_markdown.inline.ruler.before("escape", "mathematics", _keep_mathematics)
_markdown.block.ruler.before("list", "mathematics", _keep_display, {"alt": ["paragraph"]})
_plain = _make_parser("zero")


def render_markdown(text: str) -> str:
    """The text as HTML that executes nothing and loads nothing from elsewhere."""
    return str(_markdown.render(text))


def render_inline(text: str) -> str:
    """As `render_markdown`, for a line inside of another element: no paragraphs, no lists."""
    return str(_markdown.renderInline(text))


def render_plain(text: str) -> str:
    """The text as it is, escaped as by `html.escape`, in which addresses are links."""
    return str(_plain.renderInline(text)).replace("'", "&#x27;")
