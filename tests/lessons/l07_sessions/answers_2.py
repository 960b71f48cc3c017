# %% wrong: It takes the key that is over: raise SessionExpired(session_key)
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise SessionExpired
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: `replace(record, last_used=...)` makes a changed copy
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise SessionExpired(session_key)
    record.last_used = self.clock.now()
    return RequestContext(user_id=record.user_id)


# %% wrong: It slides: count from the last use
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() >= record.last_used + self.time_out:
        raise SessionExpired(session_key)
    return RequestContext(user_id=record.user_id)


# %% wrong: Look at the time first
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    await self.store.save(replace(record, last_used=self.clock.now()))
    if self.clock.now() >= record.last_used + self.time_out:
        raise SessionExpired(session_key)
    return RequestContext(user_id=record.user_id)


# %% wrong: Raise SessionExpired when the time-out has passed
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: resume() returned None for
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    now = self.clock.now()
    if now < record.last_used + self.time_out:
        await self.store.save(replace(record, last_used=now))
        return RequestContext(user_id=record.user_id)


# %% wrong: that is SessionExpired
async def resume(self, session_key):
    record = await self.store.load(session_key)
    now = self.clock.now()
    if record is None or now >= record.last_used + self.time_out:
        raise SessionNotFound
    await self.store.save(replace(record, last_used=now))
    return RequestContext(user_id=record.user_id)


# %% wrong: datetime.now() has no time zone
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    now = datetime.now()
    if now >= record.last_used + self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=now))
    return RequestContext(user_id=record.user_id)


# %% wrong: Ask self.clock what time it is
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    now = datetime.now(record.last_used.tzinfo)
    if now >= record.last_used + self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=now))
    return RequestContext(user_id=record.user_id)


# %% wrong: load() returns None for a key that it does not know
async def resume(self, session_key):
    record = await self.store.load(session_key)
    now = self.clock.now()
    if now >= record.last_used + self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=now))
    return RequestContext(user_id=record.user_id)


# %% wrong: who was away for longer was let in
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    now = self.clock.now()
    if now < record.last_used + self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=now))
    return RequestContext(user_id=record.user_id)


# %% right: seconds, and an expired record is taken away
async def resume(self, session_key):
    if (record := await self.store.load(session_key)) is None:
        raise SessionNotFound
    idle = (self.clock.now() - record.last_used).total_seconds()
    if idle > self.time_out.total_seconds():
        await self.store.delete(session_key)
        raise SessionExpired(session_key)
    await self.store.save(SessionRecord(session_key, record.user_id, self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% right: small steps with names
def is_over(record, now, time_out):
    return record.last_used <= now - time_out


async def resume(self, session_key):
    record = await self.store.load(session_key)
    if not record:
        raise SessionNotFound()
    now = self.clock.now()
    if is_over(record, now, self.time_out):
        raise SessionExpired(session_id=record.session_key)
    used = {**vars(record), "last_used": now}
    await self.store.save(SessionRecord(**used))
    return RequestContext(user_id=record.user_id)


# %% wrong: `.seconds` leaves out whole days
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if (self.clock.now() - record.last_used).seconds >= self.time_out.seconds:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: Half an hour was only an example
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= timedelta(minutes=30):
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: save the copy
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise SessionExpired(session_key)
    replace(record, last_used=self.clock.now())
    return RequestContext(user_id=record.user_id)


# %% wrong: store.save() was called but never awaited
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise SessionExpired(session_key)
    self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: the wrong way round
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if record.last_used - self.clock.now() >= self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: returned False for
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        return False
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: the record of another customer was changed
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise SessionExpired(session_key)
    for one in await self.store.all():
        await self.store.save(replace(one, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: Servers wait for one error that means this
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise TimeoutError
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: self.time_out is a timedelta, not a number of seconds
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if (self.clock.now() - record.last_used).total_seconds() >= self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: A method without brackets is not called
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now - record.last_used >= self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=self.clock.now()))
    return RequestContext(user_id=record.user_id)


# %% wrong: It is a method: its first parameter is `self`
async def resume(session_key):
    return RequestContext(user_id="x")


# %% wrong: `save` takes a whole record
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(self.clock.now())
    return RequestContext(user_id=record.user_id)


# %% wrong: you note the new last_used when the session is over
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used < self.time_out:
        return RequestContext(user_id=record.user_id)
    await self.store.save(replace(record, last_used=self.clock.now()))
    raise SessionExpired(session_key)


# %% wrong: noted a last_used that is not the time of the call
async def resume(self, session_key):
    record = await self.store.load(session_key)
    if record is None:
        raise SessionNotFound
    if self.clock.now() - record.last_used >= self.time_out:
        raise SessionExpired(session_key)
    await self.store.save(replace(record, last_used=record.last_used + self.time_out))
    return RequestContext(user_id=record.user_id)
