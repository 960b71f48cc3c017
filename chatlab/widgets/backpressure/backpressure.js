// Shows a flow that runs in the kernel, and turns its knobs. A frame holds all there is to see.

const SHOWN = 48;
const NAMES = { produce: "events made per second", read: "events read per second", room: "places in the buffer" };
const SVG = "http://www.w3.org/2000/svg";
let flows = 0;

function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

const many = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

// What has waited over the last twelve seconds, as a line.
function createChart() {
  const line = svg("polyline", { class: "bp-line", fill: "none" });
  const full = svg("line", { class: "bp-full", x1: 0, x2: 600 });
  const drawing = svg("svg", { viewBox: "0 0 600 90", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawing.append(full, line);
  const top = make("span", { className: "bp-top" });
  const node = make("div", { className: "bp-chart" },
    make("p", { className: "bp-small", textContent: "pieces waiting, over the last 12 seconds" }), top, drawing);
  const paint = ({ past = [], room, policy }) => {
    const most = Math.max(10, ...past, policy === "unbounded" ? 0 : room * 1.3);
    const y = (value) => 88 - (value / most) * 84;
    line.setAttribute("points", past.map((value, at) => `${((at + 120 - past.length) / 119) * 600},${y(value).toFixed(1)}`).join(" "));
    full.setAttribute("y1", y(room));
    full.setAttribute("y2", y(room));
    full.style.display = policy === "wait" ? "" : "none";
    top.textContent = `${Math.round(most)}`;
  };
  return { node, paint };
}

function createBuffer() {
  const slots = make("div", { className: "bp-slots", aria: { hidden: "true" } });
  const text = make("p", { className: "bp-fact" });
  const node = make("section", { className: "bp-box bp-buffer", aria: { label: "Buffer" } },
    make("h4", { textContent: "Buffer" }), slots, text);
  const paint = ({ pending = 0, waiting = 0, room, policy }) => {
    const places = policy === "unbounded" ? Math.min(pending, SHOWN) : room;
    while (slots.childElementCount > places) slots.lastChild.remove();
    while (slots.childElementCount < places) slots.append(make("i"));
    [...slots.children].forEach((slot, at) => { slot.dataset.full = String(at < pending); });
    const taken = policy === "unbounded" ? many(pending, "event") : `${pending} of ${many(room, "place")} taken`;
    text.textContent = `${taken}, ${many(waiting, "piece")} in all`;
    node.dataset.state = policy === "unbounded" && pending > SHOWN ? "flood" : pending >= room ? "full" : "room";
  };
  return { node, paint };
}

function createEnd(name, ...parts) {
  return make("section", { className: "bp-box", aria: { label: name } }, make("h4", { textContent: name }), ...parts);
}

function createKnob(knob, [low, high], value, turn) {
  const shown = make("b", { textContent: value, aria: { hidden: "true" } });
  const slider = make("input", { type: "range", min: low, max: high, value });
  slider.oninput = () => {
    shown.textContent = slider.value;
    turn(knob, Number(slider.value));
  };
  return make("label", {}, make("span", { textContent: NAMES[knob] }), slider, shown);
}

function createPolicies(policies, chosen, turn) {
  const rows = Object.entries(policies).map(([name, words]) => {
    const input = make("input", { type: "radio", name: `bp-${flows}`, value: name, checked: name === chosen });
    input.onchange = () => turn("policy", name);
    return make("label", {}, input, make("span", { textContent: words }));
  });
  return make("fieldset", {}, make("legend", { textContent: "When the reader is slower" }), ...rows);
}

function told({ seconds, made, taken, events, waiting, held, policy }) {
  const behind = policy === "unbounded" && waiting > SHOWN ? " and nothing stops it" : "";
  const how = held ? "The producer was waiting." : `${many(waiting, "piece")} waited${behind}.`;
  return `Stopped after ${seconds} s: ${made} made, ${taken} read in ${many(events, "event")}. ${how}`;
}

function render({ model, el }) {
  flows += 1;
  const { limits, policies, knobs } = model.get("scene");
  const turn = (knob, to) => {
    knobs[knob] = to;
    model.send({ type: "turn", knob, to });
    paint();
  };
  const start = make("button", { type: "button", textContent: "▶ Start" });
  const stop = make("button", { type: "button", textContent: "■ Stop" });
  const status = make("p", { className: "bp-status", textContent: "Press Start, then try the controls.", aria: { role: "status" } });
  const lamp = make("i", { aria: { hidden: "true" } });
  const light = make("span");
  const made = make("p", { className: "bp-count" });
  const read = make("p", { className: "bp-count" });
  const last = make("p", { className: "bp-last" });
  const producer = createEnd("Producer", made, make("p", { className: "bp-light" }, lamp, light));
  const reader = createEnd("Reader", read, last);
  const buffer = createBuffer();
  const chart = createChart();
  let was = false;

  // A button that is `disabled` loses the focus, so these only say that they are.
  const paint = () => {
    const frame = { ...model.get("frame"), ...knobs };
    const { running, held } = frame;
    start.setAttribute("aria-disabled", String(running));
    stop.setAttribute("aria-disabled", String(!running));
    lamp.dataset.on = held ? "held" : String(running);
    light.textContent = held ? "told to wait" : running ? "making" : "off";
    made.replaceChildren(make("b", { textContent: frame.made ?? 0 }), " made");
    read.replaceChildren(make("b", { textContent: frame.taken ?? 0 }), ` read, in ${many(frame.events ?? 0, "event")}`);
    last.textContent = frame.last ? `the last one: ${frame.last}` : "nothing yet";
    buffer.paint(frame);
    chart.paint(frame);
    if (running && !was) status.textContent = "Running.";
    if (!running && was) status.textContent = told(frame);
    was = running;
  };
  start.onclick = () => {
    if (!model.get("frame").running) model.send({ type: "start" });
  };
  stop.onclick = () => {
    if (model.get("frame").running) model.send({ type: "stop" });
  };
  const sliders = ["produce", "read", "room"].map((knob) => createKnob(knob, limits[knob], knobs[knob], turn));
  const root = make("div", { className: "chatlab-live chatlab-demo bp" },
    make("div", { className: "bp-bar" }, start, stop, status),
    make("div", { className: "bp-knobs" }, make("div", { className: "bp-sliders" }, ...sliders),
      createPolicies(policies, knobs.policy, turn)),
    make("div", { className: "bp-stage" }, producer, buffer.node, reader), chart.node);
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:frame", paint);
  paint();
  el.append(root);
  return () => model.off("change:frame", paint);
}

export default { render };
