"""A class is graded: what was graded is kept, what counts is fair, and nobody ends the run."""

import csv
import json
import re
import shlex
import stat
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from a_class import ROOT, KnownRuns, chatlab, hand_in, notebook
from rich.console import Console

from chatlab.course.classroom.commands import _find_learner
from chatlab.course.classroom.grade_class import grade_class
from chatlab.course.classroom.gradebook import Gradebook
from chatlab.course.classroom.hand_in_times import HandInTimes, parse_time
from chatlab.course.classroom.records import Deadline
from chatlab.course.classroom.regrade import regrade
from chatlab.course.classroom.runs import open_pool
from chatlab.course.classroom.standing import class_results
from chatlab.course.findings import failed
from chatlab.errors import InvalidInput
from chatlab.lessons.l00_start_here import p1_greeting_judge

HERE = Path(__file__).parent
DUE = datetime(2026, 1, 31, 18, tzinfo=UTC)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Classroom:
    """A class, its gradebook, and graders that know what a run leaves."""

    def __init__(self, folder, evidence):
        self.folder = folder
        self.place = folder / "in"
        self.evidence = evidence
        self.log = folder / "log"
        self.book = Gradebook(folder / "out")

    def hand_in(self, **files):
        self.place.mkdir(exist_ok=True)
        names = {name: f"{name}/00_start_here.ipynb" for name in files}
        hand_in(self.place, {names[name]: content for name, content in files.items()})

    def grade(self, graders=None, **options):
        make = graders or (lambda: KnownRuns(self.evidence, self.log))
        return grade_class(ROOT, self.place, self.book, make, Console(quiet=True), **options)

    def points(self):
        results = class_results(self.book)
        return {learner: found[0].points for learner, found in results.learners.items()}

    def runs(self):
        return len(self.log.read_text().splitlines())


@pytest.fixture
def classroom(tmp_path, known_evidence):
    found = Classroom(tmp_path, known_evidence)
    yield found
    found.book.close()


def test_a_class_is_really_graded_and_one_essay_makes_the_status_1(graded_class):
    run, out, _ = graded_class
    assert run.returncode == 1, run.stderr
    assert (
        "3 learners: 3 notebooks graded now, 0 known from before, 1 file not graded." in run.stdout
    )
    assert "essay: essay.ipynb is not a notebook" in run.stdout
    rows = rows_of(out / "grades.csv")
    assert [(row["learner"], row["points"], row["passed"]) for row in rows] == [
        ("paulprinted", "0", "no"),
        ("Solveig Solved", "1", "yes"),
        ("untouched", "0", "no"),
        ("essay", "", ""),
    ]
    assert sorted(path.name for path in out.iterdir() if path.name[0] != ".") == [
        *("canvas.csv", "class.html", "feedback", "gradebook.sqlite"),
        *("grades.csv", "grades.json", "junit.xml", "moodle.csv"),
    ]
    page = (out / "feedback/paulprinted.html").read_text("utf-8")
    assert "returned None" in page
    assert "print(f&quot;Hello, {name}!&quot;)" in page


