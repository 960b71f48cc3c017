"""From a token to the pixels, in a real JupyterLab: `python -m tests.benchmarks.browser [RATE]`.

2,000 tokens come at so many a second, 1,000 by default. For each, the time between its `yield` in
the kernel and the frame in which the page shows it; both clocks are this machine's.
"""

import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from lab import Lab, jupyterlab

SERVER = """import asyncio, json, time
from chatlab import AssistantMessage, ChatKitServer, RequestContext
from chatlab.widgets import ChatView
yielded = []
class Fast(ChatKitServer):
    async def respond(self, thread, input, context):
        began, cpu = time.time(), time.process_time()
        for n in range(2000):
            if (early := began + n / RATE - time.time()) > 0: await asyncio.sleep(early)
            yielded.append(time.time() * 1000)
            yield AssistantMessage(content=f"{n:05} ")
        self.seconds, self.cpu = time.time() - began, time.process_time() - cpu
server = Fast()
chat = ChatView(server, RequestContext(user_id='alice'))
chat"""
RESULT = "print(json.dumps([yielded, server.seconds, server.cpu]))"
WATCH = """() => {
  window.shown = [];
  const log = document.querySelector('.chatlab-log');
  const look = () => requestAnimationFrame(() => {
    const numbers = log.textContent.match(/\\d{5} ?(?!.*\\d{5})/s);
    if (numbers) window.shown.push([Date.now(), parseInt(numbers[0])]);
  });
  new MutationObserver(look).observe(log, {childList: true, subtree: true, characterData: true});
}"""


def main(rate: int) -> None:
    """Print the median, the 99th percentile and the worst, in milliseconds."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with jupyterlab() as (url, folder), sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        with Lab(url, folder, browser).open(f"RATE = {rate}\n{SERVER}", RESULT) as opened:
            page = opened.page
            opened.run_all()
            expect(page.locator(".chatlab-log")).to_be_visible()
            page.evaluate(WATCH)
            opened.watch.anew()
            box = page.get_by_role("textbox", name="Write a message")
            box.fill("Go")
            box.press("Enter")
            expect(page.locator(".chatlab-status").last).to_have_text(
                "Answer complete.", timeout=90_000
            )
            received = sum(map(len, opened.watch.received))
            shown = page.evaluate("() => window.shown")
            page.locator(".jp-Cell").last.click()
            page.keyboard.press("Shift+Enter")
            text = page.locator(".jp-Cell .jp-OutputArea-output pre").last
            expect(text).to_contain_text("]", timeout=60_000)
            yielded, seconds, cpu = json.loads(text.inner_text())
        browser.close()
    waits = []
    newest = -1
    for at, number in shown:
        waits += [at - yielded[n] for n in range(newest + 1, number + 1)]
        newest = max(newest, number)
    waits.sort()
    middle, late, worst = (waits[int(len(waits) * part)] for part in (0.5, 0.99, 0.9999))
    print(f"{len(waits)} of 2,000 tokens at {2000 / seconds:.0f} a second, {len(shown)} frames")
    print(f"{received:,} bytes; {cpu:.2f} s of the kernel's CPU, {cpu / seconds:.0%} of its time")
    print(f"from token to paint: median {middle:.0f} ms, p99 {late:.0f} ms, worst {worst:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
