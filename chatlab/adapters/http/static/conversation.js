// One conversation, as a model for the pane: `send` takes the messages that a kernel would get from it,
// and the frames that a kernel would send go to the listeners.
import { watchChanges } from "./changes.js";
import { createFrames } from "./frames.js";
import { greet, leaveGreeting } from "./greeting.js";
import { drafts, pending, placeOf } from "./kept.js";
import { createEntryLoader } from "./load_entries.js";
import { requestJson } from "./requests.js";
import { createTurns } from "./turns.js";

const DELETED = "This conversation was deleted in another tab.";

// `page` is what is around it: report(text) for the one that is open now, onAddress() when this one has
// another address, onList() when the list may have changed, onGone(error) when this one is not there
// any more, openFork(threadId, text) to go on in another one, and `prompts`, what one might say first.
export function createConversation(userId, threadId, page) {
  const leaving = new AbortController();
  // What the modules around it share. It has begun when its user has said something: until then it has
  // no address.
  const talk = {
    threadId,
    begun: threadId !== null,
    version: null,
    runningTurn: null,
    seenTurns: new Set(),
    retryTurn: null, // what "Try again" does
    signal: leaving.signal,
    left: () => leaving.signal.aborted,
    place: () => placeOf(userId, talk.begun ? talk.threadId : null),
  };
  const frames = createFrames(page.onList);
  const { loadNewest, loadOlder } = createEntryLoader(talk, frames);
  const showError = (error, name, retry = talk.retryTurn !== null) => {
    if (talk.left()) return;
    frames.showError(error, retry, name);
    if (!talk.runningTurn) frames.showState("failed");
  };
  const turns = createTurns(talk, frames, page, { loadNewest, onError: showError, onStarting: () => stopWaiting() });
  let opening = null;
  let greeting = false;
  let loading = Promise.resolve();
  let queue = Promise.resolve();
  let following = Promise.resolve();

  let markOpened;
  const opened = new Promise((resolve) => { markOpened = resolve; });

  // What is asked for waits for what was asked for before it, and for the answer that runs.
  const enqueue = (work, onLeft = () => {}) => {
    const done = queue.then(() => loading).then(() => following).then(() => (talk.left() ? onLeft() : work()));
    queue = done.catch(() => {});
    return done;
  };
  const idle = async () => {
    await opened;
    for (let last; last !== queue;) {
      last = queue;
      await queue;
    }
  };

  const open = async () => {
    const running = await loadNewest().catch((error) => {
      if (error.status !== 404 || talk.left()) throw error;
      page.onGone(error);
    });
    if (talk.left()) return;
    const message = pending.get(talk.place());
    if (running) {
      const followed = turns.follow(running, message ? "running" : "elsewhere").then((state) => {
        if (state === "lost") return turns.recover();
        if (state !== "left") pending.done(talk.place());
        return state;
      });
      enqueue(() => followed.catch(showError));
    } else if (message && talk.begun === (message.thread_id !== null)) {
      enqueue(() => turns.sendAgain(message)).catch(showError);
    } else if (!talk.threadId) {
      greeting = true;
      await greet(talk, frames, turns.follow, page.prompts).finally(() => { greeting = false; });
    }
  };

  const catchUp = async (change) => {
    const { turn } = change;
    if (change.deleted) return talk.version === null ? undefined : page.onGone(new Error(DELETED));
    if (change.version === talk.version) { // nothing was missed before this turn
      if (!turn || talk.seenTurns.has(turn.turn_id) || await turns.follow(turn, "elsewhere") !== "lost") return undefined;
    }
    const running = await loadNewest();
    return running && turns.follow(running, "elsewhere");
  };
  const stopWaiting = watchChanges(leaving.signal, {
    idle,
    threadId: () => talk.threadId,
    onList: page.onList,
    onChange: (change) => {
      following = catchUp(change).catch(showError);
      return following;
    },
    onLost: () => frames.showState("reconnecting"),
    onBack: () => {
      frames.dropLostErrors();
      frames.showState("ready");
      page.onList();
    },
  });

  // Edit a message: what came before it is copied, and the new one is said there.
  const editMessage = async (key, text) => {
    const { id } = await requestJson("POST", `api/threads/${talk.threadId}/items/${key}/fork`);
    page.openFork(id, text);
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
        drafts.set(talk.place(), "");
        if (greeting && talk.runningTurn) turns.stop().catch(() => {}); // what somebody says matters more
        frames.acknowledge();
        return enqueue(() => turns.sendMessage(message.text, message.id), () => turns.giveBack(message.id, message.text));
      case "act": return enqueue(() => turns.sendAction(message.action, message.item));
      case "again": return enqueue(() => turns.retryMessage(message.item));
      case "edit": return enqueue(() => editMessage(message.item, message.text));
      case "retry":
        frames.dropRetryErrors();
        return enqueue(() => (talk.retryTurn ?? turns.retryMessage)());
      case "stop": return turns.stop();
      case "older": return loadOlder();
      default: return undefined;
    }
  };

  const traits = { who: userId, interactive: true, inspect: false, messageTools: true, draft: drafts.get(talk.place()) };
  return {
    model: {
      get: (name) => traits[name],
      on: (name, onMessage) => { if (name === "msg:custom") frames.listen(onMessage); },
      send: (message) => { Promise.resolve().then(() => dispatch(message)).catch(showError); },
    },
    address: () => (talk.begun ? talk.threadId : null),
    keepDraft: (text) => drafts.set(talk.place(), text),
    // What is loaded takes its place; and to try a turn again would not mend what the page has to say.
    showError: (error, name) => opened.then(() => showError(error, name, false)),
    leave() {
      const turn = talk.runningTurn;
      leaving.abort();
      return leaveGreeting(talk, turn);
    },
  };
}
