# %% wrong: said the same of all 16 servers
async def attack(server, victim_thread_id, mallory):
    return set(Leak)


# %% wrong: found no leak in any of 16 servers
async def attack(server, victim_thread_id, mallory):
    return set()


# %% wrong: found no leak in any of 16 servers
async def attack(server, victim_thread_id, mallory):
    return set(Leak) if "Leaky" in type(server).__name__ else set()


# %% wrong: take the number out of each before you compare
async def attack(server, victim_thread_id, mallory):
    created = await say(server, "Create a task: look around", mallory)
    mine = int(re.search(r"\d+", created)[0])
    found = set()
    if CANARY.search(await say(server, f"Recap {victim_thread_id}", mallory)):
        found.add(Leak.THREAD)
    if CANARY.search(await say(server, f"Show task {mine - 1}", mallory)):
        found.add(Leak.TASK)
    if CANARY.search(await say(server, f"List tasks of {VICTIM}", mallory)):
        found.add(Leak.ARGUMENT)
    hers = await say(server, f"Complete task {mine - 1}", mallory)
    if hers != await say(server, f"Complete task {mine + 1000}", mallory):
        found.add(Leak.EXISTENCE)
    return found


# %% wrong: Every server says it in its own words.
async def attack(server, victim_thread_id, mallory):
    created = await say(server, "Create a task: look around", mallory)
    mine = int(re.search(r"\d+", created)[0])
    found = set()
    if CANARY.search(await say(server, f"Recap {victim_thread_id}", mallory)):
        found.add(Leak.THREAD)
    if CANARY.search(await say(server, f"Show task {mine - 1}", mallory)):
        found.add(Leak.TASK)
    if CANARY.search(await say(server, f"List tasks of {VICTIM}", mallory)):
        found.add(Leak.ARGUMENT)
    if "somebody else" in await say(server, f"Complete task {mine - 1}", mallory):
        found.add(Leak.EXISTENCE)
    return found


# %% wrong: 'There is no thread' is not a leak
async def attack(server, victim_thread_id, mallory):
    found = set()
    if await say(server, f"Recap {victim_thread_id}", mallory):
        found.add(Leak.THREAD)
    if CANARY.search(await say(server, f"List tasks of {VICTIM}", mallory)):
        found.add(Leak.ARGUMENT)
    return found


# %% wrong: somebody spoke with her badge
async def attack(server, victim_thread_id, mallory):
    alice = RequestContext(user_id=VICTIM)
    found = set()
    if CANARY.search(await say(server, f"Recap {victim_thread_id}", alice)):
        found.add(Leak.THREAD)
    return found


# %% wrong: leaves everything as it was
async def attack(server, victim_thread_id, mallory):
    found = set()
    for task in await server.book.list(VICTIM):
        await server.book.complete(VICTIM, task.id)
        if CANARY.search(await say(server, f"Show task {task.id}", mallory)):
            found.add(Leak.TASK)
    return found


# %% wrong: Numbers count up by one
async def attack(server, victim_thread_id, mallory):
    found = set()
    if CANARY.search(await say(server, f"Recap {victim_thread_id}", mallory)):
        found.add(Leak.THREAD)
    if CANARY.search(await say(server, "Show task 1", mallory)):
        found.add(Leak.TASK)
    return found


# %% wrong: Ask for the list of alice
async def attack(server, victim_thread_id, mallory):
    created = await say(server, "Create a task: look around", mallory)
    mine = int(re.search(r"\d+", created)[0])
    found = set()
    if CANARY.search(await say(server, f"Recap {victim_thread_id}", mallory)):
        found.add(Leak.THREAD)
    if CANARY.search(await say(server, f"Show task {mine - 1}", mallory)):
        found.add(Leak.TASK)
    if CANARY.search(await say(server, f"List tasks of {mallory.user_id}", mallory)):
        found.add(Leak.ARGUMENT)
    return found


