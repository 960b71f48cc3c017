"""The TaskManager as a REST API, and a client that needs no network (lesson 01)."""

from collections.abc import Callable
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, StringConstraints

__all__ = ["NewTask", "client_for", "rest_app"]


class NewTask(BaseModel):
    """What a client sends to create a task."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    priority: str = "normal"


def rest_app(first_id: int = 42) -> FastAPI:
    """A TaskManager with no tasks yet; the first task gets the id `first_id`."""
    app = FastAPI(title="TaskManager")
    tasks: dict[str, dict[str, Any]] = {}

    @app.post("/api/tasks", status_code=201)
    async def create_task(new_task: NewTask) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        id = first_id + len(tasks)
        tasks[str(id)] = {"id": id, "title": new_task.title, "priority": new_task.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    async def list_tasks() -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    async def read_task(task_id: str) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        if task_id not in tasks:
            raise HTTPException(404, f"There is no task {task_id!r}.")
        return tasks[task_id]

    return app


def client_for(app: Callable[..., Any]) -> httpx.AsyncClient:
    """An HTTP client that calls the ASGI app in this process, without a network."""
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://taskmanager")
