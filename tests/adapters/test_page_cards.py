"""The page's widgets: each kind by keyboard and by name, and cards that were answered."""

import pytest
from page_visits import accessible, box, connection, idle, say, served_page, shot, status
from playwright.sync_api import expect
from serving import client_of

from chatlab import Action, AssistantMessage, Button, Card, ChatKitServer, Row, Text, Widget
from chatlab.items import Form, Input, Select

pytestmark = pytest.mark.browser

REPLY = ".chatlab-assistant"

FOCUSED = """(({ labels, textContent }) =>
  labels?.[0]?.firstChild.textContent ?? textContent)(document.activeElement)"""


def task(number):
    done = Button(label=f"Complete {number}", action=Action(type="complete", payload={"n": number}))
    return Row(children=(Text(value=f"Task **{number}**"), done))


FORM = Form(
    children=(
        Input(name="title", label="Title", required=True),
        Input(name="unnamed"),
        Select(name="priority", label="Priority", options=("low", "high"), value="high"),
    ),
    action=Action(type="create"),
    submit="Create",
)
EVERYTHING = Card(
    title="Your tasks",
    children=(
        task(1),
        task(2),
        Button(label="Nothing", action=Action(type="nothing")),
        Button(label="Break", action=Action(type="break")),
        FORM,
    ),
)

TALL = Card(
    children=(
        *(Text(value=f"Line {number}") for number in range(40)),
        Button(label="Shrink", action=Action(type="shrink")),
    )
)


class Cards(ChatKitServer):
    """Shows a card with everything in it; leaves it as it is, or breaks."""

    def __init__(self):
        super().__init__()
        self.held = False
        self.broken = True

    async def respond(self, thread, input, context):
        if input is None:
            return
        if input.content == "break":
            raise ZeroDivisionError("a fault of mine")
        if input.content == "half":
            yield AssistantMessage(content="Only half")
            while self.held:
                await self.clock.sleep(0.01)
            if self.broken:
                raise ZeroDivisionError("a fault of mine")
            return
        yield Widget(root=TALL if input.content == "tall" else EVERYTHING)

    async def action(self, thread, action, sender, context):
        if action.type == "break":
            raise ZeroDivisionError("a fault of mine")
        if action.type == "shrink":
            yield Widget(item_id=sender.id, root=Text(value="Short now."))
            for number in range(30):
                yield AssistantMessage(content=f"Line {number}\n\n", end=True)
                await self.clock.sleep(0.01)
            return
        said = ", ".join(f"{name}={value}" for name, value in action.payload.items())
        yield AssistantMessage(content=f"{action.type}: {said}")


@pytest.fixture
def cards():
    return Cards()


@pytest.fixture
def url(cards):
    with served_page(cards) as found:
        yield found


def shown(tab, url):
    page = tab(url)
    say(page, "cards")
    status(page, "Answer complete.")
    return page


def button(page, name):
    return page.locator(".chatlab-widget").get_by_role("button", name=name, exact=True)


def test_every_widget_has_a_name_and_is_reached_by_keyboard_in_order(tab, url):
    page = shown(tab, url)
    expect(page.locator(".chatlab-widget")).to_match_aria_snapshot("""
      - article "Widget":
        - text: Your tasks
        - paragraph:
          - text: Task
          - strong: "1"
        - button "Complete 1"
        - paragraph:
          - text: Task
          - strong: "2"
        - button "Complete 2"
        - button "Nothing"
        - button "Break"
        - text: Title
        - textbox "Title"
        - text: unnamed
        - textbox "unnamed"
        - text: Priority
        - combobox "Priority":
          - option "low"
          - option "high" [selected]
        - button "Create"
    """)
    accessible(page)
    button(page, "Complete 1").focus()
    names = []
    for _ in range(7):
        page.keyboard.press("Tab")
        names.append(page.evaluate(FOCUSED))
    assert names == ["Complete 2", "Nothing", "Break", "Title", "unnamed", "Priority", "Create"]


