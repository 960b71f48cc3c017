// Read a turn to its end, however often the connection breaks: come back with the cursor.
import { connection } from "./connection.js";
import { readFrames, sleep } from "./requests.js";

// `onPatches` gets what changes in the pane; `onLost` and `onBack` are called when the connection
// breaks and when it is there again. The result is the turn's last patch, with its `state` and the
// conversation's `version`; or a `state` of its own: "left" when `signal` ended it, and "lost" when
// the server does not know the turn, since it was started anew, or the turn has long been over.
export async function followTurn(turnId, signal, { onPatches, onLost, onBack }) {
  let cursor = 0;
  let lost = false;
  const onBytes = () => {
    if (lost) onBack();
    lost = false;
  };
  for (let delayMs = 250; ; delayMs = Math.min(2 * delayMs, 2000)) {
    try {
      const path = `page/turns/${turnId}/patches?cursor=${cursor}`;
      for await (const { event, id, data } of readFrames(path, signal, onBytes)) {
        const { patches } = JSON.parse(data);
        onPatches(patches);
        cursor = Number(id);
        delayMs = 250;
        if (event === "end") return patches.at(-1);
      }
    } catch (error) {
      if (signal.aborted || error.status === 401) return { state: "left" };
      if (error.status === 404) return { state: "lost" };
    }
    if (signal.aborted) return { state: "left" };
    connection.lost();
    if (!lost) onLost();
    lost = true;
    await sleep(delayMs);
    if (signal.aborted) return { state: "left" };
  }
}
