// Conversations that are deleted, with an undo for a while: only then is the server told.
import { make } from "./make.js";
import { requestJson, requestLast } from "./requests.js";

const UNDO_MS = 8000;

// `list` has onDeleted(id), onFailed(error), and restore(id), for what is brought back.
export function createDeletions(list) {
  const timers = new Map();
  const bar = make("div", { className: "undo", hidden: true, aria: { role: "status" } });

  const take = (id) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
    bar.hidden = timers.size === 0;
  };
  const destroy = (id, request) => {
    take(id);
    list.onDeleted(id);
    return request("DELETE", `api/threads/${id}`);
  };
  const destroyNow = (id) => destroy(id, requestJson).catch(list.onFailed);

  return {
    bar,
    has: (id) => timers.has(id),
    add(id, title) {
      for (const other of timers.keys()) destroyNow(other);
      timers.set(id, setTimeout(destroyNow, UNDO_MS, id));
      const undo = make("button", { type: "button", textContent: "Undo", onclick: () => {
        take(id);
        list.restore(id);
      } });
      bar.replaceChildren(make("span", { textContent: `“${title}” is deleted. ` }), undo);
      bar.hidden = false;
      undo.focus();
    },
    // What waits to be deleted is deleted now: nobody is there any more to bring it back.
    settle: () => Promise.all([...timers.keys()].map((id) => destroy(id, requestLast))),
  };
}
