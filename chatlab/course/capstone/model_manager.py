"""A TaskManager with a real model, where otherwise the capstone's is."""

import secrets

from chatlab.adapters.agents import named_model
from chatlab.adapters.agents.task_server import AgentTaskManager
from chatlab.adapters.http.jwt_auth import JWTAuthenticator
from chatlab.course.capstone.load_taskmanager import Capstone
from chatlab.course.capstone.storage import Storage
from chatlab.taskbook import TaskBook

__all__ = ["model_task_manager"]

_ENTRIES = 50
"""How many of a conversation's newest entries the model reads."""


def model_task_manager(name: str, storage: Storage) -> Capstone:
    """The TaskManager whose answers the model of this name writes; see `named_model`.

    Raises:
        InvalidInput: The environment does not say how to reach it.
        MissingDependency: The Agents SDK is not installed.
    """
    model = named_model(name)
    secret = storage.secret or secrets.token_hex(32)
    server = AgentTaskManager(
        storage.book or TaskBook(),
        model.model,
        model.disclosure(_ENTRIES),
        store=storage.store,
        history_limit=_ENTRIES,
    )
    authenticate = JWTAuthenticator(secret, clock=server.clock).authenticate
    return Capstone(server, f"the model {name}", secret, authenticate, server.greeting)
