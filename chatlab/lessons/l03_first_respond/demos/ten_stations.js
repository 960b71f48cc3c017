// Turns the pages of a turn that was run before. All text goes in as text.

const SIGNS = { past: "✓", now: "▶", later: "", skipped: "–" };

function stationList(stations) {
  const rows = stations.map(([title, who], i) => {
    const sign = make("span", { className: "ts-sign" });
    const said = make("span", { className: "ts-unseen" });
    const row = make("li", {}, make("b", { textContent: i + 1 }),
      make("span", { className: "ts-title", textContent: title }),
      make("span", { className: "ts-who", textContent: who }), sign, said);
    return { row, sign, said };
  });
  const list = make("ol", { className: "ts-stations" }, ...rows.map(({ row }) => row));
  const paint = (frames, at) => rows.forEach(({ row, sign, said }, i) => {
    const seen = frames.some((frame) => frame.station === i + 1);
    const past = frames.slice(0, at).some((frame) => frame.station === i + 1);
    const now = frames[at].station === i + 1;
    const state = !seen ? "skipped" : now ? "now" : past ? "past" : "later";
    row.dataset.state = state;
    sign.textContent = SIGNS[state];
    said.textContent = state === "skipped" ? " not in this turn" : "";
    if (now) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  });
  return { list, paint };
}

function box(title, ...children) {
  return make("section", { className: "ts-box" }, make("h4", { textContent: title }), ...children);
}

function chips(list, texts, before, empty) {
  list.replaceChildren(...texts.map((parts, i) => {
    const chip = make("li", { className: i < before ? "" : "ts-new" },
      ...parts.map((text, k) => make(k < parts.length - 1 ? "b" : "span", { textContent: text })));
    return chip;
  }));
  if (!texts.length) list.append(make("li", { className: "ts-none", textContent: empty }));
}

function render({ model, el }) {
  const { stations, code, runs } = model.get("scene");
  let run = 0;
  let at = 0;
  const { list, paint: paintStations } = stationList(stations);
  const lines = code.map((text) => make("div", { textContent: text || " " }));
  const source = make("pre", { className: "ts-code", tabIndex: 0 }, ...lines);
  source.setAttribute("role", "region");
  source.setAttribute("aria-label", "Your code");
  const store = make("ul");
  const wire = make("ul");
  const note = make("p", { className: "ts-note" });
  note.setAttribute("role", "status");
  const count = make("span", { className: "ts-count" });
  const back = make("button", { type: "button", textContent: "◀ Back" });
  const next = make("button", { type: "button", textContent: "Next ▶" });

  const paint = () => {
    const { frames } = runs[run];
    const frame = frames[at];
    const before = frames[Math.max(0, at - 1)];
    paintStations(frames, at);
    lines.forEach((line, i) => {
      line.className = (frame.station === 6 && i === 0) || frame.line === i ? "ts-hot" : "";
    });
    source.dataset.on = String(frame.station === 6 || frame.station === 7);
    chips(store, frame.items, at ? before.items.length : 0, "no items yet");
    chips(wire, frame.wire.map((text) => [text]), at ? before.wire.length : 0, "nothing yet");
    note.textContent = `${frame.station}. ${frame.note}`;
    count.textContent = `${at + 1} of ${frames.length}`;
    // A disabled button drops the focus, and then keys reach the notebook.
    back.setAttribute("aria-disabled", String(at === 0));
    next.setAttribute("aria-disabled", String(at === frames.length - 1));
  };
  const go = (step) => {
    at = Math.min(Math.max(at + step, 0), runs[run].frames.length - 1);
    paint();
  };
  back.onclick = () => go(-1);
  next.onclick = () => go(1);

  const name = `ts-${Math.random().toString(36).slice(2)}`;
  const choices = runs.map(({ title }, i) => {
    const radio = make("input", { type: "radio", name, checked: i === 0 });
    radio.onchange = () => { run = i; at = 0; paint(); };
    return make("label", {}, radio, `with ${title}`);
  });
  const group = make("fieldset", {}, make("legend", { textContent: "One turn" }), ...choices);
  const pages = make("div", { className: "ts-pages" }, back, next, count);
  const bar = make("div", { className: "ts-bar" }, group, pages);
  const right = make("div", { className: "ts-right" }, box("Your code", source),
    box("In the store", store), box("On its way to the user", wire));
  const root = make("div", { className: "chatlab-live chatlab-demo ts" }, bar, note,
    make("div", { className: "ts-grid" }, list, right));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  paint();
  el.append(root);
}

export default { render };
