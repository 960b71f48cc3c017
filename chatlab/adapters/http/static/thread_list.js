// The list of conversations: by day, searched, each with a menu; a deleted one can be brought back.
import { dayName, dayOf } from "./days.js";
import { createDeletions } from "./deletions.js";
import { arrange, make } from "./make.js";
import { requestJson, requestJsonRetrying, session } from "./requests.js";
import { NO_TITLE, createThreadRow } from "./thread_row.js";

const PAGE = 50;

// `page` has current(), the id that the address shows, open(id), close() and report(error).
export function createThreadList(nav, page) {
  let threads = [];
  let hasMore = false;
  let after = null;
  let listCount = 0;
  let loading = null;
  const rows = new Map();
  const days = new Map();

  const newLink = make("a", { href: "#", className: "new", textContent: NO_TITLE });
  newLink.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    page.open("");
  };
  const search = make("input", { type: "search", placeholder: "Search titles", aria: { label: "Search conversations" } });
  const found = make("p", { className: "found", aria: { role: "status" } });
  const list = make("div", { className: "days" });
  const more = make("button", { type: "button", className: "more", textContent: "Earlier conversations" });
  const scroll = make("div", { className: "scroll" }, list, more);

  const titleOf = (id) => threads.find((thread) => thread.id === id)?.title ?? NO_TITLE;
  const loadAfter = (what) => async (error) => {
    error.message = `${what} ${error.message}`;
    page.report(error);
    await load().catch(page.report);
  };
  let openedBefore = null; // the one that was open when it was deleted
  const deletions = createDeletions({
    onDeleted: (id) => { threads = threads.filter((thread) => thread.id !== id); },
    onFailed: loadAfter("The conversation was not deleted."),
    restore(id) {
      if (openedBefore === id) page.open(id);
      show();
      rows.get(id)?.focus();
    },
  });
  const actions = {
    report: page.report,
    rename(id, title) {
      threads.find((thread) => thread.id === id).title = title;
      show();
      requestJson("PATCH", `api/threads/${id}`, { title }).catch(loadAfter("The title was not changed."));
    },
    remove(id) {
      openedBefore = page.current() === id ? id : null;
      deletions.add(id, titleOf(id));
      if (openedBefore) page.close();
      show();
    },
  };

  const rowOf = ({ id, title }, current) => {
    if (!rows.has(id)) rows.set(id, createThreadRow(id, actions));
    const row = rows.get(id);
    row.update(title ?? NO_TITLE, id === current);
    return row.node;
  };
  const dayNodes = (day, name, lines) => {
    if (!days.has(day)) days.set(day, [make("h2"), make("ul")]);
    const [heading, group] = days.get(day);
    if (heading.textContent !== name) {
      heading.textContent = name;
      group.setAttribute("aria-label", name);
    }
    group.style.setProperty("--rows", lines.length);
    arrange(group, lines);
    return [heading, group];
  };

  const show = () => {
    const current = page.current();
    if (current) newLink.removeAttribute("aria-current");
    else newLink.setAttribute("aria-current", "page");
    const title = threads.find((thread) => thread.id === current)?.title;
    document.title = title ? `${title} - chatlab` : "chatlab";
    const words = search.value.trim().toLowerCase();
    const shown = threads.filter(({ id, title }) => (title !== null || id === current)
      && !deletions.has(id) && (title ?? "").toLowerCase().includes(words));
    const groups = Map.groupBy(shown, (thread) => dayOf(thread.created_at));
    arrange(list, [...groups].flatMap(([day, inIt]) =>
      dayNodes(day, dayName(day), inIt.map((thread) => rowOf(thread, current)))));
    more.hidden = !hasMore;
    found.textContent = words ? `${shown.length || "Nothing"} found${hasMore ? " so far" : ""}` : "";
  };

  // The newest conversations anew; as many as were loaded before stay.
  const load = async () => {
    listCount += 1;
    const count = listCount;
    const newest = await requestJsonRetrying("GET", `page/threads?limit=${PAGE}`);
    if (!session.key || count !== listCount) return; // a newer list is on its way
    const known = new Set(newest.data.map((thread) => thread.id));
    const oldest = newest.data.at(-1)?.created_at;
    const older = newest.has_more && threads.length > PAGE
      ? threads.filter((thread) => !known.has(thread.id) && thread.created_at <= oldest) : [];
    threads = [...newest.data, ...older];
    if (!older.length) ({ has_more: hasMore, after } = newest);
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
  nav.append(newLink, search, found, scroll, deletions.bar);

  return {
    load,
    show,
    settle: deletions.settle,
    clear() {
      threads = [];
      hasMore = false;
      rows.clear();
      days.clear();
      search.value = "";
      document.title = "chatlab";
      nav.hidden = true;
      list.replaceChildren();
    },
  };
}
