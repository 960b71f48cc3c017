// Requests to the server, and what to do when it refuses them, is busy or does not answer.
import { connection } from "./connection.js";

const STORAGE_KEY = "chatlab-session-key";
// A stream that is silent says every this many seconds that it is still there. Who misses that twice,
// with a little for the way, has lost the connection, whatever the browser thinks of it.
const PATIENCE_MS = 2200 * Number(document.body.dataset.beat);
const LONGEST_DELAY_MS = 4000;

export class RequestRefused extends Error {}

export const session = {
  key: sessionStorage.getItem(STORAGE_KEY),
  onRefused: () => {},
  set(key) {
    session.key = key;
    if (key) sessionStorage.setItem(STORAGE_KEY, key);
    else sessionStorage.removeItem(STORAGE_KEY);
  },
};

// Wait, but not longer than until the network is back or somebody looks at the page again.
export const sleep = (ms) => new Promise((resolve) => {
  const wake = new AbortController();
  const woken = () => {
    if (document.hidden) return;
    wake.abort();
    resolve();
  };
  const options = { signal: wake.signal };
  addEventListener("online", woken, options);
  document.addEventListener("visibilitychange", woken, options);
  setTimeout(() => { wake.abort(); resolve(); }, ms);
});

async function request(method, path, body, signal) {
  const headers = session.key ? { Authorization: `Bearer ${session.key}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const options = { method, headers, body: body && JSON.stringify(body), signal };
  const response = await fetch(path, options).catch((error) => {
    if (error.name !== "AbortError") connection.lost();
    throw new Error("The server does not answer.");
  });
  connection.answered();
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({ message: `The server said ${response.status}.` }));
  const error = Object.assign(new RequestRefused(message), { status: response.status });
  if (error.status === 401) session.onRefused(message);
  throw error;
}

export async function requestJson(method, path, body, signal) {
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  const response = await request(method, path, body, signal ? AbortSignal.any([signal, timeout]) : timeout);
  if (response.status === 204) return null;
  return response.json().catch(() => { throw new Error("The server does not answer."); });
}

// A request that goes out even when the page is closed, whatever becomes of it.
export function requestLast(method, path) {
  const headers = { Authorization: `Bearer ${session.key}` };
  return fetch(path, { method, headers, keepalive: true }).catch(() => {});
}

// Repeat the request while the server is busy or does not answer; `onLost` is called when it does
// not. With `forever`, until it answers. A POST must carry an idempotency key, so that it is done
// only once.
export async function requestJsonRetrying(method, path, body, { onLost = () => {}, forever = () => false } = {}) {
  for (let delayMs = 250; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
    try {
      return await requestJson(method, path, body);
    } catch (error) {
      const refused = error instanceof RequestRefused;
      if (refused && ![409, 429, 503].includes(error.status)) throw error;
      if (delayMs === LONGEST_DELAY_MS && (refused || !forever())) throw error;
      if (!refused) onLost();
      await sleep(delayMs);
    }
  }
}

// The frames of an event stream, until it ends, breaks off or has been silent for too long. `onBytes`
// is called with whatever comes, if only a comment.
export async function* readFrames(path, leave, onBytes) {
  const silence = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { connection.lost(); silence.abort(); }, PATIENCE_MS);
  };
  heard();
  try {
    const response = await request("GET", path, undefined, AbortSignal.any([leave, silence.signal]));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let remainder = "";
    for (;;) {
      const { value, done: ended } = await reader.read();
      if (ended) return;
      heard();
      connection.answered();
      onBytes();
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
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}
