"""The demo of lesson 08: sixteen servers, and each leaks exactly where it has no guard."""

from itertools import combinations

import pytest

from chatlab.lessons.l08_identity_and_isolation.demos.four_guards import make_scene, run_attack
from chatlab.lessons.l08_identity_and_isolation.leaky_server import GUARDS

pytestmark = pytest.mark.anyio
CHOICES = [set(some) for size in range(5) for some in combinations(GUARDS, size)]


@pytest.mark.parametrize("guards", CHOICES, ids=lambda one: "-".join(sorted(one)) or "none")
async def test_what_leaks_is_what_has_no_guard(guards):
    run = await run_attack(guards)

    leaks = {row["guard"] for row in run["bob"] if row["leaks"]}
    assert leaks == set(GUARDS) - guards


@pytest.mark.parametrize("guards", CHOICES, ids=lambda one: "-".join(sorted(one)) or "none")
async def test_alice_is_answered_alike_whatever_the_guards(guards):
    assert (await run_attack(guards))["alice"] == (await run_attack(set(GUARDS)))["alice"]


async def test_with_all_guards_bob_hears_of_nothing_that_is_alices():
    run = await run_attack(set(GUARDS))

    heard = " ".join(part["text"] for row in run["bob"] for part in row["answer"])
    assert "canary" not in heard
    assert "not yours" not in heard


async def test_the_scene_holds_every_choice_and_is_the_same_each_time():
    scene = await make_scene()

    assert len(scene["runs"]) == len(CHOICES)
    assert scene == await make_scene()
