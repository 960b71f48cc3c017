# %% wrong: You asked for 100 items and got 15
async def transcript(store, thread_id, context):
    page = await store.load_thread_items(thread_id, None, 100, "asc", context)
    return "\n".join(f"{item.role}: {item.content}" for item in page.data)


# %% wrong: The newest item comes first.
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


# %% wrong: some are there twice
async def transcript(store, thread_id, context):
    lines = []
    for _ in range(6):
        page = await store.load_thread_items(thread_id, None, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
    return "\n".join(lines)


# %% wrong: nobody can tell who said what
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


# %% wrong: You asked for 20 items and got 15
async def transcript(store, thread_id, context):
    lines, after = [], None
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
        if len(page.data) < 20:
            return "\n".join(lines)
        after = page.after


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


# %% wrong: The word before the colon is the item's `role`.
async def transcript(store, thread_id, context):
    lines=[]; after=None
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for i in page.data: lines.append(f"{i.type}: {i.content}")
        if not page.has_more: return "\n".join(lines)
        after = page.after


# %% wrong: You asked for 1000 items and got 15
async def transcript(store, thread_id, context):
    page = await store.load_thread_items(thread_id, None, 1000, "asc", context)
    return "\n".join(f"{item.role}: {item.content}" for item in page.data)


# %% wrong: without `await`, nobody has read the page yet
async def transcript(store, thread_id, context):
    page = store.load_thread_items(thread_id, None, 20, "asc", context)
    return "\n".join(f"{item.role}: {item.content}" for item in page.data)


# %% wrong: for item in page.data: ...
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for item in page:
            lines.append(f"{item.role}: {item.content}")
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: All items are in one long line
async def transcript(store, thread_id, context):
    text, after, more = "", None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for item in page.data:
            text += f"{item.role}: {item.content}"
        after, more = page.after, page.has_more
    return text


# %% wrong: You asked for 50 items and got 15
async def transcript(store, thread_id, context):
    lines, after = [], None
    while True:
        page = await store.load_thread_items(thread_id, after, 50, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
        if len(page.data) < 50:
            return "\n".join(lines)
        after = page.after


# %% wrong: These are the last 
async def transcript(store, thread_id, context):
    after, more = None, True
    while more:
        lines = []
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: two items share a line
async def transcript(store, thread_id, context):
    text, after, more = "", None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        text += "\n".join(f"{item.role}: {item.content}" for item in page.data)
        after, more = page.after, page.has_more
    return text


# %% wrong: the whole item, as Python shows it
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [str(item) for item in page.data]
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: `after` was 'thr_1'
async def transcript(store, thread_id, context):
    lines, after = [], thread_id
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
        if not page.has_more:
            return "\n".join(lines)
        after = page.after


# %% wrong: `after` was 0: it is not a number of items to skip
async def transcript(store, thread_id, context):
    lines, after = [], 0
    while True:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data]
        if not page.has_more:
            return "\n".join(lines)
        after += 20


# %% wrong: Only the first item of each page
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines.append(f"{page.data[0].role}: {page.data[0].content}")
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: The lines of the tool are missing
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role}: {item.content}" for item in page.data if item.role != "tool"]
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: `print` shows it to you
async def transcript(store, thread_id, context):
    after, more = None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for item in page.data:
            line = f"{item.role}: {item.content}"
        after, more = page.after, page.has_more


# %% wrong: Each page is the right way round
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "desc", context)
        lines += [f"{item.role}: {item.content}" for item in reversed(page.data)]
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: A dictionary keeps one content for each role
async def transcript(store, thread_id, context):
    said, after, more = {}, None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        for item in page.data:
            said[item.role] = item.content
        after, more = page.after, page.has_more
    return "\n".join(f"{role}: {content}" for role, content in said.items())


# %% wrong: Only the spaces differ
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role}:{item.content}" for item in page.data]
        after, more = page.after, page.has_more
    return "\n".join(lines)


# %% wrong: in small letters: item.role
async def transcript(store, thread_id, context):
    lines, after, more = [], None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 20, "asc", context)
        lines += [f"{item.role.capitalize()}: {item.content}" for item in page.data]
        after, more = page.after, page.has_more
    return "\n".join(lines)
