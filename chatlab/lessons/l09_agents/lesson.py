"""Lesson 09: an agent behind the chat."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="09_agents",
    title="Agents",
    promise="A real agent answers: it chooses tools, uses them, and stops when it must.",
    minutes=40,
    objectives=(
        Objective("09.a", "apply", "Give an agent a tool that knows who is asking."),
        Objective("09.b", "create", "Put an agent behind a chat, and stop it with the chat."),
        Objective("09.c", "apply", "Turn a conversation into input for an agent."),
        Objective("09.d", "evaluate", "Judge how an agent can fail, and guard against it."),
    ),
    introduces=(
        "Agent",
        "Runner",
        "function tool",
        "Model",
        "stream_agent_response",
        "max turns",
    ),
    uses=(
        "event",
        "streaming",
        "conversation",
        "Thread",
        "ThreadItem",
        "role",
        "order",
        "RequestContext",
        "async generator",
        "ChatKitServer",
        "respond()",
        "input",
        "AssistantMessage",
        "delta",
        "cancellation",
        "aclosing",
        "incomplete item",
        "ToolStatus",
        "ErrorEvent",
        "history",
        "window",
        "authorisation",
    ),
    parts=(
        Part(
            id="09.1",
            title="A tool that knows who is asking",
            subject="create_task_tool",
            points=2,
            difficulty=1,
            minutes=5,
            objective="09.a",
            hints=(
                "Two kinds of things go into a tool. Which come from the model, and which from "
                "you?",
                "Begin like the given tool: `@function_tool`, `async def`, `run`, a docstring.",
                "task = await run.context.book.create(run.context.request_context.user_id, ...)",
            ),
            check=f"{__package__}.p1_tool",
        ),
        Part(
            id="09.2",
            title="An agent behind the chat",
            subject="AgentServer",
            points=3,
            difficulty=2,
            minutes=7,
            objective="09.b",
            hints=(
                "Three steps: what was said, as a list; a run of the agent; the events of the run.",
                "Runner.run_streamed(...) gives a result; stream_agent_response(result) gives "
                "events.",
                "async for event in stream_agent_response(result): yield event",
            ),
            check=f"{__package__}.p2_server",
        ),
        Part(
            id="09.3",
            title="What an agent reads",
            subject="to_agent_input",
            points=3,
            difficulty=2,
            minutes=8,
            objective="09.c",
            hints=(
                "One item becomes one entry, or two. Which kind of item becomes two?",
                "For a tool item, append a function_call, and right after it its "
                "function_call_output.",
                "Both have call_id=item.call_id. Interrupted? Then the output says so, in words.",
            ),
            check=f"{__package__}.p3_agent_input",
            disabled_names=("chatlab.adapters.agents:to_agent_input",),
        ),
        Part(
            id="09.4",
            title="When it goes wrong",
            subject="GuardedServer",
            points=3,
            difficulty=3,
            minutes=8,
            objective="09.d",
            hints=(
                "When does a run raise: when you make it, or while you read its events?",
                "Put the `async for` into a `try`. Catch TooManyTurns first, then AgentError.",
                "max_turns=5 in Runner.run_streamed; an AssistantMessage in each `except`.",
            ),
            check=f"{__package__}.p4_agent_failures",
        ),
    ),
)
