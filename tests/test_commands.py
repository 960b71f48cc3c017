"""What a customer may say, and what is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.commands import Ask, Complete, Create, Delete, List, SetPriority, understand


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Create a task: water the plants", Create(title="water the plants")),
        ("create a task for groceries", Create(title="groceries")),
        ("Add task: call Bob (high)", Create(title="call Bob", priority="high")),
        ("Create a task: fix (urgent) bug (LOW)", Create(title="fix (urgent) bug", priority="low")),
        ("List my tasks", List()),
        ("show me all my tasks.", List()),
        ("Complete 42", Complete(which=42)),
        ("finish it!", Complete(which="it")),
        ("Set task #7 to high", SetPriority(which=7, priority="high")),
        ("set it to low", SetPriority(which="it", priority="low")),
        ("What's its priority?", Ask(which="it")),
        ("What is its priority", Ask(which="it")),
        ("What’s the priority of 42?", Ask(which=42)),
        ("Delete it", Delete(which="it")),
        ("delete task 3", Delete(which=3)),
    ],
)
def test_it_is_understood(text, command):
    assert understand(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Hello",
        "Create a task:",
        "Create a task:   ",
        "Complete",
        "Set 4 to urgent",
        "Complete ıt",
    ],
)
def test_it_is_no_command(text):
    assert understand(text) is None


@given(st.text())
def test_nothing_anybody_can_say_breaks_it(text):
    understand(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Create a task: buy milk (high)", ("buy milk", "high")),
        ("Set 42 to low", (42, "low")),
        ("Complete it", ("it",)),
        ("What's its priority?", ("it",)),
        ("Delete 42", (42,)),
        ("List my tasks", ()),
    ],
)
def test_a_command_can_be_taken_apart_as_the_specification_writes_it(text, parts):
    match understand(text):
        case Create(title, priority):
            found = (title, priority)
        case SetPriority(which, priority):
            found = (which, priority)
        case Complete(which) | Ask(which) | Delete(which):
            found = (which,)
        case List():
            found = ()
    assert found == parts
