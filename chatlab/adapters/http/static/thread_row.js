// One conversation in the list: a link to it, and a menu of what can be done with it.
import { exportThread } from "./export_thread.js";
import { make } from "./make.js";

export const NO_TITLE = "New conversation";
const NOT_COPIED = "The link could not be copied. While the conversation is open, it is the address of this page.";

// `list` has rename(id, title), remove(id) and report(error).
export function createThreadRow(id, list) {
  let title = NO_TITLE;
  let renaming = false;
  const link = make("a", { href: `#${id}`, dir: "auto" });
  link.dataset.thread = id;
  const summary = make("summary", { textContent: "⋯" });
  const menu = make("details", { className: "thread-menu" }, summary);
  const node = make("li", {}, link, menu);
  const close = () => { menu.open = false; };

  const rename = () => {
    close();
    renaming = true;
    const input = make("input", { value: title, maxLength: 200, dir: "auto", aria: { label: "New title" } });
    const done = (newTitle) => {
      if (!renaming) return;
      renaming = false;
      node.replaceChildren(link, menu);
      link.focus();
      if (newTitle && newTitle !== title) list.rename(id, newTitle);
    };
    input.onkeydown = (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") done(input.value.trim());
      if (event.key === "Escape") done("");
    };
    input.onblur = () => { if (node.isConnected) done(input.value.trim()); };
    node.replaceChildren(input);
    input.select();
  };

  const item = (label, act) => make("button", { type: "button", textContent: label, onclick: () => {
    close();
    act();
  } });
  const copyButton = make("button", { type: "button", textContent: "Copy link" });
  copyButton.onclick = async () => {
    try {
      await navigator.clipboard.writeText(link.href); // there is none where the page has no https
      copyButton.textContent = "Link copied";
    } catch {
      close();
      list.report(new Error(NOT_COPIED));
    }
  };
  const actions = () => make("div", { className: "actions" },
    item("Rename", rename),
    copyButton,
    item("Export as Markdown", () => exportThread(id, title, "md").catch(list.report)),
    item("Export as JSON", () => exportThread(id, title, "json").catch(list.report)),
    item("Delete", () => list.remove(id)));
  summary.onclick = () => { if (menu.childElementCount === 1) menu.append(actions()); }; // few are ever opened
  menu.name = "thread-menu"; // one is open at a time
  menu.ontoggle = () => { copyButton.textContent = "Copy link"; };
  menu.onkeydown = (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    summary.focus();
  };

  return {
    node,
    // What has not changed is not touched: the focus may be in it.
    update(newTitle, isCurrent) {
      if (newTitle !== link.textContent) {
        title = newTitle;
        link.textContent = newTitle;
        summary.setAttribute("aria-label", `More about ${newTitle}`);
      }
      if (isCurrent) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    },
    focus: () => link.focus(),
  };
}
