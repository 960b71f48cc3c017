"""Lesson 07: sessions, and one turn at a time."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

_TWIN = ("chatlab.sessions:Sessions",)

LESSON = Lesson(
    slug="07_sessions",
    title="Sessions",
    promise="Customers leave and come back, on two tabs at once.",
    minutes=30,
    objectives=(
        Objective("07.a", "create", "Build log-ins that survive a restart of the server."),
        Objective("07.b", "apply", "Use an injected clock for a sliding time-out."),
        Objective("07.c", "analyse", "Distinguish what ends with a session from what outlives it."),
        Objective(
            "07.d", "apply", "Hold one thread for one turn at a time, without blocking the others."
        ),
    ),
    introduces=(
        "session",
        "session key",
        "resume",
        "sliding time-out",
        "clean-up",
        "one turn at a time",
    ),
    uses=("conversation", "Thread", "Store", "RequestContext", "the ten-step turn"),
    parts=(
        Part(
            id="07.1",
            title="Log in and come back",
            subject="Sessions",
            points=3,
            difficulty=2,
            minutes=6,
            objective="07.a",
            hints=(
                "A session is one record in the store. What does the record have to say?",
                "create: make a key that nobody can guess, save a record under it, return the key. "
                "resume: load the record; None means that nobody has this key.",
                "key = secrets.token_urlsafe(); await self.store.save(SessionRecord(key, user_id, "
                "self.clock.now())); return key",
            ),
            check=f"{__package__}.p1_sessions",
            disabled_names=_TWIN,
        ),
        Part(
            id="07.2",
            title="A time-out that slides",
            subject="resume",
            points=3,
            difficulty=2,
            minutes=6,
            objective="07.b",
            hints=(
                "Three things happen, in this order: is there a record, is it still alive, note "
                "that it was used.",
                "It is over when self.clock.now() has reached record.last_used + self.time_out.",
                "await self.store.save(replace(record, last_used=now)), after the two checks",
            ),
            check=f"{__package__}.p2_sliding_timeout",
            disabled_names=_TWIN,
        ),
        Part(
            id="07.3",
            title="Clean up",
            subject="clean_up",
            points=2,
            difficulty=2,
            minutes=6,
            objective="07.c",
            hints=(
                "Go through all records, and imagine between every two lines that somebody uses "
                "one of them. Which method of the store looks and deletes in one step?",
                "For each record that is over: `await self.store.delete_unchanged(record)`, with a "
                "`try` around it alone. It returns True if the record is gone: count these.",
                "for record in await self.store.all(): if now - record.last_used >= self.time_out: "
                "try: gone += await self.store.delete_unchanged(record); except StoreError: "
                "continue",
            ),
            check=f"{__package__}.p3_clean_up",
            disabled_names=_TWIN,
        ),
        Part(
            id="07.4",
            title="One turn at a time",
            subject="OneAtATime",
            points=2,
            difficulty=2,
            minutes=5,
            objective="07.d",
            hints=(
                "Two tabs on one thread must wait for each other. Two threads must not.",
                "Keep an asyncio.Lock for each thread_id, and let the whole turn run inside it.",
                "self.locks = defaultdict(asyncio.Lock); async with self.locks[thread_id]: return "
                "await super().send(thread_id, message)",
            ),
            check=f"{__package__}.p4_thread_lock",
            time_limit=4.0,
            timeout_hint="A `threading.Lock` stops the whole program, and with it the turn that "
            "would give it back. Between coroutines, use asyncio.Lock.",
        ),
    ),
)
