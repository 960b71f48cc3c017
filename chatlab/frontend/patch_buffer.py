"""Patches that wait for the next frame to a browser: text for one entry travels together."""

from chatlab.frontend.view_model import Patch

__all__ = ["PatchBuffer"]


class PatchBuffer:
    """What waits, in order."""

    def __init__(self) -> None:
        self._waiting: list[Patch] = []

    def add(self, patch: Patch) -> None:
        """Let it wait; text joins the text before it, and `cuts` says where each piece ends."""
        last = self._waiting[-1] if self._waiting else {}
        if "add" in patch and last.get("key") == patch["key"] and "add" in last:
            at = last["at"]
            last["add"] += patch["add"]
            last["cuts"] += [patch["cuts"][0] - at, patch["cuts"][1]]
            last["at"] = patch["cuts"][0]
        else:
            self._waiting.append(patch | {"at": patch["cuts"][0]} if "add" in patch else patch)

    def drain(self) -> list[Patch]:
        """All that waited; from now on nothing does."""
        taken, self._waiting = self._waiting, []
        for patch in taken:
            patch.pop("at", None)
        return taken
