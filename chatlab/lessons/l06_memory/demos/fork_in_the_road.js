// Threads side by side; at each question there are two ways to ask again. Text goes in as text.

function render({ model, el }) {
  const note = make("p", { className: "fk-note", aria: { role: "status" } });
  const again = make("button", { type: "button", textContent: "Start again" });
  const board = make("div", { className: "fk-board" });

  const message = (thread, item, full) => {
    const node = make("li", { className: "fk-item" },
      make("small", { textContent: item.copied ? `${item.id}, a copy` : item.id }), make("p", { textContent: item.text }));
    node.dataset.role = item.role;
    node.dataset.copied = String(item.copied);
    if (item.role === "user") {
      const way = (type, text) => {
        const button = make("button", { type: "button", textContent: text, aria: { label: `${text}: ${item.text}, ${item.id}` } });
        button.setAttribute("aria-disabled", String(type === "branch" && full));
        button.onclick = () => model.send({ type, thread: thread.id, item: item.id });
        return button;
      };
      node.append(make("div", { className: "fk-ways" }, way("retry", "↻ Ask again here"), way("branch", "↗ Branch off")));
    }
    return node;
  };

  const paint = () => {
    const { threads = [], note: text = "", most } = model.get("frame");
    const focused = document.activeElement?.closest?.(".fk") === root ? document.activeElement.getAttribute("aria-label") : null;
    const full = threads.length >= most;
    note.textContent = text;
    again.setAttribute("aria-disabled", String(threads.length < 2));
    board.replaceChildren(...threads.map((thread, place) => {
      const list = make("ol", {}, ...thread.items.map((item) => message(thread, item, full)));
      const title = place ? `branch ${thread.id}` : `thread ${thread.id}`;
      return make("section", { className: "fk-thread" }, make("h4", { textContent: title }), list);
    }));
    if (focused) {
      const twin = [...board.querySelectorAll("button")].find((button) => button.getAttribute("aria-label") === focused);
      (twin || board.querySelector("button"))?.focus();
    }
  };
  again.onclick = () => {
    if (again.getAttribute("aria-disabled") !== "true") model.send({ type: "reset" });
  };
  const root = make("div", { className: "chatlab-live chatlab-demo fk" },
    make("div", { className: "fk-bar" }, note, again), board);
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:frame", paint);
  paint();
  el.append(root);
  return () => model.off("change:frame", paint);
}

export default { render };
