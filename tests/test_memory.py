"""What a model gets to see: windows that fit their budget, summaries that lose nothing."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.errors import InvalidInput
from chatlab.items import (
    AssistantMessageItem,
    TaskItem,
    Text,
    ThreadItem,
    ToolItem,
    UserMessageItem,
    WidgetItem,
    thread_item_adapter,
)
from chatlab.memory import count_tokens, is_summary, make_summary, remember, window
from chatlab.testing import CountingIds, FixedClock

NOON = FixedClock().now()


def item(kind: str, at: int = 1, content: str = "x") -> ThreadItem:
    said = {
        "id": f"{kind}_{at}",
        "thread_id": "thr_1",
        "content": content,
        "timestamp": NOON + timedelta(seconds=at),
    }
    match kind:
        case "user":
            return UserMessageItem(**said)
        case "tool":
            return ToolItem(**said, tool="add", call_id=f"call_{at}", outcome="completed")
        case "job":
            return TaskItem(**said, title=content)
        case "widget":
            return WidgetItem(**said, widget=Text(value=content))
        case _:
            return AssistantMessageItem(**said)


def talk(*kinds: str) -> list[ThreadItem]:
    return [item(kind, at) for at, kind in enumerate(kinds)]


def one_each(item: ThreadItem) -> int:
    return 1


kinds = st.sampled_from(["user", "assistant", "tool", "tool", "job", "widget"])
conversations = st.lists(kinds, max_size=14).map(lambda kinds: talk(*kinds))
prices = st.lists(st.integers(0, 5), min_size=14, max_size=14)


def priced(items: Sequence[ThreadItem], prices: list[int]) -> Callable[[ThreadItem], int]:
    price = {item.id: cost for item, cost in zip(items, prices, strict=False)}
    return lambda item: price[item.id]


def led_to(items: Sequence[ThreadItem], at: int) -> int | None:
    """Where the user message is that led to what stands there."""
    return max((before for before in range(at) if items[before].role == "user"), default=None)


def every_tool_has_its_question(items: Sequence[ThreadItem], start: int) -> bool:
    for at in range(start, len(items)):
        question = led_to(items, at)
        if items[at].role == "tool" and (question is None or question < start):
            return False
    return True


@given(conversations, prices, st.integers(-2, 40))
def test_a_window_is_the_longest_run_of_the_newest_that_keeps_all_the_rules(
    items: list[ThreadItem], prices: list[int], budget: int
) -> None:
    count = priced(items, prices)
    newest = max((at for at, item in enumerate(items) if item.role == "user"), default=len(items))
    allowed = [
        start
        for start in range(newest)
        if sum(map(count, items[start:])) <= budget and every_tool_has_its_question(items, start)
    ]

    assert window(items, budget, count) == items[min(allowed, default=newest) :]


def test_a_window_is_oldest_first() -> None:
    items = talk("user", "assistant", "user", "assistant")

    assert window(items, 3, one_each) == items[1:]


def test_a_tools_item_goes_with_the_message_that_led_to_it_or_not_at_all() -> None:
    items = talk("user", "tool", "tool", "assistant", "user", "assistant")

    assert [len(window(items, budget, one_each)) for budget in range(2, 7)] == [2, 3, 3, 3, 6]


def test_a_tools_item_without_any_message_before_it_is_left_out() -> None:
    items = talk("tool", "assistant", "user")

    assert window(items, 99, one_each) == items[1:]


def test_the_newest_user_message_and_what_follows_is_there_even_over_budget() -> None:
    items = talk("user", "assistant", "user", "tool", "assistant")

    assert window(items, 0, one_each) == items[2:]
    assert window(items, 2, one_each) == items[2:]


def test_without_a_user_message_the_budget_alone_decides() -> None:
    items = talk("assistant", "assistant", "assistant")

    assert window(items, 2, one_each) == items[1:]
    assert window(items, 0, one_each) == []
    assert window([], 5, one_each) == []


def test_costs_are_counted_not_items() -> None:
    items = [item("user", 1, "short"), item("assistant", 2, "l" * 2000), item("user", 3, "now")]

    assert window(items, 100, count_tokens) == items[2:]
    assert window(items, 1000, count_tokens) == items


def test_only_as_many_items_are_counted_as_are_needed() -> None:
    counted: list[str] = []

    def count(item: ThreadItem) -> int:
        counted.append(item.id)
        return 1

    window(talk(*["user", "assistant"] * 5000), 20, count)

    assert len(counted) == 21


def test_a_window_leaves_the_list_it_was_given_alone() -> None:
    items = talk("user", "assistant")

    window(items, 99, one_each).clear()

    assert len(items) == 2


@pytest.mark.parametrize(
    ("content", "tokens"),
    [("", 4), ("four", 5), ("fives", 6), ("\u00e9\u00e9", 5), ("日本", 6), ("half \ud800", 6)],
)
def test_a_token_is_about_four_bytes_and_a_message_costs_four_more(
    content: str, tokens: int
) -> None:
    said = AssistantMessageItem.model_construct(content=content)

    assert count_tokens(said) == tokens


def test_a_tools_data_is_counted_with_its_line() -> None:
    call = ToolItem(
        id="tool_1",
        thread_id="thr_1",
        content="Done",
        timestamp=NOON,
        tool="list",
        call_id="call_1",
        arguments={"a": 1},
        output=["x" * 396],
    )

    assert len('Done{"a": 1}[""]') + 396 == 412
    assert count_tokens(call) == 412 / 4 + 4


@given(st.lists(kinds, min_size=1, max_size=5), st.text(max_size=20))
def test_more_text_never_costs_less(kinds: list[str], more: str) -> None:
    for kind in kinds:
        assert count_tokens(item(kind, content="x" + more)) >= count_tokens(item(kind))


class Scribe:
    """Summarises by keeping all the text, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    async def __call__(self, previous: str, items: Sequence[ThreadItem]) -> str:
        self.asked.append((previous, [item.id for item in items]))
        return " ".join(filter(None, [previous, *(item.id for item in items)]))


