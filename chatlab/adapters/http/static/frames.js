// What goes to the pane: patches in numbered frames, as a kernel would send them.
import { connection } from "./connection.js";
import { RequestRefused } from "./requests.js";
import { createTranscript } from "./transcript.js";

// `onTitle` is called when the conversation has another title.
export function createFrames(onTitle) {
  const listeners = [];
  const transcript = createTranscript();
  const lostErrors = []; // the keys of those that only say that the server does not answer
  const retryErrors = []; // and of those that offer to try again
  let seq = 0;
  let errorCount = 0;
  let title = null;

  const send = (frame) => listeners.forEach((onMessage) => onMessage(frame));
  const showPatches = (...patches) => {
    for (const patch of patches) {
      transcript.take(patch);
      const newTitle = patch.event?.type === "thread_updated" ? patch.event.thread.title : null;
      if (newTitle && newTitle !== title) onTitle();
      title = newTitle ?? title;
    }
    seq += 1;
    send({ seq, patches });
  };

  return {
    transcript,
    listen: (onMessage) => listeners.push(onMessage),
    showPatches,
    showState(state, busy = ["running", "elsewhere"].includes(state)) {
      connection.setElsewhere(state === "elsewhere");
      showPatches({ busy, state });
    },
    // An error with a key takes the place of the last one with it.
    showError(error, retry, name) {
      errorCount += 1;
      const key = `page-${name ?? errorCount}`;
      if (retry) retryErrors.push(key);
      else if (!(error instanceof RequestRefused)) lostErrors.push(key);
      showPatches({ put: { key, kind: "error", text: error.message, retry } });
    },
    // The server answers: what said that it does not goes.
    dropLostErrors: () => showPatches({ drop: lostErrors.splice(0) }),
    // It is tried again.
    dropRetryErrors: () => showPatches({ drop: retryErrors.splice(0) }),
    showWhole(entries, more, isRunning) {
      transcript.reset(entries);
      seq += 1;
      send({ seq, snapshot: entries, events: [], busy: isRunning, more, state: isRunning ? "running" : "ready" });
    },
    // What the pane has sent was heard.
    acknowledge: () => send({ seq, patches: [] }),
  };
}
