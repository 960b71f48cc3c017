// A node with these properties and children; `aria` holds attributes, without their prefix.
export function make(tag, properties = {}, ...children) {
  const { aria = {}, ...domProperties } = properties;
  const node = Object.assign(document.createElement(tag), domProperties);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name === "role" ? name : `aria-${name}`, value);
  node.append(...children);
  return node;
}
