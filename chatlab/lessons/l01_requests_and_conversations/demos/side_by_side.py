"""REST and chat side by side: say the same to both, and see which one needs an id (lesson 01)."""

import html
from collections.abc import Iterator
from dataclasses import asdict

from chatlab.lessons.l01_requests_and_conversations.demos.side_by_side_run import (
    MESSAGES,
    ChatReply,
    RestExchange,
    Step,
    run_every_step,
)
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["side_by_side"]


async def side_by_side() -> None:
    """Send each message to a FastAPI app and to a chat server, and show what came of it."""
    steps = await run_every_step()
    scene = {
        "messages": MESSAGES,
        "steps": {
            created: {name: asdict(step) for name, step in found.items()}
            for created, found in steps.items()
        },
    }
    display_live(demo_widget(__file__, scene=scene), _fallback(steps))


def _fallback(steps: dict[str, dict[str, Step]]) -> dict[str, str]:
    create, ask = steps[""]["groceries"], steps["groceries"]["its"]
    rows = [
        ("groceries", "", create.without_id, create.reply),
        ("its", "without the id", ask.without_id, ask.reply),
        ("its", "with the id", ask.with_id, ask.reply),
    ]
    table = "".join(_row(*row) for row in rows)
    head = "".join(f"<th {_CELL}>{name}</th>" for name in ("Alice", "REST API", "Chat server"))
    return {
        "text/html": f"{FALLBACK_HTML}<table><thead><tr>{head}</tr></thead>{table}</table></div>",
        "text/plain": "\n".join(line for row in rows for line in _lines(*row)),
    }


_CELL = 'style="text-align:left;vertical-align:top;padding:6px 12px"'


def _row(name: str, client: str, exchange: RestExchange, reply: ChatReply) -> str:
    who = f"<br><small>the REST client comes {client}</small>" if client else ""
    rest = "<br>".join(
        f"<code>{html.escape(line)}</code>" for line in _rest_exchange_lines(exchange)
    )
    chat = "<br>".join(html.escape(line) for line in _chat_reply_lines(reply))
    message = html.escape(MESSAGES[name])
    return f"<tr><td {_CELL}>{message}{who}</td><td {_CELL}>{rest}</td><td {_CELL}>{chat}</td></tr>"


def _lines(name: str, client: str, exchange: RestExchange, reply: ChatReply) -> Iterator[str]:
    yield f"Alice: {MESSAGES[name]}"
    yield f"  REST API{', a client ' + client if client else ''}"
    yield from (f"    {line}" for line in _rest_exchange_lines(exchange))
    yield "  Chat server"
    yield from (f"    {line}" for line in _chat_reply_lines(reply))


def _rest_exchange_lines(exchange: RestExchange) -> list[str]:
    sent = f"{exchange.method} {exchange.path} {exchange.body}".rstrip()
    return [sent, f"{exchange.status} {exchange.reason}", exchange.answer]


def _chat_reply_lines(reply: ChatReply) -> list[str]:
    texts = [text for kind, text in reply.events if kind == "text"]
    return [
        *(f"event: {text}" for kind, text in reply.events if kind != "text"),
        f"{len(texts)} events: {' | '.join(text.strip() for text in texts)}",
    ]
