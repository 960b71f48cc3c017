// The browser's half of the chat pane. These parts are read as one module, in the order dom, tree,
// entries, state, log, inspector, chat. Text goes in as text; the only HTML is Markdown that the
// kernel has rendered and cleaned.

function make(tag, properties = {}, ...children) {
  const { aria = {}, ...own } = properties;
  const node = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name === "role" ? name : `aria-${name}`, value);
  node.append(...children);
  return node;
}

// HTML that the kernel has made safe: links open apart, code can be copied.
function cleaned(html, className, tell) {
  const node = make("div", { className });
  node.innerHTML = html;
  for (const link of node.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  for (const code of node.querySelectorAll("pre")) {
    code.tabIndex = 0;
    const copy = make("button", { type: "button", className: "chatlab-copy", textContent: "Copy" });
    copy.onclick = () => copied(code.textContent, code, tell);
    const frame = make("div", { className: "chatlab-code" });
    code.replaceWith(frame);
    frame.append(code, copy);
  }
  return node;
}

async function copied(text, node, tell) {
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
  } catch {
    getSelection().selectAllChildren(node);
    tell("Selected: copy it with Ctrl+C.");
  }
}
