"""Lesson 06: what "its" means, what a model gets to see, and how to try again."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="06_memory",
    title="Memory",
    promise="“What's its priority?” works, even after 10,000 messages.",
    minutes=45,
    objectives=(
        Objective("06.a", "analyse", "Work out what “its” means from the history of a thread."),
        Objective("06.b", "apply", "Compute a window that fits a token budget."),
        Objective("06.c", "create", "Build a memory in which a summary replaces what falls out."),
        Objective(
            "06.d", "apply", "Use a branch to retry a message and leave the old thread as it was."
        ),
    ),
    introduces=("history", "window", "token budget", "summary", "branch", "retry"),
    uses=(
        "stateless",
        "conversation",
        "Thread",
        "ThreadItem",
        "role",
        "order",
        "page",
        "Store",
        "RequestContext",
        "async generator",
        "ChatKitServer",
        "respond()",
        "input",
        "AssistantMessage",
        "ToolStatus",
    ),
    parts=(
        Part(
            id="06.1",
            title="What's its priority?",
            subject="ContextServer",
            points=3,
            difficulty=2,
            minutes=8,
            objective="06.a",
            hints=(
                "Which item of the thread knows the id of a task? And is it among the newest 50?",
                "Go through the items of this thread, newest first, until a tool item has an "
                "output with an `id`. The history may end too early; the store does not.",
                "page = await self.store.load_thread_items(thread.id, after, 100, 'desc', "
                "context); the first item with role 'tool' and an id in its output is the one; "
                "then await self.book.get(context.user_id, id)",
            ),
            check=f"{__package__}.p1_pronoun",
        ),
        Part(
            id="06.2",
            title="A window",
            subject="window",
            points=4,
            difficulty=3,
            minutes=10,
            objective="06.b",
            hints=(
                "Where does the window begin? That is all you have to work out.",
                "First find the newest user message: from there on, everything stays. Then go "
                "back item by item as long as the budget lasts. Move the beginning only to places "
                "where no tool item is left without its question.",
                "Keep `start` and a flag. Going back: a tool item sets the flag (its question is "
                "still to come), a user message clears it; when the flag is clear, start = at. "
                "return items[start:]",
            ),
            check=f"{__package__}.p2_window",
            disabled_names=("chatlab.memory:window",),
        ),
        Part(
            id="06.3",
            title="A summary",
            subject="remember",
            points=3,
            difficulty=2,
            minutes=7,
            objective="06.c",
            hints=(
                "Sort the items into three heaps: the earlier summary, what falls out, what stays.",
                "Take the summary away first. Of the rest, all but the newest `keep` fall out. If "
                "nothing does, return everything as it was.",
                "fallen = said[: max(0, len(said) - keep)]; text = await summarise(previous, "
                "fallen); return [make_summary(text), *said[len(fallen):]]",
            ),
            check=f"{__package__}.p3_summarise",
            disabled_names=("chatlab.memory:remember",),
        ),
        Part(
            id="06.4",
            title="Try again, elsewhere",
            subject="retry_from",
            points=2,
            difficulty=1,
            minutes=4,
            objective="06.d",
            hints=(
                "You have seen a method of the server that copies what came before an item.",
                "Branch with `server.fork`. Load the old message from the store, and send its "
                "text in the new thread. A turn runs only while somebody reads its events.",
                "new = await server.fork(...); item = await server.store.load_item(...); "
                "async for _ in server.send(item.content, context, new.id): pass; return new",
            ),
            check=f"{__package__}.p4_retry_in_branch",
        ),
    ),
)
