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


# %% wrong: the second time, 0
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


# %% wrong: Delete each record whose last_used
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
