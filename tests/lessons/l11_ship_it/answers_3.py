# %% wrong: ask again
async def reconnect(client, turn_url, cursor):
    async with client.stream("GET", f"{turn_url}/events", params={"cursor": cursor}) as response:
        response.raise_for_status()
        async for frame in frames(response):
            if frame.event == "end":
                return
            yield json.loads(frame.data)


# %% wrong: the server replays what came after it
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            async with client.stream("GET", f"{turn_url}/events") as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    yield json.loads(frame.data)
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: the cursor moves on
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    yield json.loads(frame.data)
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: not a number of events
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    cursor += 1
                    yield json.loads(frame.data)
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: The end of a response is not the end of the reply
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    cursor = frame.id
                    yield json.loads(frame.data)
            return
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: Call response.raise_for_status(); what it raises let through
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    cursor = frame.id
                    yield json.loads(frame.data)
        except httpx.HTTPError:
            await asyncio.sleep(0.001)


# %% wrong: Do not count, and do not sort out what looks alike
async def reconnect(client, turn_url, cursor):
    seen = set()
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    event = json.loads(frame.data)
                    cursor = frame.id
                    if event.get("content") not in seen:
                        seen.add(event.get("content"))
                        yield event
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: half a frame was read as an event
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for line in response.aiter_lines():
                    if line.startswith("event: end"):
                        return
                    if line.startswith("data: "):
                        event = json.loads(line[6:])
                        cursor = event["seq"]
                        yield event
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: nothing was yielded before the whole reply was there
async def reconnect(client, turn_url, cursor):
    events, over = [], False
    while not over:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        over = True
                        break
                    cursor = frame.id
                    events.append(json.loads(frame.data))
        except httpx.TransportError:
            await asyncio.sleep(0.001)
    for event in events:
        yield event


# %% wrong: no event before the end
async def reconnect(client, turn_url, cursor):
    events = []
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return events
                    cursor = frame.id
                    events.append(json.loads(frame.data))
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: and did not stop even when the reply was over
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event != "end":
                        cursor = frame.id
                        yield json.loads(frame.data)
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% wrong: which is not an event of the turn
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            url = f"{turn_url}/events"
            async with client.stream("GET", url, params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    cursor = frame.id
                    yield frame.data
        except httpx.TransportError:
            await asyncio.sleep(0.001)


# %% right: calls itself for the rest, with the header of browsers
async def reconnect(client, turn_url, cursor=0):
    headers = {"Last-Event-ID": str(cursor)} if cursor else {}
    try:
        async with client.stream("GET", turn_url + "/events", headers=headers) as response:
            if response.status_code != 200:
                raise LookupError(f"{turn_url}: {response.status_code}")
            async for frame in frames(response):
                if frame.event == "end":
                    return
                event = json.loads(frame.data)
                yield event
                cursor = event["seq"]
    except (httpx.NetworkError, httpx.ProtocolError):
        await asyncio.sleep(0.02)
    async for event in reconnect(client, turn_url, cursor):
        yield event


# %% right: reads the bytes itself, and keeps what has no empty line yet
async def reconnect(client, turn_url, cursor):
    ended = False
    while not ended:
        request = client.build_request("GET", f"{turn_url}/events?cursor={cursor}")
        try:
            response = await client.send(request, stream=True)
        except httpx.TransportError:
            await asyncio.sleep(0.01)
            continue
        try:
            if response.is_client_error:
                response.raise_for_status()
            pending = b""
            async for chunk in response.aiter_bytes():
                pending += chunk
                *whole, pending = pending.split(b"\n\n")
                for text in whole:
                    fields = dict(
                        line.split(": ", 1)
                        for line in text.decode().split("\n")
                        if not line.startswith(":")
                    )
                    if fields.get("event") == "end":
                        ended = True
                    elif "data" in fields:
                        cursor = int(fields["id"])
                        yield json.loads(fields["data"])
        except httpx.TransportError:
            pass
        finally:
            await response.aclose()


# %% wrong: client.get() waits for the end
async def reconnect(client: httpx.AsyncClient, turn_url: str, cursor: int):
    while True:
        try:
            response = await client.get(f"{turn_url}/events", params={"cursor": cursor})
            response.raise_for_status()
            async for frame in frames(response):
                if frame.event == "end":
                    return
                cursor = int(frame.id)
                yield json.loads(frame.data)
        except httpx.TransportError:
            await asyncio.sleep(0.01)


# %% wrong: The frame "end" has none: look for frame.event
async def reconnect(client: httpx.AsyncClient, turn_url: str, cursor: int):
    while True:
        try:
            async with client.stream("GET", f"{turn_url}/events", params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    cursor = int(frame.id)
                    yield json.loads(frame.data)
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.01)


# %% wrong: asked again in the same moment
import time


async def reconnect(client: httpx.AsyncClient, turn_url: str, cursor: int):
    while True:
        try:
            async with client.stream("GET", f"{turn_url}/events", params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    cursor = int(frame.id)
                    yield json.loads(frame.data)
        except httpx.TransportError:
            pass
        time.sleep(0.01)


# %% wrong: catches even a stop
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            async with client.stream("GET", f"{turn_url}/events", params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    cursor = int(frame.id)
                    yield json.loads(frame.data)
        except:
            pass
        await asyncio.sleep(0.01)


# %% wrong: did not stop even when the reply was over
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            async with client.stream("GET", f"{turn_url}/events", params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        break
                    cursor = int(frame.id)
                    yield json.loads(frame.data)
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.01)


# %% right: a moment is a second
async def reconnect(client, turn_url, cursor):
    while True:
        try:
            async with client.stream("GET", f"{turn_url}/events", params={"cursor": cursor}) as response:
                response.raise_for_status()
                async for frame in frames(response):
                    if frame.event == "end":
                        return
                    cursor = int(frame.id)
                    yield json.loads(frame.data)
        except httpx.TransportError:
            pass
        await asyncio.sleep(1)
