// Every event with its time and its JSON. A click shows what it changed in the conversation.
function createInspector(state, log, open) {
  const list = make("ol", { className: "chatlab-events", aria: { label: "Events of this conversation" } });
  const filter = make("input", { type: "search", placeholder: "Filter: tool, delta, msg_…",
    aria: { label: "Filter events" } });
  const count = make("span", { className: "chatlab-note" });
  const node = make("section", { className: "chatlab-inspector", hidden: !open, aria: { label: "Event inspector" } },
    make("div", { className: "chatlab-bar" }, make("b", { textContent: "Events" }), count, filter), list);

  const matches = (row) => filter.value.toLowerCase().split(/\s+/).every((word) => row.words.includes(word));
  const row = (event) => {
    const { at, ...rest } = event;
    const json = JSON.stringify(rest);
    const button = make("button", { type: "button", className: "chatlab-event", aria: { expanded: "false" } },
      make("span", { className: "chatlab-at", textContent: `${at} ms` }),
      make("span", { className: "chatlab-type", textContent: event.type }),
      make("span", { className: "chatlab-gist", textContent: gist(event) }));
    const line = make("li", {}, button);
    line.words = `${at} ms ${event.type === "assistant_message" ? "delta" : ""} ${json}`.toLowerCase();
    line.hidden = !matches(line);
    button.onclick = () => {
      const opened = line.querySelector("pre");
      if (opened) opened.remove();
      else line.append(make("pre", { tabIndex: 0, textContent: JSON.stringify(rest, null, 2) }));
      button.setAttribute("aria-expanded", String(!opened));
      log.reveal(event.item_id || rest.item?.id || "");
    };
    return line;
  };
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  const tally = () => { count.textContent = ` ${state.events.length}`; };
  const add = (events) => {
    const stay = !atEnd();
    list.append(...events.map(row));
    while (list.childElementCount > EVENTS_KEPT) list.firstElementChild.remove();
    if (!stay) list.scrollTop = list.scrollHeight;
    tally();
  };
  const fill = () => {
    list.replaceChildren();
    add(state.events);
  };
  filter.oninput = () => { for (const line of list.children) line.hidden = !matches(line); };
  if (open) fill();
  return {
    node,
    toggle: (yes) => {
      node.hidden = !yes;
      if (yes) fill();
      else list.replaceChildren();
    },
    paint: (patch) => {
      if (node.hidden) return;
      if (patch.noted) add(patch.noted);
      else if (patch.again) fill();
    },
  };
}

function gist(event) {
  if (event.content !== undefined) return JSON.stringify(event.content);
  if (event.tool) return `${event.tool} ${event.status}`;
  if (event.title !== undefined && event.progress !== undefined) return `${event.title} ${event.progress}`;
  if (event.item) return `${event.item.role}: ${event.item.content}`;
  return event.message || event.item_id || "";
}
