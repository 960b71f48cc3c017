"""What the rows over HTTP are served from: `python -m tests.benchmarks.http_app PORT DATABASE`."""

import sys

import uvicorn

from chatlab import AssistantMessage, ChatKitServer, RequestContext, SQLStore
from chatlab.adapters.http import Limits, create_app

TOKENS = 50


class Talker(ChatKitServer):
    """Says so many tokens, each in an event of its own."""

    async def respond(self, thread, input, context):
        for n in range(TOKENS):
            yield AssistantMessage(content=f"tok{n} ")


async def authenticate(key: str) -> RequestContext:
    """Whoever comes is who they say they are: this is a benchmark."""
    return RequestContext(user_id=key)


if __name__ == "__main__":
    port, path = int(sys.argv[1]), sys.argv[2]
    store = SQLStore(f"sqlite+aiosqlite:///{path}")
    app = create_app(Talker(store), authenticate, limits=Limits(), chatkit=False)
    uvicorn.run(app, port=port, log_level="warning", backlog=2048)
