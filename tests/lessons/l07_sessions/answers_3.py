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
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
    return len(over)


# %% wrong: look at its last_used, not at its user
async def clean_up(self):
    records = await self.store.all()
    users = {r.user_id for r in records if self.clock.now() >= r.last_used + self.time_out}
    over = [r for r in records if r.user_id in users]
    for record in over:
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
    return len(over)


# %% wrong: Return how many you deleted
async def clean_up(self):
    for record in await self.store.all():
        if self.clock.now() >= record.last_used + self.time_out:
            try:
                await self.store.delete_unchanged(record)
            except StoreError:
                continue


# %% wrong: that is how many are left
async def clean_up(self):
    for record in await self.store.all():
        if self.clock.now() >= record.last_used + self.time_out:
            try:
                await self.store.delete_unchanged(record)
            except StoreError:
                continue
    return len(await self.store.all())


# %% wrong: expired sessions are still there
async def clean_up(self):
    for record in await self.store.all():
        if self.clock.now() >= record.last_used + self.time_out:
            try:
                await self.store.delete_unchanged(record)
            except StoreError:
                continue
            return 1
    return 0


# %% wrong: A coroutine has not run yet
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


# %% wrong: `.seconds` leaves out whole days
async def clean_up(self):
    over = [r for r in await self.store.all() if (self.clock.now() - r.last_used).seconds >= self.time_out.seconds]
    for record in over:
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
    return len(over)


# %% wrong: A customer may have several sessions
async def clean_up(self):
    newest = {}
    for record in await self.store.all():
        newest[record.user_id] = record
    over = [r for r in newest.values() if self.clock.now() - r.last_used >= self.time_out]
    for record in over:
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
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
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
    return len(records)


# %% wrong: clean_up() returned a list
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out]
    for record in over:
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
    return over


# %% wrong: were counted, but none of them was deleted
async def clean_up(self):
    return len([r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out])


# %% wrong: not the computer's clock
async def clean_up(self):
    from datetime import UTC
    over = [r for r in await self.store.all() if datetime.now(UTC) - r.last_used >= self.time_out]
    for record in over:
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
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
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
    return len(over)


# %% wrong: A session that is in use was changed
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                gone += await self.store.delete_unchanged(record)
            except StoreError:
                pass
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
            try:
                await self.store.delete_unchanged(record)
            except StoreError:
                continue
    return len(await self.store.all())


# %% wrong: Half an hour was only an example
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= timedelta(minutes=30)]
    for record in over:
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            continue
    return len(over)


# %% wrong: Each `await` lets others go on
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out]
    for record in over:
        await self.store.delete(record.session_key)
    return len(over)


# %% wrong: Each `await` lets others go on
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                await self.store.delete(record.session_key)
                gone += 1
            except StoreError:
                pass
    return gone


# %% wrong: It was between your second look and your delete
async def clean_up(self):
    gone = 0
    for seen in await self.store.all():
        record = await self.store.load(seen.session_key)
        if record and self.clock.now() - record.last_used >= self.time_out:
            try:
                await self.store.delete(record.session_key)
                gone += 1
            except StoreError:
                pass
    return gone


# %% wrong: Each `await` lets others go on
async def clean_up(self):
    gone = 0
    first = {r.session_key: r for r in await self.store.all()}
    for record in await self.store.all():
        if first[record.session_key] == record and self.clock.now() - record.last_used >= self.time_out:
            try:
                await self.store.delete(record.session_key)
                gone += 1
            except StoreError:
                pass
    return gone


# %% wrong: Each `await` lets others go on
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                if not await self.store.delete_unchanged(record):
                    await self.store.delete(record.session_key)
                gone += 1
            except StoreError:
                pass
    return gone


# %% wrong: the clean-up broke off with its StoreError
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            gone += await self.store.delete_unchanged(record)
    return gone


# %% wrong: the clean-up broke off with its StoreError
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out]
    return sum(await asyncio.gather(*map(self.store.delete_unchanged, over)))


# %% wrong: the clean-up broke off with its StoreError
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                gone += await self.store.delete_unchanged(record)
            except StoreError:
                await self.store.delete(record.session_key)
    return gone


# %% wrong: One bad session says nothing of the others
async def clean_up(self):
    gone = 0
    try:
        for record in await self.store.all():
            if self.clock.now() - record.last_used >= self.time_out:
                gone += await self.store.delete_unchanged(record)
    except StoreError:
        pass
    return gone


# %% wrong: One bad session says nothing of the others
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                gone += await self.store.delete_unchanged(record)
            except StoreError:
                return gone
    return gone


# %% wrong: you counted what you meant to delete
async def clean_up(self):
    over = [r for r in await self.store.all() if self.clock.now() - r.last_used >= self.time_out]
    for record in over:
        try:
            await self.store.delete_unchanged(record)
        except StoreError:
            pass
    return len(over)


# %% wrong: you counted what you meant to delete
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                await self.store.delete_unchanged(record)
                gone += 1
            except StoreError:
                pass
    return gone


# %% wrong: store.delete_unchanged() was called but never awaited
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                if self.store.delete_unchanged(record):
                    gone += 1
            except StoreError:
                pass
    return gone


# %% wrong: it takes a whole record
async def clean_up(self):
    gone = 0
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                gone += await self.store.delete_unchanged(record.session_key)
            except StoreError:
                pass
    return gone


# %% wrong: Remember nothing of a clean-up
async def clean_up(self, given_up=set()):
    gone = 0
    for record in await self.store.all():
        if record not in given_up and self.clock.now() - record.last_used >= self.time_out:
            try:
                gone += await self.store.delete_unchanged(record)
            except StoreError:
                given_up.add(record)
    return gone


# %% wrong: Count from 0 in each call
async def clean_up(self):
    self.gone = getattr(self, "gone", 0)
    for record in await self.store.all():
        if self.clock.now() - record.last_used >= self.time_out:
            try:
                self.gone += await self.store.delete_unchanged(record)
            except StoreError:
                pass
    return self.gone


# %% right: all at once, and what failed is handed back
async def clean_up(self):
    limit = self.clock.now() - self.time_out
    over = [one for one in await self.store.all() if one.last_used <= limit]
    done = await asyncio.gather(*map(self.store.delete_unchanged, over), return_exceptions=True)
    return done.count(True)


# %% right: looks once more, and catches whatever comes
async def clean_up(self):
    gone = []
    for seen in await self.store.all():
        record = await self.store.load(seen.session_key)
        if record is None or self.clock.now() - record.last_used < self.time_out:
            continue
        try:
            if await self.store.delete_unchanged(record):
                gone.append(record.session_key)
        except Exception:
            continue
    return len(gone)


# %% right: one small function for each session
async def clean_up(self):
    from contextlib import suppress

    async def end(record):
        with suppress(StoreError):
            return await self.store.delete_unchanged(record)
        return False

    now = self.clock.now()
    over = [record for record in await self.store.all() if now - record.last_used > self.time_out]
    return sum([await end(record) for record in over])
