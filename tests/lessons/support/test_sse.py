"""The reader that judges 04.5 is right itself: it reads what the standard's examples say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.lessons.support.sse import parse_sse
from chatlab.streams import sse_frame


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10", "")]),
        (
            ": test stream\n\ndata: first one\nid: 1\n\ndata:second event\nid\n\ndata:  third\n\n",
            [
                ("message", "first one", "1"),
                ("message", "second event", ""),
                ("message", " third", ""),
            ],
        ),
        ("data\n\ndata\ndata\n\ndata:", [("message", "", ""), ("message", "\n", "")]),
        ("data:test\n\ndata: test\n\n", [("message", "test", ""), ("message", "test", "")]),
        ("event: add\r\ndata: 7\r\n\r\nevent: lost\n\n", [("add", "7", "")]),
        ("\ufeffid: 3\0\nid: 4\ndata: a\rdata: b\r\r", [("message", "a\nb", "4")]),
        ("data: never ended\n", []),
    ],
)
def test_the_examples_of_the_standard_are_read_as_it_says(stream, events):
    assert list(parse_sse(stream)) == events


@given(st.text(), st.text(st.characters(exclude_characters="\r\n\0"), min_size=1))
def test_what_the_kit_writes_is_read_back(data, id):
    assert list(parse_sse(sse_frame(data, "piece", id))) == [
        ("piece", re.sub("\r\n|\r", "\n", data), id)
    ]
