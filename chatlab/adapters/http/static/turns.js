// The turns of a conversation: each is started once, however often it has to be asked for, and is
// followed to its end.
import { connection } from "./connection.js";
import { followTurn } from "./follow_turn.js";
import { drafts, newKey, pending } from "./kept.js";
import { RequestRefused, requestJson, requestJsonRetrying } from "./requests.js";

const LOST_TURN = "The server was started anew before the answer was complete.";

// `loadNewest` shows what is kept; `onError(error)` shows an error; `onStarting()` is called as soon as
// a turn is asked for.
export function createTurns(talk, frames, page, { loadNewest, onError, onStarting }) {
  const { transcript, showPatches, showState } = frames;
  let starting = Promise.resolve(null);

  // The result says how it ended: as `followTurn`'s `state`.
  const follow = async (turn, state) => {
    const quiet = state === "ready";
    talk.seenTurns.add(turn.turn_id);
    talk.runningTurn = turn;
    transcript.beginTurn();
    if (!quiet) showState(state);
    const last = await followTurn(turn.turn_id, talk.signal, {
      onPatches: (patches) => showPatches(...patches.filter((patch) => !(quiet && patch.state === "completed"))),
      onLost: () => showState("reconnecting", !quiet),
      onBack: () => showState(state),
    });
    talk.runningTurn = null;
    connection.setElsewhere(false);
    const drop = transcript.endTurn(last.state);
    if (drop.length) showPatches({ drop });
    talk.version = last.version ?? talk.version;
    return last.state;
  };

  // The server does not know the turn any more. What it kept is shown; what was not answered to its
  // end is asked again under the same key, which answers nothing twice.
  const recover = async () => {
    const running = await loadNewest();
    if (talk.left()) return "left";
    if (running) return follow(running, "running");
    const message = pending.get(talk.place());
    if (message) return startTurn("api/turns", message, retryMessage);
    if (!transcript.hasItems() || talk.retryTurn === null) return "lost";
    onError(new Error(LOST_TURN));
    return "failed";
  };

  // Start a turn and follow it. "Try again" repeats this request until it succeeds, then calls `retryNext`.
  // What has a key is asked until the server answers; with `givesUp`, only a few times.
  const startTurn = async (path, body, retryNext, { onStarted = () => {}, givesUp = false } = {}) => {
    talk.retryTurn = () => startTurn(path, body, retryNext);
    showState("running");
    const options = { onLost: () => showState("reconnecting", true), forever: () => !givesUp && !talk.left() };
    starting = body?.idempotency_key ? requestJsonRetrying("POST", path, body, options) : requestJson("POST", path, body);
    onStarting();
    const turn = await starting;
    onStarted();
    talk.retryTurn = retryNext;
    if (!talk.begun) { // what was typed meanwhile comes along
      const from = talk.place();
      talk.threadId = turn.thread_id;
      talk.begun = true;
      drafts.set(talk.place(), drafts.get(from));
      drafts.set(from, "");
      pending.done(from);
    }
    page.onAddress();
    page.onList();
    if (talk.left()) return "left";
    if (body?.idempotency_key) pending.set(talk.place(), { ...body, thread_id: talk.threadId });
    const state = await follow(turn, "running");
    if (state === "lost") return recover();
    if (state !== "left") pending.done(talk.place());
    return state;
  };

  const giveBack = (id, text) => {
    drafts.add(talk.place(), text);
    if (!talk.left()) showPatches({ fates: { [id]: false } });
  };

  const sendMessage = async (text, id) => {
    showPatches({ drop: ["prompts"] });
    const wasBegun = talk.begun;
    const unsure = pending.unsure(talk.place());
    const message = unsure?.message === text ? unsure
      : { message: text, thread_id: talk.threadId, idempotency_key: newKey() };
    let arrived = false;
    const onStarted = () => {
      arrived = true;
      showPatches({ fates: { [id]: true } });
    };
    talk.begun = talk.threadId !== null;
    pending.set(talk.place(), message);
    page.onAddress();
    try {
      return await startTurn("api/turns", message, retryMessage, { onStarted, givesUp: true });
    } catch (error) {
      if (!arrived) {
        if (error instanceof RequestRefused) {
          pending.done(talk.place());
          talk.begun = wasBegun;
          page.onAddress();
        } else pending.set(talk.place(), message, true);
        talk.retryTurn = null;
        giveBack(id, text);
        if (talk.left()) page.report(error.message);
      }
      throw error;
    }
  };

  const sendAction = (action, item) => {
    talk.begun = true;
    page.onAddress();
    return startTurn(`api/threads/${talk.threadId}/actions`, { action, item_id: item }, () => sendAction(action, item));
  };

  const retryMessage = async (key = transcript.lastMessage()) => {
    if (key) await startTurn(`api/threads/${talk.threadId}/items/${key}/retry`, undefined, () => retryMessage());
  };

  return {
    follow,
    recover,
    giveBack,
    sendMessage,
    sendAction,
    retryMessage,
    // What a reload has left unanswered is asked again, under its key.
    sendAgain: (message) => startTurn("api/turns", message, retryMessage),
    async stop() {
      const turn = talk.runningTurn ?? await starting.catch(() => null);
      if (turn) await requestJson("POST", `api/turns/${turn.turn_id}/stop`);
    },
  };
}