def test_the_same_command_again_runs_nothing_and_says_the_same(graded_class):
    _, out, place = graded_class
    before = {path: path.read_bytes() for path in out.rglob("*.*") if path.suffix != ".sqlite"}
    run = chatlab("grade", place, "--out", out)
    assert "3 learners: 0 notebooks graded now, 3 known from before" in run.stdout
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grade", "nowhere"), "nowhere does not exist"),
        (("grade", "README.md"), "is neither a folder nor an archive"),
        (("grade", "EMPTY"), "holds nothing to grade"),
        (("grade", "exercises", "--penalty", "10"), "Say with --due since when"),
        (("grade", "exercises", "--due", "soon"), "--due is not a time: 'soon'"),
        (("grade", "exercises", "--jobs", "0"), "--jobs"),
        (("grade", "exercises", "--times", "README.md"), "lacks a column"),
        (("regrade", "03.2"), "holds no gradebook"),
        (("regrade", "03.9"), "'03.9' does not exist"),
        (("regrade", "x"), "'x' does not exist"),
        (("comment", "al", "00", "Good."), "holds no gradebook"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_with_status_2(tmp_path, arguments, says):
    (tmp_path / "empty").mkdir()
    found = [str(ROOT / one) if (ROOT / one).exists() else one for one in arguments]
    found = [str(tmp_path / "empty") if one == "EMPTY" else one for one in found]
    run = chatlab(*found, "--out", tmp_path / "out")
    assert run.returncode == 2, run.stdout
    assert says in " ".join(run.stderr.split())


def test_what_was_graded_is_not_run_again_unless_it_or_its_check_has_changed(
    classroom, monkeypatch
):
    classroom.hand_in(al=notebook("solved"), bo=notebook("printed"))
    classroom.grade()
    run = classroom.grade()
    assert (run.graded, run.known, classroom.runs()) == (0, 2, 2)
    classroom.hand_in(bo=notebook("solved", "second"))
    assert classroom.grade().graded == 1
    assert classroom.points() == {"al": 1, "bo": 1}
    monkeypatch.setattr("chatlab.course.classroom.grade_class.run_version", lambda *_: "another")
    assert classroom.grade().graded == 2
    assert len(classroom.book.attempts()) == 3


def test_the_best_attempt_counts(classroom):
    classroom.hand_in(al=notebook("solved"))
    classroom.grade()
    classroom.hand_in(al=notebook("untouched"))
    classroom.grade()
    (standing,) = class_results(classroom.book).learners["al"]
    assert (standing.points, standing.attempts) == (1, 2)


def test_what_is_late_costs_by_the_day_begun(classroom):
    names = {"al": 0, "bo": 1, "cy": 24, "di": 24.1, "ed": 24 * 30}
    classroom.hand_in(**{name: notebook("solved", name) for name in names})
    lines = [f"{name},00,{(DUE + timedelta(hours=n)).isoformat()}" for name, n in names.items()]
    times = classroom.folder / "times.csv"
    times.write_text("\n".join(["learner,lesson,handed_in", *lines]))
    classroom.grade(times=HandInTimes(times), deadline=Deadline(DUE, 10))
    assert classroom.points() == {"al": 1, "bo": 0.9, "cy": 0.9, "di": 0.8, "ed": 0}
    times.write_text(f"learner,handed_in\nED,{DUE.isoformat()}")
    classroom.grade(times=HandInTimes(times))
    assert classroom.points()["ed"] == 1


def test_late_is_late_where_the_system_says_so_and_the_file_does_not(classroom):
    name = "smithal_LATE_1_2_00_start_here.ipynb"
    hand_in(classroom.place, {name: notebook("solved")})
    classroom.grade(deadline=Deadline(datetime.now(UTC) + timedelta(days=9), 25))
    assert classroom.points() == {"smithal": 0.75}


def test_a_time_without_a_zone_is_this_machines():
    assert parse_time("2026-01-31T18:00", "due") == datetime(2026, 1, 31, 18).astimezone()
    with pytest.raises(InvalidInput, match=r"2026-01-31T18:00"):
        parse_time("31.1.2026", "due")


class DyingGraders(KnownRuns):
    """Graders of which one dies when it gets a notebook with this mark, and takes all along."""

    def submit(self, root, lesson, path):
        if getattr(self, "dead", False):
            raise BrokenProcessPool
        if "deadly" in path.read_text():
            self.dead = True
            future = Future()
            future.set_exception(BrokenProcessPool())
            return future
        return super().submit(root, lesson, path)


def test_a_notebook_that_ends_its_grader_is_named_and_costs_nobody_else_a_grade(classroom):
    marks = {name: "deadly" if name == "cy" else name for name in ("al", "bo", "cy", "di", "ed")}
    classroom.hand_in(**{name: notebook("solved", mark) for name, mark in marks.items()})
    run = classroom.grade(lambda: DyingGraders(classroom.evidence, classroom.log), jobs=2)
    assert classroom.points() == dict.fromkeys(["al", "bo", "di", "ed"], 1)
    (problem,) = classroom.book.problems()
    assert (problem.learner, problem.reason) == ("cy", "ended the process that graded it, twice.")
    assert run.graded == 4


@pytest.mark.parametrize("evidence", [{}, {"lesson": 0}, [], None, {"lesson": 99, "parts": []}])
def test_a_run_that_leaves_nonsense_is_named(classroom, evidence):
    classroom.hand_in(al=notebook("solved"), bo=notebook("printed"))
    classroom.evidence = classroom.evidence | {"printed": evidence}
    classroom.grade()
    assert classroom.points() == {"al": 1}
    assert [problem.learner for problem in classroom.book.problems()] == ["bo"]


def test_what_could_not_be_judged_is_run_again_when_asked_for(classroom):
    solved = classroom.evidence["solved"]
    (part,) = solved["parts"]
    unjudged = solved | {"parts": [part | {"problem": ["The machine was too slow.", "Again."]}]}
    classroom.hand_in(al=notebook("solved"))
    known, classroom.evidence = classroom.evidence, {"solved": unjudged}
    classroom.grade()
    classroom.evidence = known
    assert classroom.grade().graded == 0
    assert classroom.points() == {"al": 0}
    assert classroom.grade(retry=True).graded == 1
    assert classroom.points() == {"al": 1}


def test_a_mended_judge_judges_again_without_a_run_and_says_what_changed(classroom, monkeypatch):
    classroom.hand_in(al=notebook("solved"), bo=notebook("printed"))
    classroom.grade()
    monkeypatch.setattr(p1_greeting_judge, "judge", lambda *_: [failed("No.", points=0.5)])
    monkeypatch.setattr("chatlab.course.classroom.grade_class.judge_version", lambda _: "mended")
    assert classroom.grade().stale == (0,)
    regrading = regrade(classroom.book, 0, "00.1")
    assert regrading.judged == 2
    assert [
        (one.learner, one.before.status, one.before.points, one.after.status, one.after.points)
        for one in regrading.changes
    ] == [("al", "passed", 1, "failed", 0.5), ("bo", "failed", 0, "failed", 0.5)]
    assert classroom.points() == {"al": 0.5, "bo": 0.5}
    assert classroom.runs() == 2
    assert regrade(classroom.book, 0).changes == ()


def test_the_command_to_judge_again_says_what_changed(graded_class, tmp_path):
    _, out, _ = graded_class
    mended = (
        "from chatlab.lessons.l00_start_here import p1_greeting_judge as judge\n"
        "from chatlab.course.findings import passed\n"
        "judge.judge = lambda *_: [passed(1, 'Good.')]\n"
        "from chatlab.cli import main; main()"
    )
    copy = tmp_path / "grades"
    copy.mkdir()
    (copy / "gradebook.sqlite").write_bytes((out / "gradebook.sqlite").read_bytes())
    run = chatlab("regrade", "00.1", "--out", copy, program=mended)
    assert run.returncode == 0, run.stderr
    assert "paulprinted, 00.1: failed 0 → passed 1 of 1" in run.stdout
    assert "3 notebooks judged again" in run.stdout
    assert {row["points"] for row in rows_of(copy / "grades.csv")} == {"1", "0", ""}


def test_a_comment_is_on_the_page_until_it_is_replaced_or_taken_back(graded_class, tmp_path):
    _, out, _ = graded_class
    copy = tmp_path / "grades"
    copy.mkdir()
    (copy / "gradebook.sqlite").write_bytes((out / "gradebook.sqlite").read_bytes())

    def comment(text, learner="paul"):
        run = chatlab("comment", learner, "00", text, "--out", copy)
        page = copy / "feedback/paulprinted.html"
        return run, page.read_text("utf-8") if page.exists() else ""

    run, page = comment("Nearly! <b>\x1b[2J Come\nand see me.")
    assert "It is on the page of paulprinted, at 00." in run.stdout
    assert "Nearly! &lt;b&gt;�[2J Come\nand see me." in page
    _, page = comment("Better.")
    assert ("Better." in page, "Nearly" in page) == (True, False)
    assert {row["comment"] for row in rows_of(copy / "grades.csv")} == {"Better.", ""}
    run, page = comment("")
    assert "Better." not in page
    run, _ = comment("x", "nobody")
    assert run.returncode == 2
    assert "There is Solveig Solved, paulprinted, untouched." in " ".join(run.stderr.split())


def test_a_learner_is_found_by_a_part_of_the_name_that_fits_one(classroom):
    classroom.hand_in(ann=notebook("solved"), anna=notebook("solved"), bo=notebook("solved"))
    classroom.grade()
    assert _find_learner(classroom.book, "ann") == "ann"
    assert _find_learner(classroom.book, "B") == "bo"
    with pytest.raises(InvalidInput, match="fits several learners"):
        _find_learner(classroom.book, "n")


def test_two_runs_into_one_folder_do_not_meet(classroom):
    classroom.hand_in(al=notebook("solved"))
    with classroom.book.only_here():
        run = chatlab("grade", classroom.place, "--out", classroom.book.path.parent)
    assert (run.returncode, classroom.points()) == (2, {})
    assert "is being graded into. Wait until that is done." in " ".join(run.stderr.split())
    with classroom.book.only_here():
        assert classroom.grade().graded == 1


def test_a_new_gradebook_may_be_opened_by_many_at_once(tmp_path):
    def read():
        book = Gradebook(tmp_path)
        found = book.attempts()
        book.close()
        return found

    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(read) for _ in range(32)]
    assert [future.result() for future in futures] == [[]] * 32


