"""In a graded run, a check asks the grader for its inputs, and hands over what it observed.

The grader is another process, reached over a connection that no file names. It answers once for
each check cell, and only while that cell runs.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Client, Connection
from typing import Any

from chatlab.course.catalogue import Part
from chatlab.course.checking.observe import observe
from chatlab.course.checking.tampering import watch_kit

__all__ = ["GRADER_ENV", "GradedRun", "connect_grader", "graded_run"]

GRADER_ENV = "CHATLAB_GRADER"
"""The environment variable with the grader's port and key, for a kernel that was not forked."""

_runs: "list[GradedRun]" = []


class GradedRun:
    """The kernel's end of the connection.

    Args:
        connection: Leads to the grader.
    """

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection
        self._secret = connection.recv_bytes().decode()
        self._changed_name = watch_kit()

    async def observe(self, part: Part, namespace: Mapping[str, Any]) -> None:
        """Run the part's check with the grader's inputs, and hand over what it observed.

        If something has replaced a piece of the kit, that is what is handed over. A check that
        stands in a cell of the learner's own is none of the grader's: it does nothing.
        """
        request = self._exchange({"part": part.id})
        if "patience" not in request:
            return
        part = replace(part, time_limit=part.time_limit * request["patience"])
        observation = await self._observe_untouched(part, namespace, request["inputs"])
        self._exchange({"observation": observation})

    def _exchange(self, message: dict[str, Any]) -> Any:
        self._connection.send_bytes(json.dumps({"secret": self._secret, **message}).encode())
        return json.loads(self._connection.recv_bytes())

    async def _observe_untouched(
        self, part: Part, namespace: Mapping[str, Any], inputs: Any
    ) -> dict[str, Any]:
        """Observe, unless the kit was changed before or is changed meanwhile."""
        if changed := self._changed_name():
            return {"state": "tampered", "name": changed}
        if why := part.missing_requirement():
            return {"state": "skipped", "why": why}
        observation = await observe(part, namespace, inputs)
        if changed := self._changed_name():
            return {"state": "tampered", "name": changed}
        return observation


def connect_grader(connection: "Connection[Any, Any]") -> None:
    """Take part in a graded run from now on."""
    _runs.append(GradedRun(connection))


def graded_run() -> GradedRun | None:
    """The graded run that this process takes part in; None in a learner's own notebook."""
    if not _runs and (address := os.environ.pop(GRADER_ENV, None)):
        port, _, key = address.partition(":")
        connect_grader(Client(("127.0.0.1", int(port)), authkey=bytes.fromhex(key)))
    return _runs[0] if _runs else None
