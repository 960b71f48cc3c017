"""What a text costs that is shown as Markdown, whoever wrote it; counted in calls, not seconds."""

import sys
from html import escape

import pytest
from markdown_it.rules_inline.linkify import linkify

from chatlab.frontend.entries import widget_entry
from chatlab.frontend.markdown import (
    MAX_MARKDOWN,
    render_inline,
    render_links,
    render_markdown,
    rendered_for,
)
from chatlab.items import Card, Text

HOSTILE = {
    "brackets": "[",
    "images": "![",
    "images in brackets": "![[]()",
    "links without an end": "[a](b",
    "brackets on lines": "[\n",
    "stars in words": "a**b",
    "stars and lines": "*_",
    "cells": "|a",
    "quotes": "> ",
    "lists": "- a\n",
    "lines": "a\n",
    "paragraphs": "[[[[a\n\n",
    "backticks": "`a``",
    "tags": "<a ",
    "entities": "&lt",
    "quotes that others go on": "a\n> ```\n",
}
SEQUENCES = {
    "lines that end no quote": ("> " * 100, "\\\n"),
    "lines that end no list": ("- " * 100, "a\n"),
    "tables in no quote": ("> " * 5_000, "|a|\n|-|\n"),
    "much after a few brackets": ("[" * 100, "> "),
}
WIDE_TABLE = "|a" * 1000 + "\n" + "|-" * 1000 + "\n"


def calls(text, render=render_markdown):
    """How many functions run while the text is rendered."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    earlier = sys.getprofile()
    sys.setprofile(note)
    try:
        render(text)
    finally:
        sys.setprofile(earlier)
    return count


@pytest.mark.parametrize(("first", "then"), SEQUENCES.values(), ids=SEQUENCES)
def test_what_may_go_on_for_ever_costs_no_more(first, then):
    text = (first + "\n" * then.endswith("\n") + then * MAX_MARKDOWN)[:MAX_MARKDOWN]
    assert calls(text) < 100 * MAX_MARKDOWN
    assert escape(then.split("\n")[0]) in render_markdown(text)


def test_what_is_rendered_again_for_another_is_rendered_anew():
    text = f"**as for {__name__}**"
    html = render_markdown(text)
    again = calls(text)
    rendered_for.set("bob")
    try:
        assert calls(text) > 10 * again
        assert calls(text) == again
        assert render_markdown(text) == html
    finally:
        rendered_for.set("")


@pytest.mark.parametrize("render", [render_markdown, render_inline])
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_a_text_costs_what_its_length_says_and_a_long_one_no_more(piece, render):
    for length in (MAX_MARKDOWN, 100_000):
        text = piece * (length // len(piece))
        assert calls(text, render) < 100 * MAX_MARKDOWN


def characters_read(text, monkeypatch):
    """How many characters before an address the library looks at, all calls together."""
    read = 0

    def noting(state, silent):
        nonlocal read
        read += len(state.pending)
        return linkify(state, silent)

    monkeypatch.setattr("chatlab.frontend.markdown.linkify", noting)
    render_links(text)
    return read


@pytest.mark.parametrize("piece", ["://", "h://h ", "ftp://x", "http://[", "://\n", "http://a "])
def test_an_address_is_not_looked_for_in_all_that_came_before_it(piece, monkeypatch):
    assert characters_read(piece * 3000, monkeypatch) < 10 * len(piece * 3000)


def test_an_address_in_a_bracket_that_never_closes_is_read():
    text = "httpsHTTPS[mailto:a@b://a.de"

    assert render_markdown(text) == f"<p>{text}</p>\n"


@pytest.mark.parametrize("row", ["|x\n", "x\n", "|\n"])
def test_a_table_is_not_filled_up_without_end(row):
    text = WIDE_TABLE + row * 5000

    assert calls(text[:MAX_MARKDOWN]) < 100 * MAX_MARKDOWN
    assert len(render_markdown(text[:MAX_MARKDOWN])) < 10 * MAX_MARKDOWN


def test_what_is_too_much_is_shown_as_it_is_written():
    assert render_markdown("[" * 300) == f"<p>{'[' * 300}</p>\n"
    assert render_markdown("<i>\n" * 9000).startswith("<p>&lt;i&gt;<br>\n&lt;i&gt;<br>\n")


def test_a_long_text_is_markdown_as_far_as_markdown_goes():
    html = render_markdown("**bold**\n\n" * 5000)

    assert html.startswith("<p><strong>bold</strong></p>\n")
    assert html.endswith("**bold**</p>\n")


def test_tables_links_and_lists_of_everyday_stay_what_they_are():
    links = "".join(f"- [{number}](https://x.example/{number})\n" for number in range(300))
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 300

    assert render_markdown(links).count("<a href=") == 300
    assert render_markdown(table).count("<td>") == 600


def test_a_text_is_rendered_once():
    text = "said **once**"

    assert calls(text) > 10 * calls(text)


def test_a_widget_has_as_much_markdown_as_a_message():
    few, many = (Card(children=(Text(value="**x**" * 40),) * n) for n in (10, 1000))

    assert "<strong>" in widget_entry("w", few)["root"]["children"][0]["html"]
    assert "<strong>" not in widget_entry("w", many)["root"]["children"][0]["html"]
