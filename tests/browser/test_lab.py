"""What the pages of these tests tell of themselves."""

from lab import Lab, jupyterlabs_own
from playwright.sync_api import expect

BROKEN = """import anywidget
class Broken(anywidget.AnyWidget):
    _esm = '''export default { render({ el }) {
        console.error("said by a widget");
        setTimeout(() => { throw new Error("thrown by a widget"); });
        el.textContent = "broken";
    } }'''
Broken()"""


def test_what_a_widget_does_wrong_is_noticed(lab: Lab) -> None:
    with lab.open(BROKEN) as opened:
        opened.run_all()
        expect(opened.page.get_by_text("broken", exact=True)).to_be_visible()
        assert opened.watch.errors == ["said by a widget", "thrown by a widget"]


def test_what_jupyterlab_says_of_itself_is_its_own() -> None:
    bundle = "http://127.0.0.1:8888/static/lab/100.js:1:2"
    assert jupyterlabs_own(f"Error: Canceled\n    at a ({bundle})\n    at {bundle}")
    assert not jupyterlabs_own(f"Error\n    at blob:http://127.0.0.1:8888/1\n    at {bundle}")
    assert not jupyterlabs_own("Error: from nowhere")
