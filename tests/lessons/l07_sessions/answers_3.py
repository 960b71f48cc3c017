# %% wrong: Conversations are gone, too
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() >= r.last_used + self.time_out]
    for record in over:
        await self.store.delete_user(record.user_id)
    return len(over)


# %% wrong: Turn the comparison round
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() < r.last_used + self.time_out]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: look at its last_used, not at its user
async def clean_up(self):
    records = await self.store.all()
    users = {r.user_id for r in records if self.clock.now() >= r.last_used + self.time_out}
    over = [r for r in records if r.user_id in users]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: Return how many you deleted
async def clean_up(self):
    for record in await self.store.all():
        if self.clock.now() >= record.last_used + self.time_out:
            await self.store.delete(record.session_key)


# %% wrong: that is how many are left
async def clean_up(self):
    for record in await self.store.all():
        if self.clock.now() >= record.last_used + self.time_out:
            await self.store.delete(record.session_key)
    return len(await self.store.all())


# %% wrong: expired sessions are still there
async def clean_up(self):
    for record in await self.store.all():
        if self.clock.now() >= record.last_used + self.time_out:
            await self.store.delete(record.session_key)
            return 1
    return 0


# %% wrong: A coroutine is only a promise
async def clean_up(self):
    over = [r for r in self.store.all() if self.clock.now() >= r.last_used + self.time_out]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: store.delete() was called but never awaited
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() >= r.last_used + self.time_out]
    for record in over:
        self.store.delete(record.session_key)
    return len(over)


# %% right: counts as it goes
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used > self.time_out:
            await self.store.delete(record.session_key)
            gone += 1
    return gone


# %% right: all deletions at once
async def clean_up(self):
    limit = self.clock.now() - self.time_out
    keys = {one.session_key for one in await self.store.all() if one.last_used <= limit}
    await asyncio.gather(*map(self.store.delete, keys))
    return len(keys)


# %% wrong: `.seconds` leaves out whole days
async def clean_up(self):
    over = [r for r in await self.store.all() if (self.clock.now() - r.last_used).seconds >= self.time_out.seconds]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: A customer may have several sessions
async def clean_up(self):
    newest = {}
    for record in await self.store.all():
        newest[record.user_id] = record
    over = [r for r in newest.values() if self.clock.now() - r.last_used >= self.time_out]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: delete() was given a whole record
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out]
    for record in over:
        await self.store.delete(record)
    return len(over)


# %% wrong: delete() returns nothing that you could add up
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            gone += await self.store.delete(record.session_key)
    return gone


# %% wrong: everybody has to log in again
async def clean_up(self):
    records = await self.store.all()
    for record in records:
        await self.store.delete(record.session_key)
    return len(records)


# %% wrong: clean_up() returned a list
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out]
    for record in over:
        await self.store.delete(record.session_key)
    return over


# %% wrong: were counted, but none of them was deleted
async def clean_up(self):
    return len([r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out])


# %% wrong: not the computer's clock
async def clean_up(self):
    from datetime import UTC
    over = [r for r in await self.store.all() if datetime.now(UTC) - r.last_used >= self.time_out]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: To resume a session is to use it
async def clean_up(self):
    over = []
    for record in await self.store.all():
        try:
            await self.resume(record.session_key)
        except SessionExpired:
            over.append(record)
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: A session that is in use was changed
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            await self.store.delete(record.session_key)
            gone += 1
        else:
            await self.store.save(replace(record, last_used=self.clock.now()))
    return gone


# %% wrong: It is a method: its first parameter is `self`
async def clean_up():
    return 0


# %% wrong: that is how many are left
async def clean_up(self):
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            await self.store.delete(record.session_key)
    return len(await self.store.all())


# %% wrong: Half an hour was only an example
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= timedelta(minutes=30)]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)
