"""A server that takes its time, in a process of its own: `slow_page_server.py PORT DATABASE`."""

import itertools
import sys

import uvicorn
from serving import KEYS

from chatlab import AssistantMessage, ChatKitServer
from chatlab.adapters.http import Limits, create_app
from chatlab.stores import SQLStore


class Slow(ChatKitServer):
    """Says forty words, one after the other; or more and more, until it is stopped."""

    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content="Hello.")
            return
        for number in itertools.count() if input.content == "Never end" else range(40):
            yield AssistantMessage(content=f"word{number} ")
            await self.clock.sleep(0.05)


if __name__ == "__main__":
    port, database = sys.argv[1:]
    app = create_app(
        Slow(SQLStore(f"sqlite+aiosqlite:///{database}")),
        KEYS.authenticate,
        sign_in=KEYS.issue,
        chatkit=False,
        limits=Limits(keep_alive_seconds=1.0),
    )
    uvicorn.run(app, port=int(port), log_level="warning")
