// What is kept of a conversation: the newest entries, and earlier ones when somebody asks for them.
import { requestJson, requestJsonRetrying } from "./requests.js";

const PIECE = 10; // how many earlier entries are shown at once, so that scrolling is smooth
const FRAME_MS = 100; // how long one waits for a frame of a page that nobody looks at

const nextFrame = () => new Promise((resolve) => {
  requestAnimationFrame(resolve);
  setTimeout(resolve, FRAME_MS);
});

export function createEntryLoader(talk, frames) {
  let cursor = null;
  return {
    // Show the newest ones. The result is the turn that runs, if one does and is not followed already.
    async loadNewest() {
      const previousTurn = talk.runningTurn;
      let loaded = { entries: [], more: false, after: null, turn: null, version: null };
      let loadError = null;
      if (talk.threadId) {
        try {
          const options = { onLost: () => frames.showState("reconnecting"), forever: () => !talk.left() };
          loaded = await requestJsonRetrying("GET", `page/threads/${talk.threadId}`, undefined, options);
        } catch (error) { loadError = error; }
      }
      if (talk.left() || talk.runningTurn !== previousTurn) return null; // a turn has begun meanwhile
      cursor = loaded.more ? loaded.after : null;
      talk.version = loaded.version;
      const running = loaded.turn?.state === "running" ? loaded.turn : null;
      if (loaded.turn && !running) talk.seenTurns.add(loaded.turn.turn_id);
      frames.showWhole(loaded.entries, loaded.more, Boolean(running));
      if (loadError) throw loadError;
      return running;
    },
    async loadOlder() {
      if (!cursor) return;
      const { entries, more, after } = await requestJson("GET", `page/threads/${talk.threadId}?after=${cursor}`);
      cursor = more ? after : null;
      for (let end = entries.length; end > 0 && !talk.left(); end -= PIECE) {
        const start = Math.max(0, end - PIECE);
        frames.showPatches({ before: entries.slice(start, end), more: more || start > 0 });
        await nextFrame();
      }
    },
  };
}
