"""Markdown as safe HTML: no raw HTML, no images, and links only to where links should go."""

import re

from markdown_it import MarkdownIt

__all__ = ["render_inline", "render_markdown"]

_SAFE_LINK = re.compile(r"(https?://[^/]|mailto:|#)", re.IGNORECASE)


def _is_safe_link(url: str) -> bool:
    return _SAFE_LINK.match(url.strip()) is not None


_markdown = MarkdownIt("js-default").disable("image")
_markdown.validateLink = _is_safe_link


def render_markdown(text: str) -> str:
    """The text as HTML that executes nothing and loads nothing from elsewhere."""
    return str(_markdown.render(text))


def render_inline(text: str) -> str:
    """As `render_markdown`, for a line inside of another element: no paragraphs, no lists."""
    return str(_markdown.renderInline(text))
