"""Bob attacks, for every choice of four guards: what he hears, and what leaked (lesson 08)."""

import html
import re
from collections.abc import Collection
from itertools import combinations
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l08_identity_and_isolation.leaky_server import GUARDS, ask, task_server
from chatlab.taskbook import TaskBook
from chatlab.testing import CountingIds, FixedClock
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["four_guards", "make_scene", "run_attack"]

_CANARY = re.compile(r"(canary-[0-9a-f]{4})")
_ALICE = RequestContext(user_id="alice")
_BOB = RequestContext(user_id="bob")
_SECRETS = (
    "My door code is canary-4711",
    "Create a task: sell the ring canary-51be",
    "Create a task: call Dr. Wu canary-c2d9",
)
_NOBODYS = 99

_GUARDS = (
    ("thread", "The thread's owner is checked", "self.said[thread_id]", "self.thread(id, context)"),
    ("task", "The task's owner is checked", "book.find(id)", "book.get(context.user_id, id)"),
    (
        "argument",
        "The badge says who is asking",
        "book.list(user_id)",
        "book.list(context.user_id)",
    ),
    (
        "existence",
        "Not yours sounds like not there",
        'return "Task 41 is not yours."',
        'raise NotFoundError("task", id)',
    ),
)
"""For each guard: its name, what it does, and the line of code without it and with it."""


async def four_guards() -> None:
    """Let Bob attack a server with each choice of guards, and show all of it."""
    scene = await make_scene()
    display_live(demo_widget(__file__, scene=scene), _fallback(scene))


async def make_scene() -> dict[str, Any]:
    """What the browser needs: Alice's words, the guards, and sixteen attacks by their guards."""
    chosen = [set(some) for size in range(5) for some in combinations(GUARDS, size)]
    runs = [await run_attack(guards) for guards in chosen]
    return {
        "alice": runs[0]["alice"],
        "guards": [
            {"name": name, "title": title, "off": off, "on": on} for name, title, off, on in _GUARDS
        ],
        "runs": {
            "".join(str(int(guard in guards)) for guard in GUARDS): run["bob"]
            for guards, run in zip(chosen, runs, strict=True)
        },
    }


async def run_attack(guards: Collection[str]) -> dict[str, Any]:
    """Alice confides in a server with these guards; then Bob tries to get at it."""
    server = task_server(guards)(TaskBook(first_id=40), clock=FixedClock(), new_id=CountingIds())
    alice: list[dict[str, Any]] = []
    thread_id: str | None = None
    for text in _SECRETS:
        answer, thread_id = await ask(server, text, _ALICE, thread_id)
        alice.append({"said": _split_at_canaries(text), "answer": _split_at_canaries(answer)})
    bob: list[dict[str, Any]] = []

    async def tries(text: str, guard: str | None) -> str:
        answer, _ = await ask(server, text, _BOB)
        parts = _split_at_canaries(answer)
        bob.append(
            {
                "guard": guard,
                "said": text,
                "answer": parts,
                "leaks": any(part["canary"] for part in parts),
            }
        )
        return answer

    await tries(f"Recap {thread_id}", "thread")
    own_task = int(re.findall(r"\d+", await tries("Create a task: look around", None))[-1])
    alices_task = own_task - 1
    await tries(f"Show task {alices_task}", "task")
    await tries("List tasks of alice", "argument")
    existing_answer = (await tries(f"Complete task {alices_task}", "existence")).replace(
        str(alices_task), "#"
    )
    missing_answer = (await tries(f"Complete task {_NOBODYS}", None)).replace(str(_NOBODYS), "#")
    bob[-2]["leaks"] = existing_answer != missing_answer
    return {"alice": alice, "bob": bob}


def _split_at_canaries(text: str) -> list[dict[str, Any]]:
    """The text in pieces, so that the browser need not search: what is a canary, what is not."""
    pieces = _CANARY.split(text)
    return [
        {"text": piece, "canary": place % 2 == 1} for place, piece in enumerate(pieces) if piece
    ]


def _fallback(scene: dict[str, Any]) -> dict[str, str]:
    without, guarded = scene["runs"]["0000"], scene["runs"]["1111"]
    exact = sum(_leaks_match_guards(chosen, run) for chosen, run in scene["runs"].items())
    count = (
        f"{exact} of {len(scene['runs'])} combinations of guards: exactly what had no guard leaked."
    )
    titles = {guard["name"]: guard["title"] for guard in scene["guards"]}
    lines: list[str] = []
    body = ""
    for open_, shut in zip(without, guarded, strict=True):
        lines += [
            f"Bob: {open_['said']}",
            f"  without a guard: {_plain_text(open_)}",
            f"  with all guards: {_plain_text(shut)}",
        ]
        guard = titles.get(open_["guard"], "")
        body += (
            f"<tr><td {_CELL}><code>{html.escape(open_['said'])}</code><br>"
            f"<small>{html.escape(guard)}</small></td>"
            f"<td {_CELL}>{_marked_html(open_)}</td><td {_CELL}>{_marked_html(shut)}</td></tr>"
        )
    head = "".join(f"<th {_CELL}>{name}</th>" for name in ("Bob", "no guards", "all four guards"))
    return {
        "text/plain": "\n".join([*lines, count]),
        "text/html": (
            f"{FALLBACK_HTML}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{count}</p></div>"
        ),
    }


def _leaks_match_guards(chosen: str, run: list[dict[str, Any]]) -> bool:
    unguarded = {guard for guard, on in zip(GUARDS, chosen, strict=True) if on == "0"}
    return {row["guard"] for row in run if row["leaks"]} == unguarded


_CELL = 'style="text-align:left;vertical-align:top;padding:6px 12px"'
_GLOW = 'style="background:#ffb000;color:#1f1300;border-radius:4px;padding:0 4px"'


def _marked_html(row: dict[str, Any]) -> str:
    parts = [
        f"<mark {_GLOW}>{html.escape(part['text'])}</mark>"
        if part["canary"]
        else html.escape(part["text"])
        for part in row["answer"]
    ]
    return "".join(parts) + (" <strong>leak</strong>" if row["leaks"] else "")


def _plain_text(row: dict[str, Any]) -> str:
    return "".join(part["text"] for part in row["answer"]) + ("  (leak)" if row["leaks"] else "")
