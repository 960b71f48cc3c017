const EVENTS_KEPT = 2000;

// What the pane knows. It outlives its views; the kernel's frames come here.
function createState(say) {
  const state = {
    seq: 0, entries: new Map(), events: [], busy: false, more: false, draft: "", views: new Set(),
  };
  let asked = 0;
  const paint = (change) => state.views.forEach((view) => view(change));

  // Ask for everything, and once more while nothing comes: the answer can get lost as well.
  const ask = (tries = 6) => {
    clearTimeout(asked);
    say({ type: "snapshot" });
    asked = setTimeout(() => { asked = 0; if (tries) ask(tries - 1); }, 1500);
  };

  const note = (...events) => {
    state.events.push(...events);
    if (state.events.length > 1.5 * EVENTS_KEPT) state.events.splice(0, state.events.length - EVENTS_KEPT);
    paint({ noted: events });
  };

  // A finished message does not say again what has come in pieces.
  const complete = (patch) => {
    const { put, event } = patch;
    if (put?.html !== undefined && put.text === undefined) {
      return { put: { key: put.key, kind: put.kind, text: state.entries.get(put.key)?.text ?? "", ...put } };
    }
    if (event?.item?.type !== "assistant_message" || event.item.content !== undefined) return patch;
    return { event: { ...event, item: { ...event.item, content: state.entries.get(event.item.id)?.text ?? "" } } };
  };

  const apply = (short) => {
    const patch = complete(short);
    if (patch.put) state.entries.set(patch.put.key, patch.put);
    else if (patch.add !== undefined) {
      const entry = state.entries.get(patch.key);
      entry.text += patch.add;
      note(...pieces(patch));
    } else if (patch.drop) patch.drop.forEach((key) => state.entries.delete(key));
    else if (patch.before) {
      state.more = patch.more;
      state.entries = new Map([...patch.before.map((entry) => [entry.key, entry]), ...state.entries]);
    } else if (patch.event) return note(patch.event);
    else if (patch.busy !== undefined) state.busy = patch.busy;
    paint(patch);
  };

  const replace = ({ seq, snapshot, events, busy, more }) => {
    clearTimeout(asked);
    asked = 0;
    const before = state.entries;
    Object.assign(state, { seq, events, busy, more });
    state.entries = new Map(snapshot.map((entry) => [entry.key, entry]));
    paint({ drop: [...before.keys()].filter((key) => !state.entries.has(key)) });
    for (const entry of snapshot) {
      if (JSON.stringify(entry) !== JSON.stringify(before.get(entry.key))) paint({ put: entry });
    }
    paint({ order: [...state.entries.keys()] });
    paint({ again: true });
  };

  state.ask = ask;
  state.receive = (frame) => {
    if (frame.snapshot) replace(frame);
    else if (!frame.patches.length) {
      if (frame.seq > state.seq) {
        if (!asked) ask();
      } else say({ type: "seen", seq: frame.seq });
    } else if (frame.seq === state.seq + 1) {
      state.seq = frame.seq;
      frame.patches.forEach(apply);
    } else if (frame.seq > state.seq && !asked) ask();
    paint({ end: true });
  };
  return state;
}

// The single events of a frame's text: `cuts` holds, for each, how many ms later and how long.
function pieces({ add, key, seq, cuts }) {
  const events = [];
  let at = 0;
  let start = 0;
  const points = [...add];
  for (let i = 0; i < cuts.length; i += 2) {
    at += cuts[i];
    const content = points.slice(start, start + cuts[i + 1]).join("");
    start += cuts[i + 1];
    events.push({ at, type: "assistant_message", item_id: key, seq: seq && seq + i / 2, content });
  }
  return events;
}
