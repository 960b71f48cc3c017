"""Lesson 11: out into the world."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="11_ship_it",
    title="Ship it",
    promise="The TaskManager is on the network, and no dropped connection costs a word.",
    minutes=45,
    objectives=(
        Objective(
            "11.a",
            "create",
            "Put a chat server behind HTTP so that its turns outlive the connection.",
        ),
        Objective("11.b", "apply", "Serve the protocol that official ChatKit clients speak."),
        Objective("11.c", "create", "Read a reply to its end over a connection that breaks."),
        Objective("11.d", "apply", "Move conversations to a database that workers share."),
    ),
    introduces=("ASGI", "cursor", "replay", "ChatKit protocol", "worker", "PostgreSQL"),
    uses=(
        *("request/response", "streaming", "event", "Thread", "ThreadItem", "Store"),
        *("RequestContext", "ChatKitServer", "respond()", "delta", "cancellation"),
        *("SSE frame", "session key", "authentication", "existence leak"),
        *("one turn at a time",),
    ),
    parts=(
        Part(
            id="11.1",
            title="The turn outlives the connection",
            subject="create_app",
            points=3,
            difficulty=3,
            minutes=10,
            objective="11.a",
            hints=(
                "Three routes. The first one starts a turn and does not wait for it; who does?",
                "A dictionary of turns, outside the routes. The second route reads a log, the "
                "third closes a turn; both first check whose turn it is.",
                "task = asyncio.create_task(write(turn, log)); turns[turn_id] = "
                "Opened(context.user_id, turn, log, task). Later: StreamingResponse("
                'event_frames(one.log, cursor), media_type="text/event-stream")',
            ),
            check=f"{__package__}.p1_serve",
            disabled_names=("chatlab.adapters.http:create_app",),
        ),
        Part(
            id="11.2",
            title="The official protocol",
            subject="chatkit_app",
            points=3,
            difficulty=2,
            minutes=7,
            objective="11.b",
            hints=(
                "One route for everything. process() knows what is wanted, and returns one of two "
                "kinds of result.",
                "isinstance(result, StreamingResult) tells them apart. One goes into a "
                "StreamingResponse, the other is JSON already.",
                "result = await chat.process(await request.body(), context), with `try` around "
                "it: except ValidationError: raise HTTPException(422)",
            ),
            check=f"{__package__}.p2_chatkit",
            disabled_names=("chatlab.adapters.http:create_app",),
        ),
        Part(
            id="11.3",
            title="Come back",
            subject="reconnect",
            points=3,
            difficulty=3,
            minutes=8,
            objective="11.c",
            hints=(
                "When the connection breaks, what do you need to know to go on where you were?",
                "`while True:` around the whole request. A connection error leads to the next "
                'round; only the frame "end" leads out.',
                'try: async with client.stream("GET", f"{turn_url}/events", params={"cursor": '
                "cursor}) as response: ... except httpx.TransportError: await asyncio.sleep(0.01)",
            ),
            check=f"{__package__}.p3_reconnect",
            timeout_hint="Does your loop go on reading a response that has ended? It stays ended. "
            "Each time round the loop, send a new request: client.stream(...).",
        ),
        Part(
            id="11.4",
            title="One database, many workers",
            subject="worker",
            points=2,
            difficulty=2,
            minutes=5,
            objective="11.d",
            hints=(
                "What has to be opened before the app exists, and closed when it is gone?",
                "@asynccontextmanager turns a function that yields once into something for "
                "`async with`. A store works with `async with` too.",
                "async with SQLStore(url) as store: yield make_app(store)",
            ),
            check=f"{__package__}.p4_workers",
            time_limit=20.0,
        ),
    ),
)
