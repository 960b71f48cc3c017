"""What a class's results are written as: other systems read it, and nothing in it runs."""

import csv
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import sync_playwright
from requirements import require_or_skip

from chatlab.course.classroom.gradebook import Gradebook
from chatlab.course.classroom.records import Attempt, Deadline, Problem
from chatlab.course.classroom.reports.csv_files import canvas_csv, grades_csv, moodle_csv
from chatlab.course.classroom.reports.data_files import grades_json, junit_xml
from chatlab.course.classroom.reports.write_reports import write_reports
from chatlab.course.classroom.standing import class_results
from chatlab.course.classroom.statistics import misconceptions, part_statistics
from chatlab.course.classroom.verdict import PartVerdict, Verdict

ROOT = Path(__file__).parents[2]
DUE = datetime(2026, 1, 31, 18, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> & \x07"
RIGHT = ("All is said.",)


def part(id, status, points, out_of, *feedback, optional=False):
    return PartVerdict(id, status, points, out_of, optional, feedback)


def wrong(name):
    """Feedback of one thought, in the words of one run."""
    return (f"task_for('{name}') gave {len(name)}: it is for 'alice'.", "Look at `context`.")


def lesson_3(status, name):
    passed = status == "passed"
    return Verdict(
        (
            part("03.1", "passed", 2, 2, *RIGHT),
            part("03.2", status, 2 if passed else 0.5, 2, *(RIGHT if passed else wrong(name))),
            part("03.3", "not_started", 0, 3, "Nothing."),
            part("03.4", "error", 0, 2, HOSTILE),
            part("03.5", "skipped", 0, 2, "This machine lacks it."),
        ),
        ("`helper` is defined below.",),
    )


def attempt(learner, verdict, lesson=3, system="", id="", **more):
    found = Attempt(
        learner=learner,
        lesson=lesson,
        sha256=f"{learner} {lesson}",
        file=f"{learner}/{lesson:02}.ipynb",
        system=system,
        system_id=id,
        handed_in=DUE,
        marked_late=False,
        answers={"03-1-answer": "class Echo:\n    '</code><b>'", "00-1-answer": "x = 1"},
        run_version="1",
        judge_version="1",
        verdict=verdict,
        graded=DUE,
    )
    return replace(found, **more)


@pytest.fixture
def book(tmp_path):
    """A class of five with odd names, two lessons, a comment, a late one, and a file not graded."""
    found = Gradebook(tmp_path / "out")
    solved = Verdict((part("00.1", "passed", 1, 1, *RIGHT),))
    for one in (
        attempt("Alice Smith", lesson_3("passed", ""), system="moodle", id="12345"),
        attempt("Alice Smith", solved, lesson=0, system="moodle", id="12345"),
        attempt("Alice Smith", lesson_3("failed", "a"), sha256="worse"),
        attempt("bob, the 2nd", lesson_3("failed", "bob"), system="canvas", id="77"),
        attempt("=HYPERLINK(1)", lesson_3("failed", "eve")),
        attempt(HOSTILE.replace("\x07", "�"), lesson_3("failed", "x")),
        attempt("Zoë", lesson_3("passed", ""), handed_in=DUE.replace(month=2, day=1, hour=19)),
    ):
        found.record(one, {})
    found.set_deadlines([3], Deadline(DUE, 10))
    found.set_comment("Zoë", 3, "@home? <i>Good</i>")
    found.set_problems([Problem("eve/<b>.docx", "eve", "is no notebook\x00.")])
    yield found
    found.close()


@pytest.fixture
def results(book):
    return class_results(book)


def read_csv(text):
    return list(csv.reader(StringIO(text)))


def test_no_cell_of_a_table_is_a_formula(results):
    for text in (grades_csv(results), canvas_csv(results), moodle_csv(results)):
        rows = read_csv(text)
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if re.match(r"[=+\-@\t\r]", cell)]
    assert "'=HYPERLINK(1)" in grades_csv(results)
    assert "'@home?" in grades_csv(results)


def test_the_table_of_grades_has_a_row_for_each_lesson_and_each_file_that_was_not_graded(results):
    rows = list(csv.DictReader(StringIO(grades_csv(results))))
    assert [(row["learner"], row["lesson"], row["points"], row["attempts"]) for row in rows] == [
        ("<script>alert(1)</script> & �", "03", "2.5", "1"),
        ("'=HYPERLINK(1)", "03", "2.5", "1"),
        ("Alice Smith", "00", "1", "1"),
        ("Alice Smith", "03", "4", "2"),
        ("bob, the 2nd", "03", "2.5", "1"),
        ("Zoë", "03", "3.2", "1"),
        ("eve", "", "", ""),
    ]
    assert (rows[5]["days_late"], rows[5]["penalty"]) == ("2", "20")


