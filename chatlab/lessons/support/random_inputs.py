"""Random users, messages and replies for the inputs of checks."""

from random import Random

__all__ = ["USER_NAMES", "random_messages", "random_replies"]

USER_NAMES = ("alice", "bob", "chandra", "dilnoza", "emile", "fatou", "hana", "ivan")
"""The user ids that checks choose from."""

_WORDS = (
    "amber",
    "basil",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "garnet",
    "harbour",
    "indigo",
    "jasmine",
    "kettle",
    "lantern",
    "maple",
    "nutmeg",
    "opal",
    "pepper",
    "quartz",
    "river",
    "saffron",
    "tulip",
)

_VERBS = ("water", "repaint", "collect", "unpack", "measure", "polish", "borrow", "label")
_THINGS = ("the plants", "two bicycles", "a kite", "the old boxes", "12 jars", "the teapot")


def random_messages(random: Random, count: int) -> list[str]:
    """`count` different messages of two words and a number; no word is in two of them."""
    words = random.sample(_WORDS, 2 * count)
    return [f"{words[2 * i]} {words[2 * i + 1]} {random.randint(10, 99)}!" for i in range(count)]


def random_replies(random: Random, count: int) -> list[str]:
    """`count` replies for a model, of three lines; words, spaces and line breaks are repeated."""
    replies: list[str] = []
    for verb in random.sample(_VERBS, count):
        thing = random.choice(_THINGS)
        number = random.randint(10, 99)
        replies.append(f"Well, well.  Task {number}:\n- {verb} {thing}\n- {verb} them again, well!")
    return replies
