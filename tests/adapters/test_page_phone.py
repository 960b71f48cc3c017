"""The page on a phone, where the list of conversations lies over the conversation."""

import pytest
from page_visits import accessible, box, connection, say, served_page, shot, status, users
from playwright.sync_api import expect

from chatlab import AssistantMessage, ChatKitServer, ToolStatus

pytestmark = pytest.mark.browser


class Planner(ChatKitServer):
    """Answers with a title and a tool."""

    async def respond(self, thread, input, context):
        if input is None:
            return
        yield ToolStatus(tool="plan", status="completed", detail="Planned")
        yield AssistantMessage(content="# The plan\n\nBuy milk.")


@pytest.fixture
def url():
    with served_page(Planner()) as found:
        yield found


@pytest.fixture
def phone(tab, url):
    page = tab(url, has_touch=True, is_mobile=True)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def test_a_title_in_an_answer_is_seen(phone):
    say(phone, "plan")
    status(phone, "Answer complete.")
    title = phone.get_by_role("heading", name="The plan")
    expect(title).to_be_in_viewport(ratio=1)
    assert title.bounding_box()["width"] > 100
    assert phone.locator(".chatlab-chip .chatlab-note").bounding_box()["width"] <= 1
    shot(phone, "phone_title")


def test_a_message_is_edited_in_a_box_that_is_seen_whole(phone):
    say(phone, "plan")
    status(phone, "Answer complete.")
    phone.get_by_role("button", name="Edit").click()
    field = phone.get_by_label("Edit your message")
    expect(field).to_be_focused()
    inside, around = field.bounding_box(), phone.locator(".chatlab-log").bounding_box()
    assert inside["x"] > around["x"]
    assert inside["x"] + inside["width"] < around["x"] + around["width"]
    shot(phone, "phone_edit")


def test_the_open_conversation_is_deleted_and_brought_back(phone):
    say(phone, "plan")
    status(phone, "Answer complete.")
    menu = phone.get_by_role("button", name="Conversations")
    menu.click()
    phone.get_by_label("More about plan").click()
    phone.get_by_role("button", name="Delete").click()
    undo = phone.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(undo).to_be_in_viewport(ratio=1)
    expect(users(phone)).to_have_count(0)
    accessible(phone)
    shot(phone, "phone_undo")
    undo.click()
    expect(users(phone)).to_have_text(["plan"])
    expect(undo).not_to_be_visible()
    expect(box(phone)).to_be_focused()


def test_the_list_begins_below_the_header_however_high_that_is(phone):
    phone.context.set_offline(True)
    expect(connection(phone)).to_have_text("This device is offline")
    phone.get_by_role("button", name="Conversations").click()
    header = phone.locator("header").bounding_box()
    below = phone.get_by_role("navigation").bounding_box()
    assert below["y"] == header["height"]
    assert header["height"] < 90
    phone.context.set_offline(False)
    expect(connection(phone)).to_have_text("Connected")
