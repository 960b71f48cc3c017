// Draws a race that runs in the kernel. A frame holds all that happened; text goes in as text.

const seconds = (value) => `${value.toFixed(value < 1 ? 2 : 1)} s`;

function mark(kind) {
  const label = make("span", { className: "tl-flag" });
  const line = make("div", { className: `tl-mark tl-${kind}`, hidden: true }, label);
  const put = (percent, text) => {
    line.hidden = percent === null;
    if (percent === null) return;
    line.style.left = `${percent}%`;
    line.dataset.side = percent > 62 ? "left" : "right";
    label.textContent = text;
  };
  return { line, put };
}

function lane(title, count) {
  const lamp = make("span", { className: "tl-lamp" });
  const lampText = make("span");
  const light = make("span", { className: "tl-light" }, lamp, lampText);
  const dots = Array.from({ length: count }, () => make("i", { className: "tl-dot", hidden: true }));
  const ghosts = dots.map(() => make("i", { className: "tl-ghost", hidden: true }));
  const first = mark("first");
  const stop = mark("stop");
  const now = make("div", { className: "tl-now", hidden: true });
  const field = make("div", { className: "tl-field" }, ...ghosts, ...dots, first.line, stop.line, now);
  const names = make("div", { className: "tl-names" },
    make("span", { textContent: "the model makes" }), make("span", { textContent: "Alice reads" }));
  const track = make("div", { className: "tl-track" }, names, field);
  track.setAttribute("aria-hidden", "true");
  const text = make("p", { className: "tl-text" });
  const facts = make("p", { className: "tl-facts" });
  const head = make("h4", {}, make("span", { textContent: title }), light);
  const box = make("section", { className: "tl-lane" }, head, track, text, facts);

  const clear = () => dots.forEach((dot, i) => {
    dot.hidden = ghosts[i].hidden = true;
    delete dot.dataset.at;
    dot.className = "tl-dot";
  });

  // Which piece came to the user with which event, counted off by the events before it.
  const arrivals = (state) => {
    if (state.sent.length === 1 && state.made.length > 1 && state.sent[0][0] >= state.made.at(-1)) {
      return state.made.map(() => state.sent[0][0]);
    }
    return state.sent.map(([at]) => at);
  };

  const paint = (state, scale, running) => {
    const percent = (at) => Math.min(100, (at / scale) * 100);
    const came = state ? arrivals(state) : [];
    dots.forEach((dot, i) => {
      const made = state?.made[i];
      if (made === undefined) return;
      if (dot.hidden) {
        dot.style.left = `${percent(made)}%`;
        dot.hidden = ghosts[i].hidden = false;
        dot.getBoundingClientRect(); // so that it is drawn above before it falls
      }
      ghosts[i].style.left = `${percent(made)}%`;
      const at = came[i];
      dot.style.left = `${percent(at ?? made)}%`;
      if (at !== undefined) dot.dataset.at = "user";
      dot.className = came.length > 1 && at !== undefined && at === came[i + 1] ? "tl-dot tl-under"
        : at !== undefined && at === came[i - 1] ? "tl-dot tl-pile" : "tl-dot";
    });
    const pile = came.length > 1 && came[0] === came[1];
    const said = pile ? `first text ${seconds(state.first)}: all ${came.length} at once` : "";
    if (state && state.first !== null) first.put(percent(state.first), said || `first text ${seconds(state.first)}`);
    else first.put(null);
    const stopped = state?.state === "stopped" && state.ended !== null;
    stop.put(stopped ? percent(state.ended) : null, "Stop");
    lamp.dataset.on = String(Boolean(state?.open));
    lampText.textContent = state?.open ? "model connected" : state ? "hung up" : "no connection yet";
    text.textContent = state ? state.sent.map(([, piece]) => piece).join("") : "";
    text.dataset.busy = String(Boolean(running && state && state.ended === null));
    facts.textContent = state ? told(state) : "Nothing has been asked yet.";
  };
  const tick = (at, scale) => {
    now.hidden = at === null;
    if (at !== null) now.style.left = `${Math.min(100, (at / scale) * 100)}%`;
  };
  return { box, clear, paint, tick };
}

