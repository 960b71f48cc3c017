// What the server says to somebody who has just come. Where nothing else is said, it is not kept.
import { newKey } from "./kept.js";
import { requestJsonRetrying, requestLast } from "./requests.js";

export async function greet(talk, frames, follow, prompts, key = newKey()) {
  const again = () => greet(talk, frames, follow, prompts, key);
  talk.retryTurn = again;
  frames.showPatches({ drop: frames.transcript.keys() });
  const body = { message: null, idempotency_key: key };
  const turn = await requestJsonRetrying("POST", "api/turns", body, { forever: () => !talk.left() });
  talk.threadId = turn.thread_id;
  if (talk.left()) return leaveGreeting(talk);
  const state = await follow(turn, "ready");
  if (state === "lost" && !talk.left()) {
    talk.threadId = null;
    return again();
  }
  if (!frames.transcript.hasItems()) { // it said nothing
    frames.showPatches({ drop: frames.transcript.keysOf("stats") });
    requestLast("DELETE", `api/threads/${talk.threadId}`);
    talk.threadId = null;
    talk.version = null;
  }
  if (talk.left()) return undefined;
  if (state !== "failed") talk.retryTurn = null;
  if (prompts.length) frames.showPatches({ put: { key: "prompts", kind: "prompts", prompts } });
  return undefined;
}

// Whoever leaves has heard the greeting, or does not want to.
export async function leaveGreeting(talk, turn = null) {
  if (!talk.threadId || talk.begun) return;
  if (turn) requestLast("POST", `api/turns/${turn.turn_id}/stop`);
  await requestLast("DELETE", `api/threads/${talk.threadId}`);
}
