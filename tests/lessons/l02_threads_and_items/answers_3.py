# %% wrong: a new store in memory is empty
async def continue_tomorrow(url, thread_id, context):
    from chatlab import MemoryStore

    page = await MemoryStore().load_thread_items(thread_id, None, 50, "asc", context)
    return list(page.data)


# %% wrong: You asked for 50 items and got 15
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 50, "asc", context)
        return list(page.data)


# %% wrong: The newest item comes first.
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 500, "desc", context)
        return list(page.data)


# %% wrong: It returned a page.
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        return await store.load_thread_items(thread_id, None, 500, "asc", context)


# %% wrong: It returned a list of texts
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 500, "asc", context)
        return [item.content for item in page.data]


# %% wrong: the database was not asked for anything
async def continue_tomorrow(url, thread_id, context):
    return []


# %% right: closed by hand, and a cursor in a while condition
async def continue_tomorrow(url, thread_id, context):
    store = SQLStore(url)
    try:
        page = await store.load_thread_items(thread_id, None, 1000, "asc", context)
        found = [*page.data]
        while page.has_more:
            page = await store.load_thread_items(thread_id, page.after, 1000, "asc", context)
            found = [*found, *page.data]
        return found
    finally:
        await store.aclose()


# %% right: newest first, page by page, then turned round
async def continue_tomorrow(url, thread_id, context):
    found, after = [], None
    async with SQLStore(url) as store:
        while True:
            page = await store.load_thread_items(thread_id, after, 10, "desc", context)
            found.extend(page.data)
            if not page.has_more:
                return found[::-1]
            after = page.after


# %% wrong: one for each page
async def continue_tomorrow(url, thread_id, context):
    out=[]; after=None
    async with SQLStore(url) as store:
        while True:
            page = await store.load_thread_items(thread_id, after, 50, "asc", context)
            out.append(page.data)
            if not page.has_more: return out
            after = page.after


# %% wrong: You asked for 1000 items and got 15
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 1000, "asc", context)
    return list(page.data)


# %% wrong: the store is still open
async def continue_tomorrow(url, thread_id, context):
    store = SQLStore(url)
    items, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 50, "asc", context)
        items += page.data
        after, more = page.after, page.has_more
    return items


# %% wrong: It is the same person as yesterday
async def continue_tomorrow(url, thread_id, context):
    from chatlab import RequestContext
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 50, "asc", RequestContext(user_id="alice"))
        return list(page.data)


# %% wrong: you opened another database
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore("sqlite+aiosqlite:///tomorrow.sqlite") as store:
        page = await store.load_thread_items(thread_id, None, 50, "asc", context)
        return list(page.data)


# %% wrong: SQLStore could not open that
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore("sqlite+aiosqlite:///:memory:") as store:
        page = await store.load_thread_items(thread_id, None, 50, "asc", context)
        return list(page.data)


# %% wrong: A thread that you make now is empty
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        now = datetime.now(UTC)
        thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
        await store.save_thread(thread, context)
        page = await store.load_thread_items(thread.id, None, 50, "asc", context)
        return list(page.data)


# %% wrong: gives you only the thread's metadata
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        return await store.load_thread(thread_id, context)


# %% wrong: the last page alone
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        after, more = None, True
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items = list(page.data)
            after, more = page.after, page.has_more
    return items


# %% wrong: It returned one long text
async def continue_tomorrow(url, thread_id, context):
    lines = []
    async with SQLStore(url) as store:
        after, more = None, True
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            lines += [f"{item.role}: {item.content}" for item in page.data]
            after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: The same page was read again
async def continue_tomorrow(url, thread_id, context):
    items = []
    async with SQLStore(url) as store:
        more = True
        for _ in range(6):
            page = await store.load_thread_items(thread_id, None, 20, "asc", context)
            items += page.data
    return items


# %% wrong: What survived is stored already
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        items, after, more = [], None, True
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            for item in page.data:
                await store.add_thread_item(thread_id, item.model_copy(update={"id": new_id("msg")}), context)
            items += page.data
            after, more = page.after, len(items) < 200
    return items


# %% wrong: hand the list to your caller
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        items, after, more = [], None, True
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items += page.data
            after, more = page.after, page.has_more


