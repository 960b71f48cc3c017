# %% wrong: that is a guess, the newest task in the list.
async def priority_of_it(client, task_id=None):
    tasks = (await client.get("/api/tasks")).json()["tasks"]
    if task_id is None:
        return tasks[-1]["priority"]
    return next(task["priority"] for task in tasks if task["id"] == task_id)


# %% wrong: that is a guess, the first task in the list.
async def priority_of_it(client, task_id=None):
    if task_id is None:
        task_id = (await client.get("/api/tasks")).json()["tasks"][0]["id"]
    return (await client.get(f"/api/tasks/{task_id}")).json()["priority"]


# %% wrong: your function remembers the last id it was given.
last = None


async def priority_of_it(client, task_id=None):
    global last
    last = task_id or last
    return (await client.get(f"/api/tasks/{last}")).json()["priority"]


# %% wrong: asked the server for GET /api/tasks/None, which is not a task.
async def priority_of_it(client, task_id=None):
    response = await client.get(f"/api/tasks/{task_id}")
    return response.json()["priority"]


# %% wrong: asked the server for GET /api/tasks/42, and the answer has no 'priority'.
async def priority_of_it(client, task_id=None):
    if task_id is None:
        raise LookupError
    return (await client.get("/api/tasks/42")).json()["priority"]


# %% wrong: Callers cannot tell that from a real answer.
async def priority_of_it(client, task_id=None):
    if task_id is None:
        return None
    return (await client.get(f"/api/tasks/{task_id}")).json()["priority"]


# %% wrong: response = await client.get(...), then response.json().
async def priority_of_it(client, task_id=None):
    if task_id is None:
        raise LookupError
    return client.get(f"/api/tasks/{task_id}").json()["priority"]


# %% wrong: Return the priority and nothing else
async def priority_of_it(client, task_id=None):
    if task_id is None:
        raise LookupError
    return (await client.get(f"/api/tasks/{task_id}")).json()


# %% wrong: expected a LookupError, got ValueError.
async def priority_of_it(client, task_id=None):
    if task_id is None:
        raise ValueError("which one?")
    return (await client.get(f"/api/tasks/{task_id}")).json()["priority"]


# %% wrong: give it a default, task_id=None.
async def priority_of_it(client, task_id):
    return (await client.get(f"/api/tasks/{task_id}")).json()["priority"]


# %% wrong: and the server was not asked.
async def priority_of_it(client, task_id=None):
    if task_id is None:
        raise LookupError
    return "the same as always"


# %% wrong: returned None.
async def priority_of_it(client, task_id=None):
    if task_id is None:
        raise LookupError
    print((await client.get(f"/api/tasks/{task_id}")).json()["priority"])


# %% right: an ordinary function, with a client that does not wait
def priority_of_it(client, task_id=None):
    if task_id is None:
        raise LookupError("which task?")
    return client.get(f"/api/tasks/{task_id}").json()["priority"]


# %% right: the whole list is read, and searched by id
async def priority_of_it(client, task_id=None):
    response = await client.get("/api/tasks")
    found = {task["id"]: task["priority"] for task in response.json()["tasks"]}
    return found[task_id]


# %% right: it gives back the coroutine of a helper
async def ask(client, path):
    response = await client.request("GET", path)
    response.raise_for_status()
    return response.json()


def priority_of_it(client, task_id=None):
    async def answer():
        match task_id:
            case None:
                raise LookupError
            case id:
                return (await ask(client, f"/api/tasks/{id}"))["priority"]

    return answer()


# %% right: the server is asked, and a refusal becomes LookupError
async def priority_of_it(client, task_id=None):
    response = await client.get(f"/api/tasks/{task_id}")
    if response.is_error:
        raise LookupError(response.json()["detail"])
    return response.json()["priority"]


# %% wrong: An id is a name, not a position
async def priority_of_it(client, task_id=None):
    if task_id is None:
        raise LookupError
    response = await client.get("/api/tasks")
    return response.json()["tasks"][task_id]["priority"]
