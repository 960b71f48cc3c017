# %% wrong: Wait for the first *text*.
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    events = 0
    async for event in turn:
        if first is None:
            first = clock.monotonic() - start
        events += 1
    return StreamStats(first, clock.monotonic() - start, events)


# %% wrong: There is nothing to read in an empty piece
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    events = 0
    async for event in turn:
        if first is None and event.type == "assistant_message":
            first = clock.monotonic() - start
        events += 1
    return StreamStats(first, clock.monotonic() - start, events)


# %% wrong: that is what the clock shows, not how long it took
async def measure(turn, clock):
    first = None
    events = 0
    async for event in turn:
        if first is None and event.type == "assistant_message" and event.content:
            first = clock.monotonic()
        events += 1
    return StreamStats(first, clock.monotonic(), events)


# %% wrong: Ask `clock.monotonic()`, not the `time` module
async def measure(turn, clock):
    import time

    start = time.monotonic()
    first = None
    events = 0
    async for event in turn:
        if first is None and event.type == "assistant_message" and event.content:
            first = time.monotonic() - start
        events += 1
    return StreamStats(first, time.monotonic() - start, events)


# %% wrong: Start counting before you read
async def measure(turn, clock):
    start = first = None
    events = 0
    async for event in turn:
        if event.type not in {"thread_created", "item_done"} and start is None:
            start = clock.monotonic()
        if first is None and event.type == "assistant_message" and event.content:
            first = clock.monotonic() - start
        events += 1
    return StreamStats(first, clock.monotonic() - start, events)


# %% wrong: Set it once, while it is still None.
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    events = 0
    async for event in turn:
        if event.type == "assistant_message" and event.content:
            first = clock.monotonic() - start
        events += 1
    return StreamStats(first, clock.monotonic() - start, events)


# %% wrong: 0.0 counts as false in Python.
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    events = 0
    async for event in turn:
        if not first and event.type == "assistant_message" and event.content:
            first = clock.monotonic() - start
        events += 1
    return StreamStats(first, clock.monotonic() - start, events)


# %% wrong: Count every event
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    events = 0
    async for event in turn:
        if event.type == "assistant_message" and event.content:
            if first is None:
                first = clock.monotonic() - start
            events += 1
    return StreamStats(first, clock.monotonic() - start, events)


# %% wrong: there was no text, so first_text is None
async def measure(turn, clock):
    start = clock.monotonic()
    first = 0.0
    seen = False
    events = 0
    async for event in turn:
        if not seen and event.type == "assistant_message" and event.content:
            first = clock.monotonic() - start
            seen = True
        events += 1
    return StreamStats(first, clock.monotonic() - start, events)


# %% wrong: Begin with first_text = None; then there is something to return.
async def measure(turn, clock):
    start = clock.monotonic()
    events = [(event, clock.monotonic() - start) async for event in turn]
    texts = [at for event, at in events if event.type == "assistant_message" and event.content]
    if texts:
        first = texts[0]
    return StreamStats(first, events[-1][1], len(events))


# %% wrong: clock.monotonic() gives seconds; clock.now() gives a date.
async def measure(turn, clock):
    start = clock.now()
    first = None
    events = 0
    async for event in turn:
        if first is None and event.type == "assistant_message" and event.content:
            first = clock.now() - start
        events += 1
    return StreamStats(first, clock.now() - start, events)


# %% wrong: Return StreamStats(first_text=..., total=..., events=...).
async def measure(turn, clock):
    start = clock.monotonic()
    events = 0
    async for event in turn:
        events += 1
    return {"first_text": None, "total": clock.monotonic() - start, "events": events}


# %% wrong: Read it with `async for`.
def measure(turn, clock):
    start = clock.monotonic()
    events = list(turn)
    return StreamStats(None, clock.monotonic() - start, len(events))


# %% wrong: Return a StreamStats at the end.
async def measure(turn, clock):
    start = clock.monotonic()
    async for event in turn:
        print(event.type, clock.monotonic() - start)


# %% right: with the kit's timeline
from chatlab.streams import timeline


async def measure(turn, clock):
    moments = await timeline(turn, clock)
    texts = (
        moment.seconds
        for moment in moments
        if moment.event.type == "assistant_message" and moment.event.content
    )
    return StreamStats(next(texts, None), moments[-1].seconds, len(moments))


# %% right: by hand, and the turn is closed
async def measure(turn, clock):
    times, texts = [clock.monotonic()], []
    async with turn:
        while True:
            try:
                event = await anext(turn)
            except StopAsyncIteration:
                break
            times.append(clock.monotonic())
            if getattr(event, "content", ""):
                texts.append(times[-1] - times[0])
    return StreamStats(
        events=len(times) - 1,
        total=round(times[-1] - times[0], 3),
        first_text=texts[0] if texts else None,
    )


# %% wrong: Start counting before you read
async def measure(turn, clock):
    start=None; first=None; n=0
    async for e in turn:
        start = start or clock.monotonic()
        n+=1
        if first is None and e.type=="assistant_message" and e.content:
            first = clock.monotonic()-start
    return StreamStats(first, clock.monotonic()-start, n)


# %% wrong: Not every event has content
async def measure(turn, clock):
    start = clock.monotonic(); first=None; n=0
    async for e in turn:
        n+=1
        if first is None and e.content:
            first = clock.monotonic()-start
    return StreamStats(first, clock.monotonic()-start, n)


# %% wrong: those are milliseconds
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    n = 0
    async for event in turn:
        n += 1
        if first is None and event.type == "assistant_message" and event.content:
            first = (clock.monotonic() - start) * 1000
    return StreamStats(first, (clock.monotonic() - start) * 1000, n)


# %% wrong: thread_created, item_done, thread_updated
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    n = 0
    async for event in turn:
        if event.type in ("assistant_message", "tool_status"):
            n += 1
        if first is None and event.type == "assistant_message" and event.content:
            first = clock.monotonic() - start
    return StreamStats(first, clock.monotonic() - start, n)


# %% wrong: first_text is
async def measure(turn, clock):
    start = clock.monotonic()
    first = None
    n = 0
    async for event in turn:
        n += 1
        if first is None and event.type == "assistant_message" and event.content:
            first = round((clock.monotonic() - start) * 1000)
    return StreamStats(first, clock.monotonic() - start, n)
