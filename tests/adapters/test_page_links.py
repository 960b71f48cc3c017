"""Links to conversations: copied, followed to one that is gone, and what is said of the list."""

import pytest
from page_visits import box, connection, say, served_page, status, users
from playwright.sync_api import expect
from serving import client_of

from chatlab import AssistantMessage, ChatKitServer

pytestmark = pytest.mark.browser


class Echo(ChatKitServer):
    """Says it again."""

    async def respond(self, thread, input, context):
        if input is not None:
            yield AssistantMessage(content=f"You said {input.content}.")


@pytest.fixture
def url():
    with served_page(Echo()) as found:
        yield found


def begin(page):
    say(page, "apples")
    status(page, "Answer complete.")
    page.get_by_label("More about apples").press("Enter")


def test_the_tab_has_the_conversations_title(tab, url):
    page = tab(url)
    expect(page).to_have_title("chatlab")
    begin(page)
    expect(page).to_have_title("apples - chatlab")
    page.get_by_role("button", name="Delete").press("Enter")
    expect(page).to_have_title("chatlab")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page).to_have_title("apples - chatlab")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_title("chatlab")


def test_a_link_is_copied_and_the_menu_says_so(tab, url):
    page = tab(url, permissions=["clipboard-read", "clipboard-write"])
    begin(page)
    page.get_by_role("button", name="Copy link").press("Enter")
    expect(page.get_by_role("button", name="Link copied")).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.keyboard.press("Escape")
    page.get_by_label("More about apples").press("Enter")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()


def test_where_nothing_may_be_copied_the_page_says_where_the_link_is(tab, url):
    page = tab(url)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    begin(page)
    page.get_by_role("button", name="Copy link").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("it is the address of this page")


def test_a_link_to_what_is_gone_opens_a_new_conversation_and_what_was_typed_comes_along(tab, url):
    page = tab(url)
    begin(page)
    box(page).fill("and pears")
    thread_id = page.url.partition("#")[2]
    page.goto("about:blank")
    with client_of(url) as alice:
        alice.delete(f"/api/threads/{thread_id}")
    page.goto(f"{url}/#{thread_id}")
    expect(page.get_by_role("alert")).to_have_text(f"There is no thread '{thread_id}'.")
    expect(page).to_have_url(f"{url}/")
    expect(box(page)).to_have_value("and pears")
    box(page).press("Enter")
    status(page, "Answer complete.")
    expect(users(page)).to_have_text(["and pears"])


def test_a_title_that_could_not_be_changed_offers_no_other_answer(tab, url):
    page = tab(url)
    begin(page)
    page.get_by_role("button", name="Rename").press("Enter")
    page.context.set_offline(True)
    page.get_by_label("New title").fill("pears")
    page.get_by_label("New title").press("Enter")
    expect(page.get_by_role("alert")).to_have_text(
        "The title was not changed. The server does not answer."
    )
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.context.set_offline(False)
    expect(connection(page)).to_have_text("Connected")
    expect(page.locator("nav li a")).to_have_text(["apples"])
