// Who holds which key, and what the server keeps. A frame holds it all; text goes in as text.

function render({ model, el }) {
  const { minutes } = model.get("scene");
  const note = make("p", { className: "sk-note", aria: { role: "status" } });
  const clock = make("b", { className: "sk-clock" });
  const press = (text, message, needs = () => true) => {
    const button = make("button", { type: "button", textContent: text });
    button.onclick = () => { if (button.getAttribute("aria-disabled") !== "true") model.send(message); };
    return { button, needs };
  };
  const has = (who) => ({ keys }) => Boolean(keys[who]);
  const controls = {
    alice: [
      press("Ask for her list", { type: "use", who: "alice" }, has("alice")),
      press("Close the browser", { type: "forget" }, has("alice")),
      press("Log out", { type: "log_out" }, has("alice")),
      press("Log in", { type: "log_in" }, ({ keys }) => !keys.alice),
    ],
    mallory: [
      press("Copy Alice's key", { type: "copy" }, has("alice")),
      press("Ask for Alice's list", { type: "use", who: "mallory" }, has("mallory")),
    ],
    server: [
      press(`${minutes} minutes pass`, { type: "wait" }),
      press("Clean up", { type: "clean_up" }),
    ],
  };
  const key = { alice: make("p", { className: "sk-key" }), mallory: make("p", { className: "sk-key" }) };
  const records = make("ul", { className: "sk-records", aria: { label: "Sessions that the server keeps" } });
  const box = (title, body, who, ...head) => make("section", { className: "sk-box" },
    make("h4", {}, title, ...head), body, make("div", { className: "sk-ways" }, ...controls[who].map(({ button }) => button)));

  const paint = () => {
    const frame = model.get("frame");
    if (!frame.keys) return;
    note.textContent = frame.note;
    note.dataset.bad = String(frame.bad);
    clock.textContent = frame.time;
    for (const who of ["alice", "mallory"]) {
      key[who].textContent = frame.keys[who] || "no key";
      key[who].dataset.has = String(Boolean(frame.keys[who]));
    }
    records.replaceChildren(...(frame.records.length ? frame.records.map((one) => {
      const item = make("li", {}, make("code", { textContent: `${one.hash}…` }), ` ${one.user}, `,
        make("b", { textContent: one.over ? `over since ${one.until}` : `good until ${one.until}` }));
      item.dataset.over = String(one.over);
      return item;
    }) : [make("li", { className: "sk-none", textContent: "no sessions" })]));
    for (const { button, needs } of Object.values(controls).flat()) button.setAttribute("aria-disabled", String(!needs(frame)));
  };
  const root = make("div", { className: "chatlab-live chatlab-demo sk" }, note,
    make("div", { className: "sk-grid" },
      box("Alice's browser", key.alice, "alice"),
      box("Mallory's notebook", key.mallory, "mallory"),
      box("The server's session store", records, "server", clock)));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:frame", paint);
  paint();
  el.append(root);
  return () => model.off("change:frame", paint);
}

export default { render };
