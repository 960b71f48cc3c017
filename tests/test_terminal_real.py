"""The chat in a real terminal, with a real keyboard's bytes."""

import re
import signal
import stat

import pytest
from terminal_program import LONG
from terminals import ROOT, terminal

PROGRAM = str(ROOT / "tests" / "terminal_program.py")
CTRL_C, CTRL_D, UP, TAB, ALT_ENTER = "\x03", "\x04", "\x1b[A", "\t", "\x1b\r"
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


@pytest.fixture
def chat(tmp_path):
    with terminal(PROGRAM, str(tmp_path), cwd=tmp_path) as opened:
        opened.wait_for("Welcome.")
        opened.wait_for(lambda: box(opened) == "you ›")
        yield opened


def box(chat):
    """What is in the box: the last line that begins with a prompt, with what follows it."""
    lines = chat.visible()
    begin = max((n for n, line in enumerate(lines) if " ›" in line), default=None)
    return None if begin is None else "\n".join(lines[begin:]).rstrip()


def at_rest(chat):
    """Whether the box is empty and no answer comes."""
    return box(chat) == "you ›" and "Ctrl+C stops the answer." not in chat.visible()


def modes_of(chat):
    """Whether the terminal itself shows what is typed, and waits for whole lines."""
    import termios

    local = termios.tcgetattr(chat.process.child_fd)[3]
    return {"echo": bool(local & termios.ECHO), "lines": bool(local & termios.ICANON)}


def told(chat, message, answer):
    """Say it, and wait for the answer: once more than it is there already."""
    before = chat.text().count(answer)
    chat.say(message)
    chat.wait_for(lambda: chat.text().count(answer) > before and at_rest(chat))


def test_a_message_is_sent_with_enter_and_quit_leaves_the_terminal_as_it_was(chat):
    before = modes_of(chat)
    told(chat, "hello", "You said 'hello'.")
    assert chat.text().count("you › hello") == 1
    chat.say("/quit")
    assert chat.wait_ended() == 0
    assert before == {"echo": False, "lines": False}
    assert modes_of(chat) == {"echo": True, "lines": True}
    assert chat.text().rstrip().endswith("you › /quit")


def test_ctrl_d_ends_the_chat_and_ctrl_c_at_rest_does_not(chat):
    chat.type("a draft")
    chat.wait_for(lambda: box(chat) == "you › a draft")
    chat.type(CTRL_C)
    chat.wait_for(lambda: box(chat) == "you ›")
    chat.type(CTRL_C)
    chat.wait_for("Ctrl+D or /quit ends the chat.")
    chat.type(CTRL_D)
    assert chat.wait_ended() == 0


def test_whoever_is_told_to_end_stops_the_answer_and_leaves_the_terminal_as_it_was(chat):
    chat.say("endless")
    chat.wait_for("On and on.")
    chat.process.kill(signal.SIGTERM)
    assert chat.wait_ended() == 0
    assert modes_of(chat) == {"echo": True, "lines": True}
    assert "Stopped. What was said is kept." in chat.text()


def test_what_was_typed_is_there_the_next_time_and_nobody_else_may_read_it(tmp_path):
    with terminal(PROGRAM, str(tmp_path)) as chat:
        told(chat, "first", "You said 'first'.")
        told(chat, f"two{ALT_ENTER}lines", "You said 'two\\nlines'.")
        chat.say("/quit")
        assert chat.wait_ended() == 0
    (file,) = (tmp_path / ".chatlab").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with terminal(PROGRAM, str(tmp_path)) as chat:
        chat.wait_for("Welcome.")
        chat.type(UP)
        chat.wait_for(lambda: box(chat) == "you › /quit")
        chat.type(UP)
        chat.wait_for(lambda: box(chat) == "you › two\n      lines")
        chat.type(UP + UP)
        chat.wait_for(lambda: box(chat) == "you › first")


def test_a_message_may_have_many_lines_typed_or_pasted(chat):
    chat.type(f"one{ALT_ENTER}two\\\rthree")
    chat.wait_for(lambda: box(chat) == "you › one\n      two\n      three")
    told(chat, "", "You said 'one\\ntwo\\nthree'.")
    chat.type("\x1b[200~a\nb\x1b[201~")
    chat.wait_for(lambda: box(chat) == "you › a\n      b")
    told(chat, "", "You said 'a\\nb'.")


