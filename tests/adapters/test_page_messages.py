"""What one does with messages, widgets and events on the page, and whether everybody can."""

import json
import re

import httpx
import pytest
from page_visits import accessible, box, connection, say, served_page, shot, status, users
from playwright.sync_api import expect
from room_servers import card

from chatlab import AssistantMessage, ChatKitServer, ToolStatus, Widget

pytestmark = pytest.mark.browser

REPLY = ".chatlab-assistant"
MARKDOWN = """Here is **code**:

```python
def greet(name):
    return f"Hello {name}"  # again
```

- [ ] water the plants
- [x] buy milk

| a | b |
|---|---|
| 1 | [link](https://example.org) |
"""


class Shows(ChatKitServer):
    """Shows what a page can show, and counts its answers."""

    def __init__(self):
        super().__init__()
        self.count = 0
        self.held = False

    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content="Hello.")
            return
        self.count += 1
        if input.content == "markdown":
            for word in MARKDOWN.split(" "):
                yield AssistantMessage(content=f"{word} ")
        elif input.content == "card":
            yield Widget(root=card())
        elif input.content == "wait":
            yield ToolStatus(tool="wait", status="running", detail="…")
            yield AssistantMessage(content="One moment")
            while self.held:
                await self.clock.sleep(0.01)
        else:
            yield AssistantMessage(content=f"Answer {self.count} to {input.content}")

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content=f"{action.type}: {action.payload.get('title', '')}")


@pytest.fixture
def shows():
    return Shows()


@pytest.fixture
def url(shows):
    with served_page(shows, prompts=("markdown", "card")) as found:
        yield found


def ask(page, text):
    say(page, text)
    expect(users(page).last).to_have_text(text)
    status(page, "Answer complete.")


def tool(page, said, name):
    return page.locator("article", has_text=said).last.get_by_role("button", name=name, exact=True)


def test_a_message_is_copied_as_it_was_written_and_code_alone(tab, url):
    page = tab(url, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "markdown")
    tool(page, "Here is code", "Copy").last.press("Enter")
    status(page, "Copied.")
    clipboard = "navigator.clipboard.readText()"
    assert page.evaluate(clipboard).strip() == " ".join(MARKDOWN.split(" ")).strip()
    page.locator(".chatlab-copy").press("Enter")
    assert page.evaluate(clipboard).startswith("def greet(name):\n")
    expect(page.locator("pre .chatlab-code-k").first).to_have_text("def")
    expect(page.locator("article li")).to_have_text(["☐ water the plants", "☑ buy milk"])
    expect(page.locator("article td").last.get_by_role("link")).to_have_attribute(
        "target", "_blank"
    )


def test_an_earlier_message_is_answered_again_and_what_followed_goes_then(tab, url, shows):
    page = tab(url)
    for text in ("one", "two"):
        ask(page, text)
    retry = page.locator(".chatlab-user", has_text="one").get_by_role("button", name="Retry")
    retry.press("Enter")
    expect(users(page)).to_have_text(["one"])
    expect(page.locator(REPLY)).to_have_text(["Hello.", "Answer 3 to one"])
    page.reload()
    expect(page.locator(REPLY)).to_have_text(["Hello.", "Answer 3 to one"])


def test_a_message_is_asked_otherwise_in_a_copy(tab, url):
    page = tab(url)
    for text in ("one", "two"):
        ask(page, text)
    first = page.url
    edit = page.locator(".chatlab-user", has_text="two").get_by_role("button", name="Edit")
    edit.press("Enter")
    field = page.get_by_label("Edit your message")
    expect(field).to_be_focused()
    accessible(page)
    field.press("Escape")
    expect(edit).to_be_focused()
    edit.press("Enter")
    field.fill("two, otherwise")
    field.press("Enter")
    expect(users(page)).to_have_text(["one", "two, otherwise"])
    status(page, "Answer complete.")
    expect(page.locator(REPLY).last).to_have_text("Answer 3 to two, otherwise")
    assert page.url != first
    expect(page.locator("nav li")).to_have_count(2)
    page.goto(first)
    expect(users(page)).to_have_text(["one", "two"])


def test_it_says_where_an_answer_stopped(tab, url, shows):
    shows.held = True
    page = tab(url)
    say(page, "wait")
    expect(page.locator(REPLY).last).to_have_text("One moment")
    box(page).press("Escape")
    status(page, "Stopped.")
    page.reload()
    expect(page.locator(".chatlab-note", has_text="Not finished")).to_be_visible()


