"""What a turn took: the first text, the pace, the events, the bytes."""

from dataclasses import dataclass

from chatlab.events import AssistantMessage, ThreadStreamEvent
from chatlab.frontend.entries import Entry

__all__ = ["TurnStats"]

_KILO = 1000
_MIN_PACE_SECONDS = 0.05
"""Seconds; a text that came within less has no pace to speak of."""


@dataclass
class TurnStats:
    """Counts as the events come; times are in seconds, on the clock that the pane reads."""

    number: int
    started: float
    first_text: float | None = None
    last_text: float = 0.0
    tokens: int = 0
    events: int = 0
    bytes: int = 0

    def record(self, event: ThreadStreamEvent, size: int, now: float) -> None:
        """Count one event that came now; `size` is its length as JSON."""
        self.events += 1
        self.bytes += size
        if isinstance(event, AssistantMessage) and event.content:
            self.tokens += 1
            self.last_text = now
            if self.first_text is None:
                self.first_text = now

    def entry(self) -> Entry:
        """A line under the turn."""
        facts: list[str] = []
        if self.first_text is not None:
            facts.append(f"first text after {(self.first_text - self.started) * 1000:,.0f} ms")
            seconds = self.last_text - self.first_text
            if self.tokens > 1 and seconds >= _MIN_PACE_SECONDS:
                facts.append(f"{(self.tokens - 1) / seconds:,.0f} tokens a second")
        facts.append("1 event" if self.events == 1 else f"{self.events:,} events")
        facts.append(
            f"{self.bytes} bytes" if self.bytes < _KILO else f"{self.bytes / _KILO:,.1f} kB"
        )
        return {"key": f"turn-{self.number}", "kind": "stats", "text": " · ".join(facts)}
