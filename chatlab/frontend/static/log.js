const NEAR_END_PIXELS = 24;
const PIECES_A_SHELF = 20;
const CONTROLS = "button, input, select";
const controlName = (control) => `${control.tagName} ${control.name || control.textContent}`;

// A card that stays as it was keeps what was typed into it.
function keepTyped(oldNode, node) {
  if (!node.widget || node.widget !== oldNode.widget) return;
  const fields = [...node.querySelectorAll("input, select")];
  oldNode.querySelectorAll("input, select").forEach((field, index) => {
    if (!fields[index].disabled) fields[index].value = field.value;
  });
}

// The list of entries. It scrolls with the stream until you scroll up, and requests older entries
// when you reach the top.
function createLog(state, actions) {
  const log = make("div", { className: "chatlab-log", tabIndex: 0,
    aria: { role: "log", live: "off", label: "Conversation" } });
  const olderButton = make("button", { type: "button", className: "chatlab-earlier", textContent: "Earlier messages" });
  const latestButton = make("button", { type: "button", className: "chatlab-latest", textContent: "↓ Latest" });
  const items = make("div", {}, olderButton);
  const nodes = new Map();
  let follow = true;
  let lastScrollTop = 0;
  let olderRequested = false;

  const requestOlder = () => {
    if (!state.more || olderRequested) return;
    olderRequested = true;
    actions.send({ type: "older" });
    setTimeout(() => { olderRequested = false; }, 3000);
  };
  const buildNode = (entry) => {
    const node = entryNode(entry, actions);
    if (!actions.interactive) {
      node.querySelectorAll("form button, button:not(.chatlab-copy), input, select")
        .forEach((control) => { control.disabled = true; });
    }
    return node;
  };
  const put = (entry) => {
    if (entry.kind === "stats") return; // they are beside the events
    const node = buildNode(entry);
    const oldNode = nodes.get(entry.key);
    if (oldNode) {
      keepTyped(oldNode, node);
      const name = oldNode.contains(document.activeElement) ? controlName(document.activeElement) : null;
      oldNode.replaceWith(node);
      if (name !== null) {
        const twin = [...node.querySelectorAll(CONTROLS)].find((control) => controlName(control) === name && !control.disabled);
        if (twin) twin.focus();
        else actions.focusInput();
      }
    } else items.append(node);
    nodes.set(entry.key, node);
  };
  // A box around each piece, and one around twenty of these: what is far away costs the browser as much
  // as one entry, however long the conversation is.
  const shelve = (piece) => {
    let shelf = olderButton.nextElementSibling;
    if (!shelf?.matches(".chatlab-shelf") || shelf.childElementCount >= PIECES_A_SHELF) {
      shelf = make("div", { className: "chatlab-shelf" });
      olderButton.after(shelf);
    }
    shelf.prepend(piece);
  };
  const prepend = (entries) => {
    const anchor = items.querySelector(".chatlab-piece, article");
    const previousTop = follow ? 0 : anchor?.getBoundingClientRect().top;
    const piece = make("div", { className: "chatlab-piece" });
    piece.append(...entries.filter((entry) => entry.kind !== "stats").map((entry) => {
      nodes.get(entry.key)?.remove(); // a card that was changed before it was loaded
      nodes.set(entry.key, buildNode(entry));
      return nodes.get(entry.key);
    }));
    shelve(piece);
    if (anchor && !follow) log.scrollTop += anchor.getBoundingClientRect().top - previousTop;
    olderRequested = false;
  };
  const reorder = (keys) => {
    let previous = olderButton;
    for (const key of keys) {
      const node = nodes.get(key);
      if (!node) continue;
      if (previous.nextElementSibling !== node) previous.after(node);
      previous = node;
    }
    items.querySelectorAll(".chatlab-shelf").forEach((shelf) => { if (!shelf.querySelector("article")) shelf.remove(); });
  };
  const updateButtons = () => {
    olderButton.hidden = !state.more;
    log.classList.toggle("chatlab-empty", !nodes.size);
    latestButton.hidden = follow;
  };
  const scrollToEnd = () => {
    if (!follow) return;
    log.scrollTop = log.scrollHeight;
    lastScrollTop = log.scrollTop; // what has become shorter is not somebody who scrolls up
  };
  const paint = (patch) => {
    if (patch.put) put(patch.put);
    else if (patch.add !== undefined) nodes.get(patch.key)?.textNode?.appendData(patch.add);
    else if (patch.before) prepend(patch.before);
    else if (patch.order) reorder(patch.order);
    else if (patch.drop) {
      for (const key of patch.drop) {
        const focused = nodes.get(key)?.contains(document.activeElement);
        nodes.get(key)?.remove();
        nodes.delete(key);
        if (focused) actions.focusInput();
      }
    } else if (patch.frameDone) {
      updateButtons();
      scrollToEnd();
    }
  };
  log.onscroll = () => {
    const distance = log.scrollHeight - log.scrollTop - log.clientHeight;
    if (distance < NEAR_END_PIXELS) follow = true;
    else if (log.scrollTop < lastScrollTop - 1) follow = false;
    lastScrollTop = log.scrollTop;
    latestButton.hidden = follow;
    if (!follow && lastScrollTop < 200) requestOlder();
  };
  olderButton.onclick = requestOlder;
  const toEnd = () => {
    follow = true;
    scrollToEnd();
    updateButtons();
  };
  latestButton.onclick = () => { toEnd(); log.focus(); };
  log.append(items);
  new ResizeObserver(scrollToEnd).observe(items);
  state.inOrder().forEach(put);
  updateButtons();

  let highlighted;
  const reveal = (key) => {
    highlighted?.classList.remove("chatlab-hit");
    highlighted = nodes.get(key);
    if (!highlighted) return false;
    highlighted.classList.add("chatlab-hit");
    follow = false;
    highlighted.scrollIntoView({ block: "nearest" });
    return true;
  };
  return { node: make("div", { className: "chatlab-view" }, log, latestButton), paint, reveal, toEnd };
}
