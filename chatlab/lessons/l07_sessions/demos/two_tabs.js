// Plays what two tabs really said. Text goes in as text.

const TABS = ["tab 1", "tab 2"];
const STEP = 900;

function tabPane(name) {
  const list = make("ol", { className: "tt-said" });
  list.setAttribute("aria-label", `What ${name} shows`);
  const pane = make("section", { className: "tt-tab" },
    make("h4", { textContent: `Alice, ${name}` }), list);
  return { pane, list };
}

function bubble({ who, text }, wrong) {
  const item = make("li", { className: `tt-bubble tt-${who}` }, make("span", { textContent: text }));
  if (wrong) item.append(make("b", { className: "tt-wrong", textContent: " ✗ not this tab's question" }));
  return item;
}

function render({ model, el }) {
  const scene = model.get("scene");
  let timer = null;
  const panes = Object.fromEntries(TABS.map((name) => [name, tabPane(name)]));
  const thread = make("ol", { className: "tt-thread" });
  thread.setAttribute("aria-label", "The thread in the store");
  const status = make("p", { className: "tt-note" });
  status.setAttribute("role", "status");
  const lock = make("input", { type: "checkbox" });
  const play = make("button", { type: "button", textContent: "▶ Play" });

  const paint = (upTo) => {
    const steps = (lock.checked ? scene.with : scene.without).slice(0, upTo);
    const asked = {};
    for (const name of TABS) panes[name].list.replaceChildren();
    for (const step of steps) {
      if (step.who === "user") {
        asked[step.tab] = step.text;
        panes[step.tab].list.querySelector(".tt-waits")?.remove();
      }
      const wrong = step.who === "assistant" && step.text !== `Done: ${asked[step.tab]}`;
      panes[step.tab].list.append(bubble(step, wrong));
    }
    const items = steps.at(-1)?.items ?? [];
    thread.replaceChildren(...items.map(([role, text]) =>
      make("li", { className: `tt-${role}` }, make("b", { textContent: role }), make("span", { textContent: text }))));
    if (!items.length) thread.append(make("li", { className: "tt-none", textContent: "empty" }));
    return steps;
  };
  const verdict = () => (lock.checked
    ? "With the lock: each question is followed by its own answer."
    : "Without the lock: both questions came first, and both answers are about the second.");
  const stop = () => { clearInterval(timer); timer = null; };
  const start = () => {
    stop();
    const total = (lock.checked ? scene.with : scene.without).length;
    let at = 0;
    status.textContent = "Both tabs press Enter...";
    paint(0);
    timer = setInterval(() => {
      at += 1;
      paint(at);
      if (at >= total) { stop(); status.textContent = verdict(); }
    }, STEP);
  };
  play.onclick = start;
  lock.onchange = () => { stop(); paint(99); status.textContent = verdict(); };

  const root = make("div", { className: "chatlab-live chatlab-demo tt" },
    make("div", { className: "tt-bar" }, play, make("label", {}, lock, " lock"), status),
    make("div", { className: "tt-grid" }, panes[TABS[0]].pane,
      make("section", { className: "tt-store" }, make("h4", { textContent: "The thread, in the store" }), thread),
      panes[TABS[1]].pane));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  paint(0);
  status.textContent = "Press Play: Alice sends from both tabs at once.";
  el.append(root);
  return stop;
}

export default { render };
