// The list of events, each with its time and its JSON; a click highlights the entry it changed. Above
// it stands what each turn took.
function createInspector(state, log, open, announce) {
  const list = make("ol", { className: "chatlab-events", aria: { label: "Events of this conversation" } });
  const filter = make("input", { type: "search", placeholder: "Filter: tool, delta, msg_…",
    aria: { label: "Filter events" } });
  const count = make("span", { className: "chatlab-note" });
  const turns = make("ol", { className: "chatlab-turns", tabIndex: 0, aria: { label: "What each turn took" } });
  const replay = createReplay(announce);
  let paused = false;
  const tool = (label, title, onclick) => make("button", { type: "button", className: "chatlab-toggle", textContent: label, title, onclick });
  const pause = tool("Pause", "Let the list stand still", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) showAll();
  });
  pause.setAttribute("aria-pressed", "false");
  const clear = tool("Clear", "Empty the list", () => {
    state.events.length = 0;
    showAll();
    announce("The list of events is empty.");
  });
  const save = tool("Save", "Save the events that the filter lets through, as JSON lines", () => {
    const shown = state.events.filter((event) => isShown(textOf(event)));
    const href = URL.createObjectURL(new Blob(shown.map((event) => `${JSON.stringify(event)}\n`), { type: "application/jsonl" }));
    make("a", { href, download: "events.jsonl" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
    announce(`${shown.length} events saved.`);
  });
  const node = make("section", { className: "chatlab-inspector", hidden: !open, aria: { label: "Event inspector" } },
    make("div", { className: "chatlab-bar" }, make("b", { textContent: "Events" }), count, filter, pause, clear, save),
    turns, replay.node, list);

  const isShown = (text) => filter.value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  const textOf = ({ at, ...fields }) =>
    `${at} ms ${fields.type === "assistant_message" ? "delta" : ""} ${JSON.stringify(fields)}`.toLowerCase();
  const showTurn = (entry) => {
    const row = make("li", { className: "chatlab-stats" }, make("span", { textContent: entry.text }));
    row.dataset.key = entry.key;
    const events = state.turns.get(entry.key);
    const old = turns.querySelector(`[data-key="${CSS.escape(entry.key)}"]`);
    const number = old ? [...turns.children].indexOf(old) + 1 : turns.childElementCount + 1;
    const button = make("button", { type: "button", className: "chatlab-tool", hidden: !events, aria: { label: `Replay turn ${number}` } });
    button.dataset.label = "Replay";
    button.onclick = () => replay.start(events, button);
    row.append(button);
    if (old) old.replaceWith(row);
    else turns.append(row);
    turns.scrollTop = turns.scrollHeight;
  };
  const eventRow = (event) => {
    const { at, ...fields } = event;
    const button = make("button", { type: "button", className: "chatlab-event", aria: { expanded: "false" } },
      make("span", { className: "chatlab-at", textContent: `${at} ms` }),
      make("span", { className: "chatlab-type", textContent: event.type }),
      make("span", { className: "chatlab-gist", textContent: summarise(event) }));
    const line = make("li", {}, button);
    line.searchText = textOf(event);
    line.hidden = !isShown(line.searchText);
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
  filter.oninput = () => { for (const line of list.children) line.hidden = !isShown(line.searchText); };
  const forget = (keys) => keys.forEach((key) => turns.querySelector(`.chatlab-stats[data-key="${CSS.escape(key)}"]`)?.remove());
  if (open) showAll();
  for (const entry of state.entries.values()) if (entry.kind === "stats") showTurn(entry);
  return {
    node,
    toggle: (visible) => {
      node.hidden = !visible;
      if (visible) showAll();
      else list.replaceChildren();
    },
    paint: (patch) => {
      if (patch.put?.kind === "stats") showTurn(patch.put);
      if (patch.drop) forget(patch.drop);
      if (node.hidden || paused) return;
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
