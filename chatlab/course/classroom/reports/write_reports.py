"""Writes all reports of a class into one folder; each file is whole, or the old one."""

from pathlib import Path
from urllib.parse import quote

from chatlab.course.classroom.names import file_names
from chatlab.course.classroom.reports.class_page import class_page
from chatlab.course.classroom.reports.csv_files import canvas_csv, grades_csv, moodle_csv
from chatlab.course.classroom.reports.data_files import grades_json, junit_xml
from chatlab.course.classroom.reports.feedback_page import feedback_page
from chatlab.course.classroom.standing import ClassResults
from chatlab.files import write_atomically

__all__ = ["FEEDBACK", "write_reports"]

FEEDBACK = "feedback"
"""The folder with a page for each learner."""


def write_reports(results: ClassResults, folder: Path) -> None:
    """Write tables, the class's page and a page for each learner.

    Nobody else may write there meanwhile.
    """
    everybody = dict.fromkeys([*results.learners, *(found.learner for found in results.problems)])
    names = {learner: f"{name}.html" for learner, name in file_names(everybody).items()}
    (folder / FEEDBACK).mkdir(exist_ok=True)
    for path in (*folder.glob("*.tmp"), *(folder / FEEDBACK).iterdir()):
        if path.suffix == ".tmp" or (path.suffix == ".html" and path.name not in names.values()):
            path.unlink()  # left by a run that was killed, or of somebody who is gone
    for learner, name in names.items():
        problems = tuple(found for found in results.problems if found.learner == learner)
        page = feedback_page(learner, results.learners.get(learner, ()), problems)
        write_atomically(folder / FEEDBACK / name, page)
    links = {learner: f"{FEEDBACK}/{quote(name)}" for learner, name in names.items()}
    write_atomically(folder / "class.html", class_page(results, links))
    write_atomically(folder / "grades.json", grades_json(results))
    write_atomically(folder / "junit.xml", junit_xml(results))
    write_atomically(folder / "grades.csv", grades_csv(results))
    write_atomically(folder / "canvas.csv", canvas_csv(results))
    write_atomically(folder / "moodle.csv", moodle_csv(results))
