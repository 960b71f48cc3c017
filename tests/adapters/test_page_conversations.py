"""The page's list of conversations: by day, named, searched, exported, deleted and brought back."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from page_visits import accessible, box, longest_task, say, served_page, shot, status, users
from playwright.sync_api import expect
from serving import client_of

from chatlab import AssistantMessage, ChatKitServer, MemoryStore, ThreadMetadata, ThreadUpdate
from chatlab.context import RequestContext
from chatlab.items import AssistantMessageItem, UserMessageItem

pytestmark = pytest.mark.browser

ALICE = RequestContext(user_id="alice")


class Namer(ChatKitServer):
    """Says it again, and names a conversation when it is told to."""

    async def respond(self, thread, input, context):
        if input is None:
            return
        if input.content.startswith("call it "):
            yield ThreadUpdate(title=input.content.removeprefix("call it "))
        yield AssistantMessage(content=f"You said **{input.content}**.")


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def url(store):
    with served_page(Namer(store)) as found:
        yield found


async def remember(store, number, days=0, messages=1):
    """A conversation of that many messages and answers, begun so many days ago."""
    at = datetime.now(UTC) - timedelta(days=days)
    thread_id = f"thr_{number:032d}"
    thread = ThreadMetadata(id=thread_id, user_id="alice", created_at=at, updated_at=at)
    await store.save_thread(thread, ALICE)
    for n in range(messages):
        for kind, text in ((UserMessageItem, f"Question {number}"), (AssistantMessageItem, "So.")):
            id = f"msg_{kind.__name__}_{n}"
            item = kind(id=id, thread_id=thread_id, content=f"{text} {n}", timestamp=at)
            await store.add_thread_item(thread_id, item, ALICE)
    return thread_id


def titles(page):
    return page.locator("nav li a")


def more_of(page, title):
    page.get_by_label(f"More about {title}").press("Enter")


def choose(page, title, what):
    more_of(page, title)
    page.get_by_role("button", name=what).press("Enter")


def test_conversations_are_called_by_their_first_words_or_as_respond_says(tab, url):
    page = tab(url)
    say(page, "What grows  in the shade of an old oak, and what will never grow there at all?")
    status(page, "Answer complete.")
    expect(titles(page)).to_have_text(
        ["What grows in the shade of an old oak, and what will never…"]
    )
    say(page, "call it Oaks")
    expect(titles(page)).to_have_text(["Oaks"])
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_one_is_renamed_by_keyboard_in_every_tab(tab, url):
    page = tab(url)
    say(page, "first")
    status(page, "Answer complete.")
    other = tab(url, page.url.removeprefix(f"{url}/"))
    choose(page, "first", "Rename")
    field = page.get_by_label("New title")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(titles(page)).to_have_text(["first"])
    choose(page, "first", "Rename")
    field.fill("  A <b>new</b>   name ")
    field.press("Enter")
    expect(titles(page)).to_have_text(["A <b>new</b>   name"])
    expect(titles(page)).to_be_focused()
    expect(titles(other)).to_have_text(["A <b>new</b> name"])
    say(page, "second")
    status(page, "Answer complete.")
    expect(titles(page)).to_have_text(["A <b>new</b> name"])


def test_one_is_deleted_brought_back_and_deleted_for_good(tab, url):
    page = tab(url)
    for text in ("keep", "drop"):
        page.get_by_role("link", name="New conversation").press("Enter")
        expect(box(page)).to_be_focused()
        say(page, text)
        status(page, "Answer complete.")
    dropped = page.url.removeprefix(f"{url}/")
    other = tab(url, dropped)
    expect(users(other)).to_have_text(["drop"])
    choose(page, "drop", "Delete")
    expect(titles(page)).to_have_text(["keep"])
    expect(users(page)).to_have_count(0)
    undo = page.get_by_role("button", name="Undo")
    expect(box(page)).to_be_focused()
    shot(page, "undo")
    accessible(page)
    undo.press("Enter")
    expect(titles(page)).to_have_text(["drop", "keep"])
    expect(users(page)).to_have_text(["drop"])
    with client_of(url) as alice:
        assert len(alice.get("/api/threads").json()["data"]) == 2
    choose(page, "drop", "Delete")
    page.reload()  # who leaves does not wait for the undo to be over
    expect(titles(page)).to_have_text(["keep"])
    expect(other.get_by_role("alert")).to_have_text("This conversation was deleted in another tab.")
    expect(titles(other)).to_have_text(["keep"])


def test_one_is_exported_whole(tab, url, store):
    url.run(remember(store, 1, messages=600))
    page = tab(url)
    more_of(page, "Question 1 0")
    with page.expect_download() as file:
        page.get_by_role("button", name="Export as JSON").press("Enter")
    thread = json.loads(file.value.path().read_text("utf-8"))
    assert file.value.suggested_filename == "Question 1 0.json"
    assert [item["content"] for item in thread["items"][-2:]] == ["Question 1 599", "So. 599"]
    assert len(thread["items"]) == 1200
    more_of(page, "Question 1 0")
    with page.expect_download() as file:
        page.get_by_role("button", name="Export as Markdown").press("Enter")
    text = file.value.path().read_text("utf-8")
    assert re.match(r"# Question 1 0\n\n\*\*alice\*\* \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)\n\n", text)
    assert text.count("**Assistant** (") == 600


SCROLL_UP = """async () => {
  const log = document.querySelector(".chatlab-log");
  const more = log.querySelector(".chatlab-earlier");
  while (!more.hidden) {
    log.scrollTop = 0;
    await new Promise((resolve) => { setTimeout(resolve, 30); });
  }
  return log.querySelectorAll("article").length;
}"""
SCROLL_LIST = """async () => {
  const list = document.querySelector("nav .scroll");
  while (!list.querySelector(".more").hidden) {
    list.scrollTop = list.scrollHeight;
    await new Promise((resolve) => { setTimeout(resolve, 30); });
  }
  return list.querySelectorAll("li").length;
}"""
RENDERED = """async (what) => {
  await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
  return [...document.querySelectorAll(what)].filter(
    (node) => node.firstElementChild.checkVisibility({ contentVisibilityAuto: true })).length;
}"""
"""How many of them the browser draws: the others cost next to nothing."""


SCROLL_FAR = """async (what) => {
  const box = document.querySelector(what);
  for (let step = 0; step < 100; step += 1) {
    box.scrollTop = step % 4 ? box.scrollTop - 300 : box.scrollHeight * Math.random();
    await new Promise(requestAnimationFrame);
  }
}"""
SAY = """async () => {
  const box = document.querySelector(".chatlab-input textarea");
  box.value = "hello";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector(".chatlab-send").click();
  const status = document.querySelector(".chatlab-status");
  while (status.textContent !== "Answer complete.") {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}"""
MOST_MS = 50
"""What takes a browser longer, a person notices."""


@pytest.mark.parametrize(
    ("conversations", "messages"), [(200, 1000), pytest.param(1000, 10_000, marks=pytest.mark.soak)]
)
def test_many_conversations_and_messages_are_fluent_and_few_are_drawn(
    tab, url, store, conversations, messages
):
    for number in range(1, conversations):
        url.run(remember(store, number, days=(conversations - number) / 30))
    url.run(remember(store, conversations, messages=messages // 2))
    page = tab(url)
    counts = []

    def scroll(how, what=None):
        return lambda: counts.append(page.evaluate(how, what))

    assert longest_task(page, scroll(SCROLL_LIST)) < MOST_MS
    assert longest_task(page, scroll(SCROLL_FAR, "nav .scroll")) < MOST_MS
    assert page.evaluate(RENDERED, "nav li") < 100
    page.get_by_role("link", name=f"Question {conversations} 0").click()
    expect(users(page)).to_have_count(25)
    assert longest_task(page, scroll(SCROLL_UP)) < MOST_MS
    assert longest_task(page, scroll(SCROLL_FAR, ".chatlab-log")) < MOST_MS
    assert longest_task(page, scroll(SAY)) < MOST_MS
    assert [counts[0], counts[2]] == [conversations, messages]
    assert page.evaluate(RENDERED, ".chatlab-log article") < 300
    page.get_by_role("searchbox", name="Search conversations").fill("question 19")
    expect(page.get_by_text(re.compile("^1?11 found$"))).to_be_visible()
    assert titles(page).count() in {11, 111}
    shot(page, "many")


def test_a_list_that_is_renewed_leaves_focus_menus_and_what_is_typed_alone(tab, url, store):
    url.run(remember(store, 1))
    page = tab(url)
    more = page.get_by_label("More about Question 1 0")
    more.focus()

    def add(number, links):
        url.run(remember(store, number))
        with client_of(url) as alice:  # it tells open pages
            alice.patch(f"/api/threads/thr_{number:032d}", json={"title": f"Another {number}"})
        expect(titles(page)).to_have_count(links)

    add(2, 2)
    expect(more).to_be_focused()
    more.press("Enter")
    rename = page.get_by_role("button", name="Rename")
    rename.focus()
    add(3, 3)
    expect(rename).to_be_focused()
    rename.press("Enter")
    page.get_by_label("New title").fill("half a na")
    add(4, 3)  # one is being named
    expect(page.get_by_label("New title")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("me")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="half a name")).to_be_focused()
