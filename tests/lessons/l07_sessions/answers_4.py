# %% wrong: everybody stands in one queue
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.lock = asyncio.Lock()

    async def send(self, thread_id, message):
        async with self.lock:
            return await super().send(thread_id, message)


# %% wrong: Each message took a lock of its own
class OneAtATime(CarelessServer):
    async def send(self, thread_id, message):
        async with asyncio.Lock():
            return await super().send(thread_id, message)


# %% wrong: The lock was free again before the turn was over
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


# %% wrong: Its lock was taken away while others were waiting
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = {}

    async def send(self, thread_id, message):
        lock = self.locks.setdefault(thread_id, asyncio.Lock())
        async with lock:
            answer = await super().send(thread_id, message)
        self.locks.pop(thread_id)
        return answer


# %% wrong: Each message took a lock of its own
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[message]:
            return await super().send(thread_id, message)


# %% wrong: After 4 seconds it had not finished
import threading


class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(threading.Lock)

    async def send(self, thread_id, message):
        with self.locks[thread_id]:
            return await super().send(thread_id, message)


# %% wrong: The lock was free again before the turn was over
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            turn = super().send(thread_id, message)
        return await turn


# %% wrong: Does send() call itself inside its lock?
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            return await self.send(thread_id, message)


# %% wrong: You wrote a turn of your own
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            await self.think(thread_id)
            return f"Done: {message}"


# %% wrong: Nothing made the second message wait
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.busy = set()

    async def send(self, thread_id, message):
        if thread_id in self.busy:
            await asyncio.sleep(0)
        self.busy.add(thread_id)
        answer = await super().send(thread_id, message)
        self.busy.discard(thread_id)
        return answer


# %% wrong: one was turned away: RuntimeError
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(asyncio.Lock)

    async def send(self, thread_id, message):
        if self.locks[thread_id].locked():
            raise RuntimeError("busy")
        async with self.locks[thread_id]:
            return await super().send(thread_id, message)


# %% wrong: a semaphore of 2 lets in two
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.gate = asyncio.Semaphore(2)

    async def send(self, thread_id, message):
        async with self.gate:
            return await super().send(thread_id, message)


# %% wrong: With brackets it makes a lock
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = defaultdict(lambda: asyncio.Lock)

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            return await super().send(thread_id, message)


# %% wrong: There is no lock yet for a thread
class OneAtATime(CarelessServer):
    def __init__(self, think):
        super().__init__(think)
        self.locks = {}

    async def send(self, thread_id, message):
        async with self.locks[thread_id]:
            return await super().send(thread_id, message)
