// The page around the pane. The pane is the one that notebooks show: it is given an object like an
// anywidget model, and here that object talks HTTP.
import createPane from "./chat.js";

const STORAGE_KEY = "chatlab-session-key";
const main = document.getElementById("main");
const threadNav = document.getElementById("threads");
const userBar = document.getElementById("who");
let sessionKey = sessionStorage.getItem(STORAGE_KEY);

class RequestRefused extends Error {}

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function request(method, path, body, signal) {
  const headers = sessionKey ? { Authorization: `Bearer ${sessionKey}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const options = { method, headers, body: body && JSON.stringify(body), signal };
  const response = await fetch(path, options).catch((error) => {
    throw signal?.aborted ? error : new Error("The server does not answer.");
  });
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({ message: `The server said ${response.status}.` }));
  const error = Object.assign(new RequestRefused(message), { status: response.status });
  if (error.status === 401) signOut(message);
  throw error;
}

const requestJson = async (...args) => (await request(...args)).json();

// Repeat the request while the server is busy or does not answer. A POST must carry an idempotency
// key, so that it is done only once.
async function requestJsonRetrying(...args) {
  for (let delayMs = 250; ; delayMs = Math.min(2 * delayMs, 4000)) {
    try {
      return await requestJson(...args);
    } catch (error) {
      if (error instanceof RequestRefused && ![409, 429, 503].includes(error.status)) throw error;
      if (delayMs === 4000) throw error;
      await sleep(delayMs);
    }
  }
}

// The frames of an event stream, until it ends or breaks off.
async function* readFrames(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let remainder = "";
  for (;;) {
    const { value, done: ended } = await reader.read();
    if (ended) return;
    const frames = (remainder + value).split("\n\n");
    remainder = frames.pop();
    for (const frame of frames) {
      const fields = { event: "message" };
      for (const line of frame.split("\n")) {
        const colon = line.indexOf(": ");
        if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
      }
      if (fields.data) yield fields;
    }
  }
}

// Put a message that was refused back into the box.
function restoreDraft(text) {
  const box = main.querySelector("textarea");
  if (!box || box.value) return;
  box.value = text;
  box.dispatchEvent(new Event("input"));
}

// One conversation, as a model for the pane: `send` takes the messages that a kernel would get from it,
// and the frames that a kernel would send go to the listeners.
function createConversation(userId, threadId) {
  const listeners = [];
  let olderCursor = null;
  let retryTurn = null;
  let runningTurn = null;
  let followAbort = new AbortController();
  let seq = 0;
  let errorCount = 0;
  let newKeys = new Set(); // the keys of the entries since the user's last message

  const sendFrame = (frame) => listeners.forEach((onMessage) => onMessage(frame));
  const showPatches = (...patches) => {
    for (const { put } of patches) if (put) newKeys.add(put.key);
    seq += 1;
    sendFrame({ seq, patches });
  };
  const showError = (error) => {
    errorCount += 1;
    showPatches({ put: { key: `page-${errorCount}`, kind: "error", text: error.message, retry: retryTurn !== null } },
      { busy: false, state: "failed" });
  };

  const loadThread = async () => {
    const previousTurn = runningTurn;
    followAbort.abort();
    let page = { entries: [], more: false, after: null, turn: null };
    let loadError = null;
    if (threadId) {
      try {
        page = await requestJsonRetrying("GET", `page/threads/${threadId}`);
      } catch (error) { loadError = error; }
    }
    if (runningTurn !== previousTurn) return; // a turn has begun meanwhile, and is followed
    olderCursor = page.more ? page.after : null;
    runningTurn = page.turn;
    seq += 1;
    sendFrame({ seq, snapshot: page.entries, events: [], busy: Boolean(runningTurn), more: page.more });
    if (loadError) throw loadError;
    if (runningTurn) await followTurn(runningTurn);
  };

  // Read the turn to its end, however often the connection breaks: come back with the cursor.
  const followTurn = async (turn) => {
    followAbort.abort();
    followAbort = new AbortController();
    const { signal } = followAbort;
    let cursor = 0;
    for (let delayMs = 250; ; delayMs = Math.min(2 * delayMs, 4000)) {
      try {
        const path = `page/turns/${turn.turn_id}/patches?cursor=${cursor}`;
        for await (const { event, id, data } of readFrames(await request("GET", path, undefined, signal))) {
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
      await sleep(delayMs);
      if (signal.aborted) return "left";
    }
  };

  // Start a turn and follow it. "Try again" repeats this request until it succeeds, then calls `retryNext`.
  const startTurn = async (path, body, retryNext) => {
    retryTurn = () => startTurn(path, body, retryNext);
    showPatches({ busy: true, state: "running" });
    const turn = await (body?.idempotency_key ? requestJsonRetrying : requestJson)("POST", path, body);
    retryTurn = retryNext;
    runningTurn = turn;
    if (!threadId) {
      threadId = turn.thread_id;
      history.replaceState(null, "", `#${threadId}`);
    }
    listThreads(threadId);
    return followTurn(turn);
  };

  const sendMessage = (text) => {
    newKeys = new Set();
    const idempotency_key = Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
    return startTurn("api/turns", { message: text, thread_id: threadId, idempotency_key }, retryMessage)
      .catch((error) => {
        if (error instanceof RequestRefused && !runningTurn) {
          retryTurn = null;
          restoreDraft(text);
        }
        throw error;
      });
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

  const loadOlder = async () => {
    if (!olderCursor) return;
    const page = await requestJson("GET", `page/threads/${threadId}?after=${olderCursor}`);
    olderCursor = page.more ? page.after : null;
    showPatches({ before: page.entries, more: page.more });
  };

  const dispatch = (message) => {
    switch (message.type) {
      case "snapshot": return loadThread();
      case "send": return sendMessage(message.text);
      case "act": return sendAction(message.action, message.item);
      case "stop": return runningTurn && requestJson("POST", `api/turns/${runningTurn.turn_id}/stop`);
      case "older": return loadOlder();
      case "retry": return retryTurn?.();
      default: return undefined;
    }
  };

  const traits = { who: userId, interactive: true, inspect: false };
  return {
    model: {
      get: (name) => traits[name],
      on: (_name, onMessage) => listeners.push(onMessage),
      send: (message) => { Promise.resolve().then(() => dispatch(message)).catch(showError); },
    },
    close: () => followAbort.abort(),
  };
}

