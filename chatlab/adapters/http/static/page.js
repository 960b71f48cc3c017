// The page around the pane. The pane is the one that notebooks show: it is given an object like an
// anywidget model, and here that object, a conversation, talks HTTP.
import createPane from "./chat.js";
import { createConversation } from "./conversation.js";
import { requestJson, requestJsonRetrying, session } from "./requests.js";

const main = document.getElementById("main");
const threadNav = document.getElementById("threads");
const userBar = document.getElementById("who");
const drafts = new Map(); // what was typed and not sent, for each user and conversation
let conversation = null;
let userId = "";
let listCount = 0;

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// The thread that the address names; what is no id would become a path of somebody's choice.
const addressedThread = () => (/^#[\w-]{1,100}$/.test(location.hash) ? location.hash.slice(1) : null);

const draftKey = (name, threadId) => `${name} ${threadId ?? ""}`;
const addDraft = (key, text) => { if (text) drafts.set(key, [drafts.get(key), text].filter(Boolean).join("\n")); };

// Leave what is open, and keep what was typed there.
function closeThread() {
  if (!conversation) return;
  conversation.leave();
  addDraft(draftKey(userId, conversation.threadId()), main.querySelector("textarea")?.value);
  conversation = null;
}

function openThread(threadId) {
  closeThread();
  const name = userId;
  const key = draftKey(name, threadId);
  const own = createConversation(name, threadId, drafts.get(key), {
    keepDraft: (text) => addDraft(draftKey(name, own.threadId()), text),
    report: (text) => conversation?.showError(
      new Error(`A message in another conversation was not sent: ${text} It is in the input there.`)),
    onStarted: (startedId) => {
      if (startedId) history.replaceState(null, "", `#${startedId}`);
      listThreads().catch(() => {});
    },
    onTitle: () => listThreads().catch(() => {}),
  });
  conversation = own;
  drafts.delete(key);
  const pane = createPane();
  pane.initialize({ model: own.model });
  main.replaceChildren();
  pane.render({ model: own.model, el: main });
  main.querySelector("textarea").focus();
}

async function listThreads() {
  listCount += 1;
  const count = listCount;
  const { data } = await requestJsonRetrying("GET", "api/threads?limit=30");
  if (!session.key || count !== listCount) return; // a newer list is on its way
  const threadLabel = (thread) => thread.title || new Date(thread.created_at).toLocaleString([], {
    weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const entry = (thread) => {
    const button = make("button", { type: "button", dir: "auto", textContent: threadLabel(thread) });
    button.onclick = () => { location.hash = thread.id; };
    button.dataset.thread = thread.id;
    if (thread.id === conversation?.threadId()) button.setAttribute("aria-current", "true");
    return make("li", {}, button);
  };
  const newButton = make("button", { type: "button", textContent: "New conversation" });
  newButton.onclick = () => { location.hash = ""; };
  newButton.dataset.thread = "";
  const focused = threadNav.contains(document.activeElement) ? document.activeElement.dataset.thread : null;
  threadNav.replaceChildren(newButton, make("ul", {}, ...data.map(entry)));
  threadNav.hidden = false;
  for (const button of threadNav.querySelectorAll("button")) if (button.dataset.thread === focused) button.focus();
}

function signOut(why = "") {
  session.set(null);
  userBar.replaceChildren();
  threadNav.hidden = true;
  showSignIn(why);
}

function showSignIn(why) {
  closeThread();
  const alert = make("p", { textContent: why });
  alert.setAttribute("role", "alert");
  const signIn = (newKey) => {
    session.set(newKey);
    return showConversation();
  };
  const demoButton = (name) => {
    const button = make("button", { type: "button", textContent: `Be ${name}` });
    button.onclick = () => requestJson("POST", "api/sessions", { user_id: name.toLowerCase() })
      .then((opened) => signIn(opened.session_key))
      .catch((error) => { alert.textContent = error.message; });
    return button;
  };
  const keyInput = make("input", { name: "key", type: "password", autocomplete: "off", required: true });
  const form = make("form", {}, make("label", {}, "A session key of your own", keyInput),
    make("button", { textContent: "Log in" }));
  form.onsubmit = (event) => {
    event.preventDefault();
    const newKey = keyInput.value.trim();
    if (/^[!-~]{8,4000}$/.test(newKey)) signIn(newKey);
    else alert.textContent = "This is not a session key. A key has 8 to 4000 letters, digits and signs, and no spaces.";
  };
  const demoUsers = document.body.dataset.names ? [
    make("p", { textContent: "Alice and Bob need no password: this is for learning." }),
    make("div", { className: "row" }, demoButton("Alice"), demoButton("Bob")),
  ] : [];
  main.replaceChildren(make("div", { className: "sign-in" }, make("h2", { textContent: "Who are you?" }),
    ...demoUsers, form, alert));
}

async function showConversation() {
  conversation?.leave(); // it must not change the address any more
  try {
    const { user_id: name } = await requestJsonRetrying("GET", "api/sessions/current");
    closeThread();
    userId = name;
    const logOutButton = make("button", { type: "button", textContent: "Log out" });
    logOutButton.onclick = () => {
      // Where the server can end a key, a copy of it is good for nothing from now on.
      if (document.body.dataset.logOut) requestJson("DELETE", "api/sessions/current").catch(() => {});
      location.hash = "";
      signOut();
      drafts.clear();
    };
    userBar.replaceChildren(make("span", { textContent: name }), logOutButton);
    openThread(addressedThread());
  } catch (error) {
    if (error.status !== 401) showSignIn(error.message);
    return;
  }
  listThreads().catch((error) => conversation?.showError(error));
}

session.onRefused = signOut;
addEventListener("hashchange", () => { if (session.key) showConversation(); });
if (session.key) showConversation();
else showSignIn("");
