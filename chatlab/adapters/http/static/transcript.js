// What the pane shows, in order, as far as somebody has to know who sends it changes: which message
// was last, and what an answer that is given again replaces.
export function createTranscript() {
  let kinds = new Map(); // the kind of each entry, by its key
  let earlier = []; // the keys of what was loaded as somebody scrolled up: the last piece comes first
  let replaced = null; // the keys of what a complete answer takes the place of

  const keysInOrder = () => [...new Set([...earlier.toReversed().flat(), ...kinds.keys()])].filter((key) => kinds.has(key));
  const keysAfter = (key) => {
    const keys = keysInOrder();
    return keys.slice(keys.indexOf(key) + 1);
  };

  return {
    reset(entries) {
      kinds = new Map(entries.map((entry) => [entry.key, entry.kind]));
      earlier = [];
    },
    // A turn begins: its first message is either new, or is answered again.
    beginTurn() { replaced = undefined; },
    take({ put, before, drop }) {
      if (put) {
        if (replaced === undefined) replaced = put.kind === "user" && kinds.has(put.key) ? new Set(keysAfter(put.key)) : null;
        replaced?.delete(put.key);
        kinds.set(put.key, put.kind);
      }
      if (before) {
        before.forEach((entry) => kinds.set(entry.key, entry.kind));
        earlier.push(before.map((entry) => entry.key));
      }
      drop?.forEach((key) => kinds.delete(key));
    },
    // A turn is over: what goes, if it was completed.
    endTurn(state) {
      const keys = state === "completed" && replaced ? [...replaced].filter((key) => kinds.has(key)) : [];
      replaced = null;
      return keys;
    },
    keys: () => [...kinds.keys()],
    keysOf: (kind) => [...kinds.keys()].filter((key) => kinds.get(key) === kind),
    lastMessage: () => keysInOrder().findLast((key) => kinds.get(key) === "user"),
    hasItems: () => [...kinds.values()].some((kind) => !["stats", "notice", "error", "prompts"].includes(kind)),
  };
}
