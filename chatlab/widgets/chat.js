// The browser's half of the chat pane. The kernel sends numbered frames of patches; a gap, or a
// page that was loaded anew, is healed by asking for everything once. All text goes in as text;
// the only HTML is Markdown that the kernel has rendered and cleaned.

const SIGNS = { running: "…", completed: "✓", failed: "✗", unfinished: "…" };

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function widgetNode(node, send) {
  const children = () => (node.children || []).map((child) => widgetNode(child, send));
  switch (node.type) {
    case "card": {
      const card = make("div", { className: "chatlab-card" });
      if (node.title) card.append(make("h4", { textContent: node.title }));
      card.append(...children());
      return card;
    }
    case "row":
      return make("div", { className: "chatlab-row" }, ...children());
    case "text":
      return make("p", { textContent: node.value });
    case "button":
      return make("button", { type: "button", textContent: node.label, onclick: () => send(node.action) });
    case "input":
      return make("label", {}, make("span", { textContent: node.label || node.name }),
        make("input", { name: node.name, value: node.value, required: node.required }));
    case "select": {
      const options = node.options.map((option) =>
        make("option", { value: option, textContent: option, selected: option === node.value }));
      return make("label", {}, make("span", { textContent: node.label || node.name }),
        make("select", { name: node.name }, ...options));
    }
    case "form": {
      const form = make("form", {}, ...children(), make("button", { textContent: node.submit }));
      form.onsubmit = (event) => {
        event.preventDefault();
        const values = Object.fromEntries(new FormData(form));
        send({ ...node.action, payload: { ...node.action.payload, ...values } });
      };
      return form;
    }
    default:
      return make("span");
  }
}

function entryNode(entry, say) {
  const node = make("article", { className: `chatlab-${entry.kind}` });
  node.dataset.key = entry.key;
  if (entry.kind === "user") {
    node.textContent = entry.text;
  } else if (entry.kind === "assistant") {
    node.setAttribute("aria-busy", String(Boolean(entry.busy)));
    if (entry.html === undefined) node.textContent = entry.text;
    else node.innerHTML = entry.html;
    if (entry.stopped) node.append(make("div", { className: "chatlab-note", textContent: "stopped" }));
  } else if (entry.kind === "tool" || entry.kind === "task") {
    const chip = make("span", { className: "chatlab-chip" },
      make("b", { textContent: SIGNS[entry.status] }), entry.tool ? `${entry.tool}  ` : "", entry.text || "");
    chip.dataset.status = entry.status;
    if (entry.kind === "task") {
      const bar = make("progress", { max: 1, value: entry.progress });
      bar.setAttribute("aria-label", entry.text);
      chip.append(bar);
    }
    chip.append(make("span", { className: "chatlab-note", textContent: entry.status }));
    node.append(chip);
  } else if (entry.kind === "widget") {
    node.append(widgetNode(entry.root, (action) => say({ type: "act", action, item: entry.key })));
  } else {
    node.setAttribute("role", "alert");
    node.append(make("span", { textContent: entry.text }));
    (entry.lines || []).forEach((line) => node.append(make("code", { textContent: line })));
    if (entry.retry) {
      node.append(" ", make("button", {
        type: "button", textContent: "Try again", onclick: () => say({ type: "retry" }),
      }));
    }
  }
  return node;
}

// What the pane knows. It outlives its views; the kernel's frames come here.
function createState(say) {
  const state = { seq: 0, entries: new Map(), events: [], busy: false, views: new Set(), asked: false };
  const paint = (change) => state.views.forEach((view) => view(change));
  const ask = () => {
    if (state.asked) return;
    state.asked = true;
    setTimeout(() => { state.asked = false; }, 1000);
    say({ type: "snapshot" });
  };
  const apply = (patch) => {
    if (patch.put) state.entries.set(patch.put.key, patch.put);
    else if (patch.add !== undefined) {
      const entry = state.entries.get(patch.key);
      if (!entry) return ask();
      entry.text += patch.add;
    } else if (patch.event) state.events.push(patch.event);
    else if (patch.busy !== undefined) state.busy = patch.busy;
    paint(patch);
  };
  state.ask = ask;
  state.receive = (frame) => {
    if (frame.snapshot) {
      state.asked = false;
      state.seq = frame.seq;
      state.events = frame.events;
      frame.snapshot.forEach((entry) => apply({ put: entry }));
    } else if (frame.patches.length === 0 ? frame.seq > state.seq : frame.seq !== state.seq + 1) {
      if (frame.seq > state.seq) ask();
    } else if (frame.patches.length) {
      state.seq = frame.seq;
      frame.patches.forEach(apply);
    }
  };
  return state;
}

