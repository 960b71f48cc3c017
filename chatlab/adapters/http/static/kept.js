// What this tab keeps across a reload, until its user logs out: what was typed and not sent, and
// which message waits for its answer, under which key.
const STORAGE_KEY = "chatlab-kept";
const kept = { drafts: {}, pending: {} };
try {
  Object.assign(kept, JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "{}"));
} catch { /* what cannot be read is not there */ }

function save() {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(kept));
  } catch { /* too long to be kept: it is here until the page is closed */ }
}

// Each is for a place: a user and a conversation, or the one that has not begun.
export const placeOf = (userId, threadId) => `${userId} ${threadId ?? ""}`;

export const drafts = {
  get: (place) => kept.drafts[place] ?? "",
  set(place, text) {
    if (text) kept.drafts[place] = text;
    else delete kept.drafts[place];
    save();
  },
  add: (place, text) => { if (text) drafts.set(place, [drafts.get(place), text].filter(Boolean).join("\n")); },
  move(from, to) {
    drafts.add(to, drafts.get(from));
    drafts.set(from, "");
  },
};

export const pending = {
  // The message that waits for its answer; it may be asked again by whoever comes back.
  get: (place) => (kept.pending[place]?.isUnsure ? null : kept.pending[place]?.message ?? null),
  // The message of which nobody knows whether it has arrived: it is in the input again.
  unsure: (place) => (kept.pending[place]?.isUnsure ? kept.pending[place].message : null),
  set(place, message, isUnsure = false) {
    kept.pending[place] = { message, isUnsure };
    save();
  },
  done(place) {
    delete kept.pending[place];
    save();
  },
};

export function forgetKept() {
  Object.assign(kept, { drafts: {}, pending: {} });
  sessionStorage.removeItem(STORAGE_KEY);
}

export const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
