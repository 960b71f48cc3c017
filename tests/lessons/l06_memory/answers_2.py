# %% wrong: Choose backwards, return forwards.
def window(items, budget, count):
    chosen, left, users = [], budget, 0
    for item in reversed(items):
        left -= count(item)
        if left < 0 and users:
            break
        users += item.role == "user"
        chosen.append(item)
    return chosen


# %% wrong: Two messages may cost 2 or 2,000; use `count`.
def window(items, budget, count):
    return items[-budget:] if budget else []


# %% wrong: the newest user message is gone
def window(items, budget, count):
    start, left = len(items), budget
    for at in reversed(range(len(items))):
        left -= count(items[at])
        if left < 0:
            break
        start = at
    while start < len(items) and items[start].role == "tool":
        start += 1
    return items[start:]


# %% wrong: everything that follows it
def window(items, budget, count):
    users = [at for at, item in enumerate(items) if item.role == "user"]
    if not users:
        return [item for item in items if sum(map(count, items)) <= budget]
    last = users[-1]
    chosen, left = [items[last]], budget - count(items[last])
    for item in items[last + 1 :]:
        left -= count(item)
        if left < 0:
            break
        chosen.append(item)
    for item in reversed(items[:last]):
        left -= count(item)
        if left < 0:
            break
        chosen.insert(0, item)
    return chosen


# %% wrong: One run without gaps
def window(items, budget, count):
    last = max((at for at, item in enumerate(items) if item.role == "user"), default=len(items))
    chosen = list(items[last:])
    left = budget - sum(map(count, chosen))
    for item in reversed(items[:last]):
        if count(item) <= left:
            left -= count(item)
            chosen.insert(0, item)
    return chosen


# %% wrong: A result without its question misleads.
def window(items, budget, count):
    start = max((at for at, item in enumerate(items) if item.role == "user"), default=len(items))
    left = budget - sum(map(count, items[start:]))
    while start and count(items[start - 1]) <= left:
        start -= 1
        left -= count(items[start])
    return items[start:]


# %% wrong: A result without its question misleads.
def window(items, budget, count):
    start = max((at for at, item in enumerate(items) if item.role == "user"), default=len(items))
    left = budget - sum(map(count, items[start:]))
    while start and count(items[start - 1]) <= left:
        start -= 1
        left -= count(items[start])
    while start < len(items) and items[start].role == "tool":
        start += 1
    return items[start:]


# %% wrong: At most `budget` means <=, not <.
def window(items, budget, count):
    last = max((at for at, item in enumerate(items) if item.role == "user"), default=len(items))
    for start in range(last):
        run = items[start:]
        at = next((n for n, item in enumerate(run) if item.role == "user"), 0)
        if sum(map(count, run)) < budget and not any(item.role == "tool" for item in run[:at]):
            return run
    return items[last:]


# %% wrong: Only a tool item needs its question
def window(items, budget, count):
    users = [at for at, item in enumerate(items) if item.role == "user"]
    for start in users:
        if sum(map(count, items[start:])) <= budget:
            return items[start:]
    return items[users[-1] :] if users else []


# %% wrong: stop before the sum is over the budget
def window(items, budget, count):
    last = max((at for at, item in enumerate(items) if item.role == "user"), default=len(items))
    start, left = last, budget - sum(map(count, items[last:]))
    while start and left > 0:
        start -= 1
        left -= count(items[start])
    while start < last and items[start].role == "tool":
        start += 1
    return items[start:]


# %% wrong: so does everything that follows it
def window(items, budget, count):
    last = max((at for at, item in enumerate(items) if item.role == "user"), default=0)
    return items[last : last + 1]


# %% wrong: more fit
def window(items, budget, count):
    last = max((at for at, item in enumerate(items) if item.role == "user"), default=len(items))
    return items[last:]


# %% wrong: you are writing this one
from chatlab.memory import window


# %% wrong: Return a list of the items.
def window(items, budget, count):
    print(items[-1:])


# %% right: every possible beginning, the earliest that is allowed
def window(items, budget, count):
    cost = [count(item) for item in items]

    def allowed(start):
        run = items[start:]
        if sum(cost[start:]) > budget:
            return False
        roles = [item.role for item in run]
        first = roles.index("user") if "user" in roles else len(roles)
        return "tool" not in roles[:first]

    users = [at for at, item in enumerate(items) if item.role == "user"]
    must = users[-1] if users else len(items)
    return items[next((at for at in range(must) if allowed(at)), must) :]


# %% right: whole turns, then as much of the turn before as may stand alone
from collections import deque


def window(items, budget, count):
    turns = [[]]
    for item in items:
        if item.role == "user":
            turns.append([])
        turns[-1].append(item)
    chosen = deque(turns.pop() if len(turns) > 1 else [])
    spent = sum(count(item) for item in chosen)
    while turns:
        turn = turns.pop()
        cost = sum(count(item) for item in turn)
        whole = not turn or turn[0].role == "user" or all(i.role != "tool" for i in turn)
        if whole and spent + cost <= budget:
            chosen.extendleft(reversed(turn))
            spent += cost
            continue
        while turn and turn[-1].role == "assistant" and spent + count(turn[-1]) <= budget:
            spent += count(turn[-1])
            chosen.appendleft(turn.pop())
        break
    return list(chosen)
