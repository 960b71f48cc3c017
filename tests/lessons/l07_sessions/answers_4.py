# %% wrong: everybody stands in one queue
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.lock = asyncio.Lock()

    async def send(self, thread_id, message):
        async with self.lock:
            return await super().send(thread_id, message)


# %% wrong: all tabs must share that one lock
class OneAtATime(CarelessServer):
    async def send(self, thread_id, message):
        async with asyncio.Lock():
            return await super().send(thread_id, message)


# %% wrong: The whole turn belongs inside the lock
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            pass
        return await super().send(thread_id, message)


# %% wrong: none is refused or lost
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.busy = set()

    async def send(self, thread_id, message):
        if thread_id in self.busy:
            return "Please wait."
        self.busy.add(thread_id)
        try:
            return await super().send(thread_id, message)
        finally:
            self.busy.discard(thread_id)


# %% wrong: gives the lock back, whatever happens inside
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        await self.locks[thread_id].acquire()
        answer = await super().send(thread_id, message)
        self.locks[thread_id].release()
        return answer


# %% wrong: Return what super().send() returns
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            await super().send(thread_id, message)


# %% wrong: Begin your __init__ with super().__init__(think)
class OneAtATime(CarelessServer):
    def __init__(self, think):
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            return await super().send(thread_id, message)


# %% wrong: entered with `async with`
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        with self.locks[thread_id]:
            return await super().send(thread_id, message)


# %% right: each turn waits for the one before it
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.last = {}

    async def send(self, thread_id, message):
        before = self.last.get(thread_id)
        mine = self.last[thread_id] = asyncio.Event()
        try:
            if before is not None:
                await before.wait()
            return await super().send(thread_id, message)
        finally:
            mine.set()


# %% right: a condition and a set of busy threads
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.busy = set()
        self.free = asyncio.Condition()

    async def send(self, thread_id, message):
        async with self.free:
            await self.free.wait_for(lambda: thread_id not in self.busy)
            self.busy.add(thread_id)
        try:
            return await super().send(thread_id, message)
        finally:
            async with self.free:
                self.busy.discard(thread_id)
                self.free.notify_all()
