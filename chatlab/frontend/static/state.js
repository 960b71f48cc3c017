const MAX_EVENTS = 2000;
const MAX_REPLAYS = 20; // how many of the newest turns can be replayed
const PATIENCE_MS = 10_000; // how long a typed message may be without any answer

// The state of a pane, which outlives its views. `receive` takes the kernel's frames and paints the
// changes in every view; `send` sends a message to the kernel. A typed message stays in `unsettled`
// until the kernel says what became of it: it is in the conversation, or goes back into the input.
function createState(send, draft) {
  const state = {
    seq: 0, entries: new Map(), events: [], turns: new Map(), busy: false, phase: "ready", more: false, draft, views: new Set(),
  };
  let earlier = []; // the keys of what was loaded as it scrolled up: the last piece comes first
  const unsettled = new Map();
  let retryTimer = 0;
  let silenceTimer = 0;
  const paint = (change) => state.views.forEach((view) => view(change));

  // Request a snapshot, and repeat that up to six times while none comes: a reply can get lost, too.
  const requestSnapshot = (tries = 6) => {
    clearTimeout(retryTimer);
    send({ type: "snapshot" });
    retryTimer = setTimeout(() => { retryTimer = 0; if (tries) requestSnapshot(tries - 1); }, 1500);
  };

  const setPhase = (phase, busy = false) => {
    Object.assign(state, { phase, busy });
    paint({ phase });
  };
  const setDraft = (text) => {
    state.draft = text;
    paint({ draft: text });
  };
  const settle = (id, kept) => {
    const text = unsettled.get(id);
    unsettled.delete(id);
    if (text !== undefined && !kept) setDraft(state.draft ? `${state.draft}\n${text}` : text);
  };

  let turnEvents = []; // those of the turn that runs
  const recordEvents = (...events) => {
    turnEvents.push(...events);
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

  // A turn is over as soon as it has statistics: then it can be replayed.
  const endTurn = (key) => {
    if (turnEvents.length) state.turns.set(key, turnEvents);
    turnEvents = [];
    if (state.turns.size > MAX_REPLAYS) state.turns.delete(state.turns.keys().next().value);
  };

  const applyPatch = (received) => {
    const patch = restoreText(received);
    if (patch.put?.kind === "stats") endTurn(patch.put.key);
    if (patch.put) state.entries.set(patch.put.key, patch.put);
    else if (patch.add !== undefined) {
      const entry = state.entries.get(patch.key);
      entry.text += patch.add;
      recordEvents(...splitPieces(patch));
    } else if (patch.drop) patch.drop.forEach((key) => state.entries.delete(key));
    else if (patch.before) {
      state.more = patch.more;
      patch.before.forEach((entry) => state.entries.set(entry.key, entry));
      earlier.push(patch.before.map((entry) => entry.key));
    } else if (patch.event) return recordEvents(patch.event);
    else if (patch.fates) Object.entries(patch.fates).forEach(([id, kept]) => settle(id, kept));
    else if (patch.busy !== undefined) return setPhase(patch.state, patch.busy);
    paint(patch);
  };

  const applySnapshot = ({ seq, snapshot, events, busy, more, state: phase = "ready", fates = {} }) => {
    clearTimeout(retryTimer);
    retryTimer = 0;
    const previous = state.entries;
    turnEvents = [];
    earlier = [];
    Object.assign(state, { seq, events, busy, more, phase });
    state.entries = new Map(snapshot.map((entry) => [entry.key, entry]));
    paint({ drop: [...previous.keys()].filter((key) => !state.entries.has(key)) });
    for (const entry of snapshot) {
      if (JSON.stringify(entry) !== JSON.stringify(previous.get(entry.key))) paint({ put: entry });
    }
    paint({ order: [...state.entries.keys()] });
    paint({ reset: true });
    Object.entries(fates).forEach(([id, kept]) => settle(id, kept));
  };

  Object.assign(state, { requestSnapshot, setDraft });
  state.inOrder = () => {
    const keys = new Set([...earlier.toReversed().flat(), ...state.entries.keys()]);
    return [...keys].map((key) => state.entries.get(key)).filter(Boolean);
  };
  state.post = (text) => {
    const id = `${Date.now()}-${Math.random()}`;
    unsettled.set(id, text);
    send({ type: "send", text, id });
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => { if (!state.busy) setPhase("silent"); }, PATIENCE_MS);
  };
  // The kernel has let go of this pane. If it has not, it answers the request.
  state.setGone = () => {
    setPhase("gone");
    [...unsettled.keys()].forEach((id) => settle(id, false));
    requestSnapshot();
  };
  state.receive = (frame) => {
    clearTimeout(silenceTimer);
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
