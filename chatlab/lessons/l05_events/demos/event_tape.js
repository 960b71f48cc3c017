// A tape of events that can be cut, and the chat that comes of it. All text goes in as text.

const SIGNS = { running: "…", completed: "✓", failed: "✗" };

const percent = (number) => `${Math.round(number * 100)}%`;
const isReply = (card) => card.event.type === "assistant_message";

// What a chat makes of these events, one after the other.
export function drawn(cards) {
  const entries = [];
  const open = new Map();
  let message = null;
  for (const { event } of cards) {
    if (event.type === "assistant_message") {
      if (!message) entries.push(message = { kind: "message", text: "" });
      message.text += event.content;
      continue;
    }
    message = null;
    if (event.type === "widget") {
      entries.push({ kind: "widget", root: event.root });
      continue;
    }
    const key = event.type === "task" ? `job ${event.title}` : `tool ${event.call_id || event.tool}`;
    const entry = open.get(key) || { kind: event.type };
    if (!open.has(key)) entries.push(entry);
    Object.assign(entry, event, { detail: event.detail || entry.detail });
    if (event.status === "running") open.set(key, entry);
    else open.delete(key);
  }
  return entries;
}

// What went wrong, in words, and the cards that it is about.
export function faultsIn(cards, whole) {
  const faults = [];
  const say = (text, ...about) => faults.push({ text, about });
  const place = (card) => cards.indexOf(card);
  const groups = (type, name) => {
    const all = whole.filter((card) => card.event.type === type);
    return [...new Set(all.map(name))].map((one) => [one, all.filter((card) => name(card) === one)]);
  };
  const reply = cards.find(isReply);

  const ending = (all, what, shown) => {
    const mine = all.filter((card) => cards.includes(card)).sort((a, b) => place(a) - place(b));
    if (!mine.length) {
      say(`Every event of ${what} is gone: nobody knows that it ran.`);
      return [];
    }
    const end = mine.find((card) => card.event.status !== "running");
    const last = mine[mine.length - 1];
    if (end && mine[0] === end && mine.length > 1) {
      say(`${what}: ${end.event.status} came first. Then it is running again, for ever: ${shown.toLowerCase()} is stuck.`, ...mine);
    } else if (end && mine.length === 1) {
      say(`${what}: ${end.event.status} came out of nowhere. While it worked, nobody saw it.`, end);
    } else if (!end) {
      say(`${what}: running was never followed by completed or failed. ${shown} is stuck.`, last);
    } else if (last !== end) {
      say(`${what}: after ${end.event.status} it is running again, for ever: ${shown.toLowerCase()} is stuck.`, last);
    }
    if (reply && end && place(reply) < place(end)) {
      say(`The reply came before ${what} had ended: it says what nobody can know yet.`, reply);
    } else if (reply && place(reply) < place(mine[0])) {
      say(`The reply came before ${what} had begun.`, reply);
    }
    return mine;
  };

  for (const [tool, all] of groups("tool_status", (card) => card.event.tool)) {
    ending(all, tool, "The chip");
  }
  for (const [title, all] of groups("task", (card) => card.event.title)) {
    const mine = ending(all, `“${title}”`, "The bar");
    if (mine.length && mine[0].event.status === "running" && mine[0].event.progress > 0) {
      say(`The bar began at ${percent(mine[0].event.progress)}: until then, nobody knew of a job.`, mine[0]);
    }
    mine.slice(1).forEach((card, i) => {
      const [from, to] = [mine[i].event.progress, card.event.progress];
      if (to < from) say(`The bar went back from ${percent(from)} to ${percent(to)}.`, card);
      else if (to - from > 0.6) say(`The bar jumped from ${percent(from)} to ${percent(to)}: in between, nobody knew how far it had got.`, card);
    });
  }

  const done = cards.findIndex((card) => card.event.type === "tool_status" && card.event.status === "completed");
  for (const card of whole.filter((one) => one.event.type === "widget")) {
    if (!cards.includes(card)) say("The button is gone: there is nothing to click.");
    else if (done > place(card)) say("The button was there before its task was. A click on it would find nothing.", card);
  }

  const pieces = cards.filter(isReply);
  const wanted = whole.filter(isReply);
  if (!pieces.length && wanted.length) say("There is no reply: a chip is not an answer.");
  else if (pieces.length < wanted.length) say("A piece of the reply is missing: the sentence has a hole.", ...pieces);
  const order = pieces.map((card) => wanted.indexOf(card));
  if (order.some((at, i) => i && at < order[i - 1])) say("The pieces of the reply are in the wrong order.", ...pieces);
  const messages = drawn(cards).filter((entry) => entry.kind === "message").length;
  if (messages > 1) say(`The reply broke into ${messages} messages: something comes between its pieces.`, ...pieces);
  return faults;
}

