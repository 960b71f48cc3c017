const STATUS_SIGNS = { running: "…", completed: "✓", failed: "✗", unfinished: "…" };

// The DOM node of one entry. `actions` is what an entry can use: send(message) to the kernel,
// announce(text) in the status line, and `who`, the user's name.
function entryNode(entry, actions) {
  const node = make("article", { className: `chatlab-${entry.kind}` });
  node.dataset.key = entry.key;
  ({ user: userEntry, assistant: assistantEntry, tool: chipEntry, task: chipEntry, widget: widgetEntry,
    notice: noticeEntry, prompts: promptsEntry }[entry.kind] || errorEntry)(node, entry, actions);
  return node;
}

function userEntry(node, entry, actions) {
  node.setAttribute("aria-label", actions.who);
  const said = safeHtml(entry.html, "chatlab-said", actions.announce);
  said.dir = "auto";
  node.append(make("span", { className: "chatlab-who", textContent: actions.who }), said);
  if (actions.messageTools) node.append(messageTools(node, entry, actions));
}

function assistantEntry(node, entry, actions) {
  node.setAttribute("aria-label", "Assistant");
  node.setAttribute("aria-busy", String(Boolean(entry.busy)));
  if (entry.html === undefined) {
    node.dir = "auto";
    node.textNode = new Text(entry.text);
    node.append(node.textNode);
  } else node.append(safeHtml(entry.html, "chatlab-text", actions.announce));
  if (entry.stopped) {
    const why = entry.why ? `: ${entry.why}` : "";
    node.append(make("div", { className: "chatlab-note", textContent: `Not finished${why}` }));
  }
  if (actions.messageTools && entry.html) node.append(messageTools(node, entry, actions));
}

function chipEntry(node, entry) {
  const isTool = entry.kind === "tool";
  node.setAttribute("aria-label", isTool ? "Tool" : "Background job");
  const chip = make("span", { className: "chatlab-chip" },
    make("b", { textContent: STATUS_SIGNS[entry.status], aria: { hidden: "true" } }));
  if (isTool) chip.append(make("code", { textContent: entry.tool }));
  if (entry.text) chip.append(make("span", { dir: "auto", textContent: entry.text }));
  chip.dataset.status = entry.status;
  if (!isTool) {
    chip.append(make("progress", { max: 1, value: entry.progress, aria: { label: entry.text || "job" } }),
      make("span", { className: "chatlab-note", textContent: `${Math.round(entry.progress * 100)}%` }));
  }
  chip.append(make("span", { className: "chatlab-note", textContent: entry.status }));
  node.append(chip);
}

function widgetEntry(node, entry, actions) {
  node.setAttribute("aria-label", "Widget");
  const send = (action) => actions.send({ type: "act", action, item: entry.key });
  node.widget = JSON.stringify(entry.root);
  node.append(treeNode(entry.root, send, actions.announce, entry.answered));
}

function noticeEntry(node, entry) {
  node.setAttribute("role", entry.level === "danger" ? "alert" : "status");
  node.dataset.level = entry.level;
  node.dir = "auto";
  if (entry.title) node.append(make("b", { textContent: entry.title }), " ");
  node.append(entry.level === "progress" ? `${entry.text} …` : entry.text);
}

// What one might say first: each is said with one click.
function promptsEntry(node, entry, actions) {
  node.setAttribute("aria-label", "What you might say");
  node.append(...entry.prompts.map((text) => make("button", {
    type: "button", dir: "auto", textContent: text, onclick: () => actions.say(text) })));
}

function errorEntry(node, entry, actions) {
  node.setAttribute("role", "alert");
  node.append(make("span", { textContent: entry.text }));
  for (const line of entry.lines || []) node.append(make("code", { textContent: line }));
  if (entry.retry) {
    node.append(" ", make("button", {
      type: "button", textContent: "Try again", onclick: () => {
        // The kernel tries again what came last.
        const isLast = !node.matches(":has(~ article)");
        if (isLast) actions.send({ type: "retry" });
        else actions.announce("A newer message follows. Send this one again.");
      },
    }));
  }
}
