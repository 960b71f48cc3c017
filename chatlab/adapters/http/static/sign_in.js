// Who are you? Names where they are enough, and a key of one's own everywhere.
import { make } from "./make.js";
import { requestJson } from "./requests.js";

// The form; `why` says why it is there, and `onKey(key)` gets what lets somebody in.
export function signInForm(why, onKey) {
  const alert = make("p", { textContent: why, aria: { role: "alert" } });
  const demoButton = (name) => {
    const button = make("button", { type: "button", textContent: `Continue as ${name}` });
    button.onclick = () => requestJson("POST", "api/sessions", { user_id: name.toLowerCase() })
      .then((opened) => onKey(opened.session_key))
      .catch((error) => { alert.textContent = error.message; });
    return button;
  };
  const keyInput = make("input", { name: "key", type: "password", autocomplete: "off", required: true });
  const form = make("form", {}, make("label", {}, "A session key of your own", keyInput),
    make("button", { textContent: "Log in" }));
  form.onsubmit = (event) => {
    event.preventDefault();
    const newKey = keyInput.value.trim();
    if (/^[!-~]{8,4000}$/.test(newKey)) onKey(newKey);
    else alert.textContent = "This is not a session key. A key has 8 to 4000 letters, digits and signs, and no spaces.";
  };
  const demoUsers = document.body.dataset.names ? [
    make("p", { textContent: "Alice and Bob need no password: this is for learning." }),
    make("div", { className: "row" }, demoButton("Alice"), demoButton("Bob")),
  ] : [];
  return make("div", { className: "sign-in" }, make("h2", { textContent: "Who are you?" }), ...demoUsers, form, alert);
}
