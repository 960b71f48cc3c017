// Plays back what happened on both sides. All text goes in as text.

const small = (text) => make("p", { className: "sbs-small", textContent: text });

function side(title, hint, empty) {
  const log = make("div", { className: "sbs-log", tabIndex: 0 });
  log.setAttribute("role", "log");
  log.setAttribute("aria-live", "off");
  log.setAttribute("aria-label", title);
  const kept = make("p", { className: "sbs-kept" });
  const head = make("h4", {}, `${title} `, make("small", { textContent: hint }));
  const box = make("section", { className: "sbs-side" }, head, log, kept);
  const add = (...nodes) => {
    log.querySelector(".sbs-none")?.remove();
    log.append(...nodes);
    log.scrollTop = log.scrollHeight;
  };
  const clear = () => log.replaceChildren(make("p", { className: "sbs-none", textContent: empty }));
  const keep = (what, which) =>
    kept.replaceChildren("Kept by the server: ", make("b", { textContent: what }), which);
  return { box, add, clear, keep };
}

function pretty(json) {
  return json.replace(/^\{/, "{ ").replace(/\}$/, " }").replace(/":/g, '": ').replace(/,"/g, ', "');
}

function callCard({ method, path, body, status, reason, answer }) {
  const line = make("code", {}, make("b", { textContent: method }), ` ${path}`);
  const back = make("div", { className: "sbs-back" },
    make("strong", { textContent: `${status} ${reason}` }),
    make("pre", { textContent: pretty(answer) }));
  if (status >= 400) back.dataset.bad = "";
  const card = make("div", { className: "sbs-call" }, line);
  if (body) card.append(make("code", { textContent: pretty(body) }));
  card.append(back);
  return card;
}

function verdict(exchange, reply) {
  const said = reply.events.filter(([kind]) => kind === "text").map(([, text]) => text).join("");
  const rest = `REST: ${exchange.status} ${exchange.reason}`;
  return `${rest}, in one piece. Chat: “${said}”, in ${reply.events.length} events.`;
}

function render({ model, el }) {
  const { messages, steps } = model.get("scene");
  const rest = side("REST API", "a FastAPI app", "Choose a message. Here you see the request and its response.");
  const chat = side("Chat server", "a conversation", "Choose a message. Here you see it arrive, and the answer come.");
  const note = make("p", { className: "sbs-note" });
  note.setAttribute("role", "status");
  let created = [];
  let known = 0;
  let timer = null;

  const withId = make("input", { type: "checkbox" });
  const pause = make("input", { type: "range", min: 0, max: 600, step: 50, value: 150 });
  const seconds = make("output");
  pause.oninput = () => { seconds.textContent = `${(pause.value / 1000).toFixed(2)} s`; };
  pause.oninput();

  const buttons = Object.entries(messages).map(([name, text]) => {
    const button = make("button", { type: "button", textContent: text });
    button.onclick = () => say(name);
    return [name, button];
  });
  const again = make("button", { type: "button", textContent: "Start again", className: "sbs-again" });

  // A button that is `disabled` loses the focus, so these only say that they are.
  const locked = (name) => timer !== null || created.includes(name);
  const paintButtons = () => buttons.forEach(([name, button]) => {
    button.setAttribute("aria-disabled", String(locked(name)));
  });

  function say(name) {
    if (locked(name)) return;
    const step = steps[created.join(" ")][name];
    const exchange = withId.checked ? step.with_id : step.without_id;
    rest.add(small(clientNote(name)), callCard(exchange));
    rest.keep(`${exchange.tasks} ${exchange.tasks === 1 ? "task" : "tasks"}`, ", nothing that you said");
    play(name, step.reply, () => {
      note.textContent = verdict(exchange, step.reply);
      if (name !== "its") created = [...created, name];
    });
  }

  function clientNote(name) {
    if (name !== "its") return "The client builds a request:";
    if (!withId.checked) return "The client knows no id. All it has is “its”:";
    return created.length ? "The client has kept the last id, and sends it:" : "The client has no id yet, so it sends “its”:";
  }

  function play(name, reply, done) {
    const looked = known ? `The server looks at what was said before: ${known} entries.` : "Nothing was said before.";
    chat.add(make("div", { className: "sbs-user", textContent: messages[name] }), small(looked));
    note.textContent = "The answer is coming …";
    let chip = null;
    let bubble = null;
    let at = 0;
    const one = () => {
      if (at === reply.events.length) {
        timer = null;
        known += reply.after - reply.before;
        chat.add(small(`${at} events`));
        chat.keep(`${known} entries`, " of this conversation");
        done();
        paintButtons();
        return;
      }
      const [kind, text] = reply.events[at];
      at += 1;
      if (kind === "text") {
        if (!bubble) chat.add(bubble = make("div", { className: "sbs-bot" }));
        bubble.append(make("span", { textContent: text }));
        chat.add();
      } else {
        if (!chip) chat.add(chip = make("div", { className: "sbs-chip" }));
        chip.textContent = text;
        if (kind === "worked") chip.dataset.done = "";
      }
      timer = setTimeout(one, Number(pause.value));
    };
    timer = setTimeout(one, Number(pause.value));
    paintButtons();
  }

  function reset() {
    clearTimeout(timer);
    timer = null;
    created = [];
    known = 0;
    rest.clear();
    chat.clear();
    rest.keep("0 tasks", "");
    chat.keep("nothing yet", "");
    note.textContent = "Say the same to both. What does each of them need?";
    paintButtons();
  }
  again.onclick = reset;

  const row = make("div", { className: "sbs-bar" }, make("span", { textContent: "Alice:" }),
    ...buttons.map(([, button]) => button));
  const knobs = make("div", { className: "sbs-bar" },
    make("label", {}, withId, "the REST client keeps the id and sends it"),
    make("label", {}, "pause between events", pause, seconds), again);
  const root = make("div", { className: "chatlab-live chatlab-demo sbs" }, row, knobs, note,
    make("div", { className: "sbs-grid" }, rest.box, chat.box));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  reset();
  el.append(root);
  return () => clearTimeout(timer);
}

export default { render };