@pytest.mark.parametrize("content", [b"My essay, and it is no database at all.", b"\x00" * 200])
def test_a_gradebook_that_is_none_is_left_alone(tmp_path, content):
    path = tmp_path / "gradebook.sqlite"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"is not a gradebook.*Move it somewhere else"):
        Gradebook(tmp_path)
    assert path.read_bytes() == content


def test_where_no_box_can_be_made_this_is_said_and_how_to_do_without(classroom, monkeypatch):
    monkeypatch.setattr("chatlab.course.classroom.runs.missing_box", lambda: "There is no bwrap")
    classroom.hand_in(al=notebook("solved"))
    with pytest.raises(InvalidInput, match=r"There is no bwrap\. With --no-box they run as you do"):
        classroom.grade(lambda: open_pool(1, box=True))
    assert classroom.points() == {}


def test_a_gradebook_is_its_owners_alone(classroom):
    assert stat.S_IMODE(classroom.book.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(classroom.book.path.parent.stat().st_mode) == 0o700


def test_the_other_commands_do_not_load_what_a_class_needs():
    found = "import sys, chatlab.cli; print(*{'sqlalchemy', 'rich.progress'} & set(sys.modules))"
    assert chatlab(program=found).stdout.strip() == ""


def test_the_teaching_page_works_word_for_word(tmp_path, known_evidence):
    page = (ROOT / "notebooks/teaching.md").read_text("utf-8")
    section = page.partition("## Grade a class")[2]
    block = section.split("```")[1]
    commands = [shlex.split(line) for line in block.strip().splitlines()]
    assert [command[:3] for command in commands] == [
        ["uv", "run", "chatlab"] for _ in range(len(commands))
    ]
    for name in ("notebooks", "exercises"):
        (tmp_path / name).mkdir()
    name = "Alice Smith_1_assignsubmission_file_/00_start_here.ipynb"
    hand_in(tmp_path / "handed-in", {name: notebook("solved")})
    evidence = tmp_path / "evidence.json"
    evidence.write_text(json.dumps(known_evidence))
    program = f"import sys; sys.path.insert(0, {str(HERE)!r}); import a_class; a_class.main()"
    for command in commands:
        given = [evidence, tmp_path / "log", "0", *command[3:]]
        run = chatlab(*given, cwd=tmp_path, program=program)
        assert run.returncode == 0, run.stderr
    written = {f"grades/{path.name}" for path in (tmp_path / "grades").iterdir()}
    told = set(re.findall(r"`([\w-]+\.(?:csv|json|xml|sqlite))`", section.partition("\n## ")[0]))
    assert {f"grades/{one}" for one in told} <= written
    assert "shortest greeting" in (tmp_path / "grades/feedback/Alice Smith.html").read_text("utf-8")
