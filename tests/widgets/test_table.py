"""A table: the same rows as HTML and as text, and nothing in them is HTML of its own."""

from chatlab.widgets import table


def test_rows_stand_under_their_headings_and_a_title_above():
    shown = table(["who", "hears"], [["alice", "yes"], ["bob", "no\nnot at all"]], title="Who?")
    assert shown.text.splitlines() == [
        "Who?",
        "who    hears",
        "alice  yes",
        "bob    no",
        "       not at all",
    ]
    assert ">no<br>not at all<" in shown.html
    assert ">Who?</caption>" in shown.html


def test_what_is_in_a_cell_stays_text():
    shown = table(["<b>"], [[{"a": "<script>"}]])
    assert "<script>" not in shown.html
    assert "<b>" not in shown.html
    assert "<script>" in shown.text
