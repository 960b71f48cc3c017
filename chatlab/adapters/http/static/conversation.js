// One conversation, as a model for the pane: `send` takes the messages that a kernel would get from it,
// and the frames that a kernel would send go to the listeners.
import { watchChanges } from "./changes.js";
import { connection } from "./connection.js";
import { followTurn } from "./follow_turn.js";
import { drafts, newKey, pending, placeOf } from "./kept.js";
import { RequestRefused, requestJson, requestJsonRetrying, requestLast } from "./requests.js";
import { createTranscript } from "./transcript.js";

const PIECE = 25; // how many earlier entries are shown at once
const LOST_TURN = "The server was started anew before the answer was complete.";

// `page` is what is around it: report(text) for the one that is open now, onAddress() when this one has
// another address, onList() when the list may have changed, onDeleted() when this one was deleted
// elsewhere, openFork(threadId, text) to go on in another one, and `prompts`, what one might say first.
export function createConversation(userId, threadId, page) {
  const listeners = [];
  const transcript = createTranscript();
  const leaving = new AbortController();
  const seenTurns = new Set();
  let olderCursor = null;
  let retryTurn = null;
  let runningTurn = null;
  let starting = Promise.resolve(null);
  let opening = null;
  let greeting = false;
  let loading = Promise.resolve();
  let queue = Promise.resolve();
  let following = Promise.resolve();
  let begun = threadId !== null; // whether its user has said something: until then, it has no address
  let version = null;
  let seq = 0;
  let errorCount = 0;
  const lostErrors = []; // the keys of those that say that the server does not answer
  let title = null;

  let markOpened;
  const opened = new Promise((resolve) => { markOpened = resolve; });

  const left = () => leaving.signal.aborted;
  const place = () => placeOf(userId, begun ? threadId : null);
  const sendFrame = (frame) => listeners.forEach((onMessage) => onMessage(frame));
  const showPatches = (...patches) => {
    for (const patch of patches) {
      transcript.take(patch);
      const newTitle = patch.event?.type === "thread_updated" ? patch.event.thread.title : null;
      if (newTitle && newTitle !== title) page.onList();
      title = newTitle ?? title;
    }
    seq += 1;
    sendFrame({ seq, patches });
  };
  const showState = (state, busy = ["running", "elsewhere"].includes(state)) => {
    connection.setElsewhere(state === "elsewhere");
    showPatches({ busy, state });
  };
  const showError = (error) => {
    errorCount += 1;
    const key = `page-${errorCount}`;
    if (!(error instanceof RequestRefused)) lostErrors.push(key);
    showPatches({ put: { key, kind: "error", text: error.message, retry: retryTurn !== null } });
    if (!runningTurn) showState("failed");
  };

  const loadThread = async () => {
    const previousTurn = runningTurn;
    let loaded = { entries: [], more: false, after: null, turn: null, version: null };
    let loadError = null;
    if (threadId) {
      try {
        const options = { onLost: () => showState("reconnecting"), forever: () => !left() };
        loaded = await requestJsonRetrying("GET", `page/threads/${threadId}`, undefined, options);
      } catch (error) { loadError = error; }
    }
    if (left() || runningTurn !== previousTurn) return null; // a turn has begun meanwhile, and is followed
    olderCursor = loaded.more ? loaded.after : null;
    version = loaded.version;
    const running = loaded.turn?.state === "running" ? loaded.turn : null;
    if (loaded.turn && !running) seenTurns.add(loaded.turn.turn_id);
    transcript.reset(loaded.entries);
    seq += 1;
    sendFrame({ seq, snapshot: loaded.entries, events: [], busy: Boolean(running), more: loaded.more,
      state: running ? "running" : "ready" });
    if (loadError) throw loadError;
    return running;
  };

  const follow = async (turn, state) => {
    const quiet = state === "ready";
    seenTurns.add(turn.turn_id);
    runningTurn = turn;
    transcript.beginTurn();
    if (!quiet) showState(state);
    const last = await followTurn(turn.turn_id, leaving.signal, {
      onPatches: (patches) => showPatches(...patches.filter((patch) => !(quiet && patch.state === "completed"))),
      onLost: () => showState("reconnecting", !quiet),
      onBack: () => showState(state),
    });
    runningTurn = null;
    connection.setElsewhere(false);
    const drop = transcript.endTurn(last.state);
    if (drop.length) showPatches({ drop });
    version = last.version ?? version;
    return last.state;
  };

  // The server does not know the turn any more. What it kept is shown; what was not answered to its
  // end is asked again under the same key, which answers nothing twice.
  const recover = async () => {
    const running = await loadThread();
    if (left()) return "left";
    if (running) return follow(running, "running");
    const message = pending.get(place());
    if (message) return startTurn("api/turns", message, retryMessage);
    if (!transcript.hasItems() || retryTurn === null) return "lost";
    showError(new Error(LOST_TURN));
    return "failed";
  };

  // Start a turn and follow it. "Try again" repeats this request until it succeeds, then calls `retryNext`.
  const startTurn = async (path, body, retryNext, onStarted = () => {}) => {
    retryTurn = () => startTurn(path, body, retryNext);
    showState("running");
    const options = { onLost: () => showState("reconnecting", true) };
    starting = body?.idempotency_key ? requestJsonRetrying("POST", path, body, options) : requestJson("POST", path, body);
    stopWaiting();
    const turn = await starting;
    onStarted();
    retryTurn = retryNext;
    if (!begun) { // what was typed meanwhile comes along
      const from = place();
      threadId = turn.thread_id;
      begun = true;
      drafts.set(place(), drafts.get(from));
      drafts.set(from, "");
      pending.done(from);
    }
    page.onAddress();
    page.onList();
    if (left()) return "left";
    if (body?.idempotency_key) pending.set(place(), { ...body, thread_id: threadId });
    const state = await follow(turn, "running");
    if (state === "lost") return recover();
    if (state !== "left") pending.done(place());
    return state;
  };

  const giveBack = (id, text) => {
    drafts.add(place(), text);
    if (!left()) showPatches({ fates: { [id]: false } });
  };

  const sendMessage = async (text, id) => {
    showPatches({ drop: ["prompts"] });
    const wasBegun = begun;
    const unsure = pending.unsure(place());
    const message = unsure?.message === text ? unsure
      : { message: text, thread_id: threadId, idempotency_key: newKey() };
    let arrived = false;
    const onStarted = () => {
      arrived = true;
      showPatches({ fates: { [id]: true } });
    };
    begun = threadId !== null;
    pending.set(place(), message);
    page.onAddress();
    try {
      return await startTurn("api/turns", message, retryMessage, onStarted);
    } catch (error) {
      if (!arrived) {
        if (error instanceof RequestRefused) {
          pending.done(place());
          begun = wasBegun;
          page.onAddress();
        } else pending.set(place(), message, true);
        retryTurn = null;
        giveBack(id, text);
        if (left()) page.report(error.message);
      }
      throw error;
    }
  };

  const sendAction = (action, item) => {
    begun = true;
    page.onAddress();
    return startTurn(`api/threads/${threadId}/actions`, { action, item_id: item }, () => sendAction(action, item));
  };

  const retryMessage = async (key = transcript.lastMessage()) => {
    if (key) await startTurn(`api/threads/${threadId}/items/${key}/retry`, undefined, () => retryMessage());
  };

  // Ask otherwise: what came before the message is copied, and it is said there.
  const editMessage = async (key, text) => {
    const { id } = await requestJson("POST", `api/threads/${threadId}/items/${key}/fork`);
    page.openFork(id, text);
  };

  // The server says what it says to somebody who has just come.
  const greet = async (key = newKey()) => {
    retryTurn = () => greet(key);
    showPatches({ drop: transcript.keys() });
    const turn = await requestJsonRetrying("POST", "api/turns", { message: null, idempotency_key: key }, { forever: () => !left() });
    threadId = turn.thread_id;
    if (left()) return leave();
    const state = await follow(turn, "ready");
    if (state === "lost" && !left()) {
      threadId = null;
      return greet(key);
    }
    if (!transcript.hasItems()) { // it said nothing
      requestLast("DELETE", `api/threads/${threadId}`);
      threadId = null;
      version = null;
    }
    if (left()) return undefined;
    if (state !== "failed") retryTurn = null;
    if (page.prompts.length) showPatches({ put: { key: "prompts", kind: "prompts", prompts: page.prompts } });
    return undefined;
  };

  const open = async () => {
    const running = await loadThread();
    if (left()) return;
    const message = pending.get(place());
    if (running) {
      const own = message !== null;
      const followed = follow(running, own ? "running" : "elsewhere").then((state) => {
        if (state === "lost") return recover();
        if (state !== "left") pending.done(place());
        retryTurn = () => retryMessage();
        return state;
      });
      enqueue(() => followed.catch(onError));
    } else if (message && begun === (message.thread_id !== null)) {
      enqueue(() => startTurn("api/turns", message, retryMessage)).catch(onError);
    } else if (!threadId) {
      greeting = true;
      await greet().finally(() => { greeting = false; });
    }
  };

  const catchUp = async (change) => {
    const { turn } = change;
    if (change.deleted) return version === null ? undefined : page.onDeleted();
    if (change.version === version) { // nothing was missed before this turn
      if (!turn || seenTurns.has(turn.turn_id) || await follow(turn, "elsewhere") !== "lost") return undefined;
    }
    const running = await loadThread();
    return running && follow(running, "elsewhere");
  };

  const stopTurn = async () => {
    const turn = runningTurn ?? await starting.catch(() => null);
    if (turn) await requestJson("POST", `api/turns/${turn.turn_id}/stop`);
  };

  const loadOlder = async () => {
    if (!olderCursor) return;
    const older = await requestJson("GET", `page/threads/${threadId}?after=${olderCursor}`);
    olderCursor = older.more ? older.after : null;
    for (let end = older.entries.length; end > 0 && !left(); end -= PIECE) { // a piece at a time, so that scrolling is smooth
      const start = Math.max(0, end - PIECE);
      showPatches({ before: older.entries.slice(start, end), more: older.more || start > 0 });
      await new Promise((resolve) => { setTimeout(resolve); });
    }
  };

  // What is asked for waits for what was asked for before it, and for the answer that runs.
  const enqueue = (work, onLeft = () => {}) => {
    const done = queue.then(() => loading).then(() => following).then(() => (left() ? onLeft() : work()));
    queue = done.catch(() => {});
    return done;
  };

  const dispatch = (message) => {
    switch (message.type) {
      case "snapshot": {
        if (opening) return undefined;
        opening = open();
        loading = opening.catch(() => {});
        loading.then(markOpened);
        return opening;
      }
      case "send":
        drafts.set(place(), "");
        if (greeting && runningTurn) stopTurn().catch(() => {}); // what somebody says matters more
        sendFrame({ seq, patches: [] }); // it was heard
        return enqueue(() => sendMessage(message.text, message.id), () => giveBack(message.id, message.text));
      case "act": return enqueue(() => sendAction(message.action, message.item));
      case "again": return enqueue(() => retryMessage(message.item));
      case "edit": return enqueue(() => editMessage(message.item, message.text));
      case "retry": return enqueue(() => retryTurn?.());
      case "stop": return stopTurn();
      case "older": return loadOlder();
      default: return undefined;
    }
  };
  const onError = (error) => { if (!left()) showError(error); };
  const idle = async () => {
    await opened;
    for (let last; last !== queue;) {
      last = queue;
      await queue;
    }
  };
  const stopWaiting = watchChanges(leaving.signal, {
    idle,
    threadId: () => threadId,
    onList: page.onList,
    onChange: (change) => {
      following = catchUp(change).catch(onError);
      return following;
    },
    onLost: () => showState("reconnecting"),
    onBack: () => {
      showPatches({ drop: lostErrors.splice(0) }); // now it does
      showState("ready");
    },
  });

  // Nobody said anything in a conversation that only greets: it is not kept.
  const leave = async () => {
    const turn = runningTurn;
    leaving.abort();
    if (!threadId || begun) return;
    if (turn) requestLast("POST", `api/turns/${turn.turn_id}/stop`);
    await requestLast("DELETE", `api/threads/${threadId}`);
  };

  const traits = { who: userId, interactive: true, inspect: false, messageTools: true, draft: drafts.get(place()) };
  return {
    model: {
      get: (name) => traits[name],
      on: (name, onMessage) => { if (name === "msg:custom") listeners.push(onMessage); },
      send: (message) => { Promise.resolve().then(() => dispatch(message)).catch(onError); },
    },
    threadId: () => threadId,
    address: () => (begun ? threadId : null),
    keepDraft: (text) => drafts.set(place(), text),
    showError: (error) => opened.then(() => onError(error)), // what is loaded takes its place
    leave,
  };
}
