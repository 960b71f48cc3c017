// The list of conversations: by day, searched, renamed, exported, deleted with an undo.
import { exportThread } from "./export_thread.js";
import { make } from "./make.js";
import { requestJson, requestJsonRetrying, requestLast, session } from "./requests.js";

const PAGE = 50;
const UNDO_MS = 8000;
const NO_TITLE = "New conversation";

const dayOf = (thread) => new Date(thread.created_at).toDateString();
function dayName(thread) {
  const date = new Date(thread.created_at);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(thread.created_at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long",
    ...(date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" }) });
}

// `page` has current(), the id that the address shows, open(id), and report(error).
export function createThreadList(nav, page) {
  let threads = [];
  let hasMore = false;
  let after = null;
  let listCount = 0;
  let loading = null;
  const deleting = new Map(); // the timers of those that can be brought back, by their ids
  let renaming = null;

  const newLink = make("a", { href: "#", className: "new", textContent: NO_TITLE });
  newLink.dataset.thread = "";
  newLink.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    page.open("");
  };
  const search = make("input", { type: "search", placeholder: "Search", aria: { label: "Search conversations" } });
  const found = make("p", { className: "found", aria: { role: "status" } });
  const days = make("div", { className: "days" });
  const more = make("button", { type: "button", className: "more", textContent: "Earlier conversations" });
  const scroll = make("div", { className: "scroll" }, days, more);
  const undoBar = make("div", { className: "undo", hidden: true, aria: { role: "status" } });

  const matches = (thread) => (thread.title ?? "").toLowerCase().includes(search.value.trim().toLowerCase());

  const rename = async (thread, title) => {
    renaming = null;
    const line = title.trim();
    if (line && line !== thread.title) {
      thread.title = line;
      show();
      await requestJson("PATCH", `api/threads/${thread.id}`, { title: line }).catch(async (error) => {
        page.report(error);
        await load();
      });
    } else show();
  };

  const destroy = (id, request) => {
    clearTimeout(deleting.get(id));
    deleting.delete(id);
    threads = threads.filter((thread) => thread.id !== id);
    undoBar.hidden = deleting.size === 0;
    return request("DELETE", `api/threads/${id}`);
  };
  const remove = (thread) => {
    for (const id of deleting.keys()) destroy(id, requestJson).catch(page.report);
    deleting.set(thread.id, setTimeout(() => destroy(thread.id, requestJson).catch(async (error) => {
      page.report(error);
      await load();
    }), UNDO_MS));
    const wasOpen = page.current() === thread.id;
    const undo = make("button", { type: "button", textContent: "Undo" });
    undo.onclick = () => {
      clearTimeout(deleting.get(thread.id));
      deleting.delete(thread.id);
      undoBar.hidden = true;
      if (wasOpen) page.open(thread.id);
      show();
      days.querySelector(`[data-thread="${thread.id}"]`)?.focus();
    };
    undoBar.replaceChildren(make("span", { textContent: `“${thread.title ?? NO_TITLE}” is deleted. ` }), undo);
    undoBar.hidden = false;
    if (wasOpen) page.open("");
    show();
    undo.focus();
  };

  const menuOf = (thread) => {
    const title = thread.title ?? NO_TITLE;
    const item = (label, onclick) => make("button", { type: "button", textContent: label, onclick });
    const close = () => { menu.open = false; };
    const summary = make("summary", { textContent: "⋯", aria: { label: `More about ${title}` } });
    const menu = make("details", { className: "thread-menu" }, summary, make("div", { className: "actions" },
      item("Rename", () => { renaming = thread.id; show(); }),
      item("Copy link", () => { close(); navigator.clipboard?.writeText(new URL(`#${thread.id}`, location.href).href).catch(page.report); }),
      item("Export as Markdown", () => { close(); exportThread(thread.id, title, "md").catch(page.report); }),
      item("Export as JSON", () => { close(); exportThread(thread.id, title, "json").catch(page.report); }),
      item("Delete", () => remove(thread))));
    menu.name = "thread-menu"; // one is open at a time
    menu.onkeydown = (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      close();
      summary.focus();
    };
    return menu;
  };

  const rowOf = (thread) => {
    if (renaming === thread.id) {
      const input = make("input", { value: thread.title ?? "", maxLength: 200, dir: "auto", aria: { label: "New title" } });
      const done = (title) => {
        if (renaming !== thread.id) return;
        rename(thread, title);
        days.querySelector(`[data-thread="${thread.id}"]`)?.focus();
      };
      input.onkeydown = (event) => {
        if (event.isComposing) return;
        if (event.key === "Enter") done(input.value);
        if (event.key === "Escape") done("");
      };
      input.onblur = () => done(input.value);
      return make("li", {}, input);
    }
    const link = make("a", { href: `#${thread.id}`, dir: "auto", textContent: thread.title ?? NO_TITLE });
    link.dataset.thread = thread.id;
    if (thread.id === page.current()) link.setAttribute("aria-current", "page");
    return make("li", {}, link, menuOf(thread));
  };

  const show = () => {
    const focused = nav.contains(document.activeElement) ? document.activeElement.dataset.thread : undefined;
    const openMenu = days.querySelector("details[open]");
    if (openMenu && renaming === null && openMenu.contains(document.activeElement)
      && !deleting.has(openMenu.previousElementSibling.dataset.thread)) return; // somebody is choosing
    const current = page.current();
    newLink.toggleAttribute("aria-current", false);
    if (!current) newLink.setAttribute("aria-current", "page");
    const shown = threads.filter((thread) => (thread.title !== null || thread.id === current)
      && !deleting.has(thread.id) && matches(thread));
    const groups = [];
    let list = null;
    let day = null;
    for (const thread of shown) {
      if (dayOf(thread) !== day) {
        day = dayOf(thread);
        list = make("ul", { aria: { label: dayName(thread) } });
        groups.push(make("h2", { textContent: dayName(thread) }), list);
      }
      list.append(rowOf(thread));
    }
    days.replaceChildren(...groups);
    more.hidden = !hasMore;
    found.textContent = search.value.trim() ? `${shown.length} found${hasMore ? " so far" : ""}` : "";
    if (renaming !== null) days.querySelector("li > input")?.select();
    else if (focused !== undefined) nav.querySelector(`[data-thread="${focused}"]`)?.focus();
  };

  // The newest conversations anew; as many as were loaded before stay.
  const load = async () => {
    listCount += 1;
    const count = listCount;
    const page1 = await requestJsonRetrying("GET", `page/threads?limit=${PAGE}`);
    if (!session.key || count !== listCount) return; // a newer list is on its way
    const known = new Set(page1.data.map((thread) => thread.id));
    const oldest = page1.data.at(-1)?.created_at;
    const older = page1.has_more && threads.length > PAGE
      ? threads.filter((thread) => !known.has(thread.id) && thread.created_at <= oldest) : [];
    threads = [...page1.data, ...older];
    if (!older.length) ({ has_more: hasMore, after } = page1);
    nav.hidden = false;
    show();
  };
  const loadMore = () => {
    loading ??= (async () => {
      const next = await requestJsonRetrying("GET", `page/threads?limit=${PAGE}&after=${after}`);
      const known = new Set(threads.map((thread) => thread.id));
      threads.push(...next.data.filter((thread) => !known.has(thread.id)));
      ({ has_more: hasMore, after } = next);
      show();
    })().finally(() => {
      loading = null;
      observer.unobserve(more); // who is at the end still is told so again
      observer.observe(more);
    });
    return loading;
  };

  more.onclick = () => loadMore().catch(page.report);
  const observer = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && hasMore && !search.value) loadMore().catch(page.report);
  }, { root: scroll, rootMargin: "200px" });
  observer.observe(more);
  search.oninput = async () => {
    show();
    const words = search.value;
    while (hasMore && search.value && search.value === words) await loadMore().catch(() => { hasMore = false; });
  };
  nav.append(newLink, search, found, scroll, undoBar);

  return {
    load,
    show,
    // What waits to be deleted is deleted now: nobody is there any more to bring it back.
    settle: () => Promise.all([...deleting.keys()].map((id) => destroy(id, requestLast))),
    clear() {
      threads = [];
      hasMore = false;
      search.value = "";
      nav.hidden = true;
      days.replaceChildren();
    },
  };
}
