// A question to answer: one choice, an order, or pairs. Words come from the kernel, as safe HTML
// or as text; the answer goes back as a trait.

let questions = 0;

function rich(tag, className, html) {
  const node = make(tag, { className });
  node.innerHTML = html;
  return node;
}

const plain = (text) => text.replaceAll("`", "");

function verdict(node, state) {
  const [sign, words] = { right: ["✓", "right"], wrong: ["✗", "not this one"], none: ["", ""] }[state];
  node.replaceChildren(make("b", { textContent: sign, aria: { hidden: "true" } }), ` ${words}`);
  node.hidden = state === "none";
}

// One option a row. What was tried is explained and stays so, until the right one is found.
function createChoose(scene, desk) {
  const name = `qz-${questions}`;
  const rows = scene.things.map(({ text, html, why }, i) => {
    const input = make("input", { type: "radio", name, value: text });
    const reason = rich("p", "qz-why", why);
    reason.id = `${name}-why-${i}`;
    const mark = make("span", { className: "qz-mark" });
    const label = make("label", {}, input, rich("span", "qz-text", html), mark);
    const node = make("div", { className: "qz-row" }, label, reason);
    input.onchange = () => desk.touched();
    return { text, input, reason, mark, node };
  });
  const paint = ({ tried = [] }) => {
    const done = tried.includes(scene.right);
    const last = tried.at(-1);
    for (const { text, input, reason, mark, node } of rows) {
      const shown = tried.includes(text);
      node.dataset.state = !shown ? "none" : text === scene.right ? "right" : "wrong";
      verdict(mark, node.dataset.state);
      reason.hidden = !shown && !done;
      if (shown || done) input.setAttribute("aria-describedby", reason.id);
      else input.removeAttribute("aria-describedby");
      if (text === last) input.checked = true;
      if (!tried.length) input.checked = false;
      input.disabled = done;
    }
    return done;
  };
  const check = (answer) => {
    const chosen = rows.find(({ input }) => input.checked);
    if (!chosen) return { say: "Choose one first." };
    const tried = [...(answer.tried || []).filter((text) => text !== chosen.text), chosen.text];
    const right = chosen.text === scene.right;
    const say = right ? "Right. Now read why the others are tempting." : "Not this one. Choose again.";
    return { answer: { tried }, say, more: chosen.reason.textContent };
  };
  return { hint: "Choose one, then check it.", nodes: rows.map(({ node }) => node), paint, check };
}

// Steps move by their buttons, by the arrow keys on them, or by the mouse.
function createOrder(scene, desk) {
  const list = make("ol", { className: "qz-steps" });
  let dragged = null;
  const rows = scene.things.map(({ text, html, why }) => {
    const reason = rich("p", "qz-why", why);
    const mark = make("span", { className: "qz-mark" });
    const arrow = (sign, by) => {
      const button = make("button", { type: "button", className: "qz-arrow", textContent: sign,
        aria: { label: `${by < 0 ? "Up" : "Down"}: ${plain(text)}` } });
      button.onclick = () => move(row, by, button);
      button.onkeydown = (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step) return;
        event.preventDefault();
        move(row, step, button);
      };
      return button;
    };
    const arrows = make("span", { className: "qz-arrows" }, arrow("↑", -1), arrow("↓", 1));
    const head = make("div", { className: "qz-head" }, rich("span", "qz-text", html), mark, arrows);
    const node = make("li", { className: "qz-row", draggable: true }, head, reason);
    const row = { text, reason, mark, arrows, node };
    node.ondragstart = (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", plain(text));
    };
    node.ondragover = (event) => {
      if (!dragged || dragged === row) return;
      event.preventDefault();
      const before = places().indexOf(dragged.text) > places().indexOf(text);
      list.insertBefore(dragged.node, before ? node : node.nextSibling);
    };
    node.ondrop = (event) => event.preventDefault();
    node.ondragend = () => {
      if (dragged) moved(dragged);
      dragged = null;
    };
    return row;
  });
  const places = () => [...list.children].map((node) => rows.find((row) => row.node === node).text);
  const moved = (row) => {
    desk.keep({ order: places(), checked: false });
    desk.tell(`${plain(row.text)} is now ${places().indexOf(row.text) + 1} of ${rows.length}.`);
  };
  const move = (row, by, button) => {
    const to = places().indexOf(row.text) + by;
    if (to < 0 || to >= rows.length || !row.node.draggable) return;
    list.insertBefore(row.node, by < 0 ? list.children[to] : list.children[to].nextSibling);
    button.focus();
    moved(row);
  };
  const early = (order) => order.findIndex((text, at) =>
    scene.earlier[text].some((one) => order.indexOf(one) > at));
  const paint = ({ order = scene.shuffled, checked = false }) => {
    const focus = list.contains(document.activeElement) ? document.activeElement : null;
    list.replaceChildren(...order.map((text) => rows.find((row) => row.text === text).node));
    focus?.focus();
    const wrong = checked ? early(order) : -1;
    const done = checked && wrong < 0;
    order.forEach((text, at) => {
      const row = rows.find((one) => one.text === text);
      const state = !checked ? "none" : at === wrong ? "wrong" : done || at < wrong ? "right" : "none";
      row.node.dataset.state = state;
      verdict(row.mark, state);
      if (state === "wrong") row.mark.lastChild.textContent = " too early";
      row.reason.hidden = !(done || at === wrong);
      row.node.draggable = !done;
      row.arrows.hidden = done;
    });
    return done;
  };
  const check = () => {
    const order = places();
    const wrong = early(order);
    const answer = { order, checked: true };
    if (wrong < 0) return { answer, say: "Right: that is the order." };
    const why = rows.find((row) => row.text === order[wrong]).reason.textContent;
    const say = wrong ? `The first ${wrong} can stay. Number ${wrong + 1} comes too early.` : "Number 1 comes too early.";
    return { answer, say, more: `${plain(order[wrong])}: ${why}` };
  };
  const solved = { order: scene.things.map(({ text }) => text), checked: true };
  const hint = "Move the steps with their buttons or the arrow keys, then check.";
  return { hint, nodes: [list], paint, check, solved };
}

