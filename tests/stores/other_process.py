"""What a process of its own does with a store, so that a test can kill it or race it.

    python other_process.py say URL USER THREAD          adds items for ever, in one turn
    python other_process.py count URL USER THREAD TIMES  adds one to a number, a turn each

It prints a line whenever the store has acknowledged something.
"""

import asyncio
import sys
from datetime import UTC, datetime

from chatlab import RequestContext, SQLStore, ThreadMetadata, UserMessageItem

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def tell(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def say(store, context, thread_id):
    async with store.turn(thread_id, context):
        number = 0
        while True:
            number += 1
            item = UserMessageItem(
                id=f"msg_{number}", thread_id=thread_id, content="hello", timestamp=NOON
            )
            await store.add_thread_item(thread_id, item, context)
            tell(item.id)


async def count(store, context, thread_id, times):
    for _ in range(int(times)):
        async with store.turn(thread_id, context):
            thread = await store.load_thread(thread_id, context)
            counted = thread.metadata | {"n": thread.metadata["n"] + 1}
            await asyncio.sleep(0)
            await store.save_thread(thread.model_copy(update={"metadata": counted}), context)
        tell("counted")


async def main(what, url, user_id, thread_id, *more):
    context = RequestContext(user_id=user_id)
    async with SQLStore(url, turn_wait=20) as store:
        if what == "say":
            thread = ThreadMetadata(id=thread_id, user_id=user_id, created_at=NOON, updated_at=NOON)
            await store.save_thread(thread, context)
        await {"say": say, "count": count}[what](store, context, thread_id, *more)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
