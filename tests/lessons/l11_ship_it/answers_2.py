# %% wrong: got 200, expected 401
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request):
        context = RequestContext(user_id="alice")
        result = await chat.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return app


# %% wrong: process() needs the body as it came
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.json(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return app


# %% wrong: There are two kinds of results
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.body(), context)
        return Response(result.json, media_type="application/json")

    return app


# %% wrong: no word of the reply arrived before it was complete
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            frames = [frame async for frame in result]
            return Response(b"".join(frames), media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return app


# %% wrong: the reply came as something without a type
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result)
        return Response(result.json, media_type="application/json")

    return app


# %% wrong: A NonStreamingResult is JSON already
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return result.json.decode()

    return app


# %% wrong: an official client cannot read
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        asked = await request.json()
        text = asked["params"]["input"]["content"][0]["text"]
        turn, log = server.send(text, context), TurnLog()
        task = asyncio.create_task(write(turn, log))
        return StreamingResponse(event_frames(log, 0), media_type="text/event-stream")

    return app


# %% wrong: there was no event in the stream
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.body(), context)

        async def events():
            async for frame in result:
                yield frame.removeprefix(b"data: ")

        return StreamingResponse(events(), media_type="text/event-stream")

    return app


# %% wrong: answer_errors(app) turns it into a 404: catch nothing but ValidationError
def chatkit_app(server, authenticate):
    app = FastAPI()
    chat = as_chatkit(server)

    async def badge(authorization: Annotated[str, Header()] = "") -> RequestContext:
        try:
            return authenticate(authorization.removeprefix("Bearer "))
        except Exception:
            raise HTTPException(401)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return app


# %% wrong: Catch it: raise HTTPException(422).
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        result = await chat.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return app


# %% wrong: Bob's threads.list shows a thread of Alice's.
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)
    contexts = []

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        contexts.append(context)
        result = await chat.process(await request.body(), contexts[0])
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return app


# %% right: an exception handler, and a look at what there is
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    app.state.chat = as_chatkit(server)
    who = Depends(badge_for(authenticate))

    @app.exception_handler(ValidationError)
    async def unreadable(request, error):
        return Response(status_code=422)

    @app.post("/chatkit")
    async def endpoint(request: Request, context: RequestContext = who) -> Response:
        body = b"".join([chunk async for chunk in request.stream()])
        result = await request.app.state.chat.process(body, context)
        if hasattr(result, "json"):
            return Response(content=result.json, headers={"content-type": "application/json"})
        return StreamingResponse(result, headers={"content-type": "text/event-stream"})

    return app


# %% right: a generator of its own, and JSON that was read and is written again
def chatkit_app(server, authenticate):
    app = FastAPI()
    answer_errors(app)
    badge = badge_for(authenticate)
    chat = as_chatkit(server)

    async def frames(result):
        async for frame in result:
            yield frame

    @app.post("/chatkit")
    async def chatkit(request: Request, context: RequestContext = Depends(badge)):
        try:
            result = await chat.process((await request.body()).decode(), context)
        except ValueError as error:
            if isinstance(error, ValidationError):
                raise HTTPException(status_code=422) from error
            raise
        match result:
            case StreamingResult():
                return StreamingResponse(frames(result), media_type="text/event-stream")
            case _:
                return json.loads(result.json)

    return app
