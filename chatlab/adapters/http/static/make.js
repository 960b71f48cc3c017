// A node with these properties and children; `aria` holds attributes, without their prefix.
export function make(tag, properties = {}, ...children) {
  const { aria = {}, ...domProperties } = properties;
  const node = Object.assign(document.createElement(tag), domProperties);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name === "role" ? name : `aria-${name}`, value);
  node.append(...children);
  return node;
}

// Let the node have these children, in this order. What is there already is not touched: it keeps the
// focus, and whatever is open in it.
export function arrange(node, children) {
  const wanted = new Set(children);
  for (const child of [...node.children]) if (!wanted.has(child)) child.remove();
  let next = node.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else node.insertBefore(child, next);
  }
}
