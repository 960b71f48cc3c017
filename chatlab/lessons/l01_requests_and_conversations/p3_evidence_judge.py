"""Judge part 01.3: for each aspect, a line of each recording that proves it."""

from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l01_requests_and_conversations.p3_evidence import ASPECTS
from chatlab.lessons.support.explain import shorten

__all__ = ["judge"]

_PROOFS = {
    "pattern": ({"E"}, {"T"}),
    "state": ({"B"}, {"W"}),
    "context": ({"A", "G"}, {"Q", "U"}),
    "lifecycle": ({"D"}, {"R"}),
}
"""For each aspect: the lines of the REST recording that prove it, and those of the chat."""

_EXPLANATIONS = {
    "A": "Line A shows what the server understands of “its”: that is context.",
    "B": "Line B shows what is left between two requests: that is state.",
    "C": "Line C is only a request; what proves something is what comes back.",
    "D": "Line D shows that nothing more can come: that is lifecycle.",
    "E": "Line E is one whole response to one request: that is pattern.",
    "F": "Line F is in both recordings, so it proves no difference: both keep tasks.",
    "G": "Line G shows a client that has to bring the id along: that is context.",
    "P": "Line P is only a message; what proves something is what the server makes of it.",
    "Q": "Line Q shows a server that knows what “its” means: that is context.",
    "R": "Line R shows a conversation that goes on the next day: that is lifecycle.",
    "S": "Line S is in both recordings, so it proves no difference: both keep tasks.",
    "T": "Line T is one event of an answer that is not finished: that is pattern.",
    "U": "Line U shows what the server looks at before it answers: that is context.",
    "V": "Line V could be asked over REST, too. Which line shows that it was understood?",
    "W": "Line W shows what is kept for later: that is state.",
}
"""What each line shows; the feedback on a line that proves another aspect."""


_REST_LINES, _CHAT_LINES = "ABCDEFG", "PQRSTUVW"


def judge(inputs: dict[str, Any], observation: Any) -> list[Finding]:
    """Each aspect is worth a quarter of 3 points; the learner's own example is worth none."""
    if not isinstance(observation, dict):
        return [
            failed(
                f"EVIDENCE is {shorten(str(observation))}.",
                "Make it a dictionary, as it was given.",
            )
        ]
    rows = cast("dict[str, Any]", observation)
    if missing := [aspect for aspect in ASPECTS if aspect not in rows]:
        return [failed(f"EVIDENCE has no {missing[0]!r}.", f"The four are: {', '.join(ASPECTS)}.")]
    pairs = {aspect: _parse_pair(rows[aspect]) for aspect in ASPECTS}
    if malformed := [aspect for aspect, pair in pairs.items() if pair is None]:
        return [
            failed(
                f"{malformed[0]}: {shorten(str(rows[malformed[0]]))} is not two lines.",
                'Write Proof(rest="...", chat="...") with the letter of a line in each.',
            )
        ]
    if len({str(pair) for pair in pairs.values()}) == 1 and "TODO" not in str(pairs):
        return [
            failed(
                "You gave the same two lines for all four aspects.",
                "Each aspect asks a different question. Begin with: what is left between two "
                "messages?",
            )
        ]
    points_each = 3 / len(ASPECTS)
    findings = [
        _pair_wrong(aspect, *pair) or passed(points_each, f"{aspect}: proved.")
        for aspect, pair in pairs.items()
        if pair is not None
    ]
    if str(rows.get("example") or "").strip():
        findings.append(passed(0, "Your own example is for your instructor; it is not graded."))
    return findings


def _parse_pair(row: Any) -> tuple[Any, Any] | None:
    """The REST line and the chat line of a row, a pair or a dictionary; None if it is neither."""
    match row:
        case [rest, chat] | {"rest": rest, "chat": chat}:
            return rest, chat
        case _:
            return None


def _pair_wrong(aspect: str, rest: Any, chat: Any) -> Finding | None:
    rest_proofs, chat_proofs = _PROOFS[aspect]
    return _pick_wrong(aspect, "rest", rest, rest_proofs) or _pick_wrong(
        aspect, "chat", chat, chat_proofs
    )


def _pick_wrong(aspect: str, side: str, pick: Any, proofs: set[str]) -> Finding | None:
    letter = str(pick).strip().upper()
    own_lines, other_lines = (
        (_REST_LINES, _CHAT_LINES) if side == "rest" else (_CHAT_LINES, _REST_LINES)
    )
    if letter in proofs:
        return None
    if letter == "TODO":
        return failed(f"{aspect}, {side}: not chosen yet.", ASPECTS[aspect])
    if len(letter) != 1 or letter not in own_lines + other_lines:
        return failed(
            f"{aspect}, {side}: there is no line {shorten(str(pick))}.",
            f"Give the letter of a line: {own_lines[0]} to {own_lines[-1]}.",
        )
    if letter in other_lines:
        return failed(
            f"{aspect}: line {letter} is from the other recording.",
            f"`{side}` takes a line from {own_lines[0]} to {own_lines[-1]}.",
        )
    return failed(f"{aspect}, {side}: {_EXPLANATIONS[letter]}", ASPECTS[aspect])
