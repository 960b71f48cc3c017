# %% wrong: The new summary replaces the earlier one
async def remember(items, keep, summarise):
    old = [item for item in items if is_summary(item)]
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return items
    text = await summarise(old[0].content if old else "", fallen)
    return [*old, make_summary(text), *said[len(fallen) :]]


# %% wrong: the earlier summary is lost
async def remember(items, keep, summarise):
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return items
    return [make_summary(await summarise("", fallen)), *said[len(fallen) :]]


# %% wrong: handed over as one of the items
async def remember(items, keep, summarise):
    said = [item for item in items if not is_summary(item)]
    if len(said) <= keep:
        return items
    fallen = items[: len(items) - keep]
    return [make_summary(await summarise("", fallen)), *items[len(items) - keep :]]


# %% wrong: items[:-0] is empty
async def remember(items, keep, summarise):
    previous = items[0].content if items and is_summary(items[0]) else ""
    said = items[1:] if previous else items
    fallen = said[:-keep]
    if not fallen:
        return items
    return [make_summary(await summarise(previous, fallen)), *said[-keep:]]


# %% wrong: items[-0:] is the whole list
async def remember(items, keep, summarise):
    previous = "".join(item.content for item in items if is_summary(item))
    said = [item for item in items if not is_summary(item)]
    if len(said) <= keep:
        return items
    text = await summarise(previous, said[: len(said) - keep])
    return [make_summary(text), *said[-keep:]]


# %% wrong: the summary was counted as one of them
async def remember(items, keep, summarise):
    previous = items[0].content if items and is_summary(items[0]) else ""
    if previous:
        keep = max(0, keep - 1)
        items = items[1:]
    fallen = items[: max(0, len(items) - keep)]
    if not fallen:
        return items
    return [make_summary(await summarise(previous, fallen)), *items[len(fallen) :]]


# %% wrong: what fell out is forgotten
async def remember(items, keep, summarise):
    return items[len(items) - keep :] if len(items) > keep else items


# %% wrong: Each call costs a model's time
async def remember(items, keep, summarise):
    previous = "".join(item.content for item in items if is_summary(item))
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    return [make_summary(await summarise(previous, fallen)), *said[len(fallen) :]]


# %% wrong: Once is enough
async def remember(items, keep, summarise):
    text = "".join(item.content for item in items if is_summary(item))
    said = [item for item in items if not is_summary(item)]
    if len(said) <= keep:
        return items
    fallen = said[: len(said) - keep]
    for item in fallen:
        text = await summarise(text, [item])
    return [make_summary(text), *said[len(fallen) :]]


# %% wrong: text = await summarise
async def remember(items, keep, summarise):
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return items
    return [make_summary(summarise("", fallen)), *said[len(fallen) :]]


# %% wrong: make_summary(text)
async def remember(items, keep, summarise):
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return items
    return [await summarise("", fallen), *said[len(fallen) :]]


# %% wrong: Write `async def remember`.
def remember(items, keep, summarise):
    return items


# %% wrong: the summary does not come first
async def remember(items, keep, summarise):
    previous = "".join(item.content for item in items if is_summary(item))
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return items
    return [*said[len(fallen) :], make_summary(await summarise(previous, fallen))]


# %% wrong: Then it is the empty string
async def remember(items, keep, summarise):
    previous = next((item.content for item in items if is_summary(item)), None)
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return items
    return [make_summary(await summarise(previous, fallen)), *said[len(fallen) :]]


# %% wrong: the earlier summary is gone
async def remember(items, keep, summarise):
    previous = "".join(item.content for item in items if is_summary(item))
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return said
    return [make_summary(await summarise(previous, fallen)), *said[len(fallen) :]]


# %% wrong: The newest are at the end of the list
async def remember(items, keep, summarise):
    previous = "".join(item.content for item in items if is_summary(item))
    said = [item for item in items if not is_summary(item)]
    if len(said) <= keep:
        return items
    return [make_summary(await summarise(previous, said[keep:])), *said[:keep]]


# %% wrong: the whole summary
async def remember(items, keep, summarise):
    previous = "".join(item.content for item in items if is_summary(item))
    said = [item for item in items if not is_summary(item)]
    fallen = said[: max(0, len(said) - keep)]
    if not fallen:
        return items
    text = await summarise(previous, fallen)
    return [make_summary(previous + " " + text), *said[len(fallen) :]]


# %% wrong: you are writing this one
from chatlab.memory import remember


# %% right: looks at the first item only, and counts from the front
async def remember(items, keep, summarise):
    first, rest = "", list(items)
    if rest and is_summary(rest[0]):
        first = rest.pop(0).content
    cut = len(rest) - keep
    if cut > 0:
        new = await summarise(previous_text=first, items=tuple(rest[:cut]))
        rest = [make_summary(new), *rest[cut:]]
    elif first:
        rest.insert(0, items[0])
    return rest


# %% right: takes from the front until enough is left
from collections import deque


async def remember(items, keep, summarise):
    stays = deque(item for item in items if not is_summary(item))
    fallen = []
    while len(stays) > keep:
        fallen.append(stays.popleft())
    earlier = next(filter(is_summary, items), None)
    if fallen:
        words = await summarise(earlier.content if earlier else "", fallen)
        earlier = make_summary(words, fallen[-1])
    return ([earlier] if earlier else []) + list(stays)
