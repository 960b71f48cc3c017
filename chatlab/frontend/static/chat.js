const HOW = "Write a message. Enter sends, Shift and Enter make a line, Escape stops.";
const ENDED = { completed: "Answer complete.", stopped: "Stopped.", failed: "It failed. See the error." };

function createInput(state, desk) {
  const box = make("textarea", { rows: 1, placeholder: "Write a message", value: state.draft, aria: { label: HOW } });
  const button = make("button", { type: "button", className: "chatlab-send" });
  const act = () => {
    if (state.busy) desk.say({ type: "stop" });
    else if (box.value.trim()) {
      desk.say({ type: "send", text: box.value });
      state.draft = box.value = "";
    }
  };
  const label = () => { button.textContent = state.busy ? "Stop" : "Send"; };
  button.onclick = act;
  box.oninput = () => { state.draft = box.value; };
  box.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (state.busy) desk.tell("Still answering. Escape stops it.");
    else act();
  };
  label();
  return { node: make("div", { className: "chatlab-input" }, box, button), paint: label };
}

function createPane(state, model) {
  const status = make("div", { className: "chatlab-status", aria: { role: "status" } });
  const desk = {
    who: model.get("who"),
    interactive: model.get("interactive"),
    tell: (text) => { status.textContent = text; },
    say: (message) => {
      const waits = state.busy && ["act", "retry"].includes(message.type);
      if (waits) desk.tell("Still answering. Wait, or press Escape to stop it.");
      else model.send(message);
    },
  };
  const log = createLog(state, desk);
  const inspector = createInspector(state, log, model.get("inspect"));
  const input = desk.interactive ? createInput(state, desk) : null;
  const toggle = make("button", { type: "button", className: "chatlab-toggle", textContent: "Events",
    aria: { expanded: String(model.get("inspect")) } });
  toggle.onclick = () => {
    const yes = inspector.node.hidden;
    inspector.toggle(yes);
    pane.classList.toggle("chatlab-wide", yes);
    toggle.setAttribute("aria-expanded", String(yes));
  };
  const foot = make("div", { className: "chatlab-foot" }, status, toggle);
  const talk = make("div", { className: "chatlab-talk" }, log.node, ...(input ? [input.node] : []), foot);
  const pane = make("div", { className: "chatlab chatlab-live" }, talk, inspector.node);
  pane.classList.toggle("chatlab-wide", model.get("inspect"));
  pane.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" && state.busy && desk.interactive) desk.say({ type: "stop" });
  });
  const paint = (patch) => {
    log.paint(patch);
    inspector.paint(patch);
    if (patch.busy === undefined && !patch.again) return;
    input?.paint();
    if (patch.busy !== undefined) desk.tell(patch.busy ? "Answering…" : ENDED[patch.state] || "Ready.");
  };
  return { pane, paint };
}

export default () => {
  let state;
  return {
    initialize({ model }) {
      state = createState((message) => model.send(message));
      model.on("msg:custom", (frame) => state.receive(frame));
    },
    render({ model, el }) {
      const { pane, paint } = createPane(state, model);
      state.views.add(paint);
      el.append(pane);
      state.ask();
      return () => state.views.delete(paint);
    },
  };
};
