"""The kinds of question, as data: what is asked, what is right, and what each choice deserves."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import ConfigDict, Field

from chatlab.errors import InvalidInput

__all__ = ["ChoiceQuestion", "MatchQuestion", "OrderQuestion", "Question"]

StoredAnswer = dict[str, Any]
"""An answer as it is kept: in the words of the question, which may change their order."""


_STRICT = ConfigDict(extra="forbid")
"""What is misspelt in a file of questions is refused."""


@dataclass(frozen=True, kw_only=True)
class ChoiceQuestion:
    """One of several options; each says why it is right, or why it is tempting."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    ask: str
    options: dict[str, str]
    right: str
    kind: Literal["choose"] = "choose"

    def __post_init__(self) -> None:
        """Refuse a question that has no answer."""
        _check_enough(self.ask, self.options)
        _check_known(self.ask, [self.right], self.options)

    def cleaned(self, answer: StoredAnswer) -> StoredAnswer:
        """What of the answer belongs to this question: the options that were tried, in order."""
        tried = _keep_known(answer.get("tried"), self.options)
        return {"tried": tried} if tried else {}


@dataclass(frozen=True, kw_only=True)
class OrderQuestion:
    """Steps in the right order; each says why it comes no earlier."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    ask: str
    steps: dict[str, str]
    either: tuple[tuple[str, str], ...] = ()
    kind: Literal["order"] = "order"

    def __post_init__(self) -> None:
        """Refuse a question that has no answer."""
        _check_enough(self.ask, self.steps)
        _check_known(self.ask, [name for pair in self.either for name in pair], self.steps)

    def shuffled(self) -> list[str]:
        """The steps as they are first shown: the same each time, never as written."""
        return _shuffled(self.ask, self.steps)

    def earlier(self) -> dict[str, list[str]]:
        """For each step those that must come before it."""
        names = list(self.steps)
        free = {frozenset(pair) for pair in self.either}
        return {
            name: [step for step in names[:place] if frozenset((step, name)) not in free]
            for place, name in enumerate(names)
        }

    def cleaned(self, answer: StoredAnswer) -> StoredAnswer:
        """What of the answer belongs to this question: all steps in some order."""
        order = _keep_known(answer.get("order"), self.steps)
        if len(order) != len(self.steps):
            return {}
        return {"order": order, "checked": answer.get("checked") is True}


@dataclass(frozen=True, kw_only=True)
class MatchQuestion:
    """What belongs to what; each pair says how to tell."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    ask: str
    pairs: dict[str, tuple[str, str]]
    kind: Literal["match"] = "match"

    def __post_init__(self) -> None:
        """Refuse a question that has no answer, or two."""
        _check_enough(self.ask, self.pairs)
        partners = [partner for partner, _ in self.pairs.values()]
        if len(set(partners)) < len(partners):
            raise InvalidInput(self.ask, "has one partner twice", "Give each its own words.")

    def shuffled(self) -> list[str]:
        """The partners as they are listed: the same each time, never as written."""
        return _shuffled(self.ask, [partner for partner, _ in self.pairs.values()])

    def cleaned(self, answer: StoredAnswer) -> StoredAnswer:
        """What of the answer belongs to this question: partners that were chosen."""
        chosen_names = answer.get("chosen")
        chosen = cast("StoredAnswer", chosen_names) if isinstance(chosen_names, dict) else {}
        partners = {partner for partner, _ in self.pairs.values()}
        known = {name: chosen[name] for name in self.pairs if chosen.get(name) in partners}
        return {"chosen": known, "checked": answer.get("checked") is True} if known else {}


Question = Annotated[ChoiceQuestion | OrderQuestion | MatchQuestion, Field(discriminator="kind")]
"""Any of them; TOML and JSON tell them apart by `kind`."""


def _keep_known(texts: object, known: Iterable[str]) -> list[str]:
    """Those of the texts that are known, each once."""
    texts = cast("list[object]", texts) if isinstance(texts, list) else []
    there = set(known)
    return list(dict.fromkeys(text for text in texts if isinstance(text, str) and text in there))


def _check_enough(ask: str, things: Iterable[str]) -> None:
    if len(list(things)) < 2:  # noqa: PLR2004 - one thing is no question
        raise InvalidInput(ask, "leaves nothing to choose", "Name two things or more.")


def _check_known(ask: str, names: Iterable[str], things: Iterable[str]) -> None:
    for name in names:
        if name not in things:
            raise InvalidInput(ask, f"speaks of {name!r}", "Use the same words in both places.")


def _shuffled(ask: str, things: Iterable[str]) -> list[str]:
    right = list(things)
    mixed, dice = right[:], Random(zlib.crc32(ask.encode()))
    while mixed == right:
        dice.shuffle(mixed)
    return mixed
