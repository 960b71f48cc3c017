"""How fast notebooks are graded, beside nbval, nbgrader and otter, in one run.

    uv run python -m tests.benchmarks.grading [--rounds 3]

Each round grades ten lessons' solutions with every grader in turn, so that what else goes on hits
all alike. nbgrader and otter get environments of their own under test-output/, which takes a
minute the first time. The table is printed, and written to test-output/grading.json.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chatlab.course.catalogue import Lesson, lesson_for
from tests.benchmarks.cpu_meter import CpuMeter
from tests.benchmarks.peers import NbgraderCourse, OtterAssignment, with_path
from tests.benchmarks.warm_grader import WarmGrader

ROOT = Path(__file__).parents[2]
OUT = ROOT / "test-output"
LESSONS = [lesson_for(number) for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10)]
GOALS = {"nbgrader": 10, "nbval": 5}
"""How many times less CPU than these a warm grader takes."""


def solution(lesson: Lesson) -> Path:
    return ROOT / "solutions" / f"{lesson.slug}.ipynb"


def run(command: list[str], meter: CpuMeter, cwd: Path = ROOT) -> None:
    subprocess.run(
        command,
        cwd=cwd,
        check=True,
        capture_output=True,
        env=with_path(command),
        preexec_fn=meter.join,
    )


def nbval(lesson: Lesson, meter: CpuMeter) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env"]
    command += ["-p", "no:chatlab", "-p", "no:cacheprovider", "-c", os.devnull]
    run([*command, f"--rootdir={OUT}", str(solution(lesson))], meter)


def chatlab_check(lesson: Lesson, meter: CpuMeter) -> None:
    program = Path(sys.executable).with_name("chatlab")
    run([str(program), "check", "--solutions", str(lesson.number)], meter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    OUT.mkdir(exist_ok=True)
    console = Console()
    meters = {
        name: CpuMeter(name.replace(" ", "-").replace(",", ""))
        for name in ("warm", "warm, boxed", "check, cold", "nbval", "nbgrader", "otter")
    }
    warm = WarmGrader(meters["warm"], box=False)
    boxed = WarmGrader(meters["warm, boxed"], box=True)
    nbgrader = NbgraderCourse(OUT / "nbgrader", LESSONS)
    otter = OtterAssignment(OUT / "otter", LESSONS)
    graders: dict[str, Callable[[Lesson], object]] = {
        "warm": lambda lesson: warm.grade(lesson, solution(lesson)),
        "warm, boxed": lambda lesson: boxed.grade(lesson, solution(lesson)),
        "check, cold": lambda lesson: chatlab_check(lesson, meters["check, cold"]),
        "nbval": lambda lesson: nbval(lesson, meters["nbval"]),
        "nbgrader": lambda lesson: run(*nbgrader.command(lesson, meters["nbgrader"])),
        "otter": lambda lesson: run(*otter.command(lesson, meters["otter"])),
    }
    for lesson in LESSONS:  # a warm grader has imported what lessons need
        warm.grade(lesson, solution(lesson))
        boxed.grade(lesson, solution(lesson))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in graders}
    with console.status("") as status:
        for number in range(rounds):
            for name, grade in graders.items():
                status.update(f"round {number + 1} of {rounds}: {name}")
                took = [
                    meters[name].measure(lambda grade=grade, lesson=lesson: grade(lesson))
                    for lesson in LESSONS
                ]
                found[name].append((sum(wall for wall, _ in took), sum(cpu for _, cpu in took)))
    for grader in (warm, boxed):
        grader.close()
    report(console, found, exact=all(meter.exact for meter in meters.values()))
    for meter in meters.values():
        meter.close()


def report(console: Console, found: dict[str, list[tuple[float, float]]], *, exact: bool) -> None:
    counted = "of each grader alone" if exact else "of the whole machine"
    table = Table(
        "grader",
        "CPU s a notebook",
        "times the warm one's",
        "wall s a notebook",
        title=f"Ten notebooks, {len(found['warm'])} rounds; CPU {counted}",
    )
    data = {}
    for name, took in found.items():
        walls, cpus = ([one[n] / len(LESSONS) for one in took] for n in (0, 1))
        ratios = [cpu / warm for (_, cpu), (_, warm) in zip(took, found["warm"], strict=True)]
        data[name] = {"cpu": cpus, "wall": walls, "ratios": ratios}
        table.add_row(
            name,
            f"{statistics.median(cpus):.2f}",
            f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})",
            f"{statistics.median(walls):.2f}",
        )
    console.print(table)
    for name, goal in GOALS.items():
        for warm in ("warm", "warm, boxed"):
            ratio = statistics.median(data[name]["cpu"]) / statistics.median(data[warm]["cpu"])
            verdict = "met" if ratio >= goal else "missed"
            console.print(
                f"{warm}: {ratio:.1f} times less CPU than {name} (goal {goal}): {verdict}"
            )
    (OUT / "grading.json").write_text(json.dumps(data, indent=1))
    console.print(f"Written to {OUT / 'grading.json'}")


if __name__ == "__main__":
    main()
