"""What a chat pane shows for events: empty pieces, and a card that becomes another."""

from chatlab import AssistantMessage, ErrorEvent, ItemReplaced, Notice, Text, Widget, WidgetItem
from chatlab.frontend.view_model import ChatViewModel
from chatlab.testing import FixedClock


def test_an_empty_piece_outside_a_message_shows_nothing():
    model = ChatViewModel()

    patches = model.apply(AssistantMessage(content="", thread_id="thr", seq=1))

    assert model.entries == {}
    assert [list(patch) for patch in patches] == [["event"]]
    assert [event["content"] for event in model.events] == [""]


def test_a_card_that_is_replaced_keeps_its_place():
    model = ChatViewModel()
    item = WidgetItem(
        id="wdg", thread_id="thr", content="", timestamp=FixedClock().now(), widget=Text(value="a")
    )
    model.show_item(item)
    model.apply(AssistantMessage(content="after", item_id="msg", seq=1))

    model.apply(Widget(root=Text(value="b"), item_id="wdg", seq=2))
    model.apply(ItemReplaced(item=item.model_copy(update={"widget": Text(value="c")}), seq=3))

    assert [entry["key"] for entry in model.snapshot()] == ["wdg", "msg"]
    assert model.snapshot()[0]["root"]["value"] == "c"


def test_a_line_beside_the_conversation_never_takes_the_place_of_an_older_one():
    turns = [ChatViewModel(key_suffix=suffix) for suffix in ("-turn1", "-turn2")]
    for model in turns:
        model.apply(Notice(message="a"))
        model.apply(ErrorEvent(code="x", message="b"))
    keys = [key for model in turns for key in model.entries]
    assert len(set(keys)) == 4

    (model, _) = turns
    model.remove(keys[:1])
    model.apply(Notice(message="c"))
    model.apply(ErrorEvent(code="x", message="d"))
    assert [entry["text"] for entry in model.snapshot()] == ["b", "c", "d"]