let conversation = null;

function openThread(userId, threadId) {
  conversation?.close();
  conversation = createConversation(userId, threadId);
  const pane = createPane();
  pane.initialize({ model: conversation.model });
  main.replaceChildren();
  pane.render({ model: conversation.model, el: main });
  main.querySelector("textarea").focus();
}

async function listThreads(current) {
  const { data } = await requestJson("GET", "api/threads?limit=30");
  const threadLabel = (thread) => thread.title || new Date(thread.created_at).toLocaleString([], {
    weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const entry = (thread) => {
    const button = make("button", { type: "button", textContent: threadLabel(thread) });
    button.onclick = () => { location.hash = thread.id; };
    if (thread.id === current) button.setAttribute("aria-current", "true");
    return make("li", {}, button);
  };
  const newButton = make("button", { type: "button", textContent: "New conversation" });
  newButton.onclick = () => { location.hash = ""; };
  threadNav.replaceChildren(newButton, make("ul", {}, ...data.map(entry)));
  threadNav.hidden = false;
}

function signOut(why = "") {
  conversation?.close();
  conversation = sessionKey = null;
  sessionStorage.removeItem(STORAGE_KEY);
  userBar.replaceChildren();
  threadNav.hidden = true;
  showSignIn(why);
}

function showSignIn(why) {
  const alert = make("p", { textContent: why });
  alert.setAttribute("role", "alert");
  const signIn = (newKey) => {
    sessionKey = newKey;
    sessionStorage.setItem(STORAGE_KEY, sessionKey);
    return showConversation();
  };
  const demoButton = (name) => {
    const button = make("button", { type: "button", textContent: `Be ${name}` });
    button.onclick = () => requestJson("POST", "api/sessions", { user_id: name.toLowerCase() })
      .then((session) => signIn(session.session_key))
      .catch((error) => { alert.textContent = error.message; });
    return button;
  };
  const keyInput = make("input", { name: "key", autocomplete: "off", required: true });
  const form = make("form", {}, make("label", {}, "A session key of your own", keyInput),
    make("button", { textContent: "Log in" }));
  form.onsubmit = (event) => {
    event.preventDefault();
    signIn(keyInput.value.trim());
  };
  const demoUsers = document.body.dataset.names ? [
    make("p", { textContent: "Alice and Bob need no password: this is for learning." }),
    make("div", { className: "row" }, demoButton("Alice"), demoButton("Bob")),
  ] : [];
  main.replaceChildren(make("div", { className: "sign-in" }, make("h2", { textContent: "Who are you?" }),
    ...demoUsers, form, alert));
}

async function showConversation() {
  try {
    const session = await requestJsonRetrying("GET", "api/sessions/current");
    const logOutButton = make("button", { type: "button", textContent: "Log out" });
    logOutButton.onclick = () => { location.hash = ""; signOut(); };
    userBar.replaceChildren(make("span", { textContent: session.user_id }), logOutButton);
    const threadId = location.hash.slice(1) || null;
    openThread(session.user_id, threadId);
    await listThreads(threadId);
  } catch (error) {
    if (error.status !== 401) showSignIn(error.message);
  }
}

addEventListener("hashchange", () => { if (sessionKey) showConversation(); });
if (sessionKey) showConversation();
else showSignIn("");