def test_a_form_says_what_is_missing_and_is_filled_in_by_keyboard(tab, url):
    page = tab(url)
    ask(page, "card")
    page.get_by_role("button", name="Create").press("Enter")
    title = page.get_by_label("Title")
    expect(title).to_be_focused()
    expect(title).to_have_accessible_description("Title is missing.")
    expect(title).to_have_attribute("aria-invalid", "true")
    accessible(page)
    shot(page, "form")
    page.keyboard.type("Water the plants")
    page.keyboard.press("Tab")
    page.keyboard.press("h")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(REPLY).last).to_have_text("create: Water the plants")
    expect(page.locator(".chatlab-missing")).to_have_count(0)


def test_the_events_are_filtered_paused_cleared_saved_and_replayed(tab, url):
    page = tab(url)
    ask(page, "one")
    page.get_by_role("button", name="Events", exact=True).press("Enter")
    rows = page.locator(".chatlab-event")
    expect(page.locator(".chatlab-stats")).to_have_count(2)
    expect(page.locator(".chatlab-stats").last).to_contain_text("first text after")
    expect(page.locator(".chatlab-log")).not_to_contain_text("first text after")
    count = rows.count()
    page.get_by_role("button", name="Pause").press("Enter")
    ask(page, "two")
    expect(rows).to_have_count(count)
    page.get_by_role("button", name="Pause").press("Enter")
    expect(rows.nth(count)).to_be_visible()
    page.get_by_label("Filter events").fill("delta answer")
    expect(rows.filter(visible=True)).to_have_count(2)
    with page.expect_download() as file:
        page.get_by_role("button", name="Save").press("Enter")
    lines = file.value.path().read_text("utf-8").splitlines()
    assert [json.loads(line)["content"] for line in lines] == ["Answer 1 to one", "Answer 2 to two"]
    page.get_by_role("button", name=re.compile("Replay")).last.press("Enter")
    replayed = page.get_by_label("The turn again")
    expect(replayed).to_contain_text("Answer 2 to two")
    accessible(page)
    shot(page, "events")
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_role("button", name=re.compile("Replay")).last).to_be_focused()
    page.get_by_role("button", name="Clear").press("Enter")
    expect(rows).to_have_count(0)


@pytest.mark.parametrize("look", ["light", "dark", "forced", "still", "zoomed", "phone", "arabic"])
def test_everybody_can_use_it(tab, url, look, shows):
    page = tab(url)
    options = {
        "dark": {"color_scheme": "dark"},
        "forced": {"forced_colors": "active"},
        "still": {"reduced_motion": "reduce"},
    }
    page.emulate_media(**options.get(look, {}))
    if look == "zoomed":  # 200% of 1280 by 800
        page.set_viewport_size({"width": 640, "height": 400})
    if look == "phone":
        page.set_viewport_size({"width": 390, "height": 780})
    if look == "arabic":
        page.evaluate("document.documentElement.dir = 'rtl'")
    expect(page.locator(REPLY)).to_have_text("Hello.")
    accessible(page)
    ask(page, "markdown")
    ask(page, "card")
    shows.held = True
    say(page, "مرحبا" if look == "arabic" else "wait")
    if look != "arabic":
        expect(page.locator(REPLY).last).to_have_text("One moment")
        accessible(page)
        motion = "node => getComputedStyle(node, '::after').animationName"
        moves = page.locator(REPLY).last.evaluate(motion) != "none"
        assert moves is (look != "still")
    shows.held = False
    status(page, "Answer complete.")
    if look in {"zoomed", "phone"}:
        page.get_by_role("button", name="Conversations").press("Enter")
    page.get_by_label("More about").press("Enter")
    expect(page.get_by_role("button", name="Rename")).to_be_visible()
    accessible(page)
    shot(page, f"look_{look}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Log out").press("Enter")
    expect(connection(page)).to_have_text("Logged out")
    accessible(page)


def test_it_can_be_installed(tab, url):
    page = tab(url)
    manifest = page.evaluate("document.querySelector('link[rel=manifest]').href")
    answer = httpx.get(manifest)
    assert answer.headers["content-type"].startswith("application/manifest+json")
    found = answer.json()
    assert found["display"] == "standalone"
    for icon in found["icons"]:
        picture = httpx.get(f"{url}/page/{icon['src']}")
        assert picture.headers["content-type"] == icon["type"]
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getAppManifest")["errors"] == []
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}  # as every test's tab is
