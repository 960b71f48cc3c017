"""Markdown as safe HTML: no raw HTML, no images, and links only to where links should go.

What one text may cost is bounded, since whoever writes it need not be whoever waits for it. For
each `[` the parser may read its whole paragraph, and in a table it fills up short rows: where a
text has too many of them, it is shown as it is written.
"""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

__all__ = ["MAX_MARKDOWN", "render_inline", "render_markdown", "render_plain"]

MAX_MARKDOWN = 20_000
"""How many characters of one text are read as Markdown; what follows is shown as it is."""

_MAX_BRACKETS = 200
"""How many `[` one paragraph may have and still be read as Markdown."""

_MAX_CELLS = 8_000
"""How many cells the tables of one text may have, when short rows are filled up."""

_KEPT = 256
"""How many texts are kept as HTML: a page that is loaded again is not rendered again."""

_SAFE_LINK = re.compile(r"(https?://[^/]|mailto:|#)", re.IGNORECASE)


def _is_safe_link(url: str) -> bool:
    return _SAFE_LINK.match(url.strip()) is not None


def _parse_inline(state: StateCore) -> None:
    """In the place of the parser's own rule: a paragraph with too many brackets stays text."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = children = list[Token]()
            if token.content.count("[") > _MAX_BRACKETS:
                children.append(Token("text", "", 0, content=token.content))
            else:
                state.md.inline.parse(token.content, state.md, state.env, children)


_markdown = MarkdownIt("js-default").disable("image")
_markdown.validateLink = _is_safe_link
_markdown.core.ruler.at("inline", _parse_inline)


@lru_cache(_KEPT)
def render_markdown(text: str) -> str:
    """The text as HTML that executes nothing and loads nothing from elsewhere."""
    end = len(text)
    if end > MAX_MARKDOWN:
        end = max(0, text.rfind("\n\n", 0, MAX_MARKDOWN))
    lines = text[:end].split("\n")
    if max(line.count("|") for line in lines) * len(lines) > _MAX_CELLS:
        end = 0
    return str(_markdown.render(text[:end])) + render_plain(text[end:])


def render_plain(text: str) -> str:
    """The text as it is written, as one paragraph; nothing for no text."""
    lines = escapeHtml(text.strip("\n")).replace("\n", "<br>\n")
    return f"<p>{lines}</p>\n" if lines else ""


def render_inline(text: str) -> str:
    """As `render_markdown`, for a line inside of another element: no paragraphs, no lists."""
    if len(text) > MAX_MARKDOWN:
        return escapeHtml(text)
    return str(_markdown.renderInline(text))
