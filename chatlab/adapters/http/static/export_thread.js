// A whole conversation as a file: Markdown to read, JSON for programs.
import { make } from "./make.js";
import { requestJsonRetrying } from "./requests.js";

const PAGE = 500;

async function loadWhole(threadId) {
  const items = [];
  for (let after = ""; ;) {
    const thread = await requestJsonRetrying("GET", `api/threads/${threadId}?limit=${PAGE}${after}`);
    items.push(...thread.items.data);
    if (!thread.items.has_more) {
      const { turn, items: _, ...metadata } = thread;
      return { ...metadata, items };
    }
    after = `&after=${thread.items.after}`;
  }
}

function asMarkdown(thread, title) {
  const blocks = thread.items.map((item) => {
    const who = { user_message: thread.user_id, tool: `Tool ${item.tool}`, task: "Background job" }[item.type] ?? "Assistant";
    const end = item.status === "incomplete" ? "\n\n*(not finished)*" : "";
    const at = new Date(item.timestamp).toISOString().slice(0, 16).replace("T", " ");
    return `**${who}** (${at} UTC)\n\n${item.content}${end}\n`;
  });
  return [`# ${title}\n`, ...blocks].join("\n");
}

// Load the conversation and let the browser save it; `format` is "md" or "json".
export async function exportThread(threadId, title, format) {
  const thread = await loadWhole(threadId);
  const text = format === "json" ? `${JSON.stringify(thread, null, 2)}\n` : asMarkdown(thread, title);
  saveFile(text, `${title.replace(/[^\p{L}\p{N} _-]/gu, "").trim().slice(0, 60) || "conversation"}.${format}`);
}

export function saveFile(text, name) {
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