function widgetNode(node) {
  const children = (node.children || []).map(widgetNode);
  if (node.type === "button") return make("span", { className: "et-button", textContent: node.label });
  if (node.type === "text") return make("span", { textContent: node.value });
  if (node.title) children.unshift(make("b", { textContent: node.title }));
  return make("div", { className: `et-${node.type}` }, ...children);
}

function entryNode(entry) {
  if (entry.kind === "message") return make("div", { className: "et-said", textContent: entry.text });
  if (entry.kind === "widget") return widgetNode(entry.root);
  const chip = make("div", { className: "et-chip" },
    make("b", { textContent: SIGNS[entry.status] }), make("span", { textContent: entry.detail || entry.title }));
  chip.dataset.status = entry.status;
  if (entry.kind === "task") {
    const bar = make("progress", { max: 1, value: entry.progress });
    bar.setAttribute("aria-label", entry.title);
    chip.append(bar);
  }
  chip.append(make("small", { textContent: entry.status }));
  return chip;
}

function createCard(card, move, remove) {
  const grip = make("span", { className: "et-grip", textContent: "⠿", draggable: true, title: "Drag" });
  grip.setAttribute("aria-hidden", "true");
  const button = (textContent, act) => make("button", { type: "button", textContent, onclick: act });
  const up = button("↑", () => move(-1));
  const down = button("↓", () => move(1));
  const cut = button("✕", remove);
  const head = make("div", { className: "et-head" }, grip,
    make("span", { className: "et-time", textContent: card.time }), make("b", { textContent: card.name }),
    make("span", { className: "et-tools" }, up, down, cut));
  const json = make("pre", { textContent: card.json, tabIndex: 0 });
  json.setAttribute("aria-label", `${card.name} as JSON`);
  const node = make("li", {}, head, make("div", { className: "et-says", textContent: card.says }),
    make("details", {}, make("summary", { textContent: "JSON" }), json));
  node.dataset.type = card.event.type;
  head.addEventListener("keydown", (event) => {
    const act = { ArrowUp: () => move(-1), ArrowDown: () => move(1), Delete: remove }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const label = (place, count) => {
    const what = `${card.name}, ${card.says}, ${place + 1} of ${count}`;
    up.setAttribute("aria-label", `Move up: ${what}`);
    down.setAttribute("aria-label", `Move down: ${what}`);
    cut.setAttribute("aria-label", `Cut out: ${what}`);
    up.setAttribute("aria-disabled", String(place === 0));
    down.setAttribute("aria-disabled", String(place === count - 1));
  };
  return { node, grip, cut, label };
}

function render({ model, el }) {
  const { who, message, cards: whole } = model.get("scene");
  let cards = [...whole];
  let playing = null;
  const list = make("ol", { className: "et-tape" });
  const pane = make("div", { className: "et-pane" });
  const verdict = make("div", { className: "et-verdict" });
  verdict.setAttribute("role", "status");
  const play = make("button", { type: "button", textContent: "▶ Play" });
  const reset = make("button", { type: "button", textContent: "Reset" });
  const bar = make("div", { className: "et-bar" }, make("span", { textContent: "Move an event, or cut it out. The chat is drawn from what is left." }), play, reset);

  const paintPane = (count) => {
    const asked = make("div", { className: "et-asked", textContent: message });
    pane.replaceChildren(asked, ...drawn(cards.slice(0, count)).map(entryNode));
  };
  const paintVerdict = () => {
    const faults = faultsIn(cards, whole);
    const same = cards.length === whole.length && cards.every((card, i) => card === whole[i]);
    const good = same ? "Nothing went wrong: this is the turn as it was."
      : "Nothing went wrong: this order is as good as the other one.";
    verdict.dataset.good = String(!faults.length);
    verdict.replaceChildren(...(faults.length
      ? [make("b", { textContent: "What went wrong" }), make("ul", {}, ...faults.map(({ text }) => make("li", { textContent: text })))]
      : [make("span", { textContent: `✓ ${good}` })]));
    reset.disabled = same;
    whole.forEach((card) => {
      parts.get(card).node.dataset.fault = String(faults.some(({ about }) => about.includes(card)));
    });
  };
  const paint = (focus) => {
    stop();
    const kept = focus || (list.contains(document.activeElement) ? document.activeElement : null);
    list.replaceChildren(...cards.map((card) => parts.get(card).node));
    cards.forEach((card, i) => parts.get(card).label(i, cards.length));
    paintPane(cards.length);
    paintVerdict();
    kept?.focus();
  };
  const moveTo = (card, place) => {
    cards = cards.filter((one) => one !== card);
    cards.splice(Math.max(0, Math.min(place, cards.length)), 0, card);
    paint();
  };
  const remove = (card) => {
    const place = cards.indexOf(card);
    cards = cards.filter((one) => one !== card);
    const next = cards[Math.min(place, cards.length - 1)];
    reset.disabled = false;
    paint(next ? parts.get(next).cut : reset);
  };
  const stop = () => {
    clearInterval(playing);
    playing = null;
    play.textContent = "▶ Play";
    whole.forEach((card) => parts.get(card).node.removeAttribute("aria-current"));
  };
  const start = () => {
    let count = 0;
    play.textContent = "■ Stop";
    const step = () => {
      cards.forEach((card, i) => {
        if (i === count - 1) parts.get(card).node.setAttribute("aria-current", "step");
        else parts.get(card).node.removeAttribute("aria-current");
      });
      paintPane(count);
      count += 1;
      if (count > cards.length + 1) paint();
    };
    playing = setInterval(step, 700);
    step();
  };
  play.onclick = () => { if (playing) paint(); else start(); };
  reset.onclick = () => { cards = [...whole]; paint(play); };

  let dragged = null;
  const parts = new Map(whole.map((card) => {
    const part = createCard(card, (by) => moveTo(card, cards.indexOf(card) + by), () => remove(card));
    part.grip.ondragstart = (event) => {
      dragged = card;
      event.stopPropagation();
      event.dataTransfer.setDragImage(part.node, 10, 10);
    };
    part.grip.ondragend = () => { dragged = null; };
    part.node.ondragover = (event) => { if (dragged) event.preventDefault(); };
    part.node.ondrop = (event) => {
      if (!dragged) return;
      event.preventDefault();
      event.stopPropagation();
      moveTo(dragged, cards.indexOf(card));
    };
    return [card, part];
  }));

  const box = (title, ...children) => make("section", {}, make("h4", { textContent: title }), ...children);
  const root = make("div", { className: "chatlab-live chatlab-demo et" }, bar, make("div", { className: "et-grid" },
    box("The tape: what respond() yielded", list), box(`What ${who} sees`, pane, verdict)));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  paint();
  el.append(root);
  return stop;
}

export default { render };
