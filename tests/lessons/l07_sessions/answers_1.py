# %% wrong: It takes nothing: raise SessionNotFound
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound(session_key)
        return RequestContext(user_id=record.user_id)


# %% wrong: whoever knows the name can write it
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = f"session-of-{user_id}-for-the-task-manager"
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: whoever knows the name can write it
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = f"{user_id}-{1000 + len(await self.store.all())}-of-the-task-manager"
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: so short that others can be guessed
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = str(len(await self.store.all()) + 1)
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: another server has another `self`
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out
        self.users = {}

    async def create(self, user_id):
        session_key = secrets.token_urlsafe()
        self.users[session_key] = user_id
        return session_key

    async def resume(self, session_key):
        if session_key not in self.users:
            raise SessionNotFound
        return RequestContext(user_id=self.users[session_key])


# %% wrong: returned None.
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is not None:
            return RequestContext(user_id=record.user_id)


# %% wrong: load() returns None for a key that it does not know
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        return RequestContext(user_id=record.user_id)


# %% wrong: both got the same key
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        for record in await self.store.all():
            if record.user_id == user_id:
                return record.session_key
        session_key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: not the computer's
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(session_key, user_id, datetime.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: a name is not a badge
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return record.user_id


# %% wrong: store.save() was called but never awaited
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = secrets.token_urlsafe()
        self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: chatlab's own is switched off here
from chatlab.sessions import MemorySessionStore, Sessions


class Sessions(Sessions):
    def __init__(self, store, clock, time_out):
        super().__init__(MemorySessionStore(), clock, time_out)


# %% right: bytes from the system, and a look through all records
import os


class Sessions:
    def __init__(self, store, clock, time_out):
        self._kept, self._clock = store, clock

    async def create(self, user_id):
        record = SessionRecord(os.urandom(20).hex(), user_id, self._clock.now())
        await self._kept.save(record)
        return record.session_key

    async def resume(self, session_key):
        for record in await self._kept.all():
            if secrets.compare_digest(record.session_key, session_key):
                return RequestContext(user_id=record.user_id)
        raise SessionNotFound()


# %% right: a dataclass with a UUID for a key
import uuid


@dataclass
class Sessions:
    store: object
    clock: object
    time_out: timedelta

    async def create(self, user_id):
        await self.store.save(SessionRecord(key := str(uuid.uuid4()), user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        match await self.store.load(session_key):
            case None:
                raise SessionNotFound
            case record:
                return RequestContext(user_id=record.user_id)


# %% right: the name before a random text can be read, and still nobody can write it
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        session_key = f"{user_id}.{secrets.token_urlsafe()}"
        await self.store.save(SessionRecord(session_key, user_id, self.clock.now()))
        return session_key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: you keep the sessions on the class
class Sessions:
    keys = {}

    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        self.keys[key] = user_id
        return key

    async def resume(self, session_key):
        if session_key not in self.keys:
            raise SessionNotFound
        return RequestContext(user_id=self.keys[session_key])


# %% wrong: worked once, and the second time it raised SessionNotFound
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        await self.store.delete(session_key)
        return RequestContext(user_id=record.user_id)


# %% wrong: who logged in last
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        self.user_id = user_id
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=self.user_id)


# %% wrong: A count or a time is the same for everybody
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out
        self.count = 0

    async def create(self, user_id):
        self.count += 1
        key = f"session-{self.count:032d}"
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: What you compute from a name, others can compute
import hashlib


class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = hashlib.sha256(user_id.encode()).hexdigest()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: the session of the first tab was gone
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        for record in await self.store.all():
            if record.user_id == user_id:
                await self.store.delete(record.session_key)
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: returned a key that no record in the store has
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        await self.store.save(SessionRecord(secrets.token_urlsafe(), user_id, self.clock.now()))
        return secrets.token_urlsafe()

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: Callers who forget to look at it carry on without a log-in
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            return None
        return RequestContext(user_id=record.user_id)


# %% wrong: gave a badge, of 'anonymous'
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        return RequestContext(user_id=record.user_id if record else "anonymous")


# %% wrong: That is for a session that is over
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionExpired(session_key)
        return RequestContext(user_id=record.user_id)


# %% wrong: returned the record itself
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return record


# %% wrong: say when the sessions end, not when they were used
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now() + self.time_out))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: Keep __init__ as it was given
class Sessions:
    def __init__(self, store, clock):
        self.store, self.clock = store, clock

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


# %% wrong: 'coroutine' object has no attribute 'user_id'
class Sessions:
    def __init__(self, store, clock, time_out):
        self.store, self.clock, self.time_out = store, clock, time_out

    async def create(self, user_id):
        key = secrets.token_urlsafe()
        await self.store.save(SessionRecord(key, user_id, self.clock.now()))
        return key

    async def resume(self, session_key):
        record = self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)
