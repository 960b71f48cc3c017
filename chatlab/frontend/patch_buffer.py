"""Collects patches until the next frame to a browser, and joins texts of one entry."""

from chatlab.frontend.view_model import Patch

__all__ = ["PatchBuffer"]


class PatchBuffer:
    """Patches in order, not sent yet."""

    def __init__(self) -> None:
        self._patches: list[Patch] = []

    def add(self, patch: Patch) -> None:
        """Append the patch; text is joined to the text before it if that is for the same entry.

        `cuts` then holds a pair for each piece: milliseconds after the piece before, and length.
        """
        last = self._patches[-1] if self._patches else {}
        if "add" in patch and last.get("key") == patch["key"] and "add" in last:
            last["add"] += patch["add"]
            last["cuts"] += [patch["cuts"][0] - last["at"], patch["cuts"][1]]
            last["at"] = patch["cuts"][0]
        else:
            self._patches.append(patch | {"at": patch["cuts"][0]} if "add" in patch else patch)

    def drain(self) -> list[Patch]:
        """Return all patches, and empty the buffer."""
        patches, self._patches = self._patches, []
        for patch in patches:
            patch.pop("at", None)
        return patches
