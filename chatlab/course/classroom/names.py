"""Who handed a file in, by its name: as Moodle writes it, as Canvas does, or as a person does."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

__all__ = ["Sender", "clean_name", "clean_text", "file_names", "sender_of", "tell_apart"]

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d{1,18})_assignsubmission_[a-z]+(_.*)?", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>[1-9]\d{0,17})_[1-9]\d{0,17}_.+", re.DOTALL
)
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_KEPT = "\n\t\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_MAX_NAME = 80
_MAX_FILE_NAME = 60
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


@dataclass(frozen=True)
class Sender:
    """Whose a file is.

    Attributes:
        raw: The name as it was found.
        system: `"moodle"`, `"canvas"`, or "" for a folder or a file that somebody named.
        id: The system's number for them; "" if there is none. Canvas numbers people; Moodle numbers
            them anew for each assignment.
        late: Whether the name says that it came late.
        place: The folders and archives that it was found in: a download, mostly.
    """

    raw: str
    system: str = ""
    id: str = ""
    late: bool = False
    place: tuple[str, ...] = ()


def sender_of(names: Sequence[str]) -> Sender:
    """Whose file it is.

    Args:
        names: The folders it is in, from the outermost, archives among them, and its own name.
    """
    for depth, name in enumerate(names):
        if found := _MOODLE.fullmatch(name):
            return Sender(found["name"], "moodle", found["id"], place=tuple(names[:depth]))
    for depth, name in enumerate(names):
        found = _CANVAS.fullmatch(name)
        if found and name.lower().endswith((".ipynb", ".zip")):
            late = bool(found["late"])
            return Sender(found["name"], "canvas", found["id"], late, tuple(names[:depth]))
    return Sender(re.sub(r"(?i)\.(ipynb|zip)$", "", names[0]) or names[0])


def clean_text(text: str) -> str:
    """The text without what nobody sees or what turns others round; lines and tabs stay."""
    return "".join(
        character
        if character in _KEPT or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        else _REPLACEMENT
        for character in text
    )


def clean_name(name: str) -> str:
    """The name on one line, composed, of at most 80 characters."""
    text = clean_text(unicodedata.normalize("NFC", name[: 4 * _MAX_NAME]))
    return " ".join(text.split())[:_MAX_NAME].strip() or _REPLACEMENT


def tell_apart(senders: Iterable[Sender]) -> dict[Sender, str]:
    """A name for each sender, the same for the same person, another for another.

    Two numbers for one name in one place are two people; so are two names that only look the same.
    """
    ids: dict[tuple[tuple[str, ...], str, str], set[str]] = {}
    raws: dict[str, set[str]] = {}
    senders = list(dict.fromkeys(senders))
    for sender in senders:
        name = clean_name(sender.raw)
        ids.setdefault((sender.place, sender.system, name), set()).add(sender.id)
        raws.setdefault(name.casefold(), set()).add(unicodedata.normalize("NFC", sender.raw))
    names: dict[Sender, str] = {}
    for sender in senders:
        name = clean_name(sender.raw)
        if len(ids[sender.place, sender.system, name]) > 1:
            name = f"{name} ({sender.id})"
        elif len(raws[name.casefold()]) > 1 and unicodedata.normalize("NFC", sender.raw) != name:
            name = f"{name} (#{_digest(sender.raw)})"
        names[sender] = name
    return names


def file_names(names: Iterable[str]) -> dict[str, str]:
    """For each name that of a file, without an ending; every system takes it, and none twice."""
    names = list(names)
    short = {name: _short(name) for name in names}
    counts = Counter(found.casefold() for found in short.values())
    return {
        name: found
        if found == name and counts[found.casefold()] == 1 and not _DEVICES.match(found)
        else f"{found}-{_digest(name)}"
        for name, found in short.items()
    }


def _short(name: str) -> str:
    plain = re.sub(r"[^\w .,()-]", "_", name).strip(" .")
    return plain.encode()[:_MAX_FILE_NAME].decode(errors="ignore").strip(" .") or "_"


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:6]