def test_commands_are_offered_while_they_are_typed_and_completed_by_tab(chat):
    chat.type("/t")
    chat.wait_for("list your conversations")
    chat.wait_for("give this conversation a title")
    chat.type("h" + TAB)
    chat.wait_for(lambda: box(chat).startswith("you › /threads"))
    chat.say("")
    chat.wait_for("There are no conversations yet.")
    chat.type("t/")
    chat.wait_for(lambda: box(chat) == "you › t/")


def test_a_form_is_filled_in_by_keyboard_and_its_card_retires(chat):
    told(chat, "form", "/2  Not now")
    chat.say("/1")
    chat.wait_for(lambda: box(chat).startswith("Title ›"))
    chat.say("")
    chat.wait_for("Title is needed.")
    chat.say("buy milk")
    chat.wait_for(lambda: box(chat).startswith("Size › small"))
    chat.wait_for("large")
    chat.type(CTRL_E + BACKSPACES + "big\r")
    chat.wait_for("Size is one of: small, middle, large.")
    chat.type(CTRL_E + BACKSPACES + "large\r")
    chat.wait_for(lambda: box(chat).startswith("note › none"))
    chat.say(" too")
    chat.wait_for("create: {'from': 'form', 'title': 'buy milk', 'size': 'large', 'note': 'none")
    chat.wait_for(lambda: at_rest(chat))
    for number in (1, 2, 3):
        told(chat, f"/{number}", f"/{number} is not a button on the screen.")


CTRL_E, BACKSPACES = "\x05", "\x7f" * 10


def test_an_option_is_chosen_by_arrow_and_a_form_is_left_by_ctrl_c(chat):
    told(chat, "form", "/2  Not now")
    chat.say("/1")
    chat.wait_for(lambda: box(chat).startswith("Title ›"))
    chat.say("milk")
    chat.wait_for(lambda: box(chat).startswith("Size › small") and "middle" in box(chat))
    chat.type("\x1b[B" * 2)
    chat.wait_for(lambda: box(chat).startswith("Size › middle"))
    chat.say("")
    chat.wait_for(lambda: box(chat).startswith("note ›"))
    chat.type(CTRL_C)
    chat.wait_for("Nothing was sent.")
    chat.wait_for(lambda: box(chat) == "you ›")
    told(chat, "/2", "later: {}")


def test_ctrl_c_stops_an_answer_once_and_is_shown_once(chat):
    chat.say("endless")
    chat.wait_for("On and on.")
    chat.type(CTRL_C * 3)
    chat.wait_for("Stopped. What was said is kept.")
    told(chat, "hello", "You said 'hello'.")
    assert chat.text().count("Stopped.") == 1
    assert chat.text().count("On and on.") == 1
    assert "^C" not in chat.text()


def test_what_is_typed_while_an_answer_comes_is_shown_kept_and_sent_after_it(chat, tmp_path):
    chat.say("wait")
    chat.wait_for("Until then:")
    chat.type("next one\rand a draft")
    chat.wait_for("next › next one")
    chat.wait_for(lambda: box(chat) == "you › and a draft")
    (tmp_path / "go").touch()
    chat.wait_for("You said 'next one'.")
    chat.wait_for(lambda: box(chat) == "you › and a draft")
    assert chat.text().count("Until then: here you are.") == 1
    told(chat, "", "You said 'and a draft'.")


def test_what_was_to_follow_a_stopped_answer_goes_back_into_the_box(chat):
    chat.say("endless")
    chat.wait_for("On and on.")
    chat.type("next one\rand a draft")
    chat.wait_for("next › next one")
    chat.wait_for(lambda: box(chat) == "you › and a draft")
    chat.type(CTRL_C)
    chat.wait_for(lambda: box(chat) == "you › next one\n      and a draft")


def test_markdown_is_rendered_and_said_once(chat):
    told(chat, "plan", "The end of it.")
    said = chat.text()
    for line in ("A plan", "• one", "a link (https://example.org/there)", "return 42"):
        assert said.count(line) == 1, line
    assert "**" not in said
    assert "```" not in said
    assert "|---|" not in said


def test_a_long_answer_scrolls_and_nothing_that_was_shown_goes_away_again(chat):
    chat.say("long")
    chat.wait_for("Paragraph number 59 of the answer.")
    chat.wait_for(lambda: at_rest(chat))
    paragraphs = re.findall(r"Paragraph number \d+ of the answer\.", chat.text())
    assert paragraphs == LONG.replace("**", "").split("\n\n")
    assert b"\x1b[2J" not in chat.raw
    # Whatever is printed is printed once; what is drawn again is the end of it.
    assert len(chat.raw) < 12 * len(LONG)


