// The page around the pane. The pane is the one that notebooks show: it is given a model, as a
// widget's is, and here the model talks over HTTP.
import front from "./chat.js";

const KEY = "chatlab-session-key";
const main = document.getElementById("main");
const nav = document.getElementById("threads");
const who = document.getElementById("who");
let key = sessionStorage.getItem(KEY);

class Refused extends Error {}

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function ask(method, path, body, signal) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const asked = { method, headers, body: body && JSON.stringify(body), signal };
  const response = await fetch(path, asked).catch((error) => {
    throw signal?.aborted ? error : new Error("The server does not answer.");
  });
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({ message: `The server said ${response.status}.` }));
  const error = Object.assign(new Refused(message), { status: response.status });
  if (error.status === 401) signOut(message);
  throw error;
}

const told = async (...question) => (await ask(...question)).json();

// Ask again while nothing answers: what was asked carries a key, so that it is done once.
async function toldAtLast(...question) {
  for (let wait = 250; ; wait = Math.min(2 * wait, 4000)) {
    try {
      return await told(...question);
    } catch (error) {
      if (error instanceof Refused && ![409, 429, 503].includes(error.status)) throw error;
      if (wait === 4000) throw error;
      await pause(wait);
    }
  }
}

// The frames of an event stream, until it ends or breaks off.
async function* framesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const frames = (rest + value).split("\n\n");
    rest = frames.pop();
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

// What was refused is not lost: it stands in the box again.
function giveBack(text) {
  const box = main.querySelector("textarea");
  if (!box || box.value) return;
  box.value = text;
  box.dispatchEvent(new Event("input"));
}

// One conversation in a pane. `hear` is what a kernel would hear from the pane.
function createTalk(userId, threadId) {
  const hearers = [];
  let older = null;
  let again = null;
  let running = null;
  let following = new AbortController();
  let seq = 0;
  let count = 0;
  let since = new Set(); // what the last message of the user has led to

  const tell = (frame) => hearers.forEach((hear) => hear(frame));
  const show = (...patches) => {
    for (const { put } of patches) if (put) since.add(put.key);
    seq += 1;
    tell({ seq, patches });
  };
  const fail = (error) => {
    count += 1;
    show({ put: { key: `page-${count}`, kind: "error", text: error.message, retry: again !== null } },
      { busy: false, state: "failed" });
  };

  const load = async () => {
    const was = running;
    following.abort();
    let found = { entries: [], more: false, after: null, turn: null };
    let failed = null;
    if (threadId) {
      try {
        found = await toldAtLast("GET", `page/threads/${threadId}`);
      } catch (error) { failed = error; }
    }
    if (running !== was) return; // a turn has begun meanwhile, and is followed
    older = found.more ? found.after : null;
    running = found.turn;
    seq += 1;
    tell({ seq, snapshot: found.entries, events: [], busy: Boolean(running), more: found.more });
    if (failed) throw failed;
    if (running) await follow(running);
  };

  // Read the turn to its end, however often the connection breaks: come back with the cursor.
  const follow = async (turn) => {
    following.abort();
    following = new AbortController();
    const { signal } = following;
    let cursor = 0;
    for (let wait = 250; ; wait = Math.min(2 * wait, 4000)) {
      try {
        const path = `page/turns/${turn.turn_id}/patches?cursor=${cursor}`;
        for await (const { event, id, data } of framesOf(await ask("GET", path, undefined, signal))) {
          const { patches } = JSON.parse(data);
          show(...patches);
          cursor = Number(id);
          wait = 250;
          if (event === "end") {
            running = null;
            return patches.at(-1).state;
          }
        }
      } catch (error) {
        if (signal.aborted || error.status === 401) return "left";
        if (error.status === 404) { running = null; await load(); return "lost"; }
      }
      await pause(wait);
      if (signal.aborted) return "left";
    }
  };

  const start = async (path, body, repeat) => {
    again = () => start(path, body, repeat);
    show({ busy: true, state: "running" });
    const turn = await (body?.idempotency_key ? toldAtLast : told)("POST", path, body);
    again = repeat;
    running = turn;
    if (!threadId) {
      threadId = turn.thread_id;
      history.replaceState(null, "", `#${threadId}`);
    }
    listThreads(threadId);
    return follow(turn);
  };

  const say = (text) => {
    since = new Set();
    const idempotency_key = Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
    return start("api/turns", { message: text, thread_id: threadId, idempotency_key }, answerAgain)
      .catch((error) => {
        if (error instanceof Refused && !running) {
          again = null;
          giveBack(text);
        }
        throw error;
      });
  };

  const act = (action, item) => start(`api/threads/${threadId}/actions`, { action, item_id: item },
    () => act(action, item));

  const answerAgain = async () => {
    const { items } = await told("GET", `api/threads/${threadId}?order=desc`);
    const asked = items.data.find((item) => item.role === "user");
    if (!asked) return;
    const later = items.data.slice(0, items.data.indexOf(asked)).map((item) => item.id);
    const old = [...new Set([...since, ...later])].filter((one) => one !== asked.id);
    const path = `api/threads/${threadId}/items/${asked.id}/retry`;
    if (await start(path, undefined, answerAgain) === "completed") show({ drop: old });
  };

  const earlier = async () => {
    if (!older) return;
    const found = await told("GET", `page/threads/${threadId}?after=${older}`);
    older = found.more ? found.after : null;
    show({ before: found.entries, more: found.more });
  };

  const done = (message) => {
    switch (message.type) {
      case "snapshot": return load();
      case "send": return say(message.text);
      case "act": return act(message.action, message.item);
      case "stop": return running && told("POST", `api/turns/${running.turn_id}/stop`);
      case "older": return earlier();
      case "retry": return again?.();
      default: return undefined;
    }
  };

  const look = { who: userId, interactive: true, inspect: false };
  return {
    model: {
      get: (name) => look[name],
      on: (_name, hear) => hearers.push(hear),
      send: (message) => { Promise.resolve().then(() => done(message)).catch(fail); },
    },
    leave: () => following.abort(),
  };
}