function inputArea(state, say) {
  const box = make("textarea", { rows: 1, placeholder: "Write a message" });
  box.setAttribute("aria-label", "Write a message. Enter sends, Shift and Enter make a line, Escape stops.");
  const button = make("button", { type: "button", textContent: "Send" });
  const act = () => {
    if (state.busy) say({ type: "stop" });
    else if (box.value.trim()) {
      say({ type: "send", text: box.value });
      box.value = "";
    }
  };
  button.onclick = act;
  box.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!state.busy) act();
    } else if (event.key === "Escape" && state.busy) say({ type: "stop" });
  };
  state.views.add((patch) => {
    if (patch.busy !== undefined) button.textContent = patch.busy ? "Stop" : "Send";
  });
  return make("div", { className: "chatlab-input" }, box, button);
}

function eventList(state) {
  const summary = make("summary", { textContent: "Events" });
  const list = make("ol");
  const line = (event) => {
    const { type, seq, thread_id: _, ...rest } = event;
    return make("li", { textContent: `${seq} ${type} ${JSON.stringify(rest)}` });
  };
  const count = () => { summary.textContent = `Events (${state.events.length})`; };
  state.events.forEach((event) => list.append(line(event)));
  count();
  state.views.add((patch) => {
    if (patch.event) list.append(line(patch.event));
    else if (patch.add !== undefined) {
      const event = { type: "assistant_message", seq: patch.seq, content: patch.add };
      state.events.push(event);
      list.append(line(event));
    } else return;
    count();
  });
  return make("details", { className: "chatlab-foot" }, summary, list);
}

export default () => {
  let state;
  return {
    initialize({ model }) {
      state = createState((message) => model.send(message));
      model.on("msg:custom", (frame) => state.receive(frame));
    },
    render({ model, el }) {
      const say = (message) => model.send(message);
      const log = make("div", { className: "chatlab-log", tabIndex: 0 });
      log.setAttribute("role", "log");
      log.setAttribute("aria-live", "off");
      log.setAttribute("aria-label", "Conversation");
      const status = make("div", { className: "chatlab-foot" });
      status.setAttribute("role", "status");
      let follow = true;
      log.onscroll = () => { follow = log.scrollHeight - log.scrollTop - log.clientHeight < 24; };
      const nodes = new Map();
      const put = (entry) => {
        const node = entryNode(entry, say);
        if (!model.get("interactive")) {
          node.querySelectorAll("button, input, select").forEach((one) => { one.disabled = true; });
        }
        const old = nodes.get(entry.key);
        if (old) old.replaceWith(node);
        else log.append(node);
        nodes.set(entry.key, node);
      };
      const view = (patch) => {
        if (patch.put) put(patch.put);
        else if (patch.add !== undefined) nodes.get(patch.key)?.append(patch.add);
        else if (patch.busy !== undefined) status.textContent = patch.busy ? "Answering…" : "Ready.";
        if (follow) log.scrollTop = log.scrollHeight;
      };
      state.entries.forEach(put);
      state.views.add(view);
      const pane = make("div", { className: "chatlab" }, log);
      pane.addEventListener("keydown", (event) => event.stopPropagation());
      if (model.get("interactive")) pane.append(inputArea(state, say), status);
      pane.append(eventList(state));
      el.append(pane);
      state.ask();
      return () => state.views.delete(view);
    },
  };
};
