# %% wrong: Ask for the badge in every route
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said):
        context = RequestContext(user_id="alice")
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        turns[turn_id] = Opened("alice", turn, log, asyncio.create_task(write(turn, log)))
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    return app


# %% wrong: Do not await the turn here.
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        await write(turn, log)
        turn_id = new_id("trn")
        turns[turn_id] = log
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    return app


# %% wrong: 202 says: accepted, but not done yet.
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    @app.post("/api/turns")
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    return app


# %% wrong: the reply ended with it
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn = server.send(said.message, context, said.thread_id)
        turn_id = new_id("trn")
        turns[turn_id] = turn
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, context: RequestContext = Depends(badge)):
        async def frames():
            async with turns[turn_id] as turn:
                async for event in turn:
                    yield f"id: {event.seq}\ndata: {event.model_dump_json()}\n\n"

        return StreamingResponse(frames(), media_type="text/event-stream")

    return app


# %% wrong: what the reader already has came again
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, context: RequestContext = Depends(badge)):
        frames = event_frames(turns[turn_id].log, 0)
        return StreamingResponse(frames, media_type="text/event-stream")

    return app


# %% wrong: Everything after the cursor is in the log
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        log = turns[turn_id].log
        frames = event_frames(log, log.last_seq if cursor else 0)
        return StreamingResponse(frames, media_type="text/event-stream")

    return app


# %% wrong: Bob asked for events of Alice's turn, and got it
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        if turn_id not in turns:
            raise NotFoundError("turn", turn_id)
        frames = event_frames(turns[turn_id].log, cursor)
        return StreamingResponse(frames, media_type="text/event-stream")

    return app


