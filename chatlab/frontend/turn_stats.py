"""Statistics of a turn: time to the first text, tokens a second, events, bytes."""

from dataclasses import dataclass

from chatlab.events import AssistantMessage, ThreadStreamEvent
from chatlab.frontend.entries import Entry

__all__ = ["TurnStats"]

_KILOBYTE = 1000
_MIN_PACE_SECONDS = 0.05
"""A text that came within less has no pace worth telling."""


@dataclass
class TurnStats:
    """Counted as events come; times are in seconds, on the view model's monotonic clock."""

    number: int
    started_at: float
    first_text_at: float | None = None
    last_text_at: float = 0.0
    token_count: int = 0
    event_count: int = 0
    byte_count: int = 0

    def record(self, event: ThreadStreamEvent, size: int, now: float) -> None:
        """Count one event that came now; `size` is its length as JSON."""
        self.event_count += 1
        self.byte_count += size
        if isinstance(event, AssistantMessage) and event.content:
            self.token_count += 1
            self.last_text_at = now
            if self.first_text_at is None:
                self.first_text_at = now

    def entry(self) -> Entry:
        """The entry with these statistics, shown as a line under the turn."""
        facts: list[str] = []
        if self.first_text_at is not None:
            facts.append(
                f"first text after {(self.first_text_at - self.started_at) * 1000:,.0f} ms"
            )
            seconds = self.last_text_at - self.first_text_at
            if self.token_count > 1 and seconds >= _MIN_PACE_SECONDS:
                facts.append(f"{(self.token_count - 1) / seconds:,.0f} tokens a second")
        facts.append("1 event" if self.event_count == 1 else f"{self.event_count:,} events")
        facts.append(
            f"{self.byte_count} bytes"
            if self.byte_count < _KILOBYTE
            else f"{self.byte_count / _KILOBYTE:,.1f} kB"
        )
        return {"key": f"turn-{self.number}", "kind": "stats", "text": " · ".join(facts)}