function told(state) {
  const first = state.first === null ? "no text yet" : `first text ${seconds(state.first)}`;
  if (state.ended === null) return `${first} · ${state.made.length} pieces made`;
  const total = `over after ${seconds(state.ended)}`;
  const events = `${state.sent.length} ${state.sent.length === 1 ? "event" : "events"}`;
  const kept = state.kept ? `in the store: ${state.kept.status}` : "in the store: nothing of the answer";
  return `${first.replace(" yet", " at all")} · ${total} · ${events} · ${kept}`;
}

function verdict(titles, lanes) {
  return lanes.map((state, i) => {
    const first = state.first === null ? "no text at all" : `first text after ${seconds(state.first)}`;
    const how = state.state === "stopped" ? "stopped" : "done";
    const kept = state.kept ? `kept as ${state.kept.status}` : "nothing kept";
    return `${titles[i]}: ${first}, ${how} after ${seconds(state.ended)}, ${kept}.`;
  }).join("\n");
}

function render({ model, el }) {
  const { titles, pieces, delays: [low, high, usual] } = model.get("scene");
  const lanes = titles.map((title) => lane(title, pieces));
  const ask = make("button", { type: "button", textContent: "▶ Ask both" });
  const stop = make("button", { type: "button", textContent: "■ Stop", className: "tl-stopper" });
  const slider = make("input", { type: "range", min: low, max: high, step: 0.05, value: usual });
  const shown = make("output");
  slider.oninput = () => { shown.textContent = seconds(Number(slider.value)); };
  slider.oninput();
  const knob = make("label", {}, "The model needs ", slider, shown, " for each piece");
  const note = make("p", { className: "tl-note", textContent: "Both get the same question, and their models say the same words.\nPress Ask both." });
  note.setAttribute("role", "status");
  const axis = make("div", { className: "tl-axis" });
  axis.setAttribute("aria-hidden", "true");
  let run = model.get("frame").run;
  let scale = 1;
  let heard = 0;
  let timer = null;

  // A button that is `disabled` loses the focus, so these only say that they are.
  const paint = () => {
    const frame = model.get("frame");
    heard = performance.now();
    if (frame.run !== run) lanes.forEach((one) => one.clear());
    const began = frame.run !== run;
    run = frame.run;
    const delay = frame.delay ?? Number(slider.value);
    scale = Math.max(delay * (pieces + 1.5), (frame.now ?? 0) * 1.02);
    lanes.forEach((one, i) => one.paint(frame.lanes[i], scale, frame.running));
    ask.setAttribute("aria-disabled", String(frame.running));
    stop.setAttribute("aria-disabled", String(!frame.running));
    const step = [0.25, 0.5, 1, 2, 5].find((size) => scale / size < 11) ?? 10;
    axis.replaceChildren(...Array.from({ length: Math.floor(scale / step) + 1 }, (_, i) => {
      const tick = make("span", { textContent: `${i * step} s` });
      tick.style.left = `${((i * step) / scale) * 100}%`;
      return tick;
    }));
    if (began) note.textContent = "Asked. The models are at work.";
    if (!frame.running && frame.lanes.length) note.textContent = verdict(titles, frame.lanes);
    if (frame.running && timer === null) timer = requestAnimationFrame(sweep);
  };
  const sweep = () => {
    const frame = model.get("frame");
    const at = frame.running ? frame.now + (performance.now() - heard) / 1000 : null;
    lanes.forEach((one, i) => one.tick(frame.lanes[i]?.ended === null ? at : null, scale));
    timer = frame.running ? requestAnimationFrame(sweep) : null;
  };

  ask.onclick = () => {
    if (!model.get("frame").running) model.send({ type: "ask", delay: Number(slider.value) });
  };
  stop.onclick = () => {
    if (model.get("frame").running) model.send({ type: "stop" });
  };
  const bar = make("div", { className: "tl-bar" }, ask, stop, knob);
  const root = make("div", { className: "chatlab-live chatlab-demo tl" }, bar, note, lanes[0].box, lanes[1].box, axis);
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:frame", paint);
  paint();
  el.append(root);
  return () => {
    model.off("change:frame", paint);
    cancelAnimationFrame(timer);
  };
}

export default { render };
