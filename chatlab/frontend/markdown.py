"""Markdown as safe HTML: no raw HTML, no images, and links only to where links should go.

What one text may cost is bounded, since whoever writes it need not be whoever waits for it. For
each `[` the parser may read its whole paragraph, in a table it fills up short rows, and of each
quote and list it may ask, line by line, whether it ends there: where that is too much, a text is
shown as it is written.
"""

import re
from contextvars import ContextVar
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.linkify import linkify
from markdown_it.token import Token

from chatlab.frontend.highlight import highlight_code

__all__ = [
    "MAX_MARKDOWN",
    "render_inline",
    "render_links",
    "render_markdown",
    "render_plain",
    "rendered_for",
    "split_markdown",
]

MAX_MARKDOWN = 20_000
"""How many characters of one text are read as Markdown; what follows is shown as it is."""

_MAX_BRACKET_CHARS = 500_000
"""How many `[` one paragraph may have and still be read as Markdown, times its characters."""

_MAX_CELLS = 8_000
"""How many cells the tables of one text may have, when short rows are filled up."""

_MAX_STEPS = 60_000
"""How often the parser may ask for one text what begins or ends on a line."""

_KEPT = 256
"""How many texts are kept as HTML: a page that is loaded again is not rendered again."""

rendered_for: ContextVar[str] = ContextVar("rendered_for", default="")
"""Whom texts are rendered for. Nobody finds, by its time, what was rendered for somebody else."""

_SAFE_LINK = re.compile(r"(https?://[^/]|mailto:|#)", re.IGNORECASE)


def _is_safe_link(url: str) -> bool:
    return _SAFE_LINK.match(url.strip()) is not None


def _has_many_brackets(token: Token) -> bool:
    return token.content.count("[") * len(token.content) > _MAX_BRACKET_CHARS


def _parse_inline(state: StateCore) -> None:
    """In the place of the parser's own rule: a paragraph with too many brackets stays text."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = children = list[Token]()
            if _has_many_brackets(token):
                children.append(Token("text", "", 0, content=token.content))
            else:
                state.md.inline.parse(token.content, state.md, state.env, children)


_TASK = re.compile(r"\[([ xX])\] ")


def _tick_tasks(state: StateCore) -> None:
    """In a list, `[ ] ` and `[x] ` become boxes, empty and ticked."""
    tokens = state.tokens
    for item, paragraph, token in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (item.type, paragraph.type) != ("list_item_open", "paragraph_open"):
            continue
        first = next(iter(token.children or ()), None)
        if first is not None and first.type == "text" and (found := _TASK.match(first.content)):
            first.content = ("☐ " if found[1] == " " else "☑ ") + first.content[found.end() :]


_MATHEMATICS = re.compile(r"\\\(.{1,1000}?\\\)|\\\[.{1,1000}?\\\](?!\()", re.DOTALL)
_LONG_ADDRESS = re.compile(r"://\S{2000}")
_SCHEME = re.compile(r"(?:^|[^a-z0-9.+-])(https?)$", re.IGNORECASE)
_SCHEME_CHARS = 7
"""How far back one has to look for `https` and the character before it."""


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
    """The library's inline rule, kept from reading all that came before for each `://`.

    What it does with a long address takes time by the square of its length. Where it looks ahead,
    what came before is not the text that it takes it for, and it can stand still.
    """
    tail = state.pending[-_SCHEME_CHARS:]
    scheme = _SCHEME.search(tail)
    if scheme is None or not state.src.endswith(scheme[1], 0, state.pos):
        return False
    if _LONG_ADDRESS.match(state.src, state.pos):
        return False
    if before := state.pending[:-_SCHEME_CHARS]:
        state.pending = before
        state.pushPending()
        state.pending = tail
    return linkify(state, silent)


class _TooManySteps(Exception):
    """A text is not worth the steps that it takes."""


def _count_steps(parser: MarkdownIt) -> None:
    """Let the rules for blocks count how often they were asked; too often is too much."""
    ruler = parser.block.ruler
    chains = {
        name: ruler.getRules(name) for name in ("paragraph", "reference", "blockquote", "list")
    }
    for name, rule in zip(ruler.get_active_rules(), ruler.getRules(""), strict=True):
        alt = [chain for chain, rules in chains.items() if rule in rules]
        ruler.at(name, _counted(rule), {"alt": alt})


def _counted(rule: RuleFuncBlockType) -> RuleFuncBlockType:
    def counted(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        state.env["steps"] = steps = state.env.get("steps", 0) + 1
        if steps > _MAX_STEPS:
            raise _TooManySteps
        return rule(state, start, end, silent)

    return counted


def _make_parser(preset: str) -> MarkdownIt:
    """A parser that makes links of addresses too, if they begin with http:// or https://."""
    parser = MarkdownIt(preset, {"linkify": True}).enable("linkify")
    parser.core.ruler.disable("linkify")  # it looks for more than addresses that say http
    parser.inline.ruler.at("linkify", _link_address)
    parser.validateLink = _is_safe_link
    return parser


_markdown = _make_parser("js-default").disable("image")
_markdown.core.ruler.at("inline", _parse_inline)
_markdown.inline.ruler.before("escape", "mathematics", _keep_mathematics)
_markdown.block.ruler.before("list", "mathematics", _keep_display, {"alt": ["paragraph"]})
_markdown.core.ruler.push("tasks", _tick_tasks)
_markdown.options["highlight"] = highlight_code
_count_steps(_markdown)
_plain = _make_parser("zero")


def render_markdown(text: str) -> str:
    """The text as HTML that executes nothing and loads nothing from elsewhere."""
    end = _markdown_end(text)
    return _rendered(text[:end], rendered_for.get()) + render_plain(text[end:])


def split_markdown(text: str) -> tuple[str, str]:
    """The text in two: what may be read as Markdown, by another parser too, and what may not."""
    end = _markdown_end(text)
    try:
        blocks = _markdown.parse(text[:end])
    except _TooManySteps:
        return "", text
    if any(token.type == "inline" and _has_many_brackets(token) for token in blocks):
        return "", text
    return text[:end], text[end:]


def _markdown_end(text: str) -> int:
    """How much of the text is read as Markdown."""
    end = len(text)
    if end > MAX_MARKDOWN:
        end = max(0, text.rfind("\n\n", 0, MAX_MARKDOWN))
    lines = text[:end].split("\n")
    return 0 if max(line.count("|") for line in lines) * len(lines) > _MAX_CELLS else end


@lru_cache(_KEPT)
def _rendered(text: str, _whom: str) -> str:
    try:
        return str(_markdown.render(text))
    except _TooManySteps:
        return render_plain(text)


def render_plain(text: str) -> str:
    """The text as it is written, as one paragraph; nothing for no text."""
    lines = escapeHtml(text.strip("\n")).replace("\n", "<br>\n")
    return f"<p>{lines}</p>\n" if lines else ""


def render_inline(text: str) -> str:
    """As `render_markdown`, for a line inside of another element: no paragraphs, no lists."""
    if len(text) > MAX_MARKDOWN:
        return escapeHtml(text)
    return str(_markdown.renderInline(text))


def render_links(text: str) -> str:
    """The text as it is, escaped as by `html.escape`, in which addresses are links."""
    return str(_plain.renderInline(text)).replace("'", "&#x27;")
