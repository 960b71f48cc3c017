const INPUT_LABEL = "Write a message. Enter sends, Shift and Enter make a line, Escape stops.";
const END_TEXTS = { completed: "Answer complete.", stopped: "Stopped.", failed: "It failed. See the error." };

function createInput(state, actions) {
  const box = make("textarea", { rows: 1, placeholder: "Write a message", value: state.draft, aria: { label: INPUT_LABEL } });
  const button = make("button", { type: "button", className: "chatlab-send" });
  const submit = () => {
    if (state.busy) actions.send({ type: "stop" });
    else if (box.value.trim()) {
      actions.send({ type: "send", text: box.value });
      state.draft = box.value = "";
    }
  };
  const paintButton = () => { button.textContent = state.busy ? "Stop" : "Send"; };
  button.onclick = submit;
  box.oninput = () => { state.draft = box.value; };
  box.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (state.busy) actions.announce("Still answering. Escape stops it.");
    else submit();
  };
  paintButton();
  return { node: make("div", { className: "chatlab-input" }, box, button), paint: paintButton };
}

function createPane(state, model) {
  const status = make("div", { className: "chatlab-status", aria: { role: "status" } });
  const actions = {
    who: model.get("who"),
    interactive: model.get("interactive"),
    announce: (text) => { status.textContent = text; },
    send: (message) => {
      const mustWait = state.busy && ["act", "retry"].includes(message.type);
      if (mustWait) actions.announce("Still answering. Wait, or press Escape to stop it.");
      else model.send(message);
    },
  };
  const log = createLog(state, actions);
  const inspector = createInspector(state, log, model.get("inspect"));
  const input = actions.interactive ? createInput(state, actions) : null;
  const eventsButton = make("button", { type: "button", className: "chatlab-toggle", textContent: "Events",
    aria: { expanded: String(model.get("inspect")) } });
  eventsButton.onclick = () => {
    const open = inspector.node.hidden;
    inspector.toggle(open);
    pane.classList.toggle("chatlab-wide", open);
    eventsButton.setAttribute("aria-expanded", String(open));
  };
  const footer = make("div", { className: "chatlab-foot" }, status, eventsButton);
  const column = make("div", { className: "chatlab-talk" }, log.node, ...(input ? [input.node] : []), footer);
  const pane = make("div", { className: "chatlab chatlab-live" }, column, inspector.node);
  pane.classList.toggle("chatlab-wide", model.get("inspect"));
  pane.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" && state.busy && actions.interactive) actions.send({ type: "stop" });
  });
  const paint = (patch) => {
    log.paint(patch);
    inspector.paint(patch);
    if (patch.busy === undefined && !patch.reset) return;
    input?.paint();
    if (patch.busy !== undefined) actions.announce(patch.busy ? "Answering…" : END_TEXTS[patch.state] || "Ready.");
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
      state.requestSnapshot();
      return () => state.views.delete(paint);
    },
  };
};
