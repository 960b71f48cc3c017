const MAX_EVENTS = 2000;

// The state of a pane, which outlives its views. `receive` takes the kernel's frames and paints the
// changes in every view; `send` sends a message to the kernel.
function createState(send) {
  const state = {
    seq: 0, entries: new Map(), events: [], busy: false, more: false, draft: "", views: new Set(),
  };
  let retryTimer = 0;
  const paint = (change) => state.views.forEach((view) => view(change));

  // Request a snapshot, and repeat that up to six times while none comes: a reply can get lost, too.
  const requestSnapshot = (tries = 6) => {
    clearTimeout(retryTimer);
    send({ type: "snapshot" });
    retryTimer = setTimeout(() => { retryTimer = 0; if (tries) requestSnapshot(tries - 1); }, 1500);
  };

  const recordEvents = (...events) => {
    state.events.push(...events);
    if (state.events.length > 1.5 * MAX_EVENTS) state.events.splice(0, state.events.length - MAX_EVENTS);
    paint({ newEvents: events });
  };

  // A finished message comes without the text that was sent in pieces: put the text back.
  const restoreText = (patch) => {
    const { put, event } = patch;
    if (put?.html !== undefined && put.text === undefined) {
      return { put: { key: put.key, kind: put.kind, text: state.entries.get(put.key)?.text ?? "", ...put } };
    }
    if (event?.item?.type !== "assistant_message" || event.item.content !== undefined) return patch;
    return { event: { ...event, item: { ...event.item, content: state.entries.get(event.item.id)?.text ?? "" } } };
  };

  const applyPatch = (received) => {
    const patch = restoreText(received);
    if (patch.put) state.entries.set(patch.put.key, patch.put);
    else if (patch.add !== undefined) {
      const entry = state.entries.get(patch.key);
      entry.text += patch.add;
      recordEvents(...splitPieces(patch));
    } else if (patch.drop) patch.drop.forEach((key) => state.entries.delete(key));
    else if (patch.before) {
      state.more = patch.more;
      state.entries = new Map([...patch.before.map((entry) => [entry.key, entry]), ...state.entries]);
    } else if (patch.event) return recordEvents(patch.event);
    else if (patch.busy !== undefined) state.busy = patch.busy;
    paint(patch);
  };

  const applySnapshot = ({ seq, snapshot, events, busy, more }) => {
    clearTimeout(retryTimer);
    retryTimer = 0;
    const previous = state.entries;
    Object.assign(state, { seq, events, busy, more });
    state.entries = new Map(snapshot.map((entry) => [entry.key, entry]));
    paint({ drop: [...previous.keys()].filter((key) => !state.entries.has(key)) });
    for (const entry of snapshot) {
      if (JSON.stringify(entry) !== JSON.stringify(previous.get(entry.key))) paint({ put: entry });
    }
    paint({ order: [...state.entries.keys()] });
    paint({ reset: true });
  };

  state.requestSnapshot = requestSnapshot;
  state.receive = (frame) => {
    if (frame.snapshot) applySnapshot(frame);
    else if (!frame.patches.length) {
      if (frame.seq > state.seq) {
        if (!retryTimer) requestSnapshot();
      } else send({ type: "seen", seq: frame.seq });
    } else if (frame.seq === state.seq + 1) {
      state.seq = frame.seq;
      frame.patches.forEach(applyPatch);
    } else if (frame.seq > state.seq && !retryTimer) requestSnapshot();
    paint({ frameDone: true });
  };
  return state;
}

// The events of text that was joined for one frame: `cuts` holds a pair for each, how many ms after
// the one before, and its length in characters.
function splitPieces({ add, key, seq, cuts }) {
  const events = [];
  let at = 0;
  let start = 0;
  const characters = [...add];
  for (let i = 0; i < cuts.length; i += 2) {
    at += cuts[i];
    const content = characters.slice(start, start + cuts[i + 1]).join("");
    start += cuts[i + 1];
    events.push({ at, type: "assistant_message", item_id: key, seq: seq && seq + i / 2, content });
  }
  return events;
}
