# %% wrong: Save it: await store.save_thread(thread, context).
async def record_conversation(store, context):
    now = datetime.now(UTC)
    return ThreadMetadata(
        id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now
    )


# %% wrong: Save the thread before its items
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    item = UserMessageItem(id=new_id("msg"), thread_id=thread.id, content="x", timestamp=now)
    await store.add_thread_item(thread.id, item, context)
    return thread


# %% wrong: A thread of somebody else does not exist.
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id="nobody", created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    return thread


# %% wrong: add what was said first, first
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    more = {"thread_id": thread.id, "timestamp": now}
    for item in (
        AssistantMessageItem(id=new_id("msg"), content="c", **more),
        ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **more),
        UserMessageItem(id=new_id("msg"), content="a", **more),
    ):
        await store.add_thread_item(thread.id, item, context)
    return thread


# %% wrong: Two things have the same id.
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id="thr_1", user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    more = {"thread_id": thread.id, "timestamp": now}
    for item in (
        UserMessageItem(id="msg_1", content="a", **more),
        ToolItem(id="msg_1", content="b", tool="t", call_id="c", **more),
    ):
        await store.add_thread_item(thread.id, item, context)
    return thread


# %% wrong: Return the ThreadMetadata that you saved.
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    more = {"thread_id": thread.id, "timestamp": now}
    for item in (
        UserMessageItem(id=new_id("msg"), content="a", **more),
        ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **more),
        AssistantMessageItem(id=new_id("msg"), content="c", **more),
    ):
        await store.add_thread_item(thread.id, item, context)
    return thread.id


# %% wrong: A time without a zone
async def record_conversation(store, context):
    now = datetime.now()
    return ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)


# %% wrong: expected ['user', 'tool', 'assistant']
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    item = UserMessageItem(id=new_id("msg"), thread_id=thread.id, content="x", timestamp=now)
    await store.add_thread_item(thread.id, item, context)
    return thread


# %% right: save_item appends what is new
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    kinds = [(UserMessageItem, {}), (ToolItem, {"tool": "t", "call_id": "c"}), (AssistantMessageItem, {})]
    for number, (kind, more) in enumerate(kinds):
        item = kind(id=f"item_{number}", thread_id=thread.id, content=str(number), timestamp=now, **more)
        await store.save_item(thread.id, item, context)
    return thread


# %% right: the thread comes back from the store
async def record_conversation(store, context):
    stamp = datetime(2026, 1, 1, tzinfo=UTC)
    id = new_id("thr")
    await store.save_thread(
        ThreadMetadata(id=id, user_id=context.user_id, created_at=stamp, updated_at=stamp), context
    )

    async def add(kind, content, **more):
        await store.add_thread_item(
            id, kind(id=new_id("i"), thread_id=id, content=content, timestamp=stamp, **more), context
        )

    await add(UserMessageItem, "groceries, please")
    await add(ToolItem, "done", tool="create_task", call_id=new_id("call"), output={"id": 42})
    await add(AssistantMessageItem, "Created, ID 42")
    return await store.load_thread(id, context)


# %% wrong: ToolItem(tool=...): Field required.
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("msg"), thread_id=thread.id, content="Task created", timestamp=now), context)
    return thread


# %% wrong: ThreadMetadata(user_id=...): Field required.
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), created_at=now, updated_at=now)
    await store.save_thread(thread, context)


# %% wrong: The kind of item gives the role
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    for w in ("a","b","c"):
        await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), thread_id=thread.id, content=w, timestamp=now), context)
    return thread


# %% wrong: Make a fresh one each time
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id="thr_1", user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    for item in (
        UserMessageItem(id="msg_1", thread_id=thread.id, content="hello", timestamp=now),
        ToolItem(id="msg_2", thread_id=thread.id, content="Task created", timestamp=now, tool="create_task", call_id="call_1"),
        AssistantMessageItem(id="msg_3", thread_id=thread.id, content="done", timestamp=now)):
        await store.add_thread_item(thread.id, item, context)
    return thread