def frames(raw, size):
    """What a terminal that knows synchronised output shows, one after the other."""
    import pyte

    screen = pyte.HistoryScreen(*size, history=10_000, ratio=0.01)
    stream = pyte.ByteStream(screen)
    for piece in raw.split(b"\x1b[?2026l"):
        before, _, held = piece.partition(b"\x1b[?2026h")
        stream.feed(before)
        yield len(screen.history.top) + max(
            (number for number, line in enumerate(screen.display) if "Paragraph" in line),
            default=0,
        )
        stream.feed(held)


def test_no_frame_shows_less_than_the_one_before(chat):
    chat.say("long")
    chat.wait_for("Paragraph number 59 of the answer.")
    chat.wait_for(lambda: at_rest(chat))
    seen = list(frames(chat.raw, (80, 24)))
    assert len(seen) > 5
    assert seen == sorted(seen)


def test_a_window_that_is_resized_goes_on(chat, tmp_path):
    chat.say("wait")
    chat.wait_for("Until then:")
    chat.type("draft")
    chat.resize(40, 12)
    chat.wait_for(lambda: box(chat) == "you › draft")
    chat.resize(100, 30)
    (tmp_path / "go").touch()
    chat.wait_for("here you are.")
    chat.wait_for(lambda: box(chat) == "you › draft")
    told(chat, "", "You said 'draft'.")
    told(chat, "x " * 40, "You said")
    assert f"You said '{'x ' * 40}".rstrip() in chat.text()  # 100 columns, not 80


def test_a_learners_fault_is_logged_above_the_box(chat):
    told(chat, "log", "ValueError: a fault of mine")
    assert "a line of the log" in chat.text()
    told(chat, "hello", "You said 'hello'.")


def test_commands_manage_conversations(chat, tmp_path):
    told(chat, "apples", "You said 'apples'.")
    told(chat, "/title My  fruit", "The title is now: My fruit")
    told(chat, "/new", "A new conversation begins")
    told(chat, "/export x.md", "The conversation has not begun.")
    told(chat, "pears", "You said 'pears'.")
    told(chat, "/threads", "My fruit")
    assert re.search(r"● +1 .* pears\n +2 .* My fruit", chat.text())
    told(chat, "oranges", "You said 'oranges'.")
    told(chat, "/open 1", "you › pears")
    assert "\n\nyou › oranges" in chat.text().rpartition("you › pears")[2]
    told(chat, "/open 2", "you › apples")
    told(chat, "/export fruit.md", "3 entries were written to fruit.md.")
    told(chat, "/export fruit.md", "fruit.md is there already.")
    told(chat, "/export fruit.json", "3 entries were written to fruit.json.")
    told(chat, "/export fruit.doc", "End it with .md or .json.")
    file = tmp_path / "fruit"
    text = file.with_suffix(".md").read_text("utf-8")
    assert re.match(r"# My fruit\n\n\*\*Assistant\*\* \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)\n\n", text)
    assert '"content": "apples"' in file.with_suffix(".json").read_text("utf-8")
    told(chat, "/inspect", "Events are listed.")
    told(chat, "plums", "assistant_message")
    told(chat, "/open 9", "/open 9 is not in the list of conversations.")
    told(chat, "/opne 1", "/opne is not a command. /help lists them.")
    told(chat, "/open", "/open needs N. Say: /open N")
    told(chat, "/help", "begin a new line")


@pytest.mark.parametrize(
    ("environment", "colours"),
    [({}, True), ({"NO_COLOR": "1"}, False)],
)
def test_colours_are_where_they_are_wanted(tmp_path, environment, colours):
    with terminal(PROGRAM, str(tmp_path), **environment) as chat:
        told(chat, "plan", "The end of it.")
        told(chat, "form", "/2  Not now")
        chat.type("/")
        chat.wait_for("/export")
        assert bool(COLOUR.search(chat.raw)) == colours


def test_a_dumb_terminal_gets_plain_lines(tmp_path):
    with terminal(PROGRAM, str(tmp_path), TERM="dumb") as chat:
        chat.wait_for("you ›")
        chat.say("plan")
        chat.wait_for("The end of it.")
        chat.say("form")
        chat.wait_for("/2  Not now")
        chat.say("/1")
        chat.wait_for("Title ›")
        chat.say("milk\r")
        chat.wait_for("note [none] ›")
        chat.say("")
        chat.wait_for("'size': 'small', 'note': 'none'")
        chat.say("endless")
        chat.wait_for("On and on.")
        chat.type(CTRL_C)
        chat.wait_for("Stopped.")
        chat.say("/quit")
        assert chat.wait_ended() == 0
        assert b"\x1b" not in chat.raw
