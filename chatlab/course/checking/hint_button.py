"""The button under a check that is not passed: each click shows one more hint, in place."""

from typing import Any

from chatlab.course.catalogue import Part
from chatlab.course.hints import hint_sentence, reveal_hint, shown_hints
from chatlab.course.progress import Progress, course_root
from chatlab.errors import ChatlabError
from chatlab.frontend.markdown import render_inline
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["make_hint_button", "show_hint_button"]


def show_hint_button(part: Part) -> None:
    """Put the button under the cell; a saved notebook keeps the sentence instead."""
    sentence = hint_sentence(part)
    still = f'{FALLBACK_HTML}<p style="margin:0 0 4px 16px">{sentence}</p></div>'
    display_live(make_hint_button(part), {"text/plain": sentence, "text/html": still})


def make_hint_button(part: Part) -> Any:
    """The live half. Hints that were seen before are there at once; a new one is recorded."""
    try:
        hints = shown_hints(part, Progress(course_root()))
    except ChatlabError:
        hints = ()
    button = demo_widget(__file__, {"count": len(part.hints)}, _as_frame(hints))

    def reveal(_widget: object, _message: object, _buffers: object) -> None:
        try:
            button.frame = _as_frame(reveal_hint(part, Progress(course_root())))
        except (ChatlabError, OSError) as error:
            count = len(button.frame["hints"]) + 1
            trouble = f"This could not be recorded: {error}"
            button.frame = _as_frame(part.hints[:count]) | {"trouble": trouble}

    button.on_msg(reveal)
    return button


def _as_frame(hints: tuple[str, ...]) -> dict[str, Any]:
    return {"hints": [render_inline(hint) for hint in hints]}
