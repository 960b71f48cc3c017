// A turn once more, at its own pace: its text grows, and what else there was comes as a line.
function createReplay(announce) {
  const text = make("div", { className: "chatlab-replayed", dir: "auto", tabIndex: 0, aria: { role: "log", live: "off", label: "The turn again" } });
  const stop = make("button", { type: "button", textContent: "End the replay" });
  const node = make("div", { className: "chatlab-replay", hidden: true }, text, stop);
  let timer = 0;
  let opener = null;

  const end = () => {
    clearTimeout(timer);
    node.hidden = true;
    opener?.focus();
  };
  stop.onclick = end;
  const step = (events, index) => {
    const event = events[index];
    if (event.type === "assistant_message") text.append(event.content);
    else text.append(make("div", { className: "chatlab-note", textContent: `${event.at} ms  ${event.type}  ${summarise(event)}` }));
    text.scrollTop = text.scrollHeight;
    if (index + 1 < events.length) timer = setTimeout(step, events[index + 1].at - event.at, events, index + 1);
    else {
      stop.textContent = "Close";
      announce("The replay is over.");
    }
  };
  return {
    node,
    start: (events, button) => {
      clearTimeout(timer);
      opener = button;
      text.replaceChildren();
      stop.textContent = "End the replay";
      node.hidden = false;
      stop.focus();
      timer = setTimeout(step, events[0].at, events, 0);
    },
  };
}
