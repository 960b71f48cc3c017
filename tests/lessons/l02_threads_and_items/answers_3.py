# %% wrong: a new store in memory is empty
async def continue_tomorrow(url, thread_id, context):
    from chatlab import MemoryStore

    page = await MemoryStore().load_thread_items(thread_id, None, 50, "asc", context)
    return list(page.data)


# %% wrong: Follow `after`
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 50, "asc", context)
        return list(page.data)


# %% wrong: The newest item stands first.
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 500, "desc", context)
        return list(page.data)


# %% wrong: Return the items themselves, in a list.
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        return await store.load_thread_items(thread_id, None, 500, "asc", context)


# %% wrong: Return the items themselves, in a list.
async def continue_tomorrow(url, thread_id, context):
    async with SQLStore(url) as store:
        page = await store.load_thread_items(thread_id, None, 500, "asc", context)
        return [item.content for item in page.data]


# %% wrong: Read every page with order='asc'
async def continue_tomorrow(url, thread_id, context):
    return []


# %% right: one long page, since it fits
async def continue_tomorrow(url, thread_id, context):
    store = SQLStore(url)
    try:
        page = await store.load_thread_items(thread_id, None, 1000, "asc", context)
        return list(page.data)
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


# %% wrong: one a page
async def continue_tomorrow(url, thread_id, context):
    out=[]; after=None
    async with SQLStore(url) as store:
        while True:
            page = await store.load_thread_items(thread_id, after, 50, "asc", context)
            out.append(page.data)
            if not page.has_more: return out
            after = page.after