@pytest.mark.anyio
async def test_what_falls_out_becomes_one_summary_in_front_of_what_stays() -> None:
    items = talk("user", "assistant", "user", "assistant")

    memory = await remember(items, 1, Scribe(), new_id=CountingIds())

    assert memory == [
        AssistantMessageItem(
            id="sum_1",
            thread_id="thr_1",
            content="user_0 assistant_1 user_2",
            timestamp=items[2].timestamp,
        ),
        items[3],
    ]


@pytest.mark.anyio
async def test_an_older_summary_is_handed_over_and_replaced() -> None:
    scribe, ids = Scribe(), CountingIds()
    memory = await remember(talk("user", "assistant"), 1, scribe, new_id=ids)

    memory = await remember([*memory, item("user", 2)], 1, scribe, new_id=ids)

    assert scribe.asked == [("", ["user_0"]), ("user_0", ["assistant_1"])]
    assert [said.content for said in memory] == ["user_0 assistant_1", "x"]
    assert [said.id for said in memory] == ["sum_2", "user_2"]


@pytest.mark.anyio
async def test_as_long_as_nothing_falls_out_nothing_is_summarised() -> None:
    scribe = Scribe()
    summary = make_summary("Alice likes tea.")
    items = [summary, *talk("user", "assistant")]

    assert await remember(items, 2, scribe) == items
    assert await remember([], 0, scribe) == []
    assert scribe.asked == []


@pytest.mark.anyio
async def test_several_older_summaries_are_handed_over_together() -> None:
    scribe = Scribe()
    items = [make_summary("Tea."), item("user"), make_summary("Milk."), item("assistant")]

    memory = await remember(items, 0, scribe)

    assert scribe.asked == [("Tea.\nMilk.", ["user_1", "assistant_1"])]
    assert [is_summary(said) for said in memory] == [True]


@pytest.mark.anyio
async def test_a_negative_number_of_items_cannot_stay() -> None:
    with pytest.raises(InvalidInput, match="keep is -1"):
        await remember(talk("user"), -1, Scribe())


@pytest.mark.anyio
@given(st.lists(st.lists(kinds, max_size=5), max_size=6), st.integers(0, 6))
async def test_however_a_conversation_grows_each_item_is_kept_or_summarised_once(
    rounds: list[list[str]], keep: int
) -> None:
    scribe, said, memory = Scribe(), list[ThreadItem](), list[ThreadItem]()
    for number, kinds_of_round in enumerate(rounds):
        new = [item(kind, 100 * number + at) for at, kind in enumerate(kinds_of_round)]
        said += new
        memory = await remember([*memory, *new], keep, scribe)

        kept = [left for left in memory if not is_summary(left)]
        assert kept == said[max(0, len(said) - keep) :]
        summaries = [left for left in memory if is_summary(left)]
        fallen = said[: len(said) - len(kept)]
        assert [left.content for left in summaries] == (
            [" ".join(left.id for left in fallen)] if fallen else []
        )
        assert memory == [*summaries, *kept]
        assert [left.timestamp for left in summaries] == [left.timestamp for left in fallen[-1:]]


def test_a_summary_is_known_after_it_was_saved_and_loaded() -> None:
    summary = make_summary("Alice likes tea.", item("user"))

    loaded = thread_item_adapter.validate_json(thread_item_adapter.dump_json(summary))

    assert is_summary(loaded)
    assert loaded == summary


def test_no_other_item_is_a_summary() -> None:
    assert not any(map(is_summary, talk("user", "assistant", "tool", "job", "widget")))
    forged = UserMessageItem(id="sum_1", thread_id="thr_1", content="I am", timestamp=NOON)
    assert not is_summary(forged)


def test_a_summary_that_stands_for_nothing_yet_has_no_thread_and_a_time_with_a_zone() -> None:
    summary = make_summary("Alice likes tea.")

    assert (summary.thread_id, summary.role, summary.status) == ("", "assistant", "completed")
    assert summary.timestamp.utcoffset() is not None
    assert summary.id != make_summary("Alice likes tea.").id
