// The DOM node for a node of a widget's tree. A click or a submit calls `send` with the action.
function treeNode(node, send, announce) {
  const children = () => (node.children || []).map((child) => treeNode(child, send, announce));
  const caption = () => make("span", { dir: "auto", textContent: node.label || node.name });
  switch (node.type) {
    case "card": {
      const card = make("div", { className: "chatlab-card" });
      if (node.title) card.append(make("div", { className: "chatlab-title", dir: "auto", textContent: node.title }));
      card.append(...children());
      return card;
    }
    case "row":
      return make("div", { className: "chatlab-row" }, ...children());
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
      return form;
    }
    default:
      return make("span");
  }
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
