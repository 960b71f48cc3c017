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
      const form = make("form");
      // Before the children: an input may be called "onsubmit", or anything else that a form has.
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation(); // a form around this one was not sent
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
