"""Which model answers: one that the environment or a name asks for, or a scripted one."""

import os
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from agents import OpenAIChatCompletionsModel, OpenAIResponsesModel, set_tracing_disabled
from agents.exceptions import UserError
from agents.models import get_default_model
from agents.models.interface import Model
from agents.models.multi_provider import MultiProvider
from openai import AsyncOpenAI, Timeout

from chatlab.adapters.agents.backpressure import BoundedModel
from chatlab.adapters.agents.script import Script, task_manager_script
from chatlab.adapters.agents.scripted_model import ScriptedAgentModel
from chatlab.clock import Clock
from chatlab.errors import InvalidInput

__all__ = ["RealModel", "model_from_env", "named_model"]

_OPENAI = "api.openai.com"
_OTHER_PROVIDERS = ("litellm/", "any-llm/")
"""How names begin of models that the Agents SDK reaches through another package."""

_TIMEOUT = Timeout(120.0, connect=10.0)
"""Seconds without a single byte, after which a model's server counts as silent."""


@dataclass(frozen=True)
class RealModel:
    """A model that is somewhere else, and where.

    Attributes:
        model: What an `Agent` takes.
        name: What it is called.
        host: The host to which everything is sent; None where only another package knows it.
        local: Whether that is this machine.
    """

    model: Model
    name: str
    host: str | None
    local: bool

    def disclosure(self, entries: int) -> str:
        """What is sent and what it may cost, to be said before the first message.

        Args:
            entries: How many of a conversation's newest entries are sent each time.
        """
        where = f"at {self.host}" if self.host else "at its provider"
        here = ", on this machine" if self.local else ""
        cost = "" if self.local else " Whoever runs it may charge for that."
        return (
            f"{self.name} {where}{here} answers. Each message is sent there, with up to {entries}"
            f" earlier entries of its conversation and the tasks they name.{cost}"
        )


def model_from_env(
    replies: Script = task_manager_script,
    tokens_per_second: float = 50.0,
    *,
    clock: Clock | None = None,
) -> Model:
    """A real model when the environment names one, else a scripted one.

    `OPENAI_API_KEY` alone means OpenAI. With `OPENAI_BASE_URL` it is any server that speaks
    OpenAI's chat completions, such as one on your own machine, which needs no key.
    `OPENAI_DEFAULT_MODEL` names the model. The SDK's tracing is switched off either way.

    Args:
        replies: What the scripted model says; see `ScriptedAgentModel`.
        tokens_per_second: The scripted model's pace.
        clock: Where the scripted model's time comes from.

    Raises:
        InvalidInput: The key or the address cannot be used.
    """
    if _key() or _base_url():
        return named_model(get_default_model()).model
    return ScriptedAgentModel(replies, tokens_per_second, clock=clock)


def named_model(name: str) -> RealModel:
    """The model of this name, where the environment says: see `model_from_env`.

    A name such as `litellm/anthropic/...` is any model that the Agents SDK reaches through that
    package, which must be installed. The SDK's tracing is switched off.

    Raises:
        InvalidInput: There is neither a key nor an address, or one of them cannot be used, or the
            SDK knows no such provider.
    """
    set_tracing_disabled(disabled=True)
    if name.startswith(_OTHER_PROVIDERS):
        return RealModel(BoundedModel(_provided(name)), name, None, local=False)
    key, url = _key(), _base_url()
    if url:
        client = AsyncOpenAI(api_key=key or "none", base_url=url, timeout=_TIMEOUT)
        host = urlsplit(url).hostname or ""
        model = OpenAIChatCompletionsModel(name, client)
        return RealModel(BoundedModel(model), name, host, local=_is_here(host))
    if not key:
        raise InvalidInput(
            f"The model {name}",
            "has neither a key nor an address",
            "Set OPENAI_API_KEY for OpenAI's, or OPENAI_BASE_URL for a server that speaks the"
            " same, such as http://127.0.0.1:11434/v1 for Ollama.",
        )
    client = AsyncOpenAI(api_key=key, timeout=_TIMEOUT)
    return RealModel(BoundedModel(OpenAIResponsesModel(name, client)), name, _OPENAI, local=False)


def _provided(name: str) -> Model:
    try:
        return MultiProvider().get_model(name)
    except (UserError, ImportError) as error:
        raise InvalidInput(
            f"The model {name}",
            f"cannot be reached ({type(error).__name__})",
            f"Install: pip install 'openai-agents[{name.partition('/')[0]}]'",
        ) from None


def _key() -> str:
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not key.isascii() or not key.isprintable():  # a header could not hold it
        raise InvalidInput("OPENAI_API_KEY", "is no key", "Copy it again, without quotes.")
    return key


def _base_url() -> str:
    url = os.environ.get("OPENAI_BASE_URL", "").strip()
    if url and not _is_address(url):
        raise InvalidInput(
            "OPENAI_BASE_URL", "is no address", "Use one such as http://127.0.0.1:11434/v1."
        )
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
