"""An agent's run as arrows, with a limit, a tool that may break and a runaway (lesson 09)."""

import asyncio
import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from chatlab.clock import Clock, SystemClock
from chatlab.testing import CountingIds
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import LiveDemo

__all__ = ["ObservedStep", "Play", "back_and_forth"]

_MOST, _USUAL = 10, 5
_STEP_SECONDS, _FAST_STEP_SECONDS, _SLOW_STEPS = 0.6, 0.25, 12
"""Seconds between two arrows; after some, when it repeats itself, it goes faster."""

_BROKEN = {
    "no": "works",
    "told": "raises: the model is told",
    "fatal": "raises: the run breaks off",
}
_ENDLESS = {False: "stops when it is done", True: "never stops"}


class ObservedStep(Protocol):
    """Somebody said something to somebody."""

    @property
    def sender(self) -> str:
        """Who spoke: Alice, Runner, Model or Tool."""
        ...

    @property
    def receiver(self) -> str:
        """To whom."""
        ...

    @property
    def text(self) -> str:
        """What was said."""
        ...

    @property
    def failed(self) -> bool:
        """Whether it is bad news."""
        ...

    @property
    def tokens(self) -> int:
        """What the model has to read for it."""
        ...


class Play(Protocol):
    """Runs an agent once, and tells of each step: `agent_steps` in `back_and_forth_run` is one."""

    def __call__(
        self,
        note: Callable[[Any], Awaitable[None]],
        *,
        max_turns: int,
        broken: Any,
        endless: bool,
        new_id: Any,
    ) -> Awaitable[None]:
        """Run to the end, however it ends."""
        ...


async def back_and_forth(play: Play) -> None:
    """Show who says what to whom while an agent works, and let the learner make it hard for it.

    Args:
        play: Runs the agent.
    """
    display_live(_AgentDemo(play).widget, await _fallback(play))


@dataclass
class _AgentRun:
    """What one run was set to, and what has happened in it so far."""

    max_turns: int = _USUAL
    broken: str = "no"
    endless: bool = False
    steps: list[ObservedStep] = field(default_factory=list[ObservedStep])
    state: str = "ready"

    async def play(self, play: Play, note: Callable[[ObservedStep], Awaitable[None]]) -> None:
        await play(
            note,
            max_turns=self.max_turns,
            broken=self.broken,
            endless=self.endless,
            new_id=CountingIds(),
        )

    async def keep(self, step: ObservedStep) -> None:
        self.steps.append(step)

    @property
    def model_calls(self) -> int:
        return sum(step.receiver == "Model" for step in self.steps)

    @property
    def tokens(self) -> int:
        return sum(step.tokens for step in self.steps)

    @property
    def successful_tool_calls(self) -> int:
        return sum(step.sender == "Tool" and not step.failed for step in self.steps)

    def snapshot(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "broken": self.broken,
            "max_turns": self.max_turns,
            "asked": self.model_calls,
            "tokens": self.tokens,
            "created": self.successful_tool_calls,
            "steps": [
                [step.sender, step.receiver, step.text, step.failed, step.tokens]
                for step in self.steps
            ],
        }


class _AgentDemo(LiveDemo):
    """Real runs on the kernel's loop, begun and stopped from the browser."""

    def __init__(self, play: Play, clock: Clock | None = None) -> None:
        scene = {"most": _MOST, "usual": _USUAL, "broken": _BROKEN}
        super().__init__(__file__, scene=scene, frame={"run": 0, **_AgentRun().snapshot()})
        self.task: asyncio.Task[None] | None = None
        self._play = play
        self._clock = clock or SystemClock()
        self._count = 0

    def on_message(self, message: dict[str, Any]) -> None:
        """A button was pressed."""
        match message:
            case {
                "type": "ask",
                "max_turns": int() as most,
                "broken": str() as broken,
                "endless": bool() as endless,
            } if broken in _BROKEN and (self.task is None or self.task.done()):
                self._count += 1
                run = _AgentRun(min(max(most, 1), _MOST), broken, endless, state="running")
                self.task = self.spawn(self._watch(run))
            case {"type": "stop"} if self.task is not None:
                self.task.cancel()
            case _:
                return

    async def _watch(self, run: _AgentRun) -> None:
        async def note(step: ObservedStep) -> None:
            await run.keep(step)
            self._show(run)
            await self._clock.sleep(
                _STEP_SECONDS if len(run.steps) <= _SLOW_STEPS else _FAST_STEP_SECONDS
            )

        self._show(run)
        try:
            await run.play(self._play, note)
            run.state = "over"
        except asyncio.CancelledError:
            run.state = "stopped"
        except Exception:
            run.state = "broken"
            raise
        finally:
            self._show(run)

    def _show(self, run: _AgentRun) -> None:
        self.widget.frame = {"run": self._count, **run.snapshot()}


async def _fallback(play: Play) -> dict[str, str]:
    """One run arrow by arrow, and how all the others end."""
    runs = [_AgentRun(broken=broken, endless=endless) for endless in _ENDLESS for broken in _BROKEN]
    for run in runs:
        await run.play(play, run.keep)
    arrows = [f"{step.sender:6} → {step.receiver:6} {step.text}" for step in runs[0].steps]
    head = ("the model", "the tool", "asked", "tokens read", "tasks", "Alice reads")
    rows = [
        (
            _ENDLESS[run.endless],
            _BROKEN[run.broken],
            f"{run.model_calls} of {run.max_turns}",
            str(run.tokens),
            str(run.successful_tool_calls),
            run.steps[-1].text,
        )
        for run in runs
    ]
    wide = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()
        for row in (head, *rows)
    ]
    arrows_html = html.escape("\n".join(arrows))
    table = "".join(_row("td", row) for row in rows)
    return {
        "text/plain": "\n".join([*arrows, "", *lines]),
        "text/html": (
            f"{FALLBACK_HTML}<pre>{arrows_html}</pre><table><thead>{_row('th', head)}</thead>"
            f"<tbody>{table}</tbody></table></div>"
        ),
    }


def _row(tag: str, cells: tuple[str, ...]) -> str:
    inner = "".join(
        f'<{tag} style="text-align:left;padding:4px 10px">{html.escape(cell)}</{tag}>'
        for cell in cells
    )
    return f"<tr>{inner}</tr>"
