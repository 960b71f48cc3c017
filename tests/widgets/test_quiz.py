"""Questions as data: what is right, what is kept, and what a saved notebook shows of them."""

import json
from itertools import permutations

import pytest

from chatlab.errors import InvalidInput
from chatlab.widgets import choose, match, order
from chatlab.widgets.quiz.fallback import quiz_fallback
from chatlab.widgets.quiz.models import ChoiceQuestion, MatchQuestion, OrderQuestion
from chatlab.widgets.quiz.storage import AnswerStore
from chatlab.widgets.quiz.widget import make_quiz, to_payload

ONE = ChoiceQuestion(
    ask="What is `2 + 2`?",
    options={"`4`": "Two and two.", "`22`": "Tempting: it is so with *texts*."},
    right="`4`",
)
STEPS = OrderQuestion(
    ask="Make tea",
    steps={"boil": "first", "cup": "second", "pour": "third", "drink": "last"},
    either=(("cup", "boil"),),
)
PAIRS = MatchQuestion(
    ask="Who says what?",
    pairs={"cat": ("miaow", "It purrs."), "dog": ("woof", "It wags."), "cow": ("moo", "Milk.")},
)
EVERY = pytest.mark.parametrize("question", [ONE, STEPS, PAIRS], ids=lambda one: one.kind)


def allowed(question, names):
    earlier = question.earlier()
    return all(names.index(one) < names.index(name) for name in names for one in earlier[name])


def test_steps_of_which_either_may_come_first_may_change_places_and_no_others():
    right = [names for names in permutations(STEPS.steps) if allowed(STEPS, names)]

    assert right == [("boil", "cup", "pour", "drink"), ("cup", "boil", "pour", "drink")]


@EVERY
def test_what_is_shuffled_is_the_same_each_time_and_never_the_answer(question):
    if isinstance(question, ChoiceQuestion):
        assert [thing["text"] for thing in to_payload(question)["things"]] == list(question.options)
        return
    right = list(STEPS.steps) if question is STEPS else ["miaow", "woof", "moo"]
    assert question.shuffled() == question.shuffled()
    assert question.shuffled() != right
    assert sorted(question.shuffled()) == sorted(right)


@EVERY
def test_the_still_copy_folds_every_answer_away_and_the_plain_text_has_none(question):
    copy = quiz_fallback(question)

    open_part, _, folded = copy["text/html"].partition("<details>")
    for thing in to_payload(question)["things"]:
        assert thing["html"] in open_part
        assert thing["why"] not in open_part
        assert thing["why"] in folded
        assert thing["text"].replace("`", "") in copy["text/plain"]
    assert "Two and two" not in copy["text/plain"]
    assert "It purrs" not in copy["text/plain"]


def test_the_words_of_a_question_execute_nothing():
    bad = "<img src=x onerror=alert(1)>"
    question = ChoiceQuestion(ask=bad, options={bad: bad, "no": bad}, right="no")

    assert "<img" not in quiz_fallback(question)["text/html"]
    assert "<img" not in json.dumps(
        [to_payload(question)["ask"], to_payload(question)["things"][1]]
    )


def test_an_answer_is_kept_in_the_file_and_found_by_the_next_one_who_asks(tmp_path):
    path = tmp_path / ".chatlab" / "answers.json"
    quiz = make_quiz(ONE, "00-sum", AnswerStore(path))
    quiz.answer = {"tried": ["`22`", "`4`"]}

    assert make_quiz(ONE, "00-sum", AnswerStore(path)).answer == {"tried": ["`22`", "`4`"]}
    assert make_quiz(ONE, "00-other", AnswerStore(path)).answer == {}
    make_quiz(STEPS, "00-tea", AnswerStore(path)).answer = {
        "order": list(STEPS.steps),
        "checked": True,
    }
    assert set(json.loads(path.read_text("utf-8"))) == {"00-sum", "00-tea"}
    quiz.answer = {}
    assert set(json.loads(path.read_text("utf-8"))) == {"00-tea"}


def test_without_a_file_an_answer_lives_as_long_as_the_kernel():
    make_quiz(PAIRS, None, None).answer = {"chosen": {"cat": "moo"}, "checked": False}

    assert make_quiz(PAIRS, None, None).answer == {"chosen": {"cat": "moo"}, "checked": False}


@pytest.mark.parametrize(
    ("question", "said", "kept"),
    [
        (ONE, {"tried": ["5", "`22`", "`22`", 4]}, {"tried": ["`22`"]}),
        (ONE, {"tried": "`4`"}, {}),
        (STEPS, {"order": ["boil", "cup"], "checked": True}, {}),
        (
            STEPS,
            {"order": ["drink", "pour", "cup", "boil", "boil"], "checked": 1},
            {"order": ["drink", "pour", "cup", "boil"], "checked": False},
        ),
        (
            PAIRS,
            {"chosen": {"cat": "woof", "dog": "<b>", "fish": "moo"}, "checked": True},
            {"chosen": {"cat": "woof"}, "checked": True},
        ),
        (PAIRS, {"chosen": ["cat"]}, {}),
    ],
)
def test_of_an_answer_only_what_belongs_to_the_question_is_kept(question, said, kept):
    assert question.cleaned(said) == kept


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": 1', '{"k": "not an answer"}'])
def test_a_file_that_cannot_be_read_holds_no_answers_and_is_written_anew(tmp_path, text):
    path = tmp_path / "answers.json"
    path.write_text(text)

    assert AnswerStore(path).get("k") == {}
    AnswerStore(path).save("k", {"tried": ["a"]})
    assert AnswerStore(path).get("k") == {"tried": ["a"]}


def test_an_answer_that_cannot_be_kept_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    quiz = make_quiz(ONE, "k", AnswerStore(tmp_path / "file" / "answers.json"))
    quiz.answer = {"tried": ["`4`"]}

    assert quiz.trouble.startswith("Your answer could not be kept: ")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: choose("One?", {"a": "b"}, "a"), "leaves nothing to choose"),
        (lambda: choose("Which?", {"a": "b", "c": "d"}, "e"), "speaks of 'e'"),
        (lambda: order("How?", {"a": "b", "c": "d"}, either=[("a", "x")]), "speaks of 'x'"),
        (lambda: match("Who?", {"a": ("x", ""), "b": ("x", "")}), "has one partner twice"),
    ],
)
def test_a_question_that_nobody_can_answer_is_refused(make, says):
    with pytest.raises(InvalidInput, match=says):
        make()
