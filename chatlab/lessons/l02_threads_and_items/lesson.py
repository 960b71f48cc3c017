"""Lesson 02: threads and items, and a store that keeps them."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="02_threads_and_items",
    title="Threads and items",
    promise="The TaskManager has a memory that survives a restart.",
    minutes=30,
    objectives=(
        Objective("02.a", "apply", "Record a conversation as a thread of items, in order."),
        Objective("02.b", "apply", "Read a long thread page by page."),
        Objective("02.c", "analyse", "Tell what survives a restart from what does not."),
    ),
    introduces=(
        "Thread",
        "ThreadItem",
        "role",
        "order",
        "page",
        "Store",
        "RequestContext",
    ),
    uses=("conversation", "stateless", "request/response"),
    parts=(
        Part(
            id="02.1",
            title="Record a conversation",
            subject="record_conversation",
            points=3,
            difficulty=2,
            minutes=8,
            objective="02.a",
            hints=(
                "Two kinds of things go into a store: first the thread, then its items.",
                "Make a ThreadMetadata and save it. Then make three items with its id as their "
                "`thread_id`, and add them one after another. Await each store method.",
                "thread = ThreadMetadata(id=new_id('thr'), user_id=context.user_id, "
                "created_at=now, updated_at=now); await store.save_thread(thread, context); then "
                "add_thread_item three times",
            ),
            check=f"{__package__}.p1_record",
        ),
        Part(
            id="02.2",
            title="Read it all",
            subject="transcript",
            points=3,
            difficulty=2,
            minutes=7,
            objective="02.b",
            hints=(
                "A page tells you two things: whether there is more, and where the next page "
                "begins.",
                "Begin with after=None. As long as `page.has_more`, ask again with "
                "after=page.after.",
                "while True: page = await store.load_thread_items(thread_id, after=after, "
                "limit=20, order='asc', context=context); collect; if not page.has_more: break; "
                "after = page.after",
            ),
            check=f"{__package__}.p2_transcript",
        ),
        Part(
            id="02.3",
            title="Continue tomorrow",
            subject="continue_tomorrow",
            points=2,
            difficulty=2,
            minutes=6,
            objective="02.c",
            hints=(
                "Yesterday's variables are gone, its stores too. What is left is the database at "
                "`url`.",
                "Open a new SQLStore at the url in each call, and read every page of `thread_id`. "
                "Leave out nothing, sort nothing, keep nothing for later.",
                "items = []; async with SQLStore(url) as store: until has_more is false, read a "
                "page, items += page.data; then return items",
            ),
            check=f"{__package__}.p3_read_back",
            leftover_hint="Open the store with `async with SQLStore(url) as store:`, which also"
            " closes it.",
        ),
    ),
)
