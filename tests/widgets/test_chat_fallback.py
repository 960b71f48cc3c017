"""The copy that a saved notebook keeps: it reads well anywhere, and stays small."""

import re

import pytest

from chatlab.frontend.view_model import ChatViewModel
from chatlab.items import AssistantMessageItem, UserMessageItem
from chatlab.testing import FixedClock
from chatlab.widgets.chat_fallback import render_fallback


def talk(count, letters=10):
    board = ChatViewModel()
    for n in range(count):
        kind = AssistantMessageItem if n % 2 else UserMessageItem
        text = f"{n}: {'x' * letters}"
        board.show_item(
            kind(id=f"msg_{n}", thread_id="thr", content=text, timestamp=FixedClock().now())
        )
    return board


def as_a_strict_site_shows_it(text):
    """Without styles, classes and scripts, as GitHub shows a notebook."""
    text = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r' (style|class)="[^"]*"', "", text)
    text = re.sub(r"<(/?)(div|p|br|pre|ul|li|table|tr)[^>]*>", "\n", text)
    return [line for line in re.sub(r"<[^>]+>", "", text).splitlines() if line.strip()]


def test_it_reads_well_where_styles_are_taken_away():
    board = ChatViewModel()
    common = {"thread_id": "thr", "timestamp": FixedClock().now()}
    board.show_item(UserMessageItem(id="msg_1", content="Two lines:\nthis <one>", **common))
    board.show_item(AssistantMessageItem(id="msg_2", content="It costs $5, not $6.", **common))
    shown = as_a_strict_site_shows_it(render_fallback(board, "alice")["text/html"])
    assert shown == [
        "alice",
        "Two lines:",
        "this &lt;one&gt;",
        "Assistant",
        "It costs $5, not $6.",
    ]


def test_a_conversation_of_10000_items_is_copied_from_its_end():
    copy = render_fallback(talk(10_000))
    first, second, *_, last = copy["text/plain"].splitlines()
    assert first == "(9,800 earlier entries, not in this copy)"
    assert second == f"You: 9800: {'x' * 10}"
    assert last == f"Assistant: 9999: {'x' * 10}"
    assert copy["text/html"].count("<b>You</b>") == 100


@pytest.mark.parametrize("letters", [1_000, 50_000, 150_000, 500_000])
def test_its_size_is_bounded_however_long_the_messages_are(letters):
    copy = render_fallback(talk(300, letters))
    assert len(copy["text/html"]) < 250_000 + letters
    assert copy["text/plain"].endswith("x" * letters)


def test_a_short_conversation_is_copied_whole():
    assert "earlier" not in render_fallback(talk(200))["text/plain"]


def test_only_text_from_right_to_left_asks_for_its_direction():
    board, common = ChatViewModel(), {"thread_id": "thr", "timestamp": FixedClock().now()}
    board.show_item(UserMessageItem(id="msg_1", content="שלום https://a.b/c", **common))
    board.show_item(AssistantMessageItem(id="msg_2", content="hello", **common))
    html = render_fallback(board)["text/html"]
    assert html.count('dir="auto"') == 1
    assert '<a href="https://a.b/c">' in html


def test_a_message_of_line_ends_alone_is_no_box():
    board = ChatViewModel()
    common = {"id": "msg", "thread_id": "thr", "timestamp": FixedClock().now()}
    board.show_item(AssistantMessageItem(content="\n\n", **common))
    assert render_fallback(board)["text/plain"] == "(nothing was said)"
    assert "Assistant" not in render_fallback(board)["text/html"]
