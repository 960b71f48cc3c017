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


# %% wrong: this one says user_id='nobody'
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id="nobody", created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    return thread


# %% wrong: Add them in the order they were said
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


# %% wrong: Two items have the same id.
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


# %% wrong: returned the thread's id
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


# %% wrong: Write datetime.now(UTC)
async def record_conversation(store, context):
    now = datetime.now()
    return ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)


# %% wrong: It stopped after one
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
        item = kind(id=new_id(f"item_{number}"), thread_id=thread.id, content=str(number), timestamp=now, **more)
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


# %% wrong: The class decides the role
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    for w in ("a","b","c"):
        await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), thread_id=thread.id, content=w, timestamp=now), context)
    return thread


# %% wrong: The next conversation has the same item ids: msg_1, msg_2, msg_3
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


# %% wrong: The store has this thread already
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id="thr_groceries", user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("tool"), content="b", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    return thread


# %% wrong: `save_thread` was called but never awaited
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    return thread


# %% wrong: `add_thread_item` was called but never awaited
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    for item in (
        UserMessageItem(id=new_id("msg"), content="a", **said),
        ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said),
        AssistantMessageItem(id=new_id("msg"), content="c", **said),
    ):
        store.add_thread_item(thread.id, item, context)
    return thread


# %% wrong: what the tool did is part of the conversation
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    return thread


# %% wrong: The assistant answers once the tool is done
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said), context)
    return thread


# %% wrong: is your `return` inside the loop?
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    for item in (
        UserMessageItem(id=new_id("msg"), content="a", **said),
        ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said),
        AssistantMessageItem(id=new_id("msg"), content="c", **said),
    ):
        await store.add_thread_item(thread.id, item, context)
        return thread


# %% wrong: one conversation became 3 threads
async def record_conversation(store, context):
    now = datetime.now(UTC)
    for kind, more in ((UserMessageItem, {}), (ToolItem, {"tool": "t", "call_id": "c"}), (AssistantMessageItem, {})):
        thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
        await store.save_thread(thread, context)
        item = kind(id=new_id("i"), content="x", thread_id=thread.id, timestamp=now, **more)
        await store.add_thread_item(thread.id, item, context)
    return thread


# %% wrong: A function without `return` returns None
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)


# %% wrong: `add_thread_item` takes the thread's id first
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    return thread


# %% wrong: keeps a thread for its owner alone, and this one says user_id='alice'
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id="alice", created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    return thread


# %% wrong: An item says thread_id='thr_1'
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": "thr_1", "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    return thread


# %% wrong: The tool's item has no text
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    return thread


# %% wrong: keep nothing between two calls
kept = {}


async def record_conversation(store, context):
    now = datetime.now(UTC)
    if context.user_id in kept:
        return kept[context.user_id]
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    kept[context.user_id] = thread
    return thread


# %% wrong: A ToolItem always has the role 'tool'
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), role="assistant", content="b", tool="t", call_id="c", **said), context)
    return thread


# %% wrong: A second new_id() is another id
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    return ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)


# %% wrong: You saved a thread with another id
async def record_conversation(store, context):
    now = datetime.now(UTC)
    await store.save_thread(ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now), context)
    thread_id = new_id("thr")
    item = UserMessageItem(id=new_id("msg"), thread_id=thread_id, content="a", timestamp=now)
    await store.add_thread_item(thread_id, item, context)


# %% wrong: Making an item does not store it
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    UserMessageItem(id=new_id("msg"), content="a", **said)
    ToolItem(id=new_id("t"), content="b", tool="t", call_id="c", **said)
    AssistantMessageItem(id=new_id("msg"), content="c", **said)
    return thread


# %% wrong: Add each of the three items once
async def record_conversation(store, context):
    now = datetime.now(UTC)
    thread = ThreadMetadata(id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    said = {"thread_id": thread.id, "timestamp": now}
    await store.add_thread_item(thread.id, UserMessageItem(id=new_id("msg"), content="a", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="running", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, ToolItem(id=new_id("t"), content="done", tool="t", call_id="c", **said), context)
    await store.add_thread_item(thread.id, AssistantMessageItem(id=new_id("msg"), content="c", **said), context)
    return thread
