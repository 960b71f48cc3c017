"""The check of a part whose answer is called without anything."""

from chatlab.course.checking.as_data import attempt


async def observe(subject, _inputs):
    return await attempt(subject)
