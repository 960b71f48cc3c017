"""The gradebook: one SQLite file, in which a notebook is recorded in one transaction, or not."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, delete, event, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from chatlab.course.classroom import tables
from chatlab.course.classroom.handed_in import GRADEBOOK
from chatlab.course.classroom.records import Attempt, Deadline, Problem
from chatlab.course.classroom.verdict import Verdict
from chatlab.errors import InvalidInput
from chatlab.files import make_private

__all__ = ["Gradebook"]


class Gradebook:
    """The gradebook in a folder; it is made if it is not there.

    Args:
        folder: Where the reports are, too.
        must_exist: Whether to refuse to make it.

    Raises:
        InvalidInput: There is none, or the file is no gradebook of this version.
    """

    def __init__(self, folder: Path, *, must_exist: bool = False) -> None:
        self.path = folder / GRADEBOOK
        if must_exist and not self.path.exists():
            raise InvalidInput(
                str(folder), "holds no gradebook", "Name the folder of a class with --out."
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(self.path)
        self._engine = _engine(self.path)
        try:
            with self._engine.begin() as connection:
                connection.execute(text("BEGIN IMMEDIATE"))  # two may open a new one at once
                version = connection.execute(text("PRAGMA user_version")).scalar_one()
                if version not in {0, tables.SCHEMA_VERSION}:
                    raise InvalidInput(
                        str(self.path), "was made by another version of chatlab", "Use that one."
                    )
                tables.metadata.create_all(connection)
                connection.execute(text(f"PRAGMA user_version = {tables.SCHEMA_VERSION}"))
        except DatabaseError as error:
            raise InvalidInput(
                str(self.path),
                f"is not a gradebook ({error.orig})",
                "Move it somewhere else, or name another.",
            ) from None

    @contextmanager
    def only_here(self) -> Generator[None]:
        """Let nobody else write into this folder meanwhile; the lock ends with the process.

        Raises:
            InvalidInput: Somebody does.
        """
        engine = _engine(self.path.with_name(".grading"), wait=0)
        with engine.connect() as connection:
            try:
                connection.execute(text("CREATE TABLE IF NOT EXISTS grading (x)"))
                connection.execute(text("INSERT INTO grading VALUES (1)"))
            except DatabaseError:
                raise InvalidInput(
                    str(self.path.parent), "is being graded into", "Wait until that is done."
                ) from None
            yield
            connection.rollback()

    def record(self, attempt: Attempt, evidence: dict[str, Any]) -> None:
        """Keep what came of a notebook; what was known about the same one is replaced."""
        row = {name: getattr(attempt, name) for name in attempt.__dataclass_fields__}
        row |= {
            "answers": dict(attempt.answers),
            "evidence": evidence,
            "verdict": attempt.verdict.to_json(),
        }
        statement = insert(tables.attempts).values(row)
        same = ["learner", "lesson", "sha256"]
        changed = {name: statement.excluded[name] for name in row if name not in same}
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=same, set_=changed))

    def attempts(self) -> list[Attempt]:
        """Every attempt, by learner and lesson, the earlier ones first."""
        table = tables.attempts
        columns = [table.c[name] for name in Attempt.__dataclass_fields__]
        statement = select(*columns).order_by(
            table.c.learner, table.c.lesson, table.c.handed_in, table.c.sha256
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
        return [_attempt(dict(row)) for row in rows]

    def evidence(self, lesson: int) -> Iterator[tuple[int, dict[str, Any], Verdict, str]]:
        """For each attempt at the lesson its number, its evidence, its verdict, and whose it is."""
        table = tables.attempts
        chosen = select(table.c.id).where(table.c.lesson == lesson).order_by(table.c.learner)
        wanted = select(table.c.evidence, table.c.verdict, table.c.learner)
        with self._engine.connect() as connection:
            for id in connection.execute(chosen).scalars().all():
                row = connection.execute(wanted.where(table.c.id == id)).one()
                yield id, row.evidence, Verdict.from_json(row.verdict), row.learner

    def revise(self, verdicts: Mapping[int, Verdict], judge_version: str) -> None:
        """Replace the verdicts of these attempts, by their numbers: all, or none."""
        with self._engine.begin() as connection:
            for id, verdict in verdicts.items():
                connection.execute(
                    update(tables.attempts)
                    .where(tables.attempts.c.id == id)
                    .values(
                        verdict=verdict.to_json(),
                        judge_version=judge_version,
                        graded=datetime.now(UTC),
                    )
                )

    def set_times(self, times: Mapping[tuple[str, int, str], datetime]) -> None:
        """Say when notebooks were handed in, by learner, lesson and digest."""
        table = tables.attempts
        with self._engine.begin() as connection:
            for (learner, lesson, digest), time in times.items():
                same = (table.c.learner == learner) & (table.c.lesson == lesson)
                connection.execute(
                    update(table).where(same & (table.c.sha256 == digest)).values(handed_in=time)
                )

    def deadlines(self) -> dict[int, Deadline]:
        """When lessons are due, by their numbers."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.deadlines)).all()
        return {row.lesson: Deadline(row.due, row.penalty) for row in rows}

    def set_deadlines(self, lessons: Iterable[int], deadline: Deadline) -> None:
        """Say when these lessons are due."""
        with self._engine.begin() as connection:
            for lesson in lessons:
                found = {"due": deadline.due, "penalty": deadline.penalty}
                statement = insert(tables.deadlines).values(lesson=lesson, **found)
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["lesson"], set_=found)
                )

    def comments(self) -> dict[tuple[str, int], str]:
        """What was written by hand, by learner and lesson."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.comments)).all()
        return {(row.learner, row.lesson): row.text for row in rows}

    def set_comment(self, learner: str, lesson: int, words: str) -> None:
        """Put this comment into the place of the one there is; an empty one takes it away."""
        table = tables.comments
        same = (table.c.learner == learner) & (table.c.lesson == lesson)
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(same))
            if words:
                connection.execute(insert(table).values(learner=learner, lesson=lesson, text=words))

    def problems(self) -> list[Problem]:
        """The files that could not be graded the last time."""
        table = tables.problems
        with self._engine.connect() as connection:
            rows = connection.execute(select(table).order_by(table.c.learner, table.c.file)).all()
        return [Problem(row.file, row.learner, row.reason) for row in rows]

    def set_problems(self, problems: Iterable[Problem]) -> None:
        """Say what could not be graded this time."""
        rows = {problem.file: vars(problem) for problem in problems}
        with self._engine.begin() as connection:
            connection.execute(delete(tables.problems))
            if rows:
                connection.execute(insert(tables.problems), list(rows.values()))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _attempt(row: dict[str, Any]) -> Attempt:
    row["verdict"] = Verdict.from_json(row["verdict"])
    return Attempt(**row)


def _engine(path: Path, wait: float = 60) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": wait},
        poolclass=NullPool,
    )

    @event.listens_for(engine, "connect")
    def be_durable(connection: Any, record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        del record
        connection.execute("PRAGMA synchronous = FULL")

    return engine
