"""Colours for code in Markdown: Pygments says what is a keyword, a string, a comment.

Whoever writes the code need not be whoever waits for it: only languages whose lexers are quick, and
only code of some length, are read; any other is shown as it is written.
"""

import re
from collections.abc import Callable
from functools import cache

from pygments import highlight, lexers
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer

__all__ = ["highlight_code"]

_LANGUAGES = {
    **dict.fromkeys(("python", "py", "python3"), "python"),
    **dict.fromkeys(("bash", "sh", "shell"), "bash"),
    **dict.fromkeys(("javascript", "js"), "javascript"),
    **{name: name for name in ("json", "sql", "toml", "css")},
}
_MAX_CODE = 4_000
_MAX_LINE = 500
_LONG_BLANK = re.compile(r"[ \t]{33}")
"""What the lexers would read again from each of its characters."""

_formatter = HtmlFormatter[str](nowrap=True, classprefix="chatlab-code-")


@cache
def _lexer(name: str) -> Lexer:
    find: Callable[..., Lexer] = vars(lexers)["get_lexer_by_name"]
    return find(name, stripnl=False)


def highlight_code(code: str, language: str, _attributes: str = "") -> str:
    """The code as HTML with a class for each kind of word; empty if it is to be shown as it is."""
    name = _LANGUAGES.get(language.lower())
    if name is None or len(code) > _MAX_CODE or _LONG_BLANK.search(code):
        return ""
    if max(map(len, code.split("\n"))) > _MAX_LINE:
        return ""
    return highlight(code, _lexer(name), _formatter)
