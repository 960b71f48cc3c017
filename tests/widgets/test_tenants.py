"""Customers side by side: the table says what the server really gives to whom."""

from typing import Any

import pytest

from chatlab import AssistantMessage, ChatKitServer, RequestContext
from chatlab.errors import InvalidInput
from chatlab.testing import CountingIds, FixedClock
from chatlab.widgets import Tenants
from chatlab.widgets.tenants.fallback import tenants_fallback

pytestmark = pytest.mark.anyio
ALICE, BOB = RequestContext(user_id="alice"), RequestContext(user_id="<b>bob</b>")


class Echo(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=f"{context.user_id} said {input.content}")


class Leaky(Echo):
    async def thread(self, thread_id, context, **more: Any):
        return await super().thread(thread_id, ALICE, **more)


def side_by_side(kind):
    return Tenants(kind(clock=FixedClock(), new_id=CountingIds()), [ALICE, BOB])


async def test_everybody_gets_their_own_thread_and_no_other():
    tenants = side_by_side(Echo)
    await tenants.say("alice", "canary")
    await tenants.say("<b>bob</b>", "hello")

    assert [
        (one["who"][:5], one["thread"], one["items"]) for one in await tenants.access_table()
    ] == [
        ("alice", "thr_1", 2),
        ("alice", "thr_2", None),
        ("<b>bo", "thr_1", None),
        ("<b>bo", "thr_2", 2),
    ]


async def test_a_server_that_leaks_is_found_out():
    tenants = side_by_side(Leaky)
    await tenants.say("alice", "canary")

    copy = tenants_fallback(tenants.views, await tenants.access_table())
    assert "<b>bob</b> asks for alice's thread thr_1: 2 items (a leak)" in copy["text/plain"]


async def test_the_still_copy_holds_each_conversation_apart_and_no_markup_of_theirs():
    tenants = side_by_side(Echo)
    await tenants.say("alice", "canary")
    copy = tenants_fallback(tenants.views, await tenants.access_table())

    assert copy["text/plain"].splitlines() == [
        "alice's chat",
        "  alice: canary",
        "  Assistant: alice said canary",
        "<b>bob</b>'s chat",
        "  (nothing was said)",
        "alice asks for alice's thread thr_1: 2 items",
        "<b>bob</b> asks for alice's thread thr_1: there is no such thread",
    ]
    assert "<b>bob</b> asks" not in copy["text/html"]
    assert "&lt;b&gt;bob&lt;/b&gt; asks" in copy["text/html"]


async def test_the_browser_is_told_of_the_doors_after_each_turn():
    tenants = side_by_side(Echo)
    for view in tenants.views.values():
        view.pane.connect()
        view.pane.on_settled = tenants._on_turn_end

    await tenants.say("alice", "canary")
    assert tenants.widget.doors == await tenants.access_table()
    assert len(tenants.widget.doors) == 2


async def test_only_different_customers_stand_side_by_side_and_only_they_speak():
    with pytest.raises(InvalidInput, match="two or more different customers"):
        Tenants(Echo(), [ALICE, ALICE])
    with pytest.raises(InvalidInput, match="two or more different customers"):
        Tenants(Echo(), [ALICE])
    with pytest.raises(InvalidInput, match="Here is 'alice'"):
        await side_by_side(Echo).say("mallory", "hi")
