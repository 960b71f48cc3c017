// The list of events, each with its time and its JSON. A click highlights the entry it changed.
function createInspector(state, log, open) {
  const list = make("ol", { className: "chatlab-events", aria: { label: "Events of this conversation" } });
  const filter = make("input", { type: "search", placeholder: "Filter: tool, delta, msg_…",
    aria: { label: "Filter events" } });
  const count = make("span", { className: "chatlab-note" });
  const node = make("section", { className: "chatlab-inspector", hidden: !open, aria: { label: "Event inspector" } },
    make("div", { className: "chatlab-bar" }, make("b", { textContent: "Events" }), count, filter), list);

  const matches = (line) => filter.value.toLowerCase().split(/\s+/).every((word) => line.searchText.includes(word));
  const eventRow = (event) => {
    const { at, ...fields } = event;
    const json = JSON.stringify(fields);
    const button = make("button", { type: "button", className: "chatlab-event", aria: { expanded: "false" } },
      make("span", { className: "chatlab-at", textContent: `${at} ms` }),
      make("span", { className: "chatlab-type", textContent: event.type }),
      make("span", { className: "chatlab-gist", textContent: summarise(event) }));
    const line = make("li", {}, button);
    line.searchText = `${at} ms ${event.type === "assistant_message" ? "delta" : ""} ${json}`.toLowerCase();
    line.hidden = !matches(line);
    button.onclick = () => {
      const details = line.querySelector("pre");
      if (details) details.remove();
      else line.append(make("pre", { tabIndex: 0, textContent: JSON.stringify(fields, null, 2) }));
      button.setAttribute("aria-expanded", String(!details));
      log.reveal(event.item_id || fields.item?.id || "");
    };
    return line;
  };
  const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PIXELS;
  const updateCount = () => { count.textContent = ` ${state.events.length}`; };
  const append = (events) => {
    const keepPosition = !isAtEnd();
    list.append(...events.map(eventRow));
    while (list.childElementCount > MAX_EVENTS) list.firstElementChild.remove();
    if (!keepPosition) list.scrollTop = list.scrollHeight;
    updateCount();
  };
  const showAll = () => {
    list.replaceChildren();
    append(state.events);
  };
  filter.oninput = () => { for (const line of list.children) line.hidden = !matches(line); };
  if (open) showAll();
  return {
    node,
    toggle: (visible) => {
      node.hidden = !visible;
      if (visible) showAll();
      else list.replaceChildren();
    },
    paint: (patch) => {
      if (node.hidden) return;
      if (patch.newEvents) append(patch.newEvents);
      else if (patch.reset) showAll();
    },
  };
}

function summarise(event) {
  if (event.content !== undefined) return JSON.stringify(event.content);
  if (event.tool) return `${event.tool} ${event.status}`;
  if (event.title !== undefined && event.progress !== undefined) return `${event.title} ${event.progress}`;
  if (event.item) return `${event.item.role}: ${event.item.content}`;
  return event.message || event.item_id || "";
}
