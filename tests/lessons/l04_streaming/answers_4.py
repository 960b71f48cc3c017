# %% wrong: While it is busy, a task of yours reads on
async def coalesce(stream, max_pending):
    async for event in stream:
        yield event


# %% wrong: was held back all the same
async def coalesce(stream, max_pending):
    pending = []
    async for event in stream:
        last = pending[-1] if pending else None
        if last and (last.type, last.item_id) == (event.type, event.item_id):
            if event.type == "assistant_message":
                content = last.content + event.content
                pending[-1] = event.model_copy(update={"content": content})
                continue
        pending.append(event)
    for event in pending:
        yield event


# %% wrong: was held back all the same
async def coalesce(stream, max_pending):
    last = None
    async for event in stream:
        if last is not None:
            yield last
        last = event
    yield last


# %% wrong: While it is busy, a task of yours reads on, and joins pieces of one message.
async def coalesce(stream, max_pending):
    queue = asyncio.Queue(max_pending)

    async def read_on():
        async for event in stream:
            await queue.put(event)
        await queue.put(None)

    task = asyncio.create_task(read_on())
    while (event := await queue.get()) is not None:
        yield event
    await task


# %% wrong: wait for room before you ask for more
async def coalesce(stream, max_pending):
    pending = []
    ended = False
    changed = asyncio.Event()

    async def read_on():
        nonlocal ended
        async for event in stream:
            last = pending[-1] if pending else None
            if last and last.type == event.type == "assistant_message":
                if last.item_id == event.item_id:
                    content = last.content + event.content
                    event = event.model_copy(update={"content": content})
                    pending.pop()
            pending.append(event)
            changed.set()
        ended = True
        changed.set()

    task = asyncio.create_task(read_on())
    while not ended or pending:
        if pending:
            yield pending.pop(0)
        else:
            changed.clear()
            await changed.wait()
    await task


# %% wrong: Never throw anything away.
async def coalesce(stream, max_pending):
    pending = []
    ended = False
    changed = asyncio.Event()

    async def read_on():
        nonlocal ended
        async for event in stream:
            if event.type == "assistant_message" and len(pending) >= 3:
                continue
            pending.append(event)
            changed.set()
        ended = True
        changed.set()

    task = asyncio.create_task(read_on())
    while not ended or pending:
        if pending:
            yield pending.pop(0)
        else:
            changed.clear()
            await changed.wait()
    await task


# %% wrong: Two pieces merge only if their item_id is the same.
async def coalesce(stream, max_pending):
    pending = []
    ended = False
    changed = asyncio.Condition()

    async def read_on():
        nonlocal ended
        async for event in stream:
            async with changed:
                if pending and pending[-1].type == event.type == "assistant_message":
                    content = pending.pop().content + event.content
                    event = event.model_copy(update={"content": content})
                else:
                    await changed.wait_for(lambda: len(pending) < max_pending)
                pending.append(event)
                changed.notify_all()
        async with changed:
            ended = True
            changed.notify_all()

    task = asyncio.create_task(read_on())
    while True:
        async with changed:
            await changed.wait_for(lambda: pending or ended)
            if not pending:
                break
            event = pending.pop(0)
            changed.notify_all()
        yield event
    await task


# %% wrong: Look at the last pending event only
async def coalesce(stream, max_pending):
    pending = []
    ended = False
    changed = asyncio.Condition()

    async def read_on():
        nonlocal ended
        async for event in stream:
            async with changed:
                for place, old in enumerate(pending):
                    if (old.type, old.item_id) == (event.type, event.item_id):
                        if event.type == "assistant_message":
                            content = old.content + event.content
                            pending[place] = event.model_copy(update={"content": content})
                            break
                else:
                    await changed.wait_for(lambda: len(pending) < max_pending)
                    pending.append(event)
                changed.notify_all()
        async with changed:
            ended = True
            changed.notify_all()

    task = asyncio.create_task(read_on())
    while True:
        async with changed:
            await changed.wait_for(lambda: pending or ended)
            if not pending:
                break
            event = pending.pop(0)
            changed.notify_all()
        yield event
    await task


# %% wrong: Only pieces of one message may become one
async def coalesce(stream, max_pending):
    pending = []
    ended = False
    changed = asyncio.Condition()

    async def read_on():
        nonlocal ended
        async for event in stream:
            async with changed:
                if pending and pending[-1].item_id == event.item_id:
                    last = pending.pop()
                    if event.type == "assistant_message":
                        content = last.content + event.content
                        event = event.model_copy(update={"content": content})
                else:
                    await changed.wait_for(lambda: len(pending) < max_pending)
                pending.append(event)
                changed.notify_all()
        async with changed:
            ended = True
            changed.notify_all()

    task = asyncio.create_task(read_on())
    while True:
        async with changed:
            await changed.wait_for(lambda: pending or ended)
            if not pending:
                break
            event = pending.pop(0)
            changed.notify_all()
        yield event
    await task


# %% wrong: A merged piece has lost its item_id.
async def coalesce(stream, max_pending):
    pending = []
    ended = False
    changed = asyncio.Condition()

    async def read_on():
        nonlocal ended
        async for event in stream:
            async with changed:
                last = pending[-1] if pending else None
                if last and last.type == event.type == "assistant_message":
                    content = last.content + event.content
                    pending[-1] = AssistantMessage(content=content)
                else:
                    await changed.wait_for(lambda: len(pending) < max_pending)
                    pending.append(event)
                changed.notify_all()
        async with changed:
            ended = True
            changed.notify_all()

    task = asyncio.create_task(read_on())
    while True:
        async with changed:
            await changed.wait_for(lambda: pending or ended)
            if not pending:
                break
            event = pending.pop(0)
            changed.notify_all()
        yield event
    await task


