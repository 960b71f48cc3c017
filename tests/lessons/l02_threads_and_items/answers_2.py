# %% wrong: Follow `after`
async def transcript(store, thread_id, context):
    page = await store.load_thread_items(thread_id, None, 100, "asc", context)
    return "\n".join(f"{item.role}: {item.content}" for item in page.data)


# %% wrong: The newest item stands first.
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "desc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: Every item is there, in another order.
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines = [f"{item.role}: {item.content}" for item in page.data] + lines
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: Return one text
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
        after, more = page.after, page.has_more
    return lines


# %% wrong: some stand twice
async def transcript(store, thread_id, context):
    lines = []
    for _ in range(6):
        page = await store.load_thread_items(thread_id, None, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
    return "\n".join(lines)


# %% wrong: One line an item: its role, a colon
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [item.content for item in page.data]
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: transcript raised InvalidInput: limit is 1000000
async def transcript(store, thread_id, context):
    store = __import__("chatlab").MemoryStore.load_thread_items.__get__(store)
    page = await store(thread_id, None, 1_000_000, "asc", context)
    return "\n".join(f"{item.role}: {item.content}" for item in page.data)


# %% right: newest first, then turned round
async def transcript(store, thread_id, context):
    lines, after = [], None
    while True:
        page = await store.load_thread_items(thread_id, after, 7, "desc", context)
        lines.extend(f"{item.role}: {item.content}" for item in page.data)
        if not page.has_more:
            return "\n".join(reversed(lines))
        after = page.after


# %% right: an async generator of items
async def every_item(store, thread_id, context, after=None):
    page = await store.load_thread_items(
        thread_id=thread_id, after=after, limit=1, order="asc", context=context
    )
    for item in page.data:
        yield item
    if page.has_more:
        async for item in every_item(store, thread_id, context, page.after):
            yield item


async def transcript(store, thread_id, context):
    return "\n".join([f"{i.role}: {i.content}" async for i in every_item(store, thread_id, context)])


# %% wrong: Move on each time round the loop
async def transcript(store, thread_id, context):
    lines=[]; after=None
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for i in page.data: lines.append(f"{i.role}: {i.content}")
        if not page.has_more: break
    return "\n".join(lines)


# %% wrong: It is an id: `page.after`
async def transcript(store, thread_id, context):
    lines=[]; after=None
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for i in page.data: lines.append(f"{i.role}: {i.content}")
        if not page.has_more: return "\n".join(lines)
        after = page.data[-1]


# %% wrong: You cannot know how many pages there are
async def transcript(store, thread_id, context):
    p = await store.load_thread_items(thread_id, None, 20, "asc", context)
    q = await store.load_thread_items(thread_id, p.after, 20, "asc", context)
    return "\n".join(f"{i.role}: {i.content}" for i in [*p.data,*q.data])


# %% wrong: The last page counts, too
async def transcript(store, thread_id, context):
    lines=[]; after=None
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        if page.has_more is False: break
        for i in page.data: lines.append(f"{i.role}: {i.content}")
        after = page.after
    return "\n".join(lines)


# %% wrong: What stands before the colon is the item's `role`.
async def transcript(store, thread_id, context):
    lines=[]; after=None
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for i in page.data: lines.append(f"{i.type}: {i.content}")
        if not page.has_more: return "\n".join(lines)
        after = page.after
