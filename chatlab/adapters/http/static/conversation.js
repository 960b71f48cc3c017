// One conversation, as a model for the pane: `send` takes the messages that a kernel would get from it,
// and the frames that a kernel would send go to the listeners.
import { RequestRefused, readFrames, requestJson, requestJsonRetrying, sleep } from "./requests.js";

// `page` is what is around it: keepDraft(text) for what a conversation that was left cannot send,
// report(text) for the one that is open now, onStarted(threadId) when a turn has begun, which gets
// null from a conversation that was left, and onTitle() when the conversation is called otherwise.
export function createConversation(userId, threadId, draft, page) {
  const listeners = [];
  let olderCursor = null;
  let retryTurn = null;
  let runningTurn = null;
  let starting = Promise.resolve(null);
  let followAbort = new AbortController();
  let left = false;
  let loading = Promise.resolve();
  let queue = Promise.resolve();
  let unsure = null; // a message of which nobody knows whether it has arrived
  let seq = 0;
  let errorCount = 0;
  let title = null;
  let newKeys = new Set(); // the keys of the entries since the user's last message

  const showTitle = (newTitle) => {
    if (newTitle !== title) page.onTitle();
    title = newTitle;
  };
  const sendFrame = (frame) => listeners.forEach((onMessage) => onMessage(frame));
  const showPatches = (...patches) => {
    for (const { put, event } of patches) {
      if (put) newKeys.add(put.key);
      if (event?.type === "item_replaced") newKeys.delete(event.item_id); // it was there before
      if (event?.type === "thread_updated" && event.thread.title) showTitle(event.thread.title);
    }
    seq += 1;
    sendFrame({ seq, patches });
  };
  const showState = (state) => showPatches({ busy: state === "running" || state === "reconnecting", state });
  const showError = (error) => {
    errorCount += 1;
    showPatches({ put: { key: `page-${errorCount}`, kind: "error", text: error.message, retry: retryTurn !== null } });
    if (!runningTurn) showState("failed");
  };

  const loadThread = async () => {
    const previousTurn = runningTurn;
    followAbort.abort();
    let page = { entries: [], more: false, after: null, turn: null };
    let loadError = null;
    if (threadId) {
      try {
        page = await requestJsonRetrying("GET", `page/threads/${threadId}`, undefined, () => showState("reconnecting"));
      } catch (error) { loadError = error; }
    }
    if (left || runningTurn !== previousTurn) return; // a turn has begun meanwhile, and is followed
    olderCursor = page.more ? page.after : null;
    runningTurn = page.turn;
    seq += 1;
    const busy = Boolean(runningTurn);
    sendFrame({ seq, snapshot: page.entries, events: [], busy, state: busy ? "running" : "ready", more: page.more });
    if (loadError) throw loadError;
    if (runningTurn && await followTurn(runningTurn) === "completed") await dropReplaced(page.entries);
  };

  // The turn that ran when this page was loaded may have been a retry: what it has replaced is gone.
  const dropReplaced = async (loaded) => {
    const { entries } = await requestJson("GET", `page/threads/${threadId}`);
    const kept = new Set(entries.map((entry) => entry.key));
    const answer = loaded.slice(loaded.findLastIndex((entry) => entry.kind === "user") + 1);
    showPatches({ drop: answer.map((entry) => entry.key).filter((key) => !kept.has(key)) });
  };

  // Read the turn to its end, however often the connection breaks: come back with the cursor.
  const followTurn = async (turn) => {
    followAbort.abort();
    followAbort = new AbortController();
    const { signal } = followAbort;
    let cursor = 0;
    let lost = false;
    const onBytes = () => {
      if (lost) showState("running");
      lost = false;
    };
    for (let delayMs = 250; ; delayMs = Math.min(2 * delayMs, 4000)) {
      try {
        const path = `page/turns/${turn.turn_id}/patches?cursor=${cursor}`;
        for await (const { event, id, data } of readFrames(path, signal, onBytes)) {
          const { patches } = JSON.parse(data);
          showPatches(...patches);
          cursor = Number(id);
          delayMs = 250;
          if (event === "end") {
            runningTurn = null;
            return patches.at(-1).state;
          }
        }
      } catch (error) {
        if (signal.aborted || error.status === 401) return "left";
        if (error.status === 404) { runningTurn = null; await loadThread(); return "lost"; }
      }
      if (signal.aborted) return "left";
      if (!lost) showState("reconnecting");
      lost = true;
      await sleep(delayMs);
      if (signal.aborted) return "left";
    }
  };

  // Start a turn and follow it. "Try again" repeats this request until it succeeds, then calls `retryNext`.
  const startTurn = async (path, body, retryNext, onStarted = () => {}) => {
    retryTurn = () => startTurn(path, body, retryNext);
    showState("running");
    const lost = () => showState("reconnecting");
    starting = body?.idempotency_key ? requestJsonRetrying("POST", path, body, lost) : requestJson("POST", path, body);
    const turn = await starting;
    onStarted();
    retryTurn = retryNext;
    threadId ??= turn.thread_id;
    page.onStarted(left ? null : threadId);
    if (left) return "left";
    runningTurn = turn;
    showState("running");
    return followTurn(turn);
  };

  const giveBack = (id, text) => {
    if (left) page.keepDraft(text);
    else showPatches({ fates: { [id]: false } });
  };

  const sendMessage = async (text, id) => {
    newKeys = new Set();
    const message = unsure?.message === text ? unsure
      : { message: text, thread_id: threadId, idempotency_key: Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-") };
    unsure = null;
    let arrived = false;
    const onStarted = () => {
      arrived = true;
      showPatches({ fates: { [id]: true } });
    };
    try {
      return await startTurn("api/turns", message, retryMessage, onStarted);
    } catch (error) {
      if (!arrived) {
        if (!(error instanceof RequestRefused)) unsure = message;
        retryTurn = null;
        giveBack(id, text);
        if (left) page.report(error.message);
      }
      throw error;
    }
  };

  const sendAction = (action, item) => startTurn(`api/threads/${threadId}/actions`, { action, item_id: item },
    () => sendAction(action, item));

  const retryMessage = async () => {
    const { items } = await requestJson("GET", `api/threads/${threadId}?order=desc`);
    const message = items.data.find((item) => item.role === "user");
    if (!message) return;
    const repliesAfter = items.data.slice(0, items.data.indexOf(message)).map((item) => item.id);
    const oldKeys = [...new Set([...newKeys, ...repliesAfter])].filter((id) => id !== message.id);
    const path = `api/threads/${threadId}/items/${message.id}/retry`;
    if (await startTurn(path, undefined, retryMessage) === "completed") showPatches({ drop: oldKeys });
  };

  const stopTurn = async () => {
    const turn = runningTurn ?? await starting.catch(() => null);
    if (turn) await requestJson("POST", `api/turns/${turn.turn_id}/stop`);
  };

  const loadOlder = async () => {
    if (!olderCursor) return;
    const page = await requestJson("GET", `page/threads/${threadId}?after=${olderCursor}`);
    olderCursor = page.more ? page.after : null;
    showPatches({ before: page.entries, more: page.more });
  };

  // What is asked for waits for what was asked for before it, and for the answer that runs.
  const enqueue = (work, onLeft = () => {}) => {
    const done = queue.then(() => loading).then(() => (left ? onLeft() : work()));
    queue = done.catch(() => {});
    return done;
  };

  const dispatch = (message) => {
    switch (message.type) {
      case "snapshot": {
        const loaded = loadThread();
        loading = Promise.all([loading, loaded.catch(() => {})]);
        return loaded;
      }
      case "send":
        sendFrame({ seq, patches: [] }); // it was heard
        return enqueue(() => sendMessage(message.text, message.id), () => giveBack(message.id, message.text));
      case "act": return enqueue(() => sendAction(message.action, message.item));
      case "retry": return enqueue(() => retryTurn?.());
      case "stop": return stopTurn();
      case "older": return loadOlder();
      default: return undefined;
    }
  };
  const onError = (error) => { if (!left) showError(error); };

  const traits = { who: userId, interactive: true, inspect: false, draft };
  return {
    model: {
      get: (name) => traits[name],
      on: (name, onMessage) => { if (name === "msg:custom") listeners.push(onMessage); },
      send: (message) => { Promise.resolve().then(() => dispatch(message)).catch(onError); },
    },
    threadId: () => threadId,
    showError: (error) => loading.then(() => onError(error)), // what is loaded takes its place
    leave: () => {
      left = true;
      followAbort.abort();
    },
  };
}