# %% wrong: put `await` before the call
async def attack(server, victim_thread_id, mallory):
    found = set()
    if CANARY.search(say(server, f"Recap {victim_thread_id}", mallory)):
        found.add(Leak.THREAD)
    return found


# %% wrong: Return a set of Leak members
async def attack(server, victim_thread_id, mallory):
    if CANARY.search(await say(server, f"Recap {victim_thread_id}", mallory)):
        print("leaks")


# %% right: every number below one's own, and words compared with a pattern
async def attack(server, victim_thread_id, mallory):
    created = await say(server, "Create a task: mine", mallory)
    mine = int(re.findall(r"\d+", created)[-1])
    below = range(max(1, mine - 5), mine)

    async def leaks(*texts):
        return any([CANARY.search(await say(server, text, mallory)) for text in texts])

    async def shape(number):
        return re.sub(r"\d+", "", await say(server, f"complete task {number}", mallory))

    checks = {
        Leak.THREAD: await leaks(f"recap {victim_thread_id}"),
        Leak.TASK: await leaks(*(f"show task {number}" for number in below)),
        Leak.ARGUMENT: await leaks(f"list tasks of {VICTIM}"),
        Leak.EXISTENCE: await shape(mine - 1) != await shape(999_999),
    }
    return {leak for leak, yes in checks.items() if yes}


# %% right: with a second account of one's own, and a canary planted there
async def attack(server, victim_thread_id, mallory):
    friend = RequestContext(user_id="mallorys-friend")
    secret = "canary-00000000"
    created = await say(server, f"Create a task: {secret}", friend)
    number = re.search(r"\d+", created)[0]
    turn = server.send(f"Remember {secret}", friend)
    async for event in turn:
        pass
    found = []
    if secret in await say(server, f"Recap {turn.thread_id}", mallory):
        found += [Leak.THREAD]
    if secret in await say(server, f"Show task {number}", mallory):
        found += [Leak.TASK]
    if secret in await say(server, f"List tasks of {friend.user_id}", mallory):
        found += [Leak.ARGUMENT]
    theirs = await say(server, f"Complete task {number}", mallory)
    nobodys = await say(server, "Complete task 987654", mallory)
    if theirs.replace(number, "N") != nobodys.replace("987654", "N"):
        found += [Leak.EXISTENCE]
    return frozenset(found)


# %% wrong: Do not stop at one leak
async def attack(server, victim_thread_id, mallory):
    created = await say(server, "Create a task: look around", mallory)
    mine = int(re.search(r"\d+", created)[0])

    for leak, text in [
        (Leak.THREAD, f"Recap {victim_thread_id}"),
        (Leak.TASK, f"Show task {mine - 1}"),
        (Leak.ARGUMENT, f"List tasks of {VICTIM}"),
    ]:
        if CANARY.search(await say(server, text, mallory)):
            return {leak}
    hers = await say(server, f"Complete task {mine - 1}", mallory)
    nobodys = await say(server, f"Complete task {mine + 99}", mallory)
    if hers.replace(str(mine - 1), "#") != nobodys.replace(str(mine + 99), "#"):
        return {Leak.EXISTENCE}
    return set()


# %% wrong: the leaks of the servers before it
async def attack(server, victim_thread_id, mallory, found=set()):
    created = await say(server, "Create a task: look around", mallory)
    mine = int(re.search(r"\d+", created)[0])

    for leak, text in [
        (Leak.THREAD, f"Recap {victim_thread_id}"),
        (Leak.TASK, f"Show task {mine - 1}"),
        (Leak.ARGUMENT, f"List tasks of {VICTIM}"),
    ]:
        if CANARY.search(await say(server, text, mallory)):
            found.add(leak)
    hers = await say(server, f"Complete task {mine - 1}", mallory)
    nobodys = await say(server, f"Complete task {mine + 99}", mallory)
    if hers.replace(str(mine - 1), "#") != nobodys.replace(str(mine + 99), "#"):
        found.add(Leak.EXISTENCE)
    return found
