"""The demo of lesson 06 shows real windows and real summaries of a real conversation."""

import pytest

from chatlab.lessons.l06_memory.demos.history_bar import draw_bricks
from chatlab.lessons.l06_memory.demos.long_conversation import (
    QUESTION,
    budgets_for,
    long_conversation,
    views_of,
)
from chatlab.memory import count_tokens, window

pytestmark = pytest.mark.anyio
ITEMS = long_conversation(2_000)
BUDGETS = budgets_for(sum(map(count_tokens, ITEMS)))


def test_the_conversation_is_the_same_on_every_run_and_ends_with_the_question():
    assert long_conversation(2_000) == ITEMS
    assert ITEMS[-1].content == QUESTION
    assert [item.output["id"] for item in ITEMS[-62:] if item.content.startswith("Created")] == [42]


@pytest.mark.parametrize("summed", [False, True])
async def test_no_stop_of_the_slider_costs_more_than_its_budget(summed):
    views = await views_of(ITEMS, BUDGETS, summed=summed)
    assert [view.budget for view in views] == BUDGETS
    assert all(view.tokens <= view.budget for view in views)
    assert (views[-1].start, views[-1].summary) == (0, "")


async def test_its_is_understood_only_by_a_window_that_reaches_back_far_enough():
    views = await views_of(ITEMS, BUDGETS, summed=False)
    for view in views:
        assert view.its.startswith("Which" if len(ITEMS) - view.start < 61 else "order the cake")


async def test_a_summary_knows_the_task_at_any_budget_but_not_the_baker():
    alone = await views_of(ITEMS, BUDGETS, summed=False)
    summed = await views_of(ITEMS, BUDGETS, summed=True)
    assert {view.its for view in summed} == {"order the cake: high."}
    assert alone[0].baker == summed[0].baker == "Nobody told me."
    assert alone[-1].baker == summed[-1].baker == "Rosa."


def test_a_row_of_bricks_says_in_words_what_it_shows():
    some = ITEMS[-4:]
    picture = draw_bricks(some, {"all": some, "cheap": window(some, 1, count_tokens)}, lambda _: 7)
    assert picture.text.splitlines() == [
        "all          ●●●●  4 items, 28 tokens",
        "cheap        ···●  1 items, 7 tokens",
    ]
    assert picture.html.count("<span title=") == 8
