"""What Markdown makes of addresses and of mathematics."""

import pytest

from chatlab.frontend.markdown import render_links, render_markdown

LINK = '<a href="{0}">{0}</a>'.format


@pytest.mark.parametrize("render", [render_markdown, render_links])
@pytest.mark.parametrize(
    "address", ["https://example.org", "http://a.b/c_d_e?f=g#h", "https://example.org/a_(b)"]
)
def test_an_address_is_a_link_where_it_stands_alone(render, address):
    assert LINK(address) in render(f"See {address}.")


@pytest.mark.parametrize("render", [render_markdown, render_links])
@pytest.mark.parametrize(
    "text",
    ["ftp://a.b", "javascript://a.b/%0apwn()", "a@b.c", "mailto:a@b.c", "example.org", "http:///x"],
)
def test_nothing_else_is_made_a_link(render, text):
    assert "<a" not in render(text)


def test_a_link_has_no_link_in_it_and_code_has_none():
    assert render_markdown("[https://a.b](https://c.d)").count("<a") == 1
    assert "<a" not in render_markdown("`https://a.b`")


def test_what_a_user_typed_is_shown_as_typed():
    text = "  *one*\n\n\n  - [two](x) \\(three\\) &amp; # four"
    assert render_links(text) == text.replace("&", "&amp;")
    assert render_links("<b>") == "&lt;b&gt;"


@pytest.mark.parametrize(
    "formula",
    [r"\(x^2\)", r"\[x^2\]", r"\(a_1 * b * c_1\)", "\\[\nx\n- y\n+ z\n\\]", "\\[\na\n===\n\\]"],
)
def test_a_formula_keeps_its_backslashes_and_is_no_markdown(formula):
    assert render_markdown(formula) == f"<p>{formula}</p>\n"
    inline = formula.replace("\n", " ")
    assert inline in render_markdown(f"- so *it* is {inline} to the end")


def test_escapes_that_open_no_formula_stay_escapes():
    assert render_markdown(r"\[no\](https://a.b) \(open \*") == (
        f"<p>[no]({LINK('https://a.b')}) (open *</p>\n"
    )
    assert render_markdown("`\\(x\\)`") == "<p><code>\\(x\\)</code></p>\n"
    assert "<p>\\[x\\] and more" in render_markdown("Text\n\n\\[x\\] and more\n- y")
