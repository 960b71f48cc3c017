"""Every demo fits into a notebook of 1280 by 800, its controls beside what they move."""

import json
from collections.abc import Callable

import pytest
from lab import ROOT, Lab
from playwright.sync_api import Page, expect

WIDTH = 990
"""What JupyterLab leaves of 1280 for a notebook while its file browser is open."""

ROOM = 600
"""What it leaves of 800 below its menu, its tabs and its tool bar, at most."""


def demo_of(notebook: str, cell: str, *before: str) -> list[str]:
    path = next((ROOT / "notebooks").glob(f"{notebook}_*.ipynb"))
    sources = {c["id"]: "".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]}
    return [*(sources[id] for id in before), sources[cell]]


def to_the_end(page: Page) -> None:
    for _ in range(13):
        page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("14 of 14")).to_be_visible()


def fold(page: Page) -> None:
    page.get_by_label("a summary for what falls out").check()
    expect(page.locator(".bw-summary")).to_be_visible()


def run_away(page: Page) -> None:
    page.locator(".bf").get_by_text("never stops").click()
    page.get_by_role("button", name="Alice asks").click()
    expect(page.locator(".bf-note")).to_contain_text("Max turns")
    rows = page.locator(".bf fieldset").evaluate_all(
        "all => new Set(all.map((one) => one.offsetTop)).size"
    )
    assert rows == 1


def attack(page: Page) -> None:
    page.get_by_role("button", name="Bob attacks").click()
    expect(page.locator(".fg-note")).to_contain_text("3 of Alice's 3 secrets")


def pull(page: Page) -> None:
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("button", name="Pull the plug").click()
    expect(page.get_by_role("button", name="Put the plug in")).to_be_visible()


def branch(page: Page) -> None:
    page.get_by_role("button", name="Branch off: a quiet evening").press("Enter")
    expect(page.locator(".fk-thread")).to_have_count(2)
    expect(page.locator(".fk-thread").nth(1).locator("[data-copied=true]")).to_have_count(2)
    expect(page.locator(".fk-thread").nth(0)).to_contain_text("for: a picnic")
    page.get_by_role("button", name="Ask again here: a quiet evening").first.click()
    expect(page.locator(".fk-note")).to_contain_text("gone for good")
    expect(page.locator(".fk-thread").nth(0)).not_to_contain_text("a picnic")


def steal(page: Page) -> None:
    note = page.locator(".sk-note")
    page.get_by_role("button", name="Copy Alice's key").press("Enter")
    expect(note).to_contain_text("Mallory has copied the key")
    page.get_by_role("button", name="Close the browser").click()
    expect(note).to_contain_text("The server has not")
    mallory = page.get_by_role("button", name="Ask for Alice's list")
    mallory.click()
    expect(note).to_contain_text("To the server, Mallory is alice")
    for minutes in (20, 40):
        page.get_by_role("button", name="20 minutes pass").click()
        expect(page.locator(".sk-clock")).to_have_text(f"09:{minutes}")
    mallory.click()
    expect(note).to_contain_text("Mallory is refused: SessionExpired")
    page.get_by_role("button", name="Clean up").click()
    expect(note).to_contain_text("1 session was over")
    expect(page.locator(".sk-none")).to_be_visible()


def cut_out(page: Page) -> None:
    page.get_by_role("button", name="Cut out").nth(1).click()
    expect(page.locator(".et-verdict")).not_to_be_empty()


def nothing(page: Page) -> None:
    """As it is in the beginning."""


@pytest.mark.parametrize(
    ("cells", "demo", "play"),
    [
        (("01", "01-side-by-side"), ".sbs", nothing),
        (("02", "02-shelf"), ".sh", nothing),
        (("03", "03-stations", "03-first-server"), ".ts", to_the_end),
        (("04", "04-race"), ".tl", nothing),
        (("05", "05-tape", "05-visible", "05-seconds", "05-busy"), ".et", nothing),
        (("05", "05-tape", "05-visible", "05-seconds", "05-busy"), ".et", cut_out),
        (("06", "06-wall"), ".bw", fold),
        (("06", "06-retry", "06-planner", "06-chat"), ".fk", branch),
        (("07", "07-tabs"), ".tt", nothing),
        (("07", "07-stolen-key"), ".sk", steal),
        (("08", "08-guards"), ".fg", nothing),
        (("08", "08-guards"), ".fg", attack),
        (("09", "09-runaway"), ".bf", run_away),
        (("11", "11-demo"), ".pp", pull),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_demo_fits(
    lab: Lab, cells: tuple[str, ...], demo: str, play: Callable[[Page], None]
) -> None:
    with lab.open(*demo_of(*cells), width=WIDTH, height=800) as opened:
        opened.run_all()
        shown = opened.page.locator(demo)
        expect(shown).to_be_visible()
        play(opened.page)
        box = shown.bounding_box()
        assert box is not None
        assert box["height"] <= ROOM
        assert shown.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
        shown.evaluate("node => node.scrollIntoView({ block: 'start' })")
        opened.shot(f"demo_{cells[0]}_{demo[1:]}")
        opened.behaved()


def test_no_choice_of_a_match_question_is_cut_off(lab: Lab) -> None:
    asked = ("03-aspects", "05-events", "06-kept", "08-refused", "11-owners")
    cells = [f'from chatlab.course import ask\nask("{id}")' for id in asked]
    with lab.open(*cells, width=WIDTH, height=3000) as opened:
        opened.run_all()
        expect(opened.page.locator(".qz")).to_have_count(len(cells))
        cut_off = opened.page.locator(".qz select").evaluate_all(
            """selects => {
              const pen = document.createElement('canvas').getContext('2d');
              return selects.filter((select) => {
                pen.font = getComputedStyle(select).font;
                const widths = [...select.options].map((one) => pen.measureText(one.text).width);
                return Math.max(...widths) > select.clientWidth - 40;
              }).length;
            }"""
        )
        assert cut_off == 0
