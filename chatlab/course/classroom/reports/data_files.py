"""Grades as JSON, and as JUnit's XML: a suite for each learner's lesson, a case for each part."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from chatlab.course.catalogue import lesson_for
from chatlab.course.classroom.standing import ClassResults, Standing
from chatlab.course.classroom.statistics import misconceptions, part_statistics

__all__ = ["grades_json", "junit_xml"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OUTCOMES = {"error": "error", "skipped": "skipped", "not_started": "skipped"}


def grades_json(results: ClassResults) -> str:
    """Everything that counts, and the class's statistics."""
    data = {
        "learners": [
            {"learner": learner, "lessons": [_as_data(one) for one in standings]}
            for learner, standings in results.learners.items()
        ],
        "not_graded": [vars(problem) for problem in results.problems],
        "parts": [vars(part) | {"lost": part.lost} for part in part_statistics(results)],
        "misconceptions": [vars(one) for one in misconceptions(results)],
    }
    return json.dumps(data, indent=1) + "\n"


def junit_xml(results: ClassResults) -> str:
    """The parts as test cases: what a build server can show."""
    suites = ET.Element("testsuites", name="chatlab")
    for learner, standings in results.learners.items():
        for standing in standings:
            _add_suite(suites, learner, standing)
    for problem in results.problems:
        name = f"{problem.learner}: {problem.file}"
        suite = ET.SubElement(suites, "testsuite", name=_xml(name), tests="1", errors="1")
        case = ET.SubElement(suite, "testcase", classname=_xml(problem.learner), name="the file")
        ET.SubElement(case, "error", message=_xml(problem.reason))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _add_suite(suites: ET.Element, learner: str, standing: Standing) -> None:
    attempt = standing.attempt
    lesson = lesson_for(attempt.lesson)
    titles = {part.id: part.title for part in lesson.parts}
    found = [_OUTCOMES.get(part.status, "failure") for part in attempt.verdict.parts]
    passed = [part.status == "passed" for part in attempt.verdict.parts]
    counts = {
        "tests": len(found),
        "failures": sum(one == "failure" and not ok for one, ok in zip(found, passed, strict=True)),
        "errors": found.count("error"),
        "skipped": found.count("skipped"),
    }
    name = _xml(f"{learner}: {lesson.slug}")
    attributes = {key: str(count) for key, count in counts.items()}
    suite = ET.SubElement(suites, "testsuite", attributes, name=name)
    for part, outcome in zip(attempt.verdict.parts, found, strict=True):
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_xml(f"{learner}.{lesson.slug}"),
            name=f"{part.part} {titles.get(part.part, '')}".strip(),
        )
        if part.status != "passed":
            message = " ".join(part.feedback) or part.status.replace("_", " ")
            ET.SubElement(case, outcome, message=_xml(message))


def _as_data(standing: Standing) -> dict[str, Any]:
    attempt = standing.attempt
    return {
        "lesson": lesson_for(attempt.lesson).slug,
        "passed": attempt.verdict.passed,
        "points": standing.points,
        "extra": standing.extra,
        "out_of": attempt.verdict.out_of,
        "days_late": standing.days_late,
        "penalty": standing.penalty,
        "attempts": standing.attempts,
        "handed_in": attempt.handed_in.isoformat() if attempt.handed_in else None,
        "file": attempt.file,
        "sha256": attempt.sha256,
        "comment": standing.comment,
        **attempt.verdict.to_json(),
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
