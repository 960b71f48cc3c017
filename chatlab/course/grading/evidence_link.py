"""The grader's end of the connection over which checks ask for inputs and hand over evidence."""

import json
import secrets
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from threading import Lock, Thread
from typing import Any

__all__ = ["MAX_EVIDENCE_BYTES", "EvidenceLink"]

MAX_EVIDENCE_BYTES = 2_000_000
"""More than that is not read. Honest answers leave a hundredth of it."""

_MAX_MESSAGES = 200
"""How many messages one kernel may send: a check needs two."""


class EvidenceLink:
    """Answers the check whose cell is running, once, and nobody else.

    Args:
        inputs: What each part's check is to be given, by the part's id.
        patience: How many times longer than usual a check may take.
    """

    def __init__(self, inputs: Mapping[str, Any], patience: int = 1) -> None:
        self._inputs = inputs
        self._patience = patience
        self._lock = Lock()
        self._part: str | None = None
        self._asked = False
        self._observation: dict[str, Any] | None = None
        self._problem = ""

    def serve(self, connect: "Callable[[], Connection[Any, Any]]") -> None:
        """Answer a kernel from now on, in a thread that ends with it.

        Args:
            connect: Returns the connection to it; may wait.
        """
        Thread(target=self._answer, args=[connect], daemon=True).start()

    def open(self, part: str) -> None:
        """The cell with the part's check is about to run."""
        with self._lock:
            self._part, self._asked, self._observation, self._problem = part, False, None, ""

    def close(self) -> tuple[dict[str, Any] | None, str]:
        """The cell has run: what was observed, if anything, and what was wrong with that."""
        with self._lock:
            found = (None if self._problem else self._observation), self._problem
            self._part, self._asked, self._observation, self._problem = None, False, None, ""
            return found

    def _answer(self, connect: "Callable[[], Connection[Any, Any]]") -> None:
        try:
            connection = connect()
        except (OSError, EOFError):
            return
        with connection:
            try:
                secret = secrets.token_hex(32)
                connection.send_bytes(secret.encode())
                for _ in range(_MAX_MESSAGES):
                    connection.send_bytes(
                        self._handle(secret, connection.recv_bytes(MAX_EVIDENCE_BYTES))
                    )
            except EOFError:
                return
            except OSError:
                with self._lock:
                    self._problem = "What the check wrote down was too long, or cut off."

    def _handle(self, secret: str, text: bytes) -> bytes:
        """Answer one message: the first of a check gets its inputs, the second is its evidence.

        Each must know the secret that the kernel was told before any cell ran.
        """
        try:
            message: Any = json.loads(text)
            known = secrets.compare_digest(str(message.get("secret")), secret)
            part, observation = message.get("part"), message.get("observation")
        except (ValueError, AttributeError, TypeError, RecursionError):
            known, part, observation = False, None, None
        with self._lock:
            if known and not self._asked and part is not None and part == self._part:
                self._asked = True
                request = {"inputs": self._inputs.get(part), "patience": self._patience}
                return json.dumps(request).encode()
            if known and self._asked and not self._observation and isinstance(observation, dict):
                self._observation = observation
            elif self._part is not None:
                self._problem = "Something beside the check wrote to the grader while it ran."
            return b"{}"