let talk = null;

function openThread(userId, threadId) {
  talk?.leave();
  talk = createTalk(userId, threadId);
  const pane = front();
  pane.initialize({ model: talk.model });
  main.replaceChildren();
  pane.render({ model: talk.model, el: main });
  main.querySelector("textarea").focus();
}

async function listThreads(current) {
  const { data } = await told("GET", "api/threads?limit=30");
  const named = (thread) => thread.title || new Date(thread.created_at).toLocaleString([], {
    weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const entry = (thread) => {
    const button = make("button", { type: "button", textContent: named(thread) });
    button.onclick = () => { location.hash = thread.id; };
    if (thread.id === current) button.setAttribute("aria-current", "true");
    return make("li", {}, button);
  };
  const fresh = make("button", { type: "button", textContent: "New conversation" });
  fresh.onclick = () => { location.hash = ""; };
  nav.replaceChildren(fresh, make("ul", {}, ...data.map(entry)));
  nav.hidden = false;
}

function signOut(why = "") {
  talk?.leave();
  talk = key = null;
  sessionStorage.removeItem(KEY);
  who.replaceChildren();
  nav.hidden = true;
  showDoor(why);
}

function showDoor(why) {
  const alert = make("p", { textContent: why });
  alert.setAttribute("role", "alert");
  const enter = (given) => {
    key = given;
    sessionStorage.setItem(KEY, key);
    return enterRoom();
  };
  const demo = (name) => {
    const button = make("button", { type: "button", textContent: `Be ${name}` });
    button.onclick = () => told("POST", "api/sessions", { user_id: name.toLowerCase() })
      .then((said) => enter(said.session_key))
      .catch((error) => { alert.textContent = error.message; });
    return button;
  };
  const given = make("input", { name: "key", autocomplete: "off", required: true });
  const form = make("form", {}, make("label", {}, "A session key of your own", given),
    make("button", { textContent: "Log in" }));
  form.onsubmit = (event) => {
    event.preventDefault();
    enter(given.value.trim());
  };
  const names = document.body.dataset.names ? [
    make("p", { textContent: "Alice and Bob need no password: this is for learning." }),
    make("div", { className: "row" }, demo("Alice"), demo("Bob")),
  ] : [];
  main.replaceChildren(make("div", { className: "door" }, make("h2", { textContent: "Who are you?" }),
    ...names, form, alert));
}

async function enterRoom() {
  try {
    const me = await toldAtLast("GET", "api/sessions/current");
    const out = make("button", { type: "button", textContent: "Log out" });
    out.onclick = () => { location.hash = ""; signOut(); };
    who.replaceChildren(make("span", { textContent: me.user_id }), out);
    const threadId = location.hash.slice(1) || null;
    openThread(me.user_id, threadId);
    await listThreads(threadId);
  } catch (error) {
    if (error.status !== 401) showDoor(error.message);
  }
}

addEventListener("hashchange", () => { if (key) enterRoom(); });
if (key) enterRoom();
else showDoor("");
