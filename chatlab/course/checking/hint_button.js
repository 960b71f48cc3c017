// The button under a check: it asks the kernel for the next hint, and shows all that there are so far.
export default {
  render({ model, el }) {
    const list = make("ol", { className: "hb-hints" });
    const status = make("p", { className: "hb-status", aria: { role: "status" } });
    const button = make("button", { type: "button", className: "hb-more" });
    button.onclick = () => {
      if (button.getAttribute("aria-disabled") !== "true") model.send({ do: "hint" });
    };
    const root = make("div", { className: "chatlab chatlab-live hb" }, list, button, status);
    root.addEventListener("keydown", (event) => event.stopPropagation());

    const paint = (announce) => {
      const { hints = [], trouble = "" } = model.get("frame");
      const { count } = model.get("scene");
      while (list.children.length < hints.length) {
        const item = make("li");
        item.innerHTML = hints[list.children.length];
        list.append(item);
      }
      list.hidden = hints.length === 0;
      const isLast = hints.length >= count;
      button.textContent = isLast ? "That was the last hint" : hints.length ? "Another hint" : "Give me a hint";
      button.setAttribute("aria-disabled", String(isLast));
      if (trouble) status.textContent = trouble;
      else if (announce && hints.length) status.textContent = `Hint ${hints.length} of ${count}: ${list.lastChild.textContent}`;
    };
    const repaint = () => paint(true);
    model.on("change:frame", repaint);
    paint(false);
    el.append(root);
    return () => model.off("change:frame", repaint);
  },
};
