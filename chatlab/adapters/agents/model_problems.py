"""What went wrong between an agent and its model's server, in words that hold no secret."""

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    OpenAIError,
    RateLimitError,
)

from chatlab.errors import AgentError

__all__ = ["ModelUnavailable", "problem_of"]

_SERVER_FAULT = 500

_BY_STATUS = {
    400: "refuses what it was sent (400): the conversation may be too long, or it knows no tools",
    401: "refuses the key (401): set OPENAI_API_KEY to one that is good there",
    403: "does not let this key use the model (403): choose another --model, or another key",
    404: "knows no such model (404): check its name, and the address in OPENAI_BASE_URL",
    413: "finds the conversation too long (413): begin a new one",
    429: "has had too many requests (429): wait a minute, then ask again",
}


class ModelUnavailable(AgentError):
    """The model's server refused, failed, or was not there. Its own words are not passed on."""

    code = "model_unavailable"


def problem_of(  # noqa: PLR0911 - each kind of error is one line
    error: BaseException,
) -> str | None:
    """What went wrong with the model's server, in one sentence; None if it was something else.

    What the server said is left out: some repeat the key.
    """
    if not isinstance(error, OpenAIError):
        return None
    where = _host(error)
    match error:
        case APITimeoutError():
            return f"{where} did not answer in time: ask again, or choose a faster model"
        case APIConnectionError() if type(error.__cause__).__name__ == "ConnectError":
            return f"{where} cannot be reached: check that it runs, and OPENAI_BASE_URL"
        case RateLimitError(code="insufficient_quota"):
            return f"{where} says that the account has no money left (429)"
        case APIStatusError(status_code=status) if status in _BY_STATUS:
            return f"{where} {_BY_STATUS[status]}"
        case APIStatusError(status_code=status) if status >= _SERVER_FAULT:
            return f"{where} has a fault of its own ({status}): ask again later"
        case APIStatusError(status_code=status):
            return f"{where} refuses the request ({status})"
        case APIError():
            return f"{where} broke off in the middle of the answer: ask again"
        case _:
            return f"{where} cannot be asked ({type(error).__name__})"


def _host(error: OpenAIError) -> str:
    return str(error.request.url.host) if isinstance(error, APIError) else "the model's server"
