"""Each demo has a script and a style sheet of its own, and the theme comes first."""

from chatlab.lessons.l02_threads_and_items.demos import shelf
from chatlab.lessons.l04_streaming.demos import two_lanes
from chatlab.widgets.live_demo import demo_widget


def test_two_demos_in_one_page_do_not_share_a_style_sheet():
    first, second = (demo_widget(module.__file__) for module in (shelf, two_lanes))

    assert first._anywidget_id != second._anywidget_id
    assert ".sh-bar" in first._css
    assert ".tl-bar" in second._css
    assert first._css.index("--ink") < first._css.index(".sh-bar")
