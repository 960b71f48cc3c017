# %% wrong: Those are events: pieces on their way.
async def what_is_saved(server, message, context):
    rows = [("user", message)]
    async for event in server.send(message, context):
        if event.type == "assistant_message":
            rows.append(("assistant", event.content))
    return rows


# %% wrong: A turn runs only while somebody asks for its events
async def what_is_saved(server, message, context):
    server.send(message, context)
    return [("user", message)]


# %% wrong: Look after the turn, not before
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for event in turn:
        thread = await server.thread(turn.thread_id, context)
        break
    async for event in turn:
        pass
    return [(item.role, item.content) for item in thread.items.data]


# %% wrong: Every item of the thread counts
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn:
        pass
    page = await server.store.load_thread_items(turn.thread_id, None, 50, "asc", context)
    return [(item.role, item.content) for item in page.data if item.role != "user"]


# %% wrong: What comes before a tool and what comes after it are two items.
async def what_is_saved(server, message, context):
    text = ""
    async for event in server.send(message, context):
        if event.type == "assistant_message":
            text += event.content
    return [("user", message), ("assistant", text)]


# %% wrong: Oldest first
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn:
        pass
    page = await server.store.load_thread_items(turn.thread_id, None, 50, "desc", context)
    return [(item.role, item.content) for item in page.data]


# %% wrong: its `type` is something else
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn:
        pass
    thread = await server.thread(turn.thread_id, context)
    return [(item.type, item.content) for item in thread.items.data]


# %% wrong: Each row is (item.role, item.content).
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn:
        pass
    thread = await server.thread(turn.thread_id, context)
    return list(thread.items.data)


# %% wrong: Return a list of (role, content).
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn:
        pass
    thread = await server.thread(turn.thread_id, context)
    print([(item.role, item.content) for item in thread.items.data])


# %% wrong: put `await` before the call
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn:
        pass
    thread = server.thread(turn.thread_id, context)
    return [(item.role, item.content) for item in thread.items.data]


# %% wrong: Send it once.
async def what_is_saved(server, message, context):
    async for _ in server.send(message, context):
        pass
    turn = server.send(message, context)
    async for _ in turn:
        pass
    thread = await server.thread(turn.thread_id, context)
    return [(item.role, item.content) for item in thread.items.data]


# %% right: what is done is saved, so the stream tells it, too
async def what_is_saved(server, message, context):
    return [
        (event.item.role, event.item.content)
        async for event in server.send(message, context)
        if event.type == "item_done"
    ]


# %% right: page by page from the store
async def what_is_saved(server, message, context):
    async with server.send(message, context) as turn:
        events = [event async for event in turn]
    rows, after, more = [], None, True
    while more:
        page = await server.store.load_thread_items(events[0].thread_id, after, 1, "asc", context)
        rows += [(item.role, item.content) for item in page.data]
        after, more = page.after, page.has_more
    return rows


# %% right: pairs that are lists
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn:
        pass
    (found,) = (await server.threads(context)).data
    thread = await server.thread(found.id, context)
    return [[item.role, item.content] for item in thread.items.data]


# %% wrong: A turn runs only while somebody asks for its events
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    th = await server.thread(turn.thread_id, context)
    return [(i.role, i.content) for i in th.items.data]


# %% wrong: a turn is a stream of events
async def what_is_saved(server, message, context):
    turn = await server.send(message, context)
    th = await server.thread(turn.thread_id, context)
    return [(i.role, i.content) for i in th.items.data]


# %% wrong: the turn was not over
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for _ in turn: break
    th = await server.thread(turn.thread_id, context)
    return [(i.role, i.content) for i in th.items.data]


# %% wrong: The role first
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for e in turn: pass
    th = await server.thread(turn.thread_id, context)
    return [(i.content, i.role) for i in th.items.data]


# %% wrong: loop over `.data`
async def what_is_saved(server, message, context):
    turn = server.send(message, context)
    async for e in turn: pass
    th = await server.thread(turn.thread_id, context)
    return [(i.role, i.content) for i in th.items]
