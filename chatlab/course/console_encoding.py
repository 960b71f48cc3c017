"""Standard streams that end no command because of a character.

A Windows console, a pipe or a C locale may have an encoding that lacks `✓`. Signs that carry a
result become plain ones, and whatever else there is no character for a question mark.
"""

import codecs
import io
import sys

__all__ = ["accept_any_text"]

_PLAIN = {"✓": "+", "✗": "x", "○": "o", "…": "~", "–": "-", "›": ">", "·": "-", "“": '"', "”": '"'}
_HANDLER = "chatlab.plain"


def accept_any_text() -> None:
    """Let standard output, error and input replace what their encoding cannot say."""
    codecs.register_error(_HANDLER, _plain_signs)
    for stream, errors in ((sys.stdout, _HANDLER), (sys.stderr, _HANDLER), (sys.stdin, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _plain_signs(error: UnicodeError) -> tuple[str, int]:
    """See `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in lost), error.end
