const INPUT_LABEL = "Write a message. Enter sends, Shift and Enter make a line, Escape stops.";
const STATUS_TEXTS = {
  ready: "", running: "Answering…", elsewhere: "Answering, as asked in another tab…", completed: "Answer complete.", stopped: "Stopped.",
  failed: "It failed. See the error.", reconnecting: "Connection lost, trying again…",
  silent: "No answer yet. The kernel is busy, or it was restarted: then run the cell again.",
  gone: "The kernel was restarted, and this chat went with it. Run the cell again.",
};

const LOST = new Set(["reconnecting", "silent", "gone"]);

// While an input method composes a word, Enter and Escape belong to it; Safari says so by 229 only.
const isComposing = (event) => event.isComposing || event.keyCode === 229;

function createInput(state, actions) {
  const box = make("textarea", { rows: 1, dir: "auto", placeholder: "Write a message", value: state.draft,
    aria: { label: INPUT_LABEL } });
  const button = make("button", { type: "button", className: "chatlab-send" });
  const submit = () => {
    if (state.busy) actions.send({ type: "stop" });
    else if (state.phase === "gone") actions.announce(STATUS_TEXTS.gone);
    else if (box.value.trim()) {
      const text = box.value;
      state.setDraft("");
      state.post(text);
      actions.onPosted();
    }
  };
  const paint = () => {
    button.textContent = state.busy ? "Stop" : "Send";
    if (box.value !== state.draft) box.value = state.draft;
  };
  button.onclick = submit;
  box.oninput = () => state.setDraft(box.value);
  box.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    if (state.busy) actions.announce("Still answering. Escape stops it.");
    else submit();
  };
  paint();
  return { node: make("div", { className: "chatlab-input" }, box, button), paint };
}

function createPane(state, model) {
  const status = make("div", { className: "chatlab-status", aria: { role: "status" } });
  const actions = {
    who: model.get("who"),
    interactive: model.get("interactive"),
    messageTools: model.get("messageTools"),
    announce: (text) => { status.textContent = text; },
    // Where the focus goes when what had it is taken away: nothing that is typed next is lost.
    focusInput: () => (pane.querySelector(".chatlab-input textarea") ?? pane.querySelector(".chatlab-log")).focus({ preventScroll: true }),
    say: (text) => {
      if (state.busy) actions.announce("Still answering. Wait, or press Escape to stop it.");
      else {
        state.post(text);
        actions.onPosted();
        actions.focusInput();
      }
    },
    onPosted: () => {
      actions.announce("Sent.");
      log.toEnd();
    },
    send: (message) => {
      const mustWait = state.busy && ["act", "retry", "again", "edit"].includes(message.type);
      if (mustWait) actions.announce("Still answering. Wait, or press Escape to stop it.");
      else model.send(message);
    },
  };
  const log = createLog(state, actions);
  const inspector = createInspector(state, log, model.get("inspect"), actions.announce);
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
    if (event.key === "Escape" && !isComposing(event) && state.busy && actions.interactive) actions.send({ type: "stop" });
  });
  const paint = (patch) => {
    log.paint(patch);
    inspector.paint(patch);
    if (patch.draft !== undefined || patch.phase || patch.reset) input?.paint();
    if (patch.phase || patch.reset) {
      actions.announce(STATUS_TEXTS[state.phase] ?? "Ready.");
      pane.classList.toggle("chatlab-lost", LOST.has(state.phase));
    }
  };
  return { pane, paint };
}

export default () => {
  let state;
  return {
    initialize({ model }) {
      state = createState((message) => model.send(message), model.get("draft") ?? "");
      model.on("msg:custom", (frame) => state.receive(frame));
      // ipywidgets says so when somebody restarts the kernel; when it died, its status alone tells.
      model.on("comm_live_update", () => state.setGone());
      model.widget_manager?.kernel?.statusChanged?.connect((_kernel, status) => {
        if (["autorestarting", "dead"].includes(status)) state.setGone();
      });
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
