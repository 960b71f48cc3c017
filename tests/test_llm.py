"""The scripted model: its tokens, its pace, its failures, and the light of its connection."""

import math
from contextlib import aclosing

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.clock import SystemClock
from chatlab.errors import InvalidInput, ModelError
from chatlab.llm import ScriptedModel, split_tokens
from chatlab.testing import FixedClock, collect

pytestmark = pytest.mark.anyio

any_text = st.text(st.characters(exclude_categories=()))


class StuckClock(FixedClock):
    """On this clock no sleep ever ends."""

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep_forever()


def model(replies: object = "One two three.", **more: object) -> ScriptedModel:
    return ScriptedModel(replies, clock=FixedClock(), **more)


def test_a_word_is_a_token_with_the_space_before_it_and_a_long_word_is_several() -> None:
    assert split_tokens("Hi there, internationalisation!") == [
        "Hi",
        " there",
        ",",
        " intern",
        "ationa",
        "lisati",
        "on",
        "!",
    ]


def test_line_ends_and_rows_of_spaces_are_tokens_too() -> None:
    assert split_tokens("a   b\n\n- c ") == ["a", "  ", " b", "\n", "\n", "-", " c", " "]


@given(any_text)
def test_tokens_joined_are_the_text_whatever_characters_it_has(text: str) -> None:
    tokens = split_tokens(text)

    assert "".join(tokens) == text
    assert "" not in tokens


@given(st.text("abcdefgh XYZ.,;0_", max_size=60))
def test_no_token_is_longer_than_seven_characters_unless_it_is_blank(text: str) -> None:
    assert all(len(token) <= 7 or token.isspace() for token in split_tokens(text))


def test_an_accent_stays_with_its_letter_and_a_joined_emoji_whole() -> None:
    accented = "x" + "e\u0301" * 8
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert all(not token.startswith("\u0301") for token in split_tokens(accented))
    assert all(
        token.count(family) * len(family) == len(token) for token in split_tokens(family * 9)
    )


async def test_the_tokens_of_a_stream_joined_are_the_reply() -> None:
    tokens = await collect(model("Buy milk, then bread.").stream("What now?"))

    assert tokens == ["Buy", " milk", ",", " then", " bread", "."]


async def test_tokens_come_at_the_pace_that_was_set() -> None:
    clock = FixedClock()
    slow = ScriptedModel("a b c", tokens_per_second=4, clock=clock)

    assert [(token, clock.monotonic()) async for token in slow.stream("")] == [
        ("a", 0.25),
        (" b", 0.5),
        (" c", 0.75),
    ]


async def test_an_infinite_pace_takes_no_time() -> None:
    clock = FixedClock()

    await collect(ScriptedModel("a b c", math.inf, clock=clock).stream(""))

    assert clock.monotonic() == 0


async def test_without_a_clock_of_your_own_it_runs_on_the_machines() -> None:
    clock = SystemClock()
    start = clock.monotonic()

    await collect(ScriptedModel("a b", tokens_per_second=200).stream(""))

    assert clock.monotonic() - start >= 0.01


async def test_replies_are_used_one_after_the_other_and_the_last_one_stays() -> None:
    two = model(["first", "second"])

    assert ["".join(await collect(two.stream(""))) for _ in range(3)] == [
        "first",
        "second",
        "second",
    ]


async def test_a_function_makes_the_reply_from_the_prompt() -> None:
    shout = model(str.upper)

    assert await collect(shout.stream("hi there")) == ["HI", " THERE"]


async def test_an_empty_reply_has_no_tokens() -> None:
    assert await collect(model("").stream("")) == []


async def test_a_stream_that_nobody_reads_opens_nothing_and_uses_no_reply_up() -> None:
    two = model(["first", "second"])

    await two.stream("").aclose()

    assert two.open_connections == 0
    assert await collect(two.stream("")) == ["first"]


async def test_the_connection_is_open_while_tokens_come_and_closed_at_the_end() -> None:
    alice = model("a b")

    assert [(token, alice.open_connections) async for token in alice.stream("")] == [
        ("a", 1),
        (" b", 1),
    ]
    assert alice.open_connections == 0


async def test_leaving_the_loop_leaves_the_connection_open_until_the_stream_is_closed() -> None:
    alice = model()
    tokens = alice.stream("")
    async for _ in tokens:
        break

    assert alice.open_connections == 1
    await tokens.aclose()
    assert alice.open_connections == 0


async def test_aclosing_releases_the_connection_before_the_block_is_left() -> None:
    alice = model()
    async with aclosing(alice.stream("")) as tokens:
        assert await anext(tokens) == "One"

    assert alice.open_connections == 0


async def test_two_streams_are_two_connections() -> None:
    both = model()
    async with aclosing(both.stream("")) as one, aclosing(both.stream("")) as two:
        await anext(one)
        await anext(two)
        assert both.open_connections == 2

    assert both.open_connections == 0


async def test_a_cancelled_reader_releases_the_connection() -> None:
    stuck = ScriptedModel("One two", clock=StuckClock())
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(collect, stuck.stream(""))
            await anyio.wait_all_tasks_blocked()
            assert stuck.open_connections == 1
            scope.cancel()

    assert stuck.open_connections == 0


@pytest.mark.parametrize("tokens", [0, 2, 4])
async def test_it_breaks_off_after_as_many_tokens_as_it_was_told(tokens: int) -> None:
    failing = model("One two three.", fail_after=tokens)
    stream = failing.stream("")
    for expected in ["One", " two", " three", "."][:tokens]:
        assert await anext(stream) == expected
    with pytest.raises(ModelError) as caught:
        await anext(stream)

    assert caught.value.tokens == tokens
    assert failing.open_connections == 0


async def test_a_reply_that_is_shorter_does_not_fail() -> None:
    assert await collect(model("One two", fail_after=3).stream("")) == ["One", " two"]


async def test_a_failing_model_can_be_made_well_again() -> None:
    alice = model("One two", fail_after=1)
    with pytest.raises(ModelError):
        await collect(alice.stream(""))

    alice.fail_after = None

    assert await collect(alice.stream("")) == ["One", " two"]


@pytest.mark.parametrize("pace", [0, -1, math.nan])
def test_a_pace_that_is_none_is_refused(pace: float) -> None:
    with pytest.raises(InvalidInput, match="tokens_per_second is"):
        ScriptedModel("hi", tokens_per_second=pace)


def test_it_cannot_fail_before_it_begins() -> None:
    with pytest.raises(InvalidInput, match="fail_after is -1"):
        ScriptedModel("hi", fail_after=-1)


def test_a_model_needs_something_to_say() -> None:
    with pytest.raises(InvalidInput, match="replies is empty"):
        ScriptedModel([])
