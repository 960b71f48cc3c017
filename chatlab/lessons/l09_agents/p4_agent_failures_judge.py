"""Part 09.4, judged: how turns end with a failing tool, an endless model, and a stop."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l09_agents.p4_agent_failures import MAX_MODEL_CALLS
from chatlab.lessons.support.explain import explain_no_server, shorten, source_line
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Both failures must end in a sentence and a completed turn, and a stop must still stop."""
    if "unmade" in observation:
        return [explain_no_server("GuardedServer", observation["unmade"])]
    turns, model_calls = observation["turns"], observation["asked"]
    wrong = (
        _healthy_wrong(inputs, turns["well"])
        or _unfinished_wrong("A tool raised", turns["broken"])
        or _failing_tool_wrong(inputs, turns["broken"])
        or _runaway_wrong(model_calls["endless"], observation["runs"]["endless"])
        or _endless_wrong(turns["endless"])
        or _same_words_wrong(inputs, turns, observation["errors"])
        or _stop_wrong(observation["stopped"])
    )
    return [
        wrong or passed(3, "Both end in a sentence and a finished turn, and a stop still stops.")
    ]


def _healthy_wrong(inputs: dict[str, Any], turn: dict[str, Any]) -> Finding | None:
    calls = inputs["needs"] + 1
    if reply_text(turn) == inputs["answer"] and turn["state"] == "completed":
        return None
    error = turn["raised"]
    if error is None and not reply_text(turn) and turn["state"] == "completed":
        return failed("A healthy agent answered, but the user read nothing.", "Yield every event.")
    if error is None and inputs["answer"] in reply_text(turn):
        return failed(
            f"A healthy agent said {inputs['answer']!r};"
            f" the user read {shorten(reply_text(turn))}.",
            "Apologise only when something went wrong.",
        )
    if error is not None and error["type"] not in {"TooManyTurns", "MaxTurnsExceeded"}:
        return failed(
            f"A healthy agent ended in {error['type']}: {shorten(error['message'])}",
            source_line(error),
        )
    return failed(
        f"A healthy agent asks its model {calls} times, and was not allowed to finish.",
        f"Give it max_turns={MAX_MODEL_CALLS}.",
    )


def _unfinished_wrong(cause: str, turn: dict[str, Any]) -> Finding | None:
    """The turn must be completed without an error; `cause` begins the message, if it is not."""
    if turn["raised"] is None and turn["state"] == "completed":
        return None
    kind = (turn["raised"] or {}).get("type", "an error")
    return failed(
        f"{cause}, and the turn failed with {kind}: the user got an error, not an answer.",
        "The run raises while you read it: put the `async for` into a `try`, and catch it.",
    )


def _failing_tool_wrong(inputs: dict[str, Any], turn: dict[str, Any]) -> Finding | None:
    got = reply_text(turn)
    if any(leaked_text in got for leaked_text in (inputs["secret"], "postgres:")):
        return failed(
            "A tool raised, and the user read what was in the exception: a database password.",
            "Say in your own words what went wrong; details are for the log.",
        )
    if inputs["opening"] not in got:
        return failed(
            f"The model had begun with {inputs['opening']!r}; the user got {shorten(got)}.",
            "Yield each event as it comes; what was said stays said.",
        )
    if not got.replace(inputs["opening"], "").strip():
        return failed(
            "A tool raised, and the user was told nothing.",
            "Swallowing an error looks like a broken chat: yield a sentence about it.",
        )
    states = [event["status"] for event in turn["events"] if event["type"] == "tool_status"]
    if states != ["running", "failed"]:
        return failed(
            f"A tool raised; its chip showed {states or 'nothing'}.",
            "Yield every event of the stream: it says that the tool failed.",
        )
    return None


def _runaway_wrong(model_calls: int, runs: int) -> Finding | None:
    """The model was asked too often, in one run or in one run after another."""
    if model_calls <= MAX_MODEL_CALLS:
        return None
    message = f"The model never stopped calling tools, and was asked {model_calls} times"
    if runs > 1:
        return failed(
            f"{message}, in {runs} runs.",
            "A model that goes round in circles will do so again. After TooManyTurns, do not run "
            "it "
            "once more: yield a sentence, and end.",
        )
    return failed(
        f"{message}.",
        f"Set the limit yourself: Runner.run_streamed(..., max_turns={MAX_MODEL_CALLS}).",
    )


def _endless_wrong(turn: dict[str, Any]) -> Finding | None:
    if wrong := _unfinished_wrong("The model never stopped calling tools", turn):
        return wrong
    if not reply_text(turn).strip():
        return failed(
            "The model never stopped calling tools, and the user was told nothing.",
            "Catch TooManyTurns, and yield a sentence about it.",
        )
    return None


def _same_words_wrong(
    inputs: dict[str, Any], turns: dict[str, Any], errors: dict[str, str]
) -> Finding | None:
    """The two failures must be reported in different words; an exception's are not the server's."""
    broken = reply_text(turns["broken"]).replace(inputs["opening"], "").strip()
    endless = reply_text(turns["endless"]).strip()
    if broken == endless:
        return failed(
            f"A broken tool and a model without end get the same words: {shorten(broken)}.",
            "Say which it was: catch TooManyTurns first, then AgentError.",
        )
    own_words = endless.replace(errors["endless"], "")
    if own_words and own_words == broken.replace(errors["broken"], ""):
        return failed(
            f"The model never stopped, and the user read {shorten(endless)}. Your words are the "
            "same as for a broken tool; only the exception's differ.",
            "An exception talks to you; its text is for the log. Catch TooManyTurns first, and "
            "say in your own words what happened.",
        )
    return None


def _stop_wrong(stop: dict[str, Any]) -> Finding | None:
    if stop["open"]:
        return failed(
            "The chat was stopped, and the model went on talking.",
            "Read the run with `stream_agent_response(result)`: it cancels the run.",
        )
    if stop["error"]:
        return failed(
            f"The chat was stopped, and respond() went on: {stop['error']}.",
            "A stop is not a failure. Catch AgentError, not everything.",
        )
    return None