# %% wrong: 'Not yours' confirms that it exists.
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    def opened(turn_id, context):
        if turn_id not in turns:
            raise HTTPException(404)
        if turns[turn_id].user_id != context.user_id:
            raise HTTPException(403)
        return turns[turn_id]

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        frames = event_frames(opened(turn_id, context).log, cursor)
        return StreamingResponse(frames, media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        await opened(turn_id, context).turn.aclose()

    return app


# %% wrong: A message with a thread_id began another thread.
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    def opened(turn_id, context):
        if turn_id not in turns or turns[turn_id].user_id != context.user_id:
            raise NotFoundError("turn", turn_id)
        return turns[turn_id]

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        frames = event_frames(opened(turn_id, context).log, cursor)
        return StreamingResponse(frames, media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        await opened(turn_id, context).turn.aclose()

    return app


# %% wrong: After Stop had been answered, the reply still went on.
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    def opened(turn_id, context):
        if turn_id not in turns or turns[turn_id].user_id != context.user_id:
            raise NotFoundError("turn", turn_id)
        return turns[turn_id]

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        frames = event_frames(opened(turn_id, context).log, cursor)
        return StreamingResponse(frames, media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        opened(turn_id, context).log.end("stopped")

    return app


# %% wrong: No word of the reply arrived before it was complete
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        frames = [frame async for frame in event_frames(turns[turn_id].log, cursor)]
        return Response(b"".join(frames), media_type="text/event-stream")

    return app


# %% wrong: Make the dictionary inside create_app.
turns = {}


def opened(turn_id, context):
    if turn_id not in turns or turns[turn_id].user_id != context.user_id:
        raise NotFoundError("turn", turn_id)
    return turns[turn_id]


def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn, log = server.send(said.message, context, said.thread_id), TurnLog()
        turn_id = new_id("trn")
        task = asyncio.create_task(write(turn, log))
        turns[turn_id] = Opened(context.user_id, turn, log, task)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        frames = event_frames(opened(turn_id, context).log, cursor)
        return StreamingResponse(frames, media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        await opened(turn_id, context).turn.aclose()

    return app


# %% right: keyed by user and id, one dictionary a thing, stop cancels the task
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    logs, tasks = {}, {}
    who = Depends(badge_for(authenticate))

    async def run(turn, log):
        async with turn:
            await write(turn, log)

    @app.post("/api/turns", status_code=202)
    async def start(said: Said, context: RequestContext = who) -> dict:
        log = TurnLog()
        turn = server.send(message=said.message, context=context, thread_id=said.thread_id)
        key = new_id("trn")
        logs[context.user_id, key] = log
        tasks[context.user_id, key] = asyncio.create_task(run(turn, log))
        return dict(turn_id=key, thread_id=turn.thread_id, state="running")

    @app.get("/api/turns/{turn_id}/events")
    async def read(turn_id: str, cursor: int = 0, context: RequestContext = who):
        log = logs.get((context.user_id, turn_id))
        if log is None:
            raise HTTPException(status_code=404)
        return StreamingResponse(event_frames(log, cursor), media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop", status_code=204)
    async def stop(turn_id: str, context: RequestContext = who):
        task = tasks.get((context.user_id, turn_id))
        if task is None:
            raise HTTPException(status_code=404)
        task.cancel()
        await asyncio.wait([task])

    return app


# %% right: a list of its own for a log, and frames made by hand
def create_app(server, authenticate):
    app = FastAPI()

    class Kept:
        def __init__(self, owner, turn):
            self.owner, self.turn, self.events, self.over = owner, turn, [], False
            self.news = asyncio.Condition()
            self.task = asyncio.create_task(self.fill())

        async def tell(self):
            async with self.news:
                self.news.notify_all()

        async def fill(self):
            async for event in self.turn:
                self.events.append(event)
                await self.tell()
            self.over = True
            await self.tell()

        async def frames(self, cursor):
            while True:
                for event in [one for one in self.events if one.seq > cursor]:
                    cursor = event.seq
                    yield f"id: {cursor}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n"
                if self.over:
                    yield 'event: end\ndata: {"state": "over"}\n\n'
                    return
                async with self.news:
                    if not self.over and (not self.events or self.events[-1].seq <= cursor):
                        await self.news.wait()

    app.state.kept = {}

    async def who(request: Request):
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        try:
            return authenticate(key)
        except Exception:
            raise HTTPException(401) from None

    async def mine(turn_id: str, request: Request, context: RequestContext = Depends(who)):
        kept = request.app.state.kept.get(turn_id)
        if not kept or kept.owner != context.user_id:
            raise HTTPException(404, "No such turn")
        return kept

    @app.post("/api/turns")
    async def begin(said: Said, response: Response, context: RequestContext = Depends(who)):
        kept = Kept(context.user_id, server.send(said.message, context, said.thread_id))
        turn_id = new_id("trn")
        app.state.kept[turn_id] = kept
        response.status_code = 202
        return {"turn_id": turn_id, "thread_id": kept.turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(cursor: int = 0, kept: Kept = Depends(mine)):
        return StreamingResponse(kept.frames(cursor), media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(kept: Kept = Depends(mine)):
        await kept.turn.aclose()
        return {}

    return app


# %% right: routes that are plain functions, which run in threads; a router
def create_app(server, authenticate):
    from fastapi import APIRouter

    api = APIRouter(prefix="/api/turns")
    badge = badge_for(authenticate)
    kept = {}

    @api.post("", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        log = TurnLog()
        turn = server.send(said.message, context, said.thread_id)
        name = new_id("trn")
        kept[name] = Opened(context.user_id, turn, log, asyncio.create_task(write(turn, log)))
        return {"turn_id": name, "thread_id": turn.thread_id}

    def one(turn_id: str, context: RequestContext = Depends(badge)):
        found = kept.get(turn_id)
        if found and found.user_id == context.user_id:
            return found
        raise NotFoundError("turn", turn_id)

    @api.get("/{turn_id}/events")
    def events(cursor: int = 0, found: Opened = Depends(one)):
        return StreamingResponse(
            event_frames(found.log, cursor), headers={"content-type": "text/event-stream"}
        )

    @api.post("/{turn_id}/stop")
    async def stop(found: Opened = Depends(one)):
        await found.turn.aclose()
        await found.task

    app = FastAPI()
    answer_errors(app)
    app.include_router(api)
    return app


# %% wrong: A thread has many turns.
def create_app(server, authenticate) -> FastAPI:
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    def mine(turn_id, context):
        one = turns.get(turn_id)
        if one is None or one.user_id != context.user_id:
            raise HTTPException(404, "No such turn")
        return one

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn = server.send(said.message, context, said.thread_id)
        log = TurnLog()
        turn_id = turn.thread_id
        turns[turn_id] = Opened(context.user_id, turn, log, asyncio.create_task(write(turn, log)))
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        one = mine(turn_id, context)
        return StreamingResponse(event_frames(one.log, cursor), media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        await mine(turn_id, context).turn.aclose()
        return {"ok": True}

    return app


# %% wrong: NotFoundError("turn", id)
def create_app(server, authenticate) -> FastAPI:
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    def mine(turn_id: str, context: RequestContext = Depends(badge)):
        one = turns.get(turn_id)
        if one is None or one.user_id != context.user_id:
            raise NotFoundError("no such turn")
        return one

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn = server.send(said.message, context, said.thread_id)
        log = TurnLog()
        turn_id = new_id("trn")
        turns[turn_id] = Opened(context.user_id, turn, log, asyncio.create_task(write(turn, log)))
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(cursor: int = 0, one=Depends(mine)):
        return StreamingResponse(event_frames(one.log, cursor), media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(one=Depends(mine)):
        await one.turn.aclose()

    return app


# %% wrong: Write `async def`: a plain `def` runs in a thread
def create_app(server, authenticate) -> FastAPI:
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}

    def mine(turn_id, context):
        one = turns.get(turn_id)
        if one is None or one.user_id != context.user_id:
            raise HTTPException(404, "No such turn")
        return one

    @app.post("/api/turns", status_code=202)
    def begin(said: Said, context: RequestContext = Depends(badge)):
        turn = server.send(said.message, context, said.thread_id)
        log = TurnLog()
        turn_id = new_id("trn")
        turns[turn_id] = Opened(context.user_id, turn, log, asyncio.create_task(write(turn, log)))
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        one = mine(turn_id, context)
        return StreamingResponse(event_frames(one.log, cursor), media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        await mine(turn_id, context).turn.aclose()
        return {"ok": True}

    return app


# %% right: the framework runs what is left to do after the answer
from fastapi import BackgroundTasks
def create_app(server, authenticate) -> FastAPI:
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    app.state.turns = {}

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, later: BackgroundTasks, context: RequestContext = Depends(badge)):
        turn = server.send(said.message, context, said.thread_id)
        log = TurnLog()
        turn_id = new_id("trn")
        app.state.turns[(context.user_id, turn_id)] = (turn, log)
        later.add_task(write, turn, log)
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        if (context.user_id, turn_id) not in app.state.turns:
            raise NotFoundError("turn", turn_id)
        turn, log = app.state.turns[context.user_id, turn_id]
        return StreamingResponse(event_frames(log, cursor), media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop", status_code=204)
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        if (context.user_id, turn_id) not in app.state.turns:
            raise NotFoundError("turn", turn_id)
        turn, log = app.state.turns[context.user_id, turn_id]
        await turn.aclose()

    return app


# %% wrong: the turn did not begin until somebody read its events
def create_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    turns = {}
    tasks = {}

    def opened(turn_id, context):
        user_id, turn, log = turns.get(turn_id, (None, None, None))
        if user_id != context.user_id:
            raise NotFoundError("turn", turn_id)
        return turn, log

    @app.post("/api/turns", status_code=202)
    async def begin(said: Said, context: RequestContext = Depends(badge)):
        turn_id = new_id("trn")
        turn = server.send(said.message, context, said.thread_id)
        turns[turn_id] = context.user_id, turn, TurnLog()
        return {"turn_id": turn_id, "thread_id": turn.thread_id}

    @app.get("/api/turns/{turn_id}/events")
    async def events(turn_id: str, cursor: int = 0, context: RequestContext = Depends(badge)):
        turn, log = opened(turn_id, context)
        if turn_id not in tasks:
            tasks[turn_id] = asyncio.create_task(write(turn, log))
        return StreamingResponse(event_frames(log, cursor), media_type="text/event-stream")

    @app.post("/api/turns/{turn_id}/stop")
    async def stop(turn_id: str, context: RequestContext = Depends(badge)):
        turn, log = opened(turn_id, context)
        await turn.aclose()
        return {"state": turn.state}

    return app