def test_canvas_finds_its_columns_its_numbers_and_what_each_lesson_is_worth(results):
    header, worth, *rows = read_csv(canvas_csv(results))
    assert header == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        *("00 Start here", "03 Your first respond()"),
    ]
    assert worth == ["    Points Possible", "", "", "", "", "1", "11"]
    assert ["bob, the 2nd", "77", "", "", "", "", "2.5"] in rows


def test_moodles_worksheet_has_what_its_importer_looks_for(results):
    header, *rows = read_csv(moodle_csv(results))
    found = [dict(zip(header, row, strict=True)) for row in rows]
    (alice,) = [row for row in found if row["Identifier"] == "Participant 12345"]
    assert (alice["Full name"], alice["Grade"], alice["Maximum Grade"]) == (
        "Alice Smith",
        "5",
        "12",
    )
    assert alice["Last modified (grade)"] == "2026-01-31T18:00:00+00:00"
    assert "00 Start here: 1 of 1 points." in alice["Feedback comments"]
    (zoe,) = [row for row in found if row["Full name"] == "Zoë"]
    assert "2 days late: 20 % less. @home?" in zoe["Feedback comments"]


def test_json_has_everything(results):
    data = json.loads(grades_json(results))
    assert [one["learner"] for one in data["learners"]] == list(results.learners)
    zoe = data["learners"][-1]["lessons"][0]
    assert (zoe["points"], zoe["penalty"], zoe["comment"]) == (3.2, 20, "@home? <i>Good</i>")
    assert [one["part"] for one in zoe["parts"]] == ["03.1", "03.2", "03.3", "03.4", "03.5"]
    assert data["not_graded"][0]["learner"] == "eve"


def test_junit_counts_what_it_lists(results):
    suites = ET.fromstring(junit_xml(results))
    (suite,) = [one for one in suites if one.get("name") == "bob, the 2nd: 03_first_respond"]
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["5", "1", "1", "2"]
    kinds = [[inside.tag for inside in case] for case in suite]
    assert kinds == [[], ["failure"], ["skipped"], ["error"], ["skipped"]]
    assert suites[-1].get("name") == "eve: eve/<b>.docx"


def test_one_thought_in_many_words_is_one_misconception_and_the_dearest_comes_first(results):
    found = misconceptions(results)
    assert [(one.part, one.learners, one.lost) for one in found] == [
        ("03.4", 5, 10),
        ("03.2", 3, 4.5),
    ]
    assert re.fullmatch(r"task_for\('\w+'\) gave \d: it is for 'alice'\.", found[1].feedback)


def test_a_part_costs_what_it_costs_on_average(results):
    found = {one.part: one for one in part_statistics(results)}
    assert (found["03.2"].handed_in, found["03.2"].passed) == (5, 2)
    assert round(found["03.2"].lost, 2) == 0.9
    assert found["03.3"].not_started == 5


class Tags(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def pages(folder):
    return [folder / "class.html", *sorted((folder / "feedback").iterdir())]


def test_pages_run_nothing_fetch_nothing_and_name_only_what_is_there(results, tmp_path):
    write_reports(results, tmp_path)
    assert len(pages(tmp_path)) == 7
    for path in pages(tmp_path):
        tags = Tags()
        tags.feed(path.read_text("utf-8"))
        names = {tag for tag, _ in tags.found}
        assert not names & {"script", "b", "i", "img", "link", "iframe", "object", "form"}
        attributes = {name for _, given in tags.found for name in given}
        assert not {name for name in attributes if name.startswith("on")} | attributes & {"src"}
        for _, given in tags.found:
            if link := given.get("href"):
                assert (tmp_path / unquote(link)).is_file()


def test_a_page_of_somebody_who_is_gone_goes_and_what_is_not_ours_stays(results, tmp_path):
    write_reports(results, tmp_path)
    (tmp_path / "feedback/gone.html").write_text("old")
    (tmp_path / "feedback/class.html.1.tmp").write_text("half")
    (tmp_path / "feedback/mine.txt").write_text("mine")
    write_reports(results, tmp_path)
    left = {path.name for path in (tmp_path / "feedback").iterdir()}
    assert "mine.txt" in left
    assert not left & {"gone.html", "class.html.1.tmp"}


@pytest.mark.browser
def test_the_pages_can_be_read_light_dark_and_narrow(results, tmp_path):
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        require_or_skip("there is no chromium; on Debian: apt-get install chromium")
    write_reports(results, tmp_path)
    shots = ROOT / "test-output"
    shots.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 400)):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            said = []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.on(
                "request",
                lambda one, said=said: said.append(one.url) if "file:" not in one.url else None,
            )
            for path in (tmp_path / "class.html", tmp_path / "feedback/Zoë.html"):
                page.goto(path.as_uri())
                page.screenshot(path=shots / f"{path.stem}-{scheme}-{width}.png", full_page=True)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.goto((tmp_path / "class.html").as_uri())
            page.get_by_role("link", name="Zoë").click()
            page.get_by_role("heading", name="Zoë").wait_for()
            assert said == []
            page.close()
        browser.close()
