"""Patches without what the browser has already: a finished message does not say its text again."""

from chatlab.front.board import Patch

__all__ = ["Lean"]


class Lean:
    """Remembers which messages have gone out piece by piece; the browser keeps their text."""

    def __init__(self) -> None:
        self._streamed: set[str] = set()

    def of(self, patch: Patch) -> Patch:
        """The patch, as short as the browser can do with."""
        entry, item = patch.get("put", {}), patch.get("event", {}).get("item", {})
        if entry.get("busy"):
            self._streamed.add(entry["key"])
        elif "html" in entry and entry["key"] in self._streamed:
            return {"put": {name: value for name, value in entry.items() if name != "text"}}
        elif item.get("type") == "assistant_message" and item["id"] in self._streamed:
            self._streamed.discard(item["id"])
            short = {name: value for name, value in item.items() if name != "content"}
            return patch | {"event": patch["event"] | {"item": short}}
        return patch
