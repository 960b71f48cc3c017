// The chat pane's script. These files are joined to one module, in the order dom, widget_tree, message_tools,
// entries, state, log, replay, inspector, chat. Text is inserted as text; the only HTML is Markdown that the kernel has
// rendered and made safe.

function make(tag, properties = {}, ...children) {
  const { aria = {}, ...domProperties } = properties;
  const node = Object.assign(document.createElement(tag), domProperties);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name === "role" ? name : `aria-${name}`, value);
  node.append(...children);
  return node;
}

// A node with HTML that the kernel has made safe: links open in a new tab, code gets a copy button,
// and each block reads from the side that its own first letter asks for.
// `announce` shows a status message.
function safeHtml(html, className, announce) {
  const node = make("div", { className });
  node.innerHTML = html;
  for (const link of node.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  for (const block of node.querySelectorAll("p, ul, ol, li, blockquote, table, td, th, h1, h2, h3, h4, h5, h6")) {
    block.dir = "auto";
  }
  for (const code of node.querySelectorAll("pre")) {
    code.tabIndex = 0;
    const copy = make("button", { type: "button", className: "chatlab-copy", textContent: "Copy" });
    copy.onclick = () => copyText(code.textContent, code, announce);
    const frame = make("div", { className: "chatlab-code", dir: "ltr" });
    code.replaceWith(frame);
    frame.append(code, copy);
  }
  return node;
}

async function copyText(text, node, announce) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied.");
  } catch {
    getSelection().selectAllChildren(node);
    announce("Selected: copy it with Ctrl+C.");
  }
}
