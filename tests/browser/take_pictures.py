"""Takes the README's pictures, light and dark: `uv run python tests/browser/take_pictures.py`."""

import shutil
from pathlib import Path

from lab import ROOT, Lab, jupyterlab
from playwright.sync_api import sync_playwright

PICTURES = ROOT / "notebooks" / "images"
CELLS = (
    "from chatlab import AssistantMessage, ChatKitServer, RequestContext, ToolStatus\n"
    "from chatlab.widgets import ChatView\n\n"
    "class TaskManager(ChatKitServer):\n"
    "    async def respond(self, thread, input, context):\n"
    "        yield ToolStatus(tool='create_task', status='running', detail='buy milk')\n"
    "        yield ToolStatus(tool='create_task', status='completed', detail='Task 42')\n"
    "        for word in ('Created', ' **buy milk**.', ' Its number is 42.'):\n"
    "            yield AssistantMessage(content=word)",
    "chat = ChatView(TaskManager(), RequestContext(user_id='alice'))\n"
    "display(chat)\nawait chat.say('Create a task: buy milk')",
    "from chatlab.course import check\n\n"
    "def greeting(name):\n    return f'Hello, {name}!'\n\nawait check('00.1')",
)


def take_pictures() -> None:
    """Write `course-light.png` and `course-dark.png`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with jupyterlab() as (url, folder), sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        lab = Lab(url, Path(folder), browser)
        with lab.open(*CELLS, width=1280, height=840) as opened:
            opened.run_all()
            for name in ("light", "dark"):
                opened.theme(f"JupyterLab {name.title()}")
                panel = opened.page.locator(".jp-NotebookPanel")
                panel.screenshot(path=PICTURES / f"course-{name}.png")
        browser.close()


if __name__ == "__main__":
    take_pictures()
