// Sixteen attacks that really happened, one for each choice of guards. Text goes in as text.

const STEP = 650;

function words(parts, glows) {
  return parts.map(({ text, canary }) => {
    if (!canary) return text;
    const node = make("mark", { className: "fg-canary", textContent: text });
    if (glows) node.classList.add("fg-glows");
    node.dataset.canary = text;
    return node;
  });
}

function guardRow({ title, off, on }, number, changed) {
  const box = make("input", { type: "checkbox", id: `fg-${Math.random().toString(36).slice(2)}` });
  box.setAttribute("role", "switch");
  const code = make("code", { className: "fg-code" });
  const label = make("label", { htmlFor: box.id },
    make("b", { textContent: `Guard ${number}` }), make("span", { textContent: title }));
  const row = make("div", { className: "fg-guard" }, box, label, code);
  const paint = () => {
    code.textContent = box.checked ? on : off;
    row.dataset.on = String(box.checked);
  };
  box.onchange = () => { paint(); changed(); };
  paint();
  return { row, box, paint };
}

function attempt({ said, answer, leaks, guard }) {
  const tag = guard === "existence" ? "the two answers differ: leak" : "leak";
  const item = make("li", {},
    make("p", { className: "fg-bubble fg-user", textContent: said }),
    make("p", { className: "fg-bubble" }, ...words(answer, leaks)));
  item.dataset.leaks = String(leaks);
  if (leaks) item.lastChild.append(make("b", { className: "fg-tag", textContent: tag }));
  return item;
}

function render({ model, el }) {
  const scene = model.get("scene");
  let timer = null;

  const hers = make("ol", { className: "fg-talk" }, ...scene.alice.map(({ said, answer }) =>
    make("li", {},
      make("p", { className: "fg-bubble fg-user" }, ...words(said, false)),
      make("p", { className: "fg-bubble" }, ...words(answer, false)))));
  hers.setAttribute("aria-label", "Alice's conversation");
  const his = make("ol", { className: "fg-talk" });
  his.setAttribute("aria-label", "Bob's attempts");
  const out = make("span", { className: "fg-out" });
  const status = make("p", { className: "fg-note" });
  status.setAttribute("role", "status");
  const secrets = [...hers.querySelectorAll(".fg-canary")];

  const chosen = () => guards.map(({ box }) => (box.checked ? "1" : "0")).join("");
  const paint = (upTo) => {
    const rows = scene.runs[chosen()].slice(0, upTo);
    his.replaceChildren(...rows.map(attempt));
    if (upTo < 99) his.scrollTop = his.scrollHeight;
    const leaked = new Set([...his.querySelectorAll(".fg-canary")].map((one) => one.dataset.canary));
    for (const secret of secrets) secret.classList.toggle("fg-glows", leaked.has(secret.dataset.canary));
    out.textContent = leaked.size
      ? `${leaked.size} of ${secrets.length} secrets are out` : "no secret is out";
    out.dataset.leaked = String(leaked.size > 0);
    return { leaked: leaked.size, exists: rows.some((row) => row.guard === "existence" && row.leaks) };
  };
  const finish = () => {
    const { leaked, exists } = paint(99);
    const open = guards.filter(({ box }) => !box.checked).length;
    const told = exists ? " He can tell that task 41 exists." : "";
    status.textContent = open === 0
      ? "All guards are on. Bob learns nothing, not even what exists."
      : `Bob reads ${leaked} of Alice's ${secrets.length} secrets.${told}`;
  };
  const stop = () => { clearInterval(timer); timer = null; };
  const changed = () => { stop(); finish(); };
  const guards = scene.guards.map((guard, place) => guardRow(guard, place + 1, changed));

  const attack = make("button", { type: "button", textContent: "▶ Bob attacks" });
  attack.onclick = () => {
    stop();
    const total = scene.runs[chosen()].length;
    let at = 1;
    paint(at);
    status.textContent = "Bob attacks...";
    timer = setInterval(() => {
      at += 1;
      if (at >= total) { stop(); finish(); his.scrollTop = his.scrollHeight; } else { paint(at); }
    }, STEP);
  };
  const all = make("button", { type: "button", textContent: "All guards on" });
  const none = make("button", { type: "button", textContent: "All off" });
  const turn = (on) => () => {
    for (const { box, paint: paintGuard } of guards) { box.checked = on; paintGuard(); }
    changed();
  };
  all.onclick = turn(true);
  none.onclick = turn(false);

  const root = make("div", { className: "chatlab-live chatlab-demo fg" },
    make("div", { className: "fg-bar" }, attack, all, none, status),
    make("div", { className: "fg-guards", role: "group", ariaLabel: "Guards" },
      ...guards.map(({ row }) => row)),
    make("div", { className: "fg-panes" },
      make("section", {}, make("h4", {}, make("span", { textContent: "Alice" }), out), hers),
      make("section", {}, make("h4", {}, make("span", { textContent: "Bob, with a badge of his own" })), his)));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  paint(0);
  status.textContent = "Press Bob attacks: he tries six messages.";
  el.append(root);
  return stop;
}

export default { render };