def test_an_answered_row_retires_here_in_another_tab_and_after_a_reload(tab, url):
    page = shown(tab, url)
    other = tab(url, page.url.removeprefix(f"{url}/"))
    page.get_by_label("Title").fill("kept while others are answered")
    button(page, "Complete 1").press("Enter")
    status(page, "Answer complete.")
    expect(box(page)).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("kept while others are answered")
    accessible(page)
    shot(page, "answered")
    other.reload()
    for seen in (page, other):
        expect(seen.get_by_text("✓ Answered")).to_have_count(1)
        expect(button(seen, "Complete 1")).to_be_disabled()
        expect(button(seen, "Complete 2")).to_be_enabled()
        expect(button(seen, "Nothing")).to_be_enabled()
    button(other, "Nothing").press("Enter")
    expect(page.get_by_text("✓ Answered")).to_have_count(2)
    expect(button(page, "Break")).to_be_disabled()
    idle(page)
    page.get_by_role("button", name="Answer again: Complete 1").press("Enter")
    expect(button(page, "Complete 1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(REPLY)).to_have_text(["complete: n=1", "nothing:", "complete: n=1"])


def test_a_click_that_did_not_arrive_can_be_tried_again_once_the_server_is_back(tab, url):
    page = shown(tab, url)
    page.context.set_offline(True)
    expect(connection(page)).to_have_text("This device is offline")
    button(page, "Complete 1").press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The server does not answer.")
    page.context.set_offline(False)
    expect(connection(page)).to_have_text("Connected")
    expect(alert).to_have_count(1)
    alert.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator(REPLY)).to_have_text("complete: n=1")
    expect(alert).to_have_count(0)


def test_an_answered_form_shows_what_was_said(tab, url):
    page = shown(tab, url)
    page.get_by_label("Title").fill("milk")
    page.get_by_label("Title").press("Enter")
    expect(page.locator(REPLY)).to_have_text("create: title=milk, unnamed=, priority=high")
    status(page, "Answer complete.")
    expect(box(page)).to_be_focused()
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("milk")
    for field in (page.get_by_label("Title"), page.get_by_label("Priority")):
        expect(field).to_be_disabled()
    expect(button(page, "Complete 1")).to_be_enabled()
    accessible(page)


def test_what_failed_is_not_answered_and_what_was_clicked_in_no_card_retires_none(tab, url):
    page = shown(tab, url)
    button(page, "Break").press("Enter")
    status(page, "It failed. See the error.")
    expect(page.get_by_text("✓ Answered")).to_have_count(0)
    thread_id = page.url.partition("#")[2]
    with client_of(url) as alice:
        message = alice.get(f"/api/threads/{thread_id}").json()["items"]["data"][0]
        for item_id in (message["id"], "msg_that_is_none"):
            body = {"action": {"type": "nothing"}, "item_id": item_id}
            alice.post(f"/api/threads/{thread_id}/actions", json=body)
    page.reload()
    expect(button(page, "Break")).to_be_enabled()
    expect(page.get_by_text("✓ Answered")).to_have_count(0)


def test_why_it_stopped_or_failed_is_there_after_a_reload(tab, url, cards):
    page = tab(url)
    cards.held = True
    say(page, "half")
    expect(page.locator(REPLY)).to_have_text("Only half")
    box(page).press("Escape")
    stopped = page.get_by_text("Not finished: you stopped it")
    expect(stopped).to_be_visible()
    page.reload()
    expect(stopped).to_be_visible()
    cards.held = False
    say(page, "half")
    status(page, "It failed. See the error.")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    expect(stopped).to_be_visible()
    cards.broken = False
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(REPLY).last).to_have_text("Only half")
    cards.broken = True
    say(page, "half")
    status(page, "It failed. See the error.")
    say(page, "cards")
    status(page, "Answer complete.")
    page.reload()
    expect(page.get_by_text("Not finished: Something went wrong")).to_be_visible()


def test_a_failure_without_a_word_is_there_after_a_reload(tab, url):
    page = tab(url)
    say(page, "break")
    status(page, "It failed. See the error.")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    say(page, "cards")
    status(page, "Answer complete.")
    page.reload()
    expect(button(page, "Create")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_card_that_becomes_shorter_does_not_end_the_scrolling_with_the_answer(tab, url):
    page = tab(url)
    for _ in range(2):
        say(page, "cards")
        status(page, "Answer complete.")
    say(page, "tall")
    status(page, "Answer complete.")
    button(page, "Shrink").press("Enter")
    status(page, "Answer complete.")
    expect(page.locator(REPLY).last).to_have_text("Line 29")
    expect(page.locator(REPLY).last).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_role("button", name="Latest")).to_be_hidden()
