// What one can do with a message: copy, retry or edit it. Their words are
// drawn by the style sheet: what is selected or read as the message holds none of them.
function messageTools(node, entry, actions) {
  const tool = (label, onclick) => {
    const button = make("button", { type: "button", className: "chatlab-tool", onclick, aria: { label } });
    button.dataset.label = label;
    return button;
  };
  const tools = [tool("Copy", () => copyText(entry.text, node.querySelector(".chatlab-said, .chatlab-text") ?? node, actions.announce))];
  if (entry.kind === "user") {
    const edit = tool("Edit", () => node.append(editForm(node, entry, actions, edit)));
    edit.title = "Change this message, in a copy of the conversation up to here";
    const again = tool("Retry", () => actions.send({ type: "again", item: entry.key }));
    again.title = "Answer this again. What follows it is deleted when the new answer is complete";
    tools.push(again, edit);
  }
  node.classList.add("chatlab-with-tools");
  return make("div", { className: "chatlab-tools" }, ...tools);
}

function editForm(node, entry, actions, opener) {
  node.querySelector(".chatlab-edit")?.remove();
  const box = make("textarea", { value: entry.text, dir: "auto", rows: 3, aria: { label: "Edit your message" } });
  node.classList.add("chatlab-editing");
  const close = () => {
    node.classList.remove("chatlab-editing");
    form.remove();
    opener.focus();
  };
  const form = make("form", { className: "chatlab-edit" }, box, make("div", { className: "chatlab-row" },
    make("button", { textContent: "Ask again" }), make("button", { type: "button", textContent: "Cancel", onclick: close })));
  form.onsubmit = (event) => {
    event.preventDefault();
    if (box.value.trim()) actions.send({ type: "edit", item: entry.key, text: box.value });
    else actions.announce("Write something first.");
  };
  form.onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !isComposing(event)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && !isComposing(event)) {
      event.stopPropagation();
      close();
    }
  };
  requestAnimationFrame(() => box.focus());
  return form;
}
