"""Whatever is said, wherever it is shown: nothing of it runs, and nothing is fetched for it."""

from pathlib import Path

import pytest
from lab import SHOTS, Lab, Opened
from nbconvert import HTMLExporter
from playwright.sync_api import Page, expect
from test_chat import CHAT, ROOM
from xss_payloads import BATCHES, PAYLOADS, QUOTES, TAGS

SET_TRAPS = "() => { window.pwned = []; window.pwn = (what) => window.pwned.push(what); }"
PLANTED = """selector => [...document.querySelectorAll(selector)].flatMap(shown => {
  const found = [];
  for (const node of shown.querySelectorAll('*')) {
    const name = node.localName;
    const planted = 'script iframe frame object embed img image svg math base link meta style video'
      + ' audio source marquee body template xss';
    if (planted.split(' ').includes(name)) found.push(node.outerHTML);
    for (const { name: attribute, value } of node.attributes) {
      if (/^on|^(src|srcdoc|action|formaction|ping|data|xlink:href|background)$/.test(attribute)
        || (attribute === 'href' && !/^(https?:\\/\\/[^/]|mailto:|#)/.test(value))
        || (attribute === 'style' && /url|import|expression/i.test(value)))
        found.push(`${name} ${attribute}=${value}`);
    }
  }
  return found;
})"""
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"


class Traps:
    """What goes off on a page when a text was taken for code."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sprung: list[str] = []
        page.on("dialog", lambda dialog: (self.sprung.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self._requested(request.url))

    def _requested(self, url: str) -> None:
        if "/api/resolvePath" in url:  # JupyterLab asks whether paths in a log exist
            return
        if "pwn" in url or "elsewhere" in url:
            self.sprung.append(url)

    def silent_in(self, selector: str) -> None:
        assert self.page.evaluate(PLANTED, selector) == []
        assert self.page.evaluate("() => window.pwned") == []
        assert self.sprung == []


def all_is_there(page: Page, selector: str) -> None:
    """Each payload can be read: it was shown, not swallowed."""
    shown = "".join((page.locator(selector).last.text_content() or "").split())
    unread = [text for text in (*TAGS, *QUOTES) if "".join(text.split()) not in shown]
    assert unread == []


def look_at_every_event(opened: Opened) -> None:
    pane = opened.page.locator(".chatlab").last
    pane.get_by_role("button", name="Events", exact=True).click()
    rows = pane.locator(".chatlab-event")
    assert rows.count() > 5 * len(PAYLOADS)
    rows.evaluate_all("rows => rows.forEach(row => row.click())")
    pane.get_by_role("searchbox", name="Filter events").fill("<script>pwn(1)</script>")


def submit_a_form_whose_field_has_the_name_of_a_handler(opened: Opened) -> None:
    form = opened.page.locator("form", has=opened.page.locator("input[name=onsubmit]"))
    form.get_by_role("button").click()
    expect(opened.page.get_by_role("alert").last).to_contain_text("Parrot has no action()")
    expect(form).to_have_count(1)


def convert(path: Path) -> Path:
    page = SHOTS / "untrusted.html"
    page.write_text(HTMLExporter().from_filename(str(path))[0], encoding="utf-8")
    return page


@pytest.mark.filterwarnings("ignore:Your element with mimetype:UserWarning")
def test_nothing_that_is_said_runs_live_in_the_inspector_reopened_or_converted(lab: Lab) -> None:
    mallory = (
        "from xss_payloads import *\nfrom chatlab.widgets import chat_fallback\n"
        "chat_fallback._MAX_ENTRIES = chat_fallback._MAX_CHARS = 10**7  # a copy of all of it\n"
        "parrot = Parrot()\n"
        "pane = ChatView(parrot, MALLORY, await titled(parrot.store))\npane"
    )
    talk = "await chat.say('tools'); await chat.say('code'); await attack(pane)"
    with lab.open(ROOM, CHAT, mallory, talk, width=1500) as opened:
        traps = Traps(opened.page)
        opened.page.evaluate(SET_TRAPS)
        opened.run_all()
        pane = opened.page.locator(".chatlab").last
        expect(pane.locator(".chatlab-stats")).to_have_count(len(BATCHES))
        look_at_every_event(opened)
        submit_a_form_whose_field_has_the_name_of_a_handler(opened)
        all_is_there(opened.page, ".chatlab-log")
        traps.silent_in(".chatlab")
        opened.shot("untrusted_live")
        expect(opened.page.locator(".chatlab-still").last).to_contain_text("has no action()")
        traps.silent_in(".chatlab-still")
        opened.behaved()
        saved = opened.save()
        stored = [output for cell in saved["cells"] for output in cell["outputs"]]
        kinds = {kind for output in stored for kind in output.get("data", {})}
        assert kinds == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
        assert "widgets" not in saved["metadata"]
        path = opened.path
    with lab.visit(path) as again:
        page = again.page
        page.evaluate(SET_TRAPS)
        traps = Traps(page)
        copies = page.locator(".chatlab-still")
        expect(copies.first).to_be_visible()
        expect(copies.first).to_contain_text("Thought.")
        expect(copies.first).to_contain_text("print('hello')")
        dead = page.locator(".jupyter-widgets", has_text="model not found")
        expect(dead).to_have_count(2)
        for one in dead.all():
            expect(one).to_be_hidden()
        again.shot("reopened")
        all_is_there(page, ".chatlab-still")
        traps.silent_in(".chatlab-still")
        assert again.watch.strays == []
        page.add_init_script(f"({SET_TRAPS})()")
        page.route("http*://**", lambda route: route.abort())
        page.goto(convert(path).as_uri())
        expect(page.locator(".chatlab-still").first).to_contain_text("print('hello')")
        all_is_there(page, ".chatlab-still")
        traps.silent_in(".chatlab-still")
        again.shot("converted")
