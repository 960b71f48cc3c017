// The DOM node for a node of a widget's tree. A click or a submit calls `send` with the action. `answered`
// holds the actions that were answered: the row, card or form that such a button is in is over, and so
// is such a form.
function treeNode(node, send, announce, answered = []) {
  const children = () => (node.children || []).map((child) => treeNode(child, send, announce, answered));
  const answerTo = (one) => answered.findLast((action) => isSent(one, action));
  const retireIfAnswered = (box) => {
    if (node.children.some((child) => child.type === "button" && answerTo(child))) retire(box, ":scope > button");
    return box;
  };
  const caption = () => make("span", { dir: "auto", textContent: node.label || node.name });
  switch (node.type) {
    case "card": {
      const card = make("div", { className: "chatlab-card" });
      if (node.title) card.append(make("div", { className: "chatlab-title", dir: "auto", textContent: node.title }));
      card.append(...children());
      return retireIfAnswered(card);
    }
    case "row":
      return retireIfAnswered(make("div", { className: "chatlab-row" }, ...children()));
    case "text":
      return safeHtml(node.html, "chatlab-text", announce);
    case "button":
      return make("button", { type: "button", dir: "auto", textContent: node.label, onclick: () => send(node.action) });
    case "input":
      return make("label", {}, caption(),
        make("input", { name: node.name, value: node.value, required: node.required, dir: "auto", autocomplete: "off" }));
    case "select": {
      const options = node.options.map((option) =>
        make("option", { value: option, textContent: option, selected: option === node.value }));
      return make("label", {}, caption(), make("select", { name: node.name, dir: "auto" }, ...options));
    }
    case "form": {
      const form = make("form", { noValidate: true }); // what is missing is said beside it
      // Before the children: an input may be called "onsubmit", or anything else that a form has.
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation(); // a form around this one was not sent
        if (!sayWhatIsMissing(event.target)) return;
        const values = Object.fromEntries(new FormData(form));
        send({ ...node.action, payload: { ...node.action.payload, ...values } });
      });
      form.append(...children(), make("button", { dir: "auto", textContent: node.submit }));
      const answer = answerTo(node);
      if (answer) {
        for (const field of form.querySelectorAll("input, select")) field.value = answer.payload[field.name] ?? field.value;
        retire(form, "button, input, select");
      }
      return form;
    }
    default:
      return make("span");
  }
}

// Whether the action is what the button or the form sends.
function isSent({ type, action }, { type: name, payload }) {
  if (!["button", "form"].includes(type) || action.type !== name) return false;
  const same = ([key, value]) => JSON.stringify(payload[key]) === JSON.stringify(value);
  const own = Object.entries(action.payload);
  return own.every(same) && (type === "form" || own.length === Object.keys(payload).length);
}

// What was answered says so and can be used no more, until somebody asks for it.
function retire(box, selector) {
  const controls = [...box.querySelectorAll(selector)].filter((control) => !control.disabled);
  const name = controls.filter((control) => control.matches("button")).map((button) => button.textContent).join(", ");
  const again = make("button", { type: "button", className: "chatlab-tool", aria: { label: `Answer again: ${name}` } });
  again.dataset.label = "Answer again";
  const note = make("div", { className: "chatlab-answered chatlab-note" }, "✓ Answered", again);
  again.onclick = () => {
    controls.forEach((control) => { control.disabled = false; });
    note.remove();
    controls[0].focus();
  };
  controls.forEach((control) => { control.disabled = true; });
  box.append(note);
}

// Whether the form can be sent; if not, each field that lacks something says so, and the first gets
// the focus.
function sayWhatIsMissing(form) {
  const fields = [...form.querySelectorAll("input, select")].filter((field) => field.closest("form") === form);
  fields.forEach((field) => {
    const label = field.closest("label");
    label.querySelector(".chatlab-missing")?.remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    if (field.validity.valid) return;
    const note = make("small", { className: "chatlab-missing", id: `missing-${crypto.getRandomValues(new Uint32Array(1))[0]}`,
      textContent: `${label.firstChild.textContent} is missing.` });
    label.append(note);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", note.id);
  });
  fields.find((field) => !field.validity.valid)?.focus();
  return fields.every((field) => field.validity.valid);
}
