"""What an id or a name from outside may look like (lesson 08).

A line break in a name forges a line of a log; a control character, a name that programs use.
"""

import re

from chatlab.errors import InvalidInput

__all__ = ["ID_PATTERN", "MAX_NAME", "check_id", "check_name", "check_text"]

ID_PATTERN = r"^[A-Za-z0-9_-]{1,100}$"
"""The ids that a client may ask for, in every protocol."""

MAX_NAME = 255
"""The longest name or id that is kept, in characters."""

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line breaks, and halves of characters."""


def check_id(what: str, id: str) -> str:
    """The id, if a client may ask for it.

    Raises:
        InvalidInput: It may not.
    """
    if not re.fullmatch(ID_PATTERN.strip("^$"), id):
        fix = "Use 1 to 100 English letters, digits, hyphens and underscores."
        raise InvalidInput(what, f"is {id!r:.80}", fix)
    return id


def check_name(what: str, name: str, most: int = MAX_NAME) -> str:
    """The name, if it can be kept and be seen: of a user, a thread, an item, a key, a tool.

    Raises:
        InvalidInput: It is blank, longer than `most`, or has a character that nobody sees.
    """
    if not name:
        raise InvalidInput(what, "is blank", f"Use 1 to {most} characters.")
    if len(name) > most:
        raise InvalidInput(what, f"has {len(name):,} characters", f"Use 1 to {most}.")
    if found := _UNSEEN.search(name):
        raise InvalidInput(what, f"has a control character, {found[0]!r}", "Leave it out.")
    return name


def check_text(what: str, text: str, most: int) -> str:
    """The text, if every store can keep it.

    Raises:
        InvalidInput: It is longer than `most`, or holds a NUL character.
    """
    if len(text) > most:
        raise InvalidInput(what, f"has {len(text):,} characters", f"Send at most {most:,}.")
    if "\0" in text:
        raise InvalidInput(what, "contains a NUL character", "Leave it out.")
    return text
