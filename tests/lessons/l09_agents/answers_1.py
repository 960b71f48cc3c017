# %% wrong: A model can be talked into any argument. Take the user from `run.context`.
@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, user_id: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    task = await run.context.book.create(user_id, title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: Write `@function_tool` above it
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    who = run.context.request_context.user_id
    task = await run.context.book.create(who, title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: Write its type, and the SDK hands over the run's context
@function_tool
async def create_task_tool(run: str, title: str, priority: Priority = "normal") -> str:
    """Create a task for the customer."""
    who = run.context.request_context.user_id
    task = await run.context.book.create(who, title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: The user is one step further in: run.context.request_context.user_id.
@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    task = await run.context.book.create(run.context.user_id, title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: Pass the model's `priority` on to the book
@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    task = await run.context.book.create(run.context.request_context.user_id, title)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: A model only knows what a tool returns: say the task's id and its title.
@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    await run.context.book.create(run.context.request_context.user_id, title, priority)
    return "Done!"


# %% wrong: `await` the book.
@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    task = run.context.book.create(run.context.request_context.user_id, title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: and has no such task afterwards
@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    task = await BOOK.create(run.context.request_context.user_id, title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: One tool serves everybody
LAST = []


@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    """Create a task for the customer."""
    LAST.append(run.context.request_context.user_id)
    task = await run.context.book.create(LAST[0], title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: Write a docstring: one sentence for the model.
@function_tool
async def create_task_tool(
    run: RunContextWrapper[AgentContext], title: str, priority: Priority = "normal"
) -> str:
    task = await run.context.book.create(run.context.request_context.user_id, title, priority)
    return f"Task {task.id} is created: {task.title}"


# %% wrong: It should be asked for a `title`
@function_tool
async def create_task_tool(run: RunContextWrapper[AgentContext], name: str) -> str:
    """Create a task for the customer."""
    task = await run.context.book.create(run.context.request_context.user_id, name)
    return f"Task {task.id} is created: {task.title}"


# %% right: another name for the model, and a default of None
@function_tool(name_override="new_task", description_override="Note something to do.")
async def create_task_tool(
    wrapper: RunContextWrapper[AgentContext], title: str, priority: Priority | None = None
) -> str:
    context = wrapper.context
    user_id = context.request_context.user_id
    made = await context.book.create(user_id, title, priority or "normal")
    return json.dumps({"id": made.id, "title": made.title, "priority": made.priority})


# %% right: a function of its own, made into a tool afterwards
async def make_task(run: RunContextWrapper[AgentContext], title: str, priority: str = "normal"):
    """Create a task.

    Args:
        title: What is to be done.
        priority: low, normal or high.
    """
    record = await run.context.book.create(
        run.context.request_context.user_id, title=title, priority=priority
    )
    return record.model_dump()


create_task_tool = function_tool(make_task, name_override="create_task")


# %% right: built by hand, without the decorator
from agents import FunctionTool


async def invoke(run, text):
    given = json.loads(text)
    who = run.context.request_context.user_id
    task = await run.context.book.create(who, given["title"], given.get("priority", "normal"))
    return f"{task.title} has the number {task.id}"


create_task_tool = FunctionTool(
    name="create_task_tool",
    description="Creates a task.",
    params_json_schema={
        "type": "object",
        "properties": {"title": {"type": "string"}, "priority": {"type": "string"}},
        "required": ["title"],
    },
    on_invoke_tool=invoke,
    strict_json_schema=False,
)
