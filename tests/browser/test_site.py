"""The course as a static site: Python runs in the page, and nothing is asked of any other host."""

import functools
import json
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lab import IDLE, RUN_ALL, SAVE
from playwright.sync_api import BrowserContext, Page, Request, expect, sync_playwright
from requirements import require_or_skip

from chatlab.course.catalogue import lesson_for, lesson_numbers, part_for
from chatlab.course.site.build import build_site
from chatlab.course.site.packages import missing_tools

ROOT = Path(__file__).parents[2]
LESSONS = lesson_numbers()
NEEDS_A_MACHINE = {"11.4": "A browser tab has no PostgreSQL: this part needs a machine."}
"""Parts that are skipped in a browser, and what is said."""

WRONG = {
    "00.1": ("def greeting(name):\n    return 'Hello ' + name", "Hello"),
    "02.1": (
        "async def record_conversation(store, context):\n    return None",
        "has no thread in the store",
    ),
    "03.1": (
        "class EchoServer(ChatKitServer):\n"
        "    async def respond(self, thread, input, context):\n"
        "        return AssistantMessage(content=input.content)",
        "yield",
    ),
}
"""Wrong answers, and what their feedback has in it."""

CELLS = """() => JSON.parse(JSON.stringify(
  window.jupyterapp.shell.currentWidget.content.model.toJSON().cells))"""
LOADED = "() => performance.getEntriesByType('resource').map(one => one.transferSize)"
RESTART = """() => window.jupyterapp.shell.currentWidget.context.sessionContext.session
  .kernel.restart()"""
OPENED = """async (path) => {
  const app = window.jupyterapp;
  if (!app) return false;
  await app.restored; // what was open before is open again, and in front
  await app.commands.execute("docmanager:open", { path });
  return app.shell.currentWidget?.context?.path === path;
}"""
PATH = "() => window.jupyterapp.shell.currentWidget.context.path"
WRITE = """([id, source]) => {
  for (const cell of window.jupyterapp.shell.currentWidget.content.model.cells)
    if (cell.id === id) cell.sharedModel.setSource(source);
}"""

QUICK = 0
"""The lesson that is tried even where there is little time."""

