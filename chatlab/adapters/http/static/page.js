// The page around the pane. The pane is the one that notebooks show: it is given an object like an
// anywidget model, and here that object, a conversation, talks HTTP.
import createPane from "./chat.js";
import { connection } from "./connection.js";
import { createConversation } from "./conversation.js";
import { drafts, forgetKept, newKey, pending, placeOf } from "./kept.js";
import { make } from "./make.js";
import { requestJson, requestJsonRetrying, session } from "./requests.js";
import { signInForm } from "./sign_in.js";
import { createThreadList } from "./thread_list.js";

const main = document.getElementById("main");
const threadNav = document.getElementById("threads");
const userBar = document.getElementById("who");
const menuButton = document.getElementById("menu");
const prompts = JSON.parse(document.body.dataset.prompts || "[]");
let conversation = null;
let userId = "";

// The thread that the address names; what is no id would become a path of somebody's choice.
const addressedThread = () => (/^#[\w-]{1,100}$/.test(location.hash) ? location.hash.slice(1) : null);
const setAddress = (threadId) => history.replaceState(null, "", threadId ? `#${threadId}` : location.pathname + location.search);

const threadList = createThreadList(threadNav, {
  current: () => addressedThread() ?? "",
  open: (threadId) => { if (location.hash.slice(1) !== threadId) location.hash = threadId; else showConversation(); },
  close: () => {
    setAddress(null);
    openThread(null, threadNav.classList.contains("open")); // what brings it back is in the list
  },
  report: (error) => conversation?.showError(error),
});
const listThreads = () => threadList.load().catch((error) => { if (session.key) conversation?.showError(error, "list"); });

function closeThread() {
  const left = conversation?.leave();
  conversation = null;
  return left;
}

function openThread(threadId, listStays = false) {
  closeThread();
  const own = createConversation(userId, threadId, {
    prompts,
    report: (text) => conversation?.showError(
      new Error(`A message in another conversation was not sent: ${text} It is in the input there.`)),
    onAddress: () => {
      if (own !== conversation) return;
      setAddress(own.address());
      threadList.show();
    },
    onList: listThreads,
    onGone: (error) => {
      if (own !== conversation) return;
      drafts.move(placeOf(userId, own.address()), placeOf(userId, null));
      setAddress(null);
      openThread(null);
      conversation.showError(error);
    },
    openFork: (forkId, text) => {
      pending.set(placeOf(userId, forkId), { message: text, thread_id: forkId, idempotency_key: newKey() });
      if (own === conversation) location.hash = forkId;
      else listThreads();
    },
  });
  conversation = own;
  const pane = createPane();
  pane.initialize({ model: own.model });
  main.replaceChildren();
  pane.render({ model: own.model, el: main });
  if (listStays) return;
  main.querySelector(".chatlab-input textarea").focus();
  setMenu(false);
}

// What is typed is kept as it is typed.
main.addEventListener("input", (event) => {
  if (event.target.matches(".chatlab-input textarea")) conversation?.keepDraft(event.target.value);
});

// On a narrow page, the list opens over the conversation.
function setMenu(open) {
  menuButton.setAttribute("aria-expanded", String(open));
  threadNav.classList.toggle("open", open);
}
menuButton.onclick = () => setMenu(menuButton.getAttribute("aria-expanded") !== "true");
threadNav.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && threadNav.classList.contains("open") && !event.defaultPrevented) {
    setMenu(false);
    menuButton.focus();
  }
});

function signOut(why = "") {
  closeThread();
  session.set(null);
  connection.setLoggedIn(false);
  userBar.replaceChildren();
  menuButton.hidden = true;
  threadList.clear();
  showSignIn(why);
}

function showSignIn(why) {
  main.replaceChildren(signInForm(why, (newKey) => {
    session.set(newKey);
    return showConversation();
  }));
}

async function logOut() {
  const { key } = session;
  await Promise.all([closeThread(), threadList.settle()]);
  // Where the server can end a key, a copy of it is good for nothing from now on.
  if (document.body.dataset.logOut && session.key === key) requestJson("DELETE", "api/sessions/current").catch(() => {});
  setAddress(null);
  signOut();
  forgetKept();
}

async function showConversation() {
  conversation?.leave(); // it must not change the address any more
  try {
    const { user_id: name } = await requestJsonRetrying("GET", "api/sessions/current", undefined, { forever: () => Boolean(session.key) });
    userId = name;
    connection.setLoggedIn(true);
    const logOutButton = make("button", { type: "button", textContent: "Log out", onclick: logOut });
    userBar.replaceChildren(make("span", { textContent: name }), logOutButton);
    menuButton.hidden = false;
    openThread(addressedThread());
  } catch (error) {
    if (error.status !== 401) signOut(error.message);
    return;
  }
  listThreads();
}

session.onRefused = signOut;
addEventListener("hashchange", () => { if (session.key) showConversation(); });
addEventListener("pagehide", () => { closeThread(); threadList.settle(); });
addEventListener("pageshow", (event) => { if (event.persisted && session.key) showConversation(); });
if (session.key) showConversation();
else showSignIn("");
