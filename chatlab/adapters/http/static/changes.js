// Hear of what is new for as long as the page is looked at: each request waits until something
// changes, or a little while. So it also tells whether the server is there.
import { connection } from "./connection.js";
import { RequestRefused, readFrames, sleep } from "./requests.js";

const looked = () => new Promise((resolve) => {
  const check = () => {
    if (document.hidden) return;
    document.removeEventListener("visibilitychange", check);
    resolve();
  };
  document.addEventListener("visibilitychange", check);
  check();
});

// `idle()` resolves when there is no answer that is followed already; `threadId()` is the conversation
// that is shown, if it has begun. Returns what ends a request that waits, so that `idle` is asked.
export function watchChanges(signal, { idle, threadId, onList, onChange, onLost, onBack }) {
  let mark = null;
  let asking = new AbortController();
  let lost = false;

  const ask = async () => {
    asking = new AbortController();
    const own = asking;
    const query = new URLSearchParams();
    if (mark !== null && !lost) query.set("mark", mark); // who comes back hears at once
    const asked = threadId();
    if (asked) query.set("thread_id", asked);
    try {
      const frames = readFrames(`page/changes?${query}`, AbortSignal.any([signal, own.signal]), () => {});
      const { value } = await frames.next();
      await frames.return();
      if (!value) throw new Error("The connection broke off.");
      const change = JSON.parse(value.data);
      if (lost) onBack();
      lost = false;
      if (change.mark !== mark) onList(); // at first, too: something may have changed since it was loaded
      mark = change.mark;
      if (!own.signal.aborted && asked && asked === threadId()) await onChange(change);
      return 0;
    } catch (error) {
      if (signal.aborted || own.signal.aborted) return 0;
      if (error instanceof RequestRefused) return 2000;
      connection.lost();
      if (!lost) onLost();
      lost = true;
      return 1000;
    }
  };

  (async () => {
    while (!signal.aborted) {
      await idle();
      await looked();
      const delayMs = signal.aborted ? 0 : await ask();
      if (delayMs && !signal.aborted) await sleep(delayMs);
    }
  })();
  return () => asking.abort();
}
