// Whether the server answers: a line in the header that is always true.
const GONE_MS = 3000; // as long as it has not answered for this long, it is gone
const TEXTS = {
  out: "Logged out",
  connected: "Connected",
  elsewhere: "Another tab answers",
  retrying: "Connection lost, trying again…",
  gone: "The server does not answer, trying again…",
  offline: "This device is offline",
};
const line = document.getElementById("connection");
let lostAt = null;
let timer = 0;
let loggedIn = false;
let elsewhere = false;

function currentState() {
  if (!loggedIn) return "out";
  if (lostAt === null) return elsewhere ? "elsewhere" : "connected";
  if (!navigator.onLine) return "offline";
  return Date.now() - lostAt < GONE_MS ? "retrying" : "gone";
}

function show() {
  const state = currentState();
  if (line.dataset.state === state) return;
  line.dataset.state = state;
  line.textContent = TEXTS[state];
}

export const connection = {
  // Somebody is logged in, or nobody is.
  setLoggedIn(yes) {
    loggedIn = yes;
    elsewhere = false;
    show();
  },
  // An answer comes that was asked for in another tab.
  setElsewhere(yes) {
    elsewhere = yes;
    show();
  },
  answered() {
    lostAt = null;
    clearTimeout(timer);
    show();
  },
  lost() {
    if (lostAt === null) {
      lostAt = Date.now();
      timer = setTimeout(show, GONE_MS);
    }
    show();
  },
};

addEventListener("online", show);
addEventListener("offline", () => connection.lost());
show();
