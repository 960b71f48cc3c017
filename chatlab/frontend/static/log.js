const NEAR = 24;

// The conversation itself: it follows the stream until you scroll up, and loads what came before.
function createLog(state, desk) {
  const log = make("div", { className: "chatlab-log", tabIndex: 0,
    aria: { role: "log", live: "off", label: "Conversation" } });
  const earlier = make("button", { type: "button", className: "chatlab-earlier", textContent: "Earlier messages" });
  const latest = make("button", { type: "button", className: "chatlab-latest", textContent: "↓ Latest" });
  const items = make("div", {}, earlier);
  const nodes = new Map();
  let follow = true;
  let top = 0;
  let asking = false;

  const older = () => {
    if (!state.more || asking) return;
    asking = true;
    desk.say({ type: "older" });
    setTimeout(() => { asking = false; }, 3000);
  };
  const built = (entry) => {
    const node = entryNode(entry, desk);
    if (!desk.interactive) {
      node.querySelectorAll("form button, button:not(.chatlab-copy), input, select")
        .forEach((one) => { one.disabled = true; });
    }
    return node;
  };
  const put = (entry) => {
    const node = built(entry);
    const old = nodes.get(entry.key);
    if (old) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(node);
      if (focused) node.querySelector("button, input, select")?.focus();
    } else items.append(node);
    nodes.set(entry.key, node);
  };
  const before = (entries) => {
    const anchor = earlier.nextElementSibling;
    const was = anchor?.getBoundingClientRect().top;
    earlier.after(...entries.map((entry) => {
      nodes.set(entry.key, built(entry));
      return nodes.get(entry.key);
    }));
    if (anchor && !follow) log.scrollTop += anchor.getBoundingClientRect().top - was;
    asking = false;
  };
  const order = (keys) => {
    let last = earlier;
    for (const key of keys) {
      const node = nodes.get(key);
      if (last.nextElementSibling !== node) last.after(node);
      last = node;
    }
  };
  const settle = () => {
    earlier.hidden = !state.more;
    latest.hidden = follow;
  };
  const toEnd = () => { if (follow) log.scrollTop = log.scrollHeight; };
  const paint = (patch) => {
    if (patch.put) put(patch.put);
    else if (patch.add !== undefined) nodes.get(patch.key)?.piece?.appendData(patch.add);
    else if (patch.before) before(patch.before);
    else if (patch.order) order(patch.order);
    else if (patch.drop) {
      for (const key of patch.drop) {
        nodes.get(key)?.remove();
        nodes.delete(key);
      }
    } else if (patch.end) settle();
  };
  log.onscroll = () => {
    const left = log.scrollHeight - log.scrollTop - log.clientHeight;
    if (left < NEAR) follow = true;
    else if (log.scrollTop < top - 1) follow = false;
    top = log.scrollTop;
    latest.hidden = follow;
    if (!follow && top < 200) older();
  };
  earlier.onclick = older;
  latest.onclick = () => { follow = true; toEnd(); log.focus(); };
  log.append(items);
  new ResizeObserver(toEnd).observe(items);
  state.entries.forEach(put);
  settle();

  let shown;
  const reveal = (key) => {
    shown?.classList.remove("chatlab-hit");
    shown = nodes.get(key);
    if (!shown) return false;
    shown.classList.add("chatlab-hit");
    follow = false;
    shown.scrollIntoView({ block: "nearest" });
    return true;
  };
  return { node: make("div", { className: "chatlab-view" }, log, latest), paint, reveal };
}