every_lesson = pytest.mark.parametrize(
    "number",
    [
        number if number == QUICK else pytest.param(number, marks=pytest.mark.soak)
        for number in LESSONS
    ],
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


class Tab:
    """A page of the site; requests to other hosts find nobody, and are noted."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address, self.strays = address, []
        context.on("request", self._note)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(180_000)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.strays.append(request.url)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/lab/index.html?path={path}")
        self.page.wait_for_function(OPENED, arg=path)
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_function(IDLE)
        assert self.page.locator(".jp-Dialog").count() == 0

    def run_all(self) -> list[dict]:
        self.page.evaluate(RUN_ALL)
        return self.page.evaluate(CELLS)

    def write(self, id: str, source: str) -> None:
        self.page.evaluate(WRITE, [id, source])

    def save(self) -> None:
        self.page.evaluate(SAVE)


def errors_in(cells: list[dict]) -> list[str]:
    return [
        f"{cell['id']}: {output['ename']}: {output['evalue']}"
        for cell in cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "error"
    ]


def not_run(cells: list[dict]) -> list[str]:
    return [
        cell["id"]
        for cell in cells
        if cell["cell_type"] == "code" and cell["source"] and not cell["execution_count"]
    ]


def text_of(cells: list[dict], id: str) -> str:
    """All that the cell shows, as text."""
    (cell,) = (cell for cell in cells if cell["id"] == id)
    return "".join(
        "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
        for output in cell["outputs"]
    )


def solution_cells(number: int) -> dict[str, str]:
    path = ROOT / "solutions" / f"{lesson_for(number).slug}.ipynb"
    return {
        cell["id"]: "".join(cell["source"])
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["id"].endswith("-answer")
    }


def headlines(cells: list[dict]) -> list[str]:
    """The first line of each check's panel."""
    return [
        "".join(output["data"]["text/plain"]).splitlines()[0]
        for cell in cells
        if cell["id"].endswith("-check")
        for output in cell["outputs"][:1]
        if output["output_type"] == "display_data"
    ]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site, served as any host would; one setting lets the tests look inside."""
    if why := missing_tools():
        require_or_skip(why)
    folder = tmp_path_factory.mktemp("site") / "site"
    build_site(ROOT, folder)
    settings = json.loads((folder / "jupyter-lite.json").read_text("utf-8"))
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    (folder / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(address: str) -> Iterator[Tab]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        require_or_skip("there is no chromium; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        flags += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        opened = Tab(browser.new_context(), address)
        yield opened
        browser.close()
    assert opened.strays == []


@every_lesson
def test_a_lesson_runs_to_its_end(tab: Tab, number: int) -> None:
    began = time.monotonic()
    tab.open(f"notebooks/{lesson_for(number).slug}.ipynb")
    ready = time.monotonic()
    cells = tab.run_all()
    print(f"lesson {number:02}: ready {ready - began:.1f} s, ran {time.monotonic() - ready:.1f} s")
    assert errors_in(cells) == []
    assert not_run(cells) == []


@every_lesson
def test_the_answers_of_a_solution_pass_their_checks(tab: Tab, number: int) -> None:
    lesson = lesson_for(number)
    tab.open(f"exercises/{lesson.slug}.ipynb")
    for id, source in solution_cells(number).items():
        tab.write(id, source)
    cells = tab.run_all()
    assert errors_in(cells) == []
    assert not_run(cells) == []
    shown = headlines(cells)
    assert len(shown) == len(lesson.parts)
    expected = ["skipped" if part.id in NEEDS_A_MACHINE else "passed" for part in lesson.parts]
    assert [line.rpartition(": ")[2].partition(" (")[0] for line in shown] == expected
    said = json.dumps(cells)
    assert [
        why for id, why in NEEDS_A_MACHINE.items() if id[:2] == lesson.slug[:2] and why not in said
    ] == []


@pytest.mark.soak
@pytest.mark.parametrize("part", WRONG)
def test_a_wrong_answer_gets_its_feedback(tab: Tab, part: str) -> None:
    answer, says = WRONG[part]
    tab.open(f"exercises/{lesson_for(part_for(part).lesson).slug}.ipynb")
    tab.write(part_for(part).answer_cell, answer)
    panel = text_of(tab.run_all(), part.replace(".", "-") + "-check")
    assert f"{part} " in panel
    assert ": not yet (" in panel
    assert says in panel


def test_the_way_from_the_link_to_the_first_green_check(tab: Tab) -> None:
    """It is timed; what is counted is what a slow line has to carry."""
    began = time.monotonic()
    test_the_answers_of_a_solution_pass_their_checks(tab, QUICK)
    print(f"from the link to the first green check: {time.monotonic() - began:.1f} s")
    assert sum(tab.page.evaluate(LOADED)) < 60_000_000


@pytest.mark.soak
def test_a_conversation_survives_a_restart_of_its_kernel(tab: Tab) -> None:
    tab.open("exercises/02_threads_and_items.ipynb")
    alice = "from chatlab import RequestContext\nalice = RequestContext(user_id='alice')\n"
    thread = "ThreadMetadata(id='thr_1', user_id='alice', created_at=now, updated_at=now)"
    tab.write(
        "02-1-answer",
        f"{alice}now = datetime.now(UTC)\nawait SQLStore().save_thread({thread}, alice)",
    )
    assert errors_in(tab.run_all()) == []
    tab.page.evaluate(RESTART)
    tab.ready()
    read = "print((await SQLStore().load_thread('thr_1', alice)).id)"
    tab.write("02-1-answer", f"{alice}{read}")
    assert "thr_1" in text_of(tab.run_all(), "02-1-answer")


def test_progress_is_shown_in_the_tab_and_outlives_it(tab: Tab) -> None:
    tab.open("exercises/00_start_here.ipynb")
    for id, source in solution_cells(0).items():
        tab.write(id, source)
    tab.run_all()
    tab.page.reload()
    tab.open("exercises/03_first_respond.ipynb")
    tab.write("03-1-answer", "from chatlab.course import show_progress\nshow_progress()")
    assert "1 of 125 points so far" in text_of(tab.run_all(), "03-1-answer")


def test_the_address_alone_leads_to_the_first_page(tab: Tab) -> None:
    tab.page.goto(tab.address)
    tab.ready()
    assert tab.page.evaluate(PATH) == "notebooks/00_start_here.ipynb"


def test_an_exercise_says_what_is_amiss_and_gives_hints(tab: Tab) -> None:
    tab.open("exercises/00_start_here.ipynb")
    assert ": not started (" in headlines(tab.run_all())[0]
    tab.page.get_by_role("button", name="hint").first.click()
    expect(tab.page.get_by_text("Hint 1 of 3").first).to_be_visible()
    tab.write("00-1-answer", "def greeting(name):\n    return 'Hello ' + name")
    assert ": not yet (" in headlines(tab.run_all())[0]


def test_a_lesson_and_its_exercise_of_the_same_name_have_a_kernel_each(tab: Tab) -> None:
    tab.open("notebooks/00_start_here.ipynb")
    tab.open("exercises/00_start_here.ipynb")
    assert tab.page.evaluate(PATH) == "exercises/00_start_here.ipynb"
    assert ": not started (" in headlines(tab.run_all())[0]


def test_what_was_written_is_there_after_a_reload(tab: Tab) -> None:
    path = "exercises/00_start_here.ipynb"
    tab.open(path)
    tab.write("00-1-answer", "def greeting(name):\n    return 'mine'")
    tab.save()
    tab.page.reload()
    tab.open(path)
    sources = {cell["id"]: "".join(cell["source"]) for cell in tab.page.evaluate(CELLS)}
    assert "mine" in sources["00-1-answer"]
