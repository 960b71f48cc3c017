"""Where answers are kept: beside a learner's progress, never in the notebook."""

import json
from pathlib import Path
from typing import Any, cast

from chatlab.files import write_atomically

__all__ = ["AnswerStore"]


class AnswerStore:
    """Answers under their keys: in a file of JSON, or with the kernel when there is no file.

    Args:
        path: The file; it and its folder are made with the first answer.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._answers: dict[str, dict[str, Any]] = {}

    def get(self, key: str) -> dict[str, Any]:
        """What was answered, or nothing; a file that cannot be read holds no answers."""
        return self._load().get(key, {})

    def save(self, key: str, answer: dict[str, Any]) -> None:
        """Keep the answer; an empty one is forgotten.

        Raises:
            OSError: The file cannot be written.
        """
        answers = self._load()
        answers.pop(key, None)
        if answer:
            answers[key] = answer
        self._answers = answers
        if self._path is not None:
            text = json.dumps(answers, ensure_ascii=False, indent=1, sort_keys=True)
            write_atomically(self._path, text)

    def _load(self) -> dict[str, dict[str, Any]]:
        """Everything, read anew: another notebook may have answered meanwhile."""
        if self._path is None:
            return self._answers
        try:
            found: Any = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        entries = cast("dict[str, Any]", found).items() if isinstance(found, dict) else ()
        return {key: answer for key, answer in entries if isinstance(answer, dict)}
