// Draws what a process and a database file keep. A frame holds it all; text goes in as text.

const WHO = { user: "Alice", tool: "a tool", assistant: "the TaskManager" };

function book([role, text]) {
  const spine = make("li", { className: "sh-book" }, make("span", { textContent: text }));
  spine.dataset.role = role;
  spine.title = `${WHO[role]}: ${text}`;
  return spine;
}

function legend() {
  return make("ul", { className: "sh-legend" }, ...Object.entries(WHO).map(([role, who]) => {
    const key = make("li", {}, make("i"), make("span", { textContent: who }));
    key.dataset.role = role;
    return key;
  }));
}

function place(title) {
  const head = make("h4", {}, title);
  const body = make("div", { className: "sh-body" });
  return { box: make("section", { className: "sh-place" }, head, body), head, body };
}

function render({ model, el }) {
  const say = make("button", { type: "button", textContent: "Say something" });
  const kill = make("button", { type: "button", className: "sh-kill", textContent: "⚡ Kill the process" });
  const size = make("input", { type: "range", step: 1 });
  const shown = make("output");
  const note = make("p", { className: "sh-note" });
  note.setAttribute("role", "status");
  const memory = place("In the memory of the process");
  const kept = place("On the shelf, in a database file");
  memory.box.classList.add("sh-memory");
  let before = 0;

  const paintPages = (pages, size) => {
    let number = 0;
    const frames = pages.map(({ items, after, has_more: more }, i) => {
      const books = items.map((item) => {
        const spine = book(item);
        number += 1;
        if (before && number > before) spine.classList.add("sh-new");
        return spine;
      });
      const label = `page ${i + 1}`;
      const list = make("ol", {}, ...books);
      list.setAttribute("aria-label", label);
      const says = more ? `has_more, after ${after}` : "the last one";
      return make("div", { className: "sh-page" }, list,
        make("small", {}, make("b", { textContent: label }), ` ${says}`));
    });
    kept.body.replaceChildren(...frames);
    kept.body.style.setProperty("--size", size);
    before = number;
  };

  const paint = () => {
    const frame = model.get("frame");
    if (!frame.pages) return;
    note.textContent = frame.note;
    const dead = frame.dead;
    memory.box.classList.toggle("sh-dead", dead);
    memory.head.textContent = dead
      ? `Process ${frame.pid} was killed` : `In the memory of process ${frame.pid}`;
    const list = make("ol", {}, ...frame.memory.map(book));
    list.setAttribute("aria-label", "In memory");
    memory.body.replaceChildren(frame.memory.length ? list
      : make("p", { className: "sh-none", textContent: "an empty list" }));
    paintPages(frame.pages, frame.size);
    [size.min, size.max] = frame.sizes;
    if (document.activeElement !== size) size.value = frame.size;
    shown.textContent = frame.size;
    for (const control of [say, kill, size]) control.setAttribute("aria-disabled", String(dead));
  };

  say.onclick = () => model.send({ type: "say" });
  kill.onclick = () => model.send({ type: "kill" });
  // A control that is `disabled` loses the focus, so the slider says that it is, and stays where it was.
  size.oninput = () => {
    const { dead, size: kept } = model.get("frame");
    if (dead) {
      size.value = kept;
      return;
    }
    shown.textContent = size.value;
    model.send({ type: "size", size: Number(size.value) });
  };
  size.onchange = size.oninput;
  const bar = make("div", { className: "sh-bar" }, say, kill,
    make("label", {}, "page size", size, shown));
  const root = make("div", { className: "chatlab-live chatlab-demo sh" }, bar, note, memory.box, kept.box, legend());
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:frame", paint);
  paint();
  el.append(root);
  return () => model.off("change:frame", paint);
}

export default { render };
