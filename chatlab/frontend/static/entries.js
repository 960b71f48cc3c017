const SIGNS = { running: "…", completed: "✓", failed: "✗", unfinished: "…" };

// One entry of the conversation. `desk` is what an entry may do: say(message), tell(status), who.
function entryNode(entry, desk) {
  const node = make("article", { className: `chatlab-${entry.kind}` });
  node.dataset.key = entry.key;
  ({ user: userEntry, assistant: assistantEntry, tool: chipEntry, task: chipEntry, widget: widgetEntry,
    stats: statsEntry }[entry.kind] || errorEntry)(node, entry, desk);
  return node;
}

function userEntry(node, entry, desk) {
  node.setAttribute("aria-label", desk.who);
  node.append(make("span", { className: "chatlab-who", textContent: desk.who }),
    make("span", { className: "chatlab-said", textContent: entry.text }));
}

function assistantEntry(node, entry, desk) {
  node.setAttribute("aria-label", "Assistant");
  node.setAttribute("aria-busy", String(Boolean(entry.busy)));
  if (entry.html === undefined) {
    node.piece = new Text(entry.text);
    node.append(node.piece);
  } else node.append(cleaned(entry.html, "chatlab-text", desk.tell));
  if (entry.stopped) node.append(make("div", { className: "chatlab-note", textContent: "stopped" }));
}

function chipEntry(node, entry) {
  const isTool = entry.kind === "tool";
  node.setAttribute("aria-label", isTool ? "Tool" : "Background job");
  const chip = make("span", { className: "chatlab-chip" },
    make("b", { textContent: SIGNS[entry.status], aria: { hidden: "true" } }));
  if (isTool) chip.append(make("code", { textContent: entry.tool }));
  if (entry.text) chip.append(make("span", { textContent: entry.text }));
  chip.dataset.status = entry.status;
  if (!isTool) {
    chip.append(make("progress", { max: 1, value: entry.progress, aria: { label: entry.text || "job" } }),
      make("span", { className: "chatlab-note", textContent: `${Math.round(entry.progress * 100)}%` }));
  }
  chip.append(make("span", { className: "chatlab-note", textContent: entry.status }));
  node.append(chip);
}

function widgetEntry(node, entry, desk) {
  node.setAttribute("aria-label", "Widget");
  const send = (action) => desk.say({ type: "act", action, item: entry.key });
  node.append(treeNode(entry.root, send, desk.tell));
}

function statsEntry(node, entry) {
  node.setAttribute("aria-label", "What the turn took");
  node.textContent = entry.text;
}

function errorEntry(node, entry, desk) {
  node.setAttribute("role", "alert");
  node.append(make("span", { textContent: entry.text }));
  for (const line of entry.lines || []) node.append(make("code", { textContent: line }));
  if (entry.retry) {
    node.append(" ", make("button", {
      type: "button", textContent: "Try again", onclick: () => desk.say({ type: "retry" }),
    }));
  }
}
