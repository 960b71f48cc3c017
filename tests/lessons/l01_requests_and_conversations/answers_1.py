# %% wrong: put it into @app.post(..., status_code=201)
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks")
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: they share one list.
tasks = {}


def create_app():
    app = FastAPI()

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: End it with `return app`.
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]


# %% wrong: FastAPI looked for the title in the URL
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(title: str, priority: str = "normal"):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": title, "priority": priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: raise HTTPException(status_code=404)
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        return tasks[task_id]

    return app


# %% wrong: there is no such task, but the answer is 200
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        return tasks.get(task_id)

    return app


# %% wrong: FastAPI takes no status from a tuple (Flask does)
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            return {"error": "not found"}, 404
        return tasks[task_id]

    return app


# %% wrong: spaces are not a title
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: that is not a title
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: str
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: Let a pydantic model read the body
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: dict):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new["title"], "priority": new.get("priority", "normal")}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: 422 is FastAPI's own answer
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: str
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        if not new.title.strip():
            raise HTTPException(400, "no title")
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: returned a bare list
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return list(tasks.values())

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: Then annotate `task_id: int`
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: nobody chose a priority; expected 'normal'
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str | None = None

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: The priority is optional
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: Keep the priority that the client sent.
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": "normal"}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: gives no priority
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return {"id": task_id, "title": tasks[task_id]["title"]}

    return app


# %% wrong: Every task gets an id of its own.
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = 42
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: there is no such route
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return {"id": id, "status": "created"}

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: return both fields
def create_app():
    app = FastAPI()
    tasks = {}

    class NewTask(BaseModel):
        title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
        priority: str = "normal"

    @app.post("/api/tasks", status_code=201)
    def create(new: NewTask):
        id = len(tasks) + 1
        tasks[id] = {"id": id, "title": new.title, "priority": new.priority}
        return tasks[id]

    @app.get("/api/tasks")
    def every_task():
        return {"tasks": list(tasks.values())}

    @app.get("/api/tasks/{task_id}")
    def one_task(task_id: int):
        if task_id not in tasks:
            raise HTTPException(status_code=404)
        return tasks[task_id]

    return app


# %% wrong: you are writing this one
def create_app():
    return rest_app()


# %% right: a class keeps the tasks, ids are secret, a validator strips, a router has the routes
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import field_validator


class Wanted(BaseModel):
    title: str
    priority: str = "normal"

    @field_validator("title")
    @classmethod
    def not_blank(cls, title):
        if not title.strip():
            raise ValueError("blank")
        return title


class Book:
    def __init__(self):
        self.tasks = []

    async def add(self, wanted: Wanted):
        task = {"id": uuid4(), **wanted.model_dump()}
        self.tasks.append(task)
        return {"id": task["id"], "status": "created"}

    async def all(self):
        return {"tasks": self.tasks[::-1]}

    async def one(self, task_id: UUID):
        for task in self.tasks:
            if task["id"] == task_id:
                return task
        raise HTTPException(status_code=404, detail="no such task")


def create_app():
    book, router = Book(), APIRouter(prefix="/api/tasks")
    router.add_api_route("", book.add, methods=["POST"], status_code=201)
    router.add_api_route("", book.all, methods=["GET"])
    router.add_api_route("/{task_id}", book.one, methods=["GET"])
    app = FastAPI()
    app.include_router(router)
    return app


# %% right: the raw request, refused by hand, with text as ids and responses made by hand
from contextlib import asynccontextmanager

from fastapi import Request
from fastapi.responses import JSONResponse


def create_app():
    @asynccontextmanager
    async def lifespan(app):
        app.state.tasks = {}
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/api/tasks")
    async def create(request: Request):
        body = await request.json()
        if not str(body.get("title") or "").strip():
            return JSONResponse({"detail": "no title"}, 422)
        key = f"t{len(request.app.state.tasks)}"
        request.app.state.tasks[key] = {"priority": "normal", **body, "id": key}
        return JSONResponse({"id": key, "status": "created"}, 201)

    @app.get("/api/tasks")
    def every(request: Request):
        return {"tasks": [*request.app.state.tasks.values()]}

    @app.get("/api/tasks/{key}")
    def one(key: str, request: Request):
        try:
            return request.app.state.tasks[key]
        except KeyError:
            raise HTTPException(404) from None

    return app


# %% wrong: An id is not a position in a list
class NewTask(BaseModel):
    title: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    priority: str = "normal"
def create_app() -> FastAPI:
    app = FastAPI()
    tasks = []
    @app.post("/api/tasks", status_code=201)
    async def create(task: NewTask):
        tasks.append({"id": len(tasks)+1, "title": task.title, "priority": task.priority})
        return {"id": len(tasks), "status": "created"}
    @app.get("/api/tasks")
    async def all_tasks():
        return {"tasks":tasks}
    @app.get("/api/tasks/{id}")
    async def one(id: int):
        try:
            return tasks[id]
        except IndexError:
            raise HTTPException(404)
    return app


# %% wrong: Is there a slash at the end of your route?
class NewTask(BaseModel):
    title: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    priority: str
def create_app() -> FastAPI:
    app = FastAPI()
    tasks = {}
    @app.post("/api/tasks/", status_code=201)
    async def create(task: NewTask):
        tasks[str(len(tasks)+1)] = task
        return {"id": str(len(tasks)), "status": "created"}
    @app.get("/api/tasks/")
    async def all_tasks():
        return {"tasks":[{"id": k, "title": t.title} for k, t in tasks.items()]}
    @app.get("/api/tasks/{id}")
    async def one(id: str):
        if id in tasks:
            return {"id": id, **tasks[id].model_dump()}
        raise HTTPException(404)
    return app