# %% wrong: Move on each time round the loop
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        items, after, more = [], None, True
        while more:
            page = await store.load_thread_items(thread_id, None, 20, "asc", context)
            items += page.data
            more = page.has_more
    return items


# %% wrong: inside `async with SQLStore(url) as store:`
async def continue_tomorrow(url, thread_id, context):
    items = []
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 50, "asc", context)
        items += page.data
    while page.has_more:
        page = await store.load_thread_items(thread_id, page.after, 50, "asc", context)
        items += page.data
    return items


# %% wrong: Half a sentence was said and stored, too
async def continue_tomorrow(url, thread_id, context):
    items, after, more = [], None, True
    async with SQLStore(url) as store:
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items += [item for item in page.data if item.status == "completed"]
            after, more = page.after, page.has_more
    return items


# %% wrong: A variable knows nothing of what others store
KEPT = {}


async def continue_tomorrow(url, thread_id, context):
    if thread_id not in KEPT:
        items, after, more = [], None, True
        async with SQLStore(url) as store:
            while more:
                page = await store.load_thread_items(thread_id, after, 20, "asc", context)
                items += page.data
                after, more = page.after, page.has_more
        KEPT[thread_id] = items
    return KEPT[thread_id]


# %% wrong: the list outlives the call
async def continue_tomorrow(url, thread_id, context, items=[]):
    after, more = None, True
    async with SQLStore(url) as store:
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items += page.data
            after, more = page.after, page.has_more
    return items


# %% wrong: Clocks differ
async def continue_tomorrow(url, thread_id, context):
    items, after, more = [], None, True
    async with SQLStore(url) as store:
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items += page.data
            after, more = page.after, page.has_more
    return sorted(items, key=lambda item: item.timestamp)


# %% wrong: One person has many threads
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        newest = (await store.load_threads(1, None, "desc", context)).data[0]
        page = await store.load_thread_items(newest.id, None, 50, "asc", context)
    return list(page.data)


# %% wrong: Two items are two, whatever they say
async def continue_tomorrow(url, thread_id, context):
    found, after, more = {}, None, True
    async with SQLStore(url) as store:
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            for item in page.data:
                found.setdefault(item.content, item)
            after, more = page.after, page.has_more
    return list(found.values())


# %% wrong: a thread's `history` is empty
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        thread = await store.load_thread(thread_id, context)
    return list(thread.history)


# %% wrong: There is nothing to repair
async def continue_tomorrow(url, thread_id, context):
    items, after, more = [], None, True
    async with SQLStore(url) as store:
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items += page.data
            after, more = page.after, page.has_more
        for item in items:
            if item.status == "incomplete":
                whole = item.model_copy(update={"status": "completed"})
                await store.save_item(thread_id, whole, context)
    return items


# %% wrong: There is nothing to repair
async def continue_tomorrow(url, thread_id, context):
    items, after, more, now = [], None, True, datetime.now(UTC)
    async with SQLStore(url) as store:
        again = ThreadMetadata(id=thread_id, user_id=context.user_id, created_at=now, updated_at=now)
        await store.save_thread(again, context)
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items += page.data
            after, more = page.after, page.has_more
    return items


# %% wrong: add, save and delete nothing
async def continue_tomorrow(url, thread_id, context):
    items, after, more = [], None, True
    async with SQLStore(url) as store:
        while more:
            page = await store.load_thread_items(thread_id, after, 20, "asc", context)
            items += page.data
            after, more = page.after, page.has_more
        await store.delete_thread(thread_id, context)
    return items


# %% wrong: you opened another database
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore("sqlite+aiosqlite:///tomorrow.sqlite") as store:
        await store.load_thread(thread_id, context)
        page = await store.load_thread_items(thread_id, None, 50, "asc", context)
        return list(page.data)


# %% wrong: nobody has read the page yet
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = store.load_thread_items(thread_id, None, 50, "asc", context)
        return list(page.data)


# %% right: looks at the thread first, and keeps its generator inside
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        thread = await store.load_thread(thread_id, context)

        async def pages(after=None):
            while True:
                page = await store.load_thread_items(thread.id, after, 20, "asc", context)
                yield page.data
                if not page.has_more:
                    return
                after = page.after

        return [item async for data in pages() for item in data]
