# %% wrong: `server.retry` replaces in place
async def retry_from(server, thread_id, item_id, context):
    async for _ in server.retry(thread_id, item_id, context):
        pass
    return await server.store.load_thread(thread_id, context)


# %% wrong: it was asked again there
async def retry_from(server, thread_id, item_id, context):
    new = await server.fork(thread_id, item_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    async for _ in server.send(message.content, context, thread_id):
        pass
    return new


# %% wrong: nobody asked the message again there
async def retry_from(server, thread_id, item_id, context):
    return await server.fork(thread_id, item_id, context)


# %% wrong: Unread, nothing runs
async def retry_from(server, thread_id, item_id, context):
    new = await server.fork(thread_id, item_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    server.send(message.content, context, new.id)
    return new


# %% wrong: Sending it puts it into the thread
async def retry_from(server, thread_id, item_id, context):
    new = await server.fork(thread_id, item_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    copy = message.model_copy(update={"thread_id": new.id})
    await server.store.add_thread_item(new.id, copy, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    return new


# %% wrong: the answer knows nothing of what came before
async def retry_from(server, thread_id, item_id, context):
    message = await server.store.load_item(thread_id, item_id, context)
    turn = server.send(message.content, context)
    async for _ in turn:
        pass
    return await server.store.load_thread(turn.thread_id, context)


# %% wrong: Send the message in the branch
async def retry_from(server, thread_id, item_id, context):
    new = await server.fork(thread_id, item_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    async for _ in server.send(message.content, context):
        pass
    return new


# %% wrong: Return the new thread, as ThreadMetadata
async def retry_from(server, thread_id, item_id, context):
    new = await server.fork(thread_id, item_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    return new.id


# %% wrong: Copy only what came before the message
async def retry_from(server, thread_id, item_id, context):
    from chatlab import new_id

    old = await server.store.load_thread(thread_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    new = old.model_copy(update={"id": new_id("thr")})
    await server.store.save_thread(new, context)
    for item in (await server.thread(thread_id, context, limit=1000)).items.data:
        if item.id != item_id:
            copy = item.model_copy(update={"thread_id": new.id})
            await server.store.add_thread_item(new.id, copy, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    return new


# %% wrong: Follow `after`
async def retry_from(server, thread_id, item_id, context):
    from chatlab import new_id

    old = await server.thread(thread_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    new = ThreadMetadata(**old.model_dump(exclude={"items", "history"}) | {"id": new_id("thr")})
    await server.store.save_thread(new, context)
    for item in old.items.data:
        if item.id == item_id:
            break
        copy = item.model_copy(update={"thread_id": new.id})
        await server.store.add_thread_item(new.id, copy, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    return new


# %% wrong: still says that it is in the old thread
async def retry_from(server, thread_id, item_id, context):
    from chatlab import new_id

    old = await server.thread(thread_id, context, limit=1000)
    message = await server.store.load_item(thread_id, item_id, context)
    new = ThreadMetadata(**old.model_dump(exclude={"items", "history"}) | {"id": new_id("thr")})
    await server.store.save_thread(new, context)
    for item in old.items.data:
        if item.id == item_id:
            break
        await server.store.add_thread_item(new.id, item, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    return new


# %% wrong: The old thread is gone
async def retry_from(server, thread_id, item_id, context):
    new = await server.fork(thread_id, item_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    await server.delete(thread_id, context)
    return new


# %% right: copies by hand, page by page, newest first
async def retry_from(server, thread_id, item_id, context):
    from chatlab import new_id

    old = await server.store.load_thread(thread_id, context)
    message = await server.store.load_item(thread_id, item_id, context)
    new = old.model_copy(update={"id": new_id("thr")})
    await server.store.save_thread(new, context)
    before, after, more = [], item_id, True
    while more:
        page = await server.store.load_thread_items(thread_id, after, 20, "desc", context)
        before += page.data
        after, more = page.after, page.has_more
    for item in reversed(before):
        moved = item.model_copy(update={"thread_id": new.id})
        await server.store.add_thread_item(new.id, moved, context)
    async with server.send(message.content, context, new.id) as turn:
        async for _ in turn:
            pass
    return new


# %% right: the thread as it is after the turn, read from the server
async def retry_from(server, thread_id, item_id, context):
    from chatlab.testing import collect

    said = (await server.store.load_item(thread_id, item_id, context)).content
    branch = (await server.fork(thread_id, item_id, context)).id
    await collect(server.send(message=said, context=context, thread_id=branch))
    return await server.thread(branch, context)


# %% wrong: Load it from the old thread
async def retry_from(server, thread_id, item_id, context):
    b = await server.fork(thread_id, item_id, context)
    i = await server.store.load_item(b.id, item_id, context)
    async for _ in server.send(i.content, context, b.id): pass
    return b


# %% wrong: a turn is a stream of events
async def retry_from(server, thread_id, item_id, context):
    b = await server.fork(thread_id, item_id, context)
    i = await server.store.load_item(thread_id, item_id, context)
    await server.send(i.content, context, b.id)
    return b


# %% wrong: The text does not say which. `item_id` does
async def retry_from(server, thread_id, item_id, context):
    message = await server.store.load_item(thread_id, item_id, context)
    page = await server.store.load_thread_items(thread_id, None, 1000, "asc", context)
    first = next(item for item in page.data if item.content == message.content)
    new = await server.fork(thread_id, first.id, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    return new


# %% wrong: Copy only what came before the message
async def retry_from(server, thread_id, item_id, context):
    message = await server.store.load_item(thread_id, item_id, context)
    page = await server.store.load_thread_items(thread_id, None, 1000, "desc", context)
    last = next(item for item in page.data if item.content == message.content)
    new = await server.fork(thread_id, last.id, context)
    async for _ in server.send(message.content, context, new.id):
        pass
    return new