// A list to choose from for each row. Where the choices are long, each list has a line of its own.
const LONG = 30;

function createMatch(scene, desk) {
  const rows = scene.things.map(({ text, html, why, partner }, i) => {
    const id = `qz-${questions}-${i}`;
    const none = make("option", { value: "", textContent: "choose …" });
    const options = scene.shuffled.map((one) => make("option", { value: one, textContent: plain(one) }));
    const select = make("select", { id }, none, ...options);
    const reason = rich("p", "qz-why", why);
    reason.id = `${id}-why`;
    const mark = make("span", { className: "qz-mark" });
    const label = rich("label", "qz-text", html);
    label.htmlFor = id;
    const pair = make("div", { className: "qz-pair" }, label, select, mark);
    pair.dataset.long = String(scene.shuffled.some((one) => plain(one).length > LONG));
    const node = make("div", { className: "qz-row" }, pair, reason);
    select.onchange = () => desk.keep({ chosen: chosen(), checked: false });
    return { text, partner, select, reason, mark, node };
  });
  const chosen = () => Object.fromEntries(
    rows.filter(({ select }) => select.value).map(({ text, select }) => [text, select.value]));
  const paint = ({ chosen: kept = {}, checked = false }) => {
    for (const { text, partner, select, reason, mark, node } of rows) {
      select.value = kept[text] || "";
      const state = !checked || !kept[text] ? "none" : kept[text] === partner ? "right" : "wrong";
      node.dataset.state = state;
      verdict(mark, state);
      reason.hidden = state !== "wrong";
      if (state === "wrong") select.setAttribute("aria-describedby", reason.id);
      else select.removeAttribute("aria-describedby");
    }
    const done = checked && rows.every(({ text, partner }) => kept[text] === partner);
    for (const { select } of rows) select.disabled = done;
    return done;
  };
  const check = () => {
    const open = rows.filter(({ select }) => !select.value).length;
    if (open === rows.length) return { say: "Choose something first." };
    const wrong = rows.filter(({ select, partner }) => select.value && select.value !== partner);
    const told = wrong.map(({ text, reason }) => `${plain(text)}: ${reason.textContent}`).join(" ");
    const missing = open ? ` ${open} ${open === 1 ? "is" : "are"} still open.` : "";
    const count = rows.length - open - wrong.length;
    const say = wrong.length || open ? `${count} of ${rows.length} are right.${missing}` : "Right: all of them.";
    return { answer: { chosen: chosen(), checked: true }, say, more: told };
  };
  const solved = {
    chosen: Object.fromEntries(scene.things.map(({ text, partner }) => [text, partner])), checked: true,
  };
  return { hint: "For each one, choose what belongs to it, then check.", nodes: rows.map(({ node }) => node), paint, check, solved };
}

const KINDS = { choose: createChoose, order: createOrder, match: createMatch };

function render({ model, el }) {
  questions += 1;
  const scene = model.get("scene");
  const status = make("p", { className: "qz-status", aria: { role: "status" } });
  const desk = {
    // What is also written beside the choice is said, and not shown twice.
    tell: (text, more = "") => {
      status.replaceChildren(text, make("span", { className: "qz-said", textContent: ` ${more}` }));
    },
    touched: () => desk.tell(""),
    keep: (answer) => {
      model.set("answer", answer);
      model.save_changes();
    },
  };
  const kind = KINDS[scene.kind](scene, desk);
  const check = make("button", { type: "submit", className: "qz-check", textContent: "Check" });
  const show = make("button", { type: "button", textContent: "Show me" });
  const again = make("button", { type: "button", textContent: "Start again" });
  const bar = make("div", { className: "qz-bar" }, check, show, again, status);
  const legend = rich("legend", "qz-ask", scene.ask);
  const field = make("fieldset", {}, legend, make("p", { className: "qz-hint", textContent: kind.hint }), ...kind.nodes);
  const form = make("form", { className: "chatlab-live chatlab-demo qz", noValidate: true }, field, bar);

  const paint = () => {
    const answer = model.get("answer");
    const done = kind.paint(answer);
    form.dataset.done = String(done);
    check.hidden = done;
    show.hidden = done || !kind.solved || !answer.checked;
    again.hidden = !Object.keys(answer).length;
    field.querySelector(".qz-hint").hidden = done;
    return done;
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const found = kind.check(model.get("answer"));
    if (found.answer) desk.keep(found.answer);
    if (paint()) again.focus();
    desk.tell(found.say, found.more);
  };
  show.onclick = () => {
    desk.keep(kind.solved);
    paint();
    again.focus();
    desk.tell("Here is the answer.");
  };
  again.onclick = () => {
    desk.keep({});
    paint();
    field.querySelector("input, button, select").focus();
    desk.tell("");
  };
  form.addEventListener("keydown", (event) => event.stopPropagation());
  const trouble = () => desk.tell(model.get("trouble"));
  model.on("change:answer", paint);
  model.on("change:trouble", trouble);
  paint();
  el.append(form);
  return () => {
    model.off("change:answer", paint);
    model.off("change:trouble", trouble);
  };
}

export default { render };
