"""A key that is copied, a log-out that ends nothing, and a clean-up: real sessions (lesson 07)."""

import html
from typing import Any

from chatlab.errors import SessionError
from chatlab.sessions import MemorySessionStore, Sessions
from chatlab.testing import CountingIds, FixedClock
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import LiveDemo

__all__ = ["stolen_key"]

_MINUTES = 20
_MOST_SESSIONS = 4


async def stolen_key() -> None:
    """Show Alice, Mallory and the server's session store, with buttons for what each can do."""
    demo = _StolenKey()
    await demo.log_in()
    display_live(demo.widget, _fallback(demo.widget.frame))


class _StolenKey(LiveDemo):
    """Two people with a key or without one, and the sessions that the server keeps."""

    def __init__(self) -> None:
        super().__init__(__file__, scene={"minutes": _MINUTES})
        self.clock = FixedClock()
        self.store = MemorySessionStore()
        self.sessions = Sessions(self.store, self.clock, new_id=CountingIds())
        self.keys: dict[str, str | None] = {"alice": None, "mallory": None}

    def on_message(self, message: dict[str, Any]) -> None:
        if self.tasks:
            return
        match message.get("type"):
            case "log_in":
                self.spawn(self.log_in())
            case "forget":
                self.spawn(self._forget())
            case "log_out":
                self.spawn(self._log_out())
            case "copy":
                self.spawn(self._copy())
            case "wait":
                self.spawn(self._wait())
            case "clean_up":
                self.spawn(self._clean_up())
            case "use" if message.get("who") in self.keys:
                self.spawn(self._use(message["who"]))
            case _:
                return

    async def log_in(self) -> None:
        """Alice logs in, and her browser keeps the key."""
        if len(await self.store.load_user("alice")) >= _MOST_SESSIONS:
            await self._show("The store is full of sessions. Clean up first.")
            return
        self.keys["alice"] = await self.sessions.create("alice")
        await self._show(f"Alice has logged in. Her browser keeps {self.keys['alice']}.")

    async def _forget(self) -> None:
        self.keys["alice"] = None
        await self._show(
            "The browser has forgotten the key. The server has not: look at its store."
        )

    async def _log_out(self) -> None:
        if key := self.keys["alice"]:
            await self.sessions.end(key)
            self.keys["alice"] = None
        await self._show(
            "The server has forgotten the session. Every copy of the key is worthless."
        )

    async def _copy(self) -> None:
        self.keys["mallory"] = self.keys["alice"]
        await self._show("Mallory has copied the key. Nobody can see that.", bad=True)

    async def _wait(self) -> None:
        self.clock.advance(60 * _MINUTES)
        await self._show(f"{_MINUTES} minutes pass.")

    async def _clean_up(self) -> None:
        count = await self.sessions.clean_up()
        sessions = "1 session was" if count == 1 else f"{count} sessions were"
        await self._show(f"clean_up(): {sessions} over, and deleted. Conversations stay.")

    async def _use(self, who: str) -> None:
        name = who.capitalize()
        try:
            context = await self.sessions.resume(self.keys[who] or "no key at all")
        except SessionError as error:
            await self._show(f"{name} is refused: {type(error).__name__}.")
            return
        if context.session is None:
            return
        until = context.session.expires_at.strftime("%H:%M")
        await self._show(
            f"To the server, {name} is {context.user_id}. The session is good until {until}.",
            bad=who == "mallory",
        )

    async def _show(self, note: str, *, bad: bool = False) -> None:
        now = self.clock.now()
        records = [
            {
                "hash": record.key_hash[:8],
                "user": record.user_id,
                "until": record.session.expires_at.strftime("%H:%M"),
                "over": record.session.expired(now),
            }
            for record in await self.store.load_user("alice")
        ]
        time = now.strftime("%H:%M")
        self.widget.frame = {
            "time": time, "keys": dict(self.keys), "records": records, "note": note, "bad": bad
        }  # fmt: skip


def _fallback(frame: dict[str, Any]) -> dict[str, str]:
    text = "\n".join(
        [
            f"{frame['time']}  Alice has {frame['keys']['alice']}, Mallory has nothing.",
            *(
                f"The server keeps {one['hash']}…, {one['user']}, good until {one['until']}."
                for one in frame["records"]
            ),
            "(Run this cell to let Mallory copy the key.)",
        ]
    )
    return {
        "text/plain": text,
        "text/html": f"{FALLBACK_HTML}<pre>{html.escape(text)}</pre></div>",
    }
