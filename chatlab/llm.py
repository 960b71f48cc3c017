"""A scripted language model that streams given replies, without a network (lesson 04)."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence

from chatlab.clock import Clock, SystemClock
from chatlab.errors import InvalidInput, ModelError

__all__ = ["ScriptedModel", "split_tokens"]

_MARKS = "(?:[\u0300-\u036f\ufe0f\U0001f3fb-\U0001f3ff]|\u200d\\S)*"
_TOKEN = re.compile(rf"\s+(?!\S)| ?(?:[\w\x80-\U0010ffff]{_MARKS}){{1,6}}| ?[^\s\w]{{1,4}}|\s")


def split_tokens(text: str) -> list[str]:
    """Split a text about as a real tokenizer does; joined together, the pieces are the text.

    A word is one token with the space before it, a long word several of at most six characters.
    An accent stays with its letter, and a joined emoji whole.
    """
    return _TOKEN.findall(text)


class ScriptedModel:
    """Takes the place of a real model: the same tokens on every run, at a pace you set.

    Args:
        replies: What it says: one text, or several, used one after the other until the last one
            stays; or a function that is given the prompt and returns the reply.
        tokens_per_second: Its pace, on the clock; `math.inf` does not wait at all.
        fail_after: Break off with a `ModelError` after this many tokens of each reply.
        clock: Where time comes from.

    Attributes:
        fail_after: As above; set it at any time, to None for a model that is well again.
        open_connections: How many streams have begun and are not closed yet.
    """

    def __init__(
        self,
        replies: str | Sequence[str] | Callable[[str], str],
        tokens_per_second: float = 50.0,
        *,
        fail_after: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        if not tokens_per_second > 0:
            raise InvalidInput(
                "tokens_per_second", f"is {tokens_per_second}", "Choose more than 0, such as 50."
            )
        if not callable(replies) and not replies and not isinstance(replies, str):
            raise InvalidInput("replies", "is empty", "Give the model at least one reply.")
        if fail_after is not None and fail_after < 0:
            raise InvalidInput("fail_after", f"is {fail_after}", "Choose 0 tokens or more.")
        self.fail_after = fail_after
        self.open_connections = 0
        self._replies = [replies] if isinstance(replies, str) else replies
        self._replies_given = 0
        self._seconds_per_token = 1 / tokens_per_second
        self._clock = SystemClock() if clock is None else clock

    async def stream(self, prompt: str) -> AsyncGenerator[str]:
        """Yield the reply to this prompt, a token at a time.

        The connection is open from the first token asked for until the stream has ended or is
        closed: `async with aclosing(model.stream(prompt)) as tokens:` closes it for sure.

        Raises:
            ModelError: The model broke off, as `fail_after` told it to.
        """
        self.open_connections += 1
        try:
            fail_after = self.fail_after
            tokens = split_tokens(self._next_reply(prompt))
            for token in tokens[:fail_after]:
                await self._clock.sleep(self._seconds_per_token)
                yield token
            if fail_after is not None and fail_after <= len(tokens):
                raise ModelError(fail_after)
        finally:
            self.open_connections -= 1

    def _next_reply(self, prompt: str) -> str:
        if callable(self._replies):
            return self._replies(prompt)
        reply = self._replies[min(self._replies_given, len(self._replies) - 1)]
        self._replies_given += 1
        return reply
