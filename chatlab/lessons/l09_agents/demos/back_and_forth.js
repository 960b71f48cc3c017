// Draws a run that goes on in the kernel, an arrow a step. A frame holds all of it; text goes in as text.

const WHO = ["Alice", "Runner", "Model", "Tool"];
const times = (count) => (count === 1 ? "once" : `${count} times`);

function arrow([sender, receiver, text, failed, tokens]) {
  const [from, to] = [WHO.indexOf(sender), WHO.indexOf(receiver)];
  const said = make("span", { className: "bf-said", textContent: text });
  if (tokens) said.append(make("small", { textContent: ` ${tokens} tokens` }));
  const who = make("span", { className: "bf-who", textContent: `${sender} to ${receiver}: ` });
  const line = make("i", { className: "bf-line" });
  line.setAttribute("aria-hidden", "true");
  const item = make("li", { className: "bf-step" }, who, said, line);
  item.style.setProperty("--from", Math.min(from, to));
  item.style.setProperty("--span", Math.abs(to - from));
  item.dataset.way = to > from ? "right" : "left";
  item.dataset.failed = String(failed);
  item.dataset.over = String(Math.abs(to - from) > 1);
  return item;
}

function choice(name, value, text, checked) {
  const box = make("input", { type: "radio", name, value, checked });
  return make("label", {}, box, ` ${text}`);
}

function verdict({ state, asked, broken, created, steps }) {
  const last = steps.at(-1);
  if (state === "stopped") return `You stopped it. The model was asked ${times(asked)}, and will not be asked again.`;
  if (state === "broken") return "The run broke off. Run the cell again.";
  if (!last?.[3]) return `An answer. The model was asked ${times(asked)}.`;
  if (broken === "fatal") {
    return `The tool's error broke off the run. The model was asked ${times(asked)}, and never learned of the error.`;
  }
  const left = created ? ` What the tool did stays done: ${created} ${created === 1 ? "task" : "tasks"}.` : "";
  return `Max turns: the Runner asked ${times(asked)} and stopped the run.${left}`;
}

function render({ model, el }) {
  const { most, usual, broken } = model.get("scene");
  const group = `bf-${Math.random().toString(36).slice(2)}`;
  const ask = make("button", { type: "button", textContent: "▶ Alice asks" });
  const stop = make("button", { type: "button", textContent: "■ Stop" });
  const slider = make("input", { type: "range", min: 1, max: most, step: 1, value: usual });
  const shown = make("span", { className: "bf-number" });
  const endless = make("input", { type: "checkbox" });
  endless.setAttribute("role", "switch");
  const tools = Object.entries(broken).map(([value, text]) => choice(group, value, text, value === "no"));
  const toolSet = make("fieldset", {}, make("legend", { textContent: "The tool" }), ...tools);
  const modelSet = make("fieldset", {}, make("legend", { textContent: "The model" }),
    make("label", {}, endless, " never stops"));
  const knob = make("fieldset", {}, make("legend", { textContent: "The Runner" }),
    make("label", {}, "max turns ", slider, shown));

  const pips = make("span", { className: "bf-pips" });
  pips.setAttribute("aria-hidden", "true");
  const count = make("span", { className: "bf-count" });
  const cost = make("span", { className: "bf-count" });
  const book = make("span", { className: "bf-count" });
  const status = make("p", { className: "bf-note" });
  status.setAttribute("role", "status");
  const heads = make("div", { className: "bf-heads" },
    ...WHO.map((who) => make("b", { textContent: who === "Tool" ? "create_task" : who })));
  heads.setAttribute("aria-hidden", "true");
  const list = make("ol", { className: "bf-steps" });
  list.setAttribute("aria-label", "Who says what to whom");
  const room = make("div", { className: "bf-room", tabIndex: 0, role: "region", ariaLabel: "The run" }, heads, list);
  let run = null;
  let drawn = 0;

  // A button that is `disabled` loses the focus, so these only say that they are.
  const paint = () => {
    const frame = model.get("frame");
    if (frame.run !== run || frame.steps.length < drawn) {
      run = frame.run;
      drawn = 0;
      list.replaceChildren();
    }
    const follows = room.scrollHeight - room.scrollTop - room.clientHeight < 60;
    list.append(...frame.steps.slice(drawn).map(arrow));
    drawn = frame.steps.length;
    if (follows) room.scrollTop = room.scrollHeight;
    const running = frame.state === "running";
    ask.setAttribute("aria-disabled", String(running));
    stop.setAttribute("aria-disabled", String(!running));
    const limit = running || frame.steps.length ? frame.max_turns : Number(slider.value);
    pips.replaceChildren(...Array.from({ length: limit }, (_, i) => {
      const pip = make("i");
      pip.dataset.on = String(i < frame.asked);
      return pip;
    }));
    pips.dataset.full = String(frame.asked >= limit);
    count.textContent = `model calls: ${frame.asked} of ${limit}`;
    cost.textContent = `tokens read: ${frame.tokens}`;
    book.textContent = `tasks created: ${frame.created}`;
    if (running) status.textContent = "Alice has asked. The Runner goes back and forth.";
    else if (frame.state === "ready") status.textContent = "Press Alice asks, and follow the arrows.";
    else status.textContent = verdict(frame);
    root.dataset.end = !running && frame.steps.at(-1)?.[3] ? "bad" : "";
  };

  ask.onclick = () => {
    if (model.get("frame").state === "running") return;
    const picked = toolSet.querySelector("input:checked").value;
    model.send({ type: "ask", max_turns: Number(slider.value), broken: picked, endless: endless.checked });
  };
  stop.onclick = () => { if (model.get("frame").state === "running") model.send({ type: "stop" }); };
  slider.oninput = () => {
    shown.textContent = slider.value;
    if (model.get("frame").state === "ready") paint();
  };

  const root = make("div", { className: "chatlab-live chatlab-demo bf" },
    make("div", { className: "bf-knobs" }, knob, modelSet, toolSet),
    make("div", { className: "bf-bar" }, ask, stop, pips, count, cost, book),
    status, room);
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:frame", paint);
  slider.oninput();
  paint();
  el.append(root);
  return () => model.off("change:frame", paint);
}

export default { render };