# %% wrong: Even when full, do not stop while the next piece still fits
async def coalesce(stream, max_pending):
    pending = []
    ended = False
    changed = asyncio.Condition()

    async def read_on():
        nonlocal ended
        source = aiter(stream)
        while True:
            async with changed:
                await changed.wait_for(lambda: len(pending) < max_pending)
            event = await anext(source, None)
            async with changed:
                if event is None:
                    ended = True
                    changed.notify_all()
                    return
                last = pending[-1] if pending else None
                if last and last.type == event.type == "assistant_message":
                    if last.item_id == event.item_id:
                        content = last.content + event.content
                        event = event.model_copy(update={"content": content})
                        pending.pop()
                pending.append(event)
                changed.notify_all()

    task = asyncio.create_task(read_on())
    while True:
        async with changed:
            await changed.wait_for(lambda: pending or ended)
            if not pending:
                break
            event = pending.pop(0)
            changed.notify_all()
        yield event
    await task


# %% wrong: you are writing this one
from chatlab import streams


async def coalesce(stream, max_pending):
    async for event in streams.coalesce(stream, max_pending):
        yield event


# %% wrong: but then the stream did not end
async def coalesce(stream, max_pending):
    queue = asyncio.Queue(max_pending)

    async def read_on():
        async for event in stream:
            await queue.put(event)

    task = asyncio.create_task(read_on())
    while True:
        yield await queue.get()


# %% wrong: returned no stream
async def coalesce(stream, max_pending):
    return [event async for event in stream]


# %% right: a class, with one event that wakes both sides
class Coalesced:
    def __init__(self, stream, max_pending):
        self.stream, self.max_pending = stream, max_pending
        self.pending, self.ended, self.task = [], False, None
        self.changed = asyncio.Event()

    def __aiter__(self):
        return self

    async def wait(self):
        self.changed.clear()
        await self.changed.wait()

    async def fill(self):
        async for event in self.stream:
            if self.pending and self.same(self.pending[-1], event):
                text = self.pending[-1].content + event.content
                self.pending[-1] = self.pending[-1].model_copy(update={"content": text})
                continue
            while len(self.pending) >= self.max_pending:
                await self.wait()
            self.pending.append(event)
            self.changed.set()
        self.ended = True
        self.changed.set()

    @staticmethod
    def same(one, two):
        return one.type == two.type == "assistant_message" and one.item_id == two.item_id

    async def __anext__(self):
        if self.task is None:
            self.task = asyncio.create_task(self.fill())
        while not self.pending and not self.ended:
            await self.wait()
        self.changed.set()
        if self.pending:
            return self.pending.pop(0)
        await self.task
        raise StopAsyncIteration


def coalesce(stream, max_pending):
    return Coalesced(stream, max_pending)


# %% right: no task of its own outlives a step; runs of pieces are joined when they are taken
from collections import deque


async def coalesce(stream, max_pending):
    source, runs, room = aiter(stream), deque(), asyncio.Semaphore(max_pending)
    there = asyncio.Event()

    async def read_on():
        async for event in source:
            text = event.type == "assistant_message"
            if text and runs and runs[-1][0].type == event.type:
                if runs[-1][0].item_id == event.item_id:
                    runs[-1].append(event)
                    continue
            await room.acquire()
            runs.append([event])
            there.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(read_on())
        task.add_done_callback(lambda _: there.set())
        while True:
            while not runs and not task.done():
                there.clear()
                await there.wait()
            if not runs:
                break
            run = runs.popleft()
            room.release()
            if len(run) == 1:
                yield run[0]
            else:
                yield run[-1].model_copy(update={"content": "".join(e.content for e in run)})


# %% right: it looks every so often, and a lock guards what two tasks share
async def coalesce(stream, max_pending):
    pending, lock = [], asyncio.Lock()

    def fits(event):
        last = pending[-1] if pending else None
        if not (isinstance(event, AssistantMessage) and isinstance(last, AssistantMessage)):
            return False
        return last.item_id == event.item_id and last.thread_id == event.thread_id

    async def pump():
        async for event in stream:
            while len(pending) >= max_pending and not fits(event):
                await asyncio.sleep(0.01)
            async with lock:
                if fits(event):
                    text = pending[-1].content + event.content
                    pending[-1] = event.model_copy(update={"content": text})
                else:
                    pending.append(event)

    task = asyncio.create_task(pump())
    while pending or not task.done():
        if not pending:
            await asyncio.sleep(0.01)
            continue
        async with lock:
            event = pending.pop(0)
        yield event


# %% wrong: Or has your task died of an error?
async def coalesce(stream, max_pending):
    waiting = asyncio.Queue(max_pending)

    async def read():
        last = None
        async for event in stream:
            if last and last.type == event.type == "assistant_message" and last.item_id == event.item_id:
                last.content += event.content  # events cannot be changed
            else:
                await waiting.put(event)
                last = event
        await waiting.put(None)

    task = asyncio.create_task(read())
    try:
        while (event := await waiting.get()) is not None:
            yield event
    finally:
        await asyncio.gather(task, return_exceptions=True)
