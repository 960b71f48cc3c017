"""Markdown as safe HTML: no raw HTML, no images, and links only to where links should go."""

import re

from markdown_it import MarkdownIt

__all__ = ["render_inline", "render_markdown"]

_LINK = re.compile(r"(https?://[^/]|mailto:|#)", re.IGNORECASE)


def _safe_link(url: str) -> bool:
    return _LINK.match(url.strip()) is not None


_markdown = MarkdownIt("js-default").disable("image")
_markdown.validateLink = _safe_link


def render_markdown(text: str) -> str:
    """The text as HTML that executes nothing and loads nothing from elsewhere."""
    return str(_markdown.render(text))


def render_inline(text: str) -> str:
    """As `rendered`, for a line that stands in something else: no paragraphs, no lists."""
    return str(_markdown.renderInline(text))
