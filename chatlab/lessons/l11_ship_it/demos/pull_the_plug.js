// Draws a reply that runs in the kernel, over a real connection. Text goes in as text.

const SVG = "http://www.w3.org/2000/svg";
const draw = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const seconds = (value) => `${value.toFixed(2)} s`;
const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const NAMES = { thread_created: "new thread", item_done: "saved", thread_updated: "turn over" };
const TEXT = "assistant_message";

function cable() {
  const plug = draw("g", { class: "pp-plug" },
    draw("path", { d: "M60 78 V56", class: "pp-wire" }),
    draw("path", { d: "M54 38 v-9 M66 38 v-9", class: "pp-pin" }),
    draw("path", { d: "M48 38 h24 v8 a12 10 0 0 1 -24 0 z", class: "pp-body" }));
  const socket = draw("g", {},
    draw("path", { d: "M60 0 V14", class: "pp-wire" }),
    draw("path", { d: "M46 14 h28 v14 h-28 z", class: "pp-body" }));
  const picture = draw("svg", { viewBox: "0 0 120 78", class: "pp-cable" }, socket, plug,
    draw("circle", { r: 3.2, cx: 60, cy: 4, class: "pp-drop" }));
  picture.setAttribute("aria-hidden", "true");
  return picture;
}

// How often Alice has had each event, by its number.
function had(heard) {
  const counts = new Map();
  for (const [first, last] of heard) {
    for (let seq = first; seq <= last; seq += 1) counts.set(seq, (counts.get(seq) ?? 0) + 1);
  }
  return counts;
}

function tally({ log, heard }) {
  const counts = had(heard);
  const pieces = [];
  for (const [first, last, kind] of log) {
    for (let seq = first; kind === TEXT && seq <= last; seq += 1) pieces.push(counts.get(seq) ?? 0);
  }
  return { lost: pieces.filter((n) => n === 0).length, twice: pieces.filter((n) => n > 1).length };
}

// The log has all of the reply, whoever has read it.
const written = (frame) => frame.log.at(-1)?.[2] === "thread_updated";

function told(frame) {
  if (!frame.run) return "Press Ask. Then pull the plug in the middle of a sentence, and put it back in.";
  const { lost, twice } = tally(frame);
  const last = frame.log.at(-1)?.[1] ?? 0;
  if (frame.over) {
    if (frame.asked.length === 1) return "The reply is complete. Nobody pulled the plug: ask again, and pull it.";
    if (lost) return `Alice is back, and ${many(lost, "piece")} of the reply ${lost === 1 ? "is" : "are"} lost.`;
    if (twice) return `Alice is back, and reads ${many(twice, "piece")} of the reply twice.`;
    return "Alice is back, and has every word once. She sent one number.";
  }
  if (frame.fault) return `The server broke: ${frame.fault}`;
  if (!frame.running) return "Nobody came back, so the server was shut down.";
  if (!frame.plugged && written(frame)) return `The reply is written, and Alice has it up to event ${frame.cursor}. Put the plug in.`;
  if (!frame.plugged) return `The plug is out after event ${frame.cursor}. The server does not mind: it goes on writing into its log.`;
  return frame.asked.length > 1 ? `Back, with cursor=${frame.asked.at(-1)}.` : `Alice reads along. Newest event: ${last}.`;
}

// Fills the log, or goes on where it was: a chip that is there stays the same node.
function logBox() {
  const list = make("ol", { className: "pp-log" });
  list.setAttribute("aria-label", "The events in the server's log");
  const paint = ({ log = [], heard = [], cursor = 0, run }) => {
    if (list.dataset.run !== String(run) || list.children.length > log.length) list.replaceChildren();
    list.dataset.run = String(run);
    for (const [first, seq, kind, text] of log.slice(list.children.length)) {
      const label = make("span", { textContent: kind === TEXT ? text : NAMES[kind] ?? kind });
      list.append(make("li", { className: kind === TEXT ? "pp-chip" : "pp-chip pp-other" },
        make("small", { textContent: first === seq ? seq : `${first}–${seq}` }), label));
    }
    const counts = had(heard);
    log.forEach(([first, seq], i) => {
      const count = counts.get(seq) ?? 0;
      const chip = list.children[i];
      chip.dataset.had = count > 1 ? "twice" : count ? "once" : "not";
      chip.dataset.cursor = String(first <= cursor && cursor <= seq);
    });
    list.dataset.empty = String(!log.length);
  };
  return { list, paint };
}

// A merged event, cut into the pieces that the log shows, so that each can be looked at.
function cut(log, first, last, words) {
  const own = log.filter(([from, to, kind]) => kind === TEXT && from >= first && to <= last);
  const whole = own.map(([, , , text]) => text).join("") === words;
  return whole ? own.map(([from, , , text]) => [from, text]) : [[first, words]];
}

function screen() {
  const text = make("p", { className: "pp-text" });
  const paint = ({ log = [], heard = [], asked = [], over, running, plugged }) => {
    const seen = new Set();
    const parts = [];
    let request = 1;
    let next = 1;
    for (const [first, last, kind, words, from] of heard) {
      if (from !== request) {
        request = from;
        const back = make("span", { className: "pp-back", textContent: "↻" });
        back.title = `back, with cursor=${asked[from - 1]}`;
        parts.push(back);
      }
      const missed = log.filter(([, seq, type]) => type === TEXT && seq >= next && seq < first);
      if (missed.length) parts.push(make("span", { className: "pp-lost", textContent: ` … ${many(missed.length, "piece")} lost … ` }));
      next = Math.max(next, last + 1);
      if (kind === TEXT) {
        for (const [piece, part] of cut(log, first, last, words)) {
          const look = seen.has(piece) ? "pp-twice" : from > 1 ? "pp-later" : "";
          parts.push(make("span", { className: look, textContent: part }));
        }
      }
      for (let seq = first; seq <= last; seq += 1) seen.add(seq);
    }
    text.replaceChildren(...parts);
    text.dataset.busy = String(Boolean(running && plugged && !over));
  };
  return { text, paint };
}

function render({ model, el }) {
  const { ways, pauses: [low, high, usual] } = model.get("scene");
  const ask = make("button", { type: "button", textContent: "▶ Ask" });
  const plug = make("button", { type: "button", className: "pp-puller" });
  const slider = make("input", { type: "range", min: low, max: high, step: 0.02, value: usual });
  const shown = make("output");
  slider.oninput = () => { shown.textContent = seconds(Number(slider.value)); };
  slider.oninput();
  const knob = make("label", { className: "pp-knob" }, "A piece every ", slider, shown);
  const group = `pp-${Math.random().toString(36).slice(2)}`;
  const radios = ways.map(([value, words], i) => {
    const input = make("input", { type: "radio", name: group, value, checked: i === 0 });
    return make("label", {}, input, words);
  });
  const choice = make("fieldset", { className: "pp-ways" }, make("legend", { textContent: "Alice comes back" }), ...radios);
  const way = () => choice.querySelector("input:checked").value;
  const note = make("p", { className: "pp-note" });
  note.setAttribute("role", "status");
  const log = logBox();
  const alice = screen();
  const light = make("span", { className: "pp-light" });
  const cursor = make("span", { className: "pp-cursor" });
  const asked = make("ol", { className: "pp-asked" });
  asked.setAttribute("aria-label", "Alice's requests");
  const line = make("div", { className: "pp-line" }, cable(), plug);

  const paint = () => {
    const frame = model.get("frame");
    log.paint(frame);
    alice.paint(frame);
    const said = told(frame);
    if (note.textContent !== said) note.textContent = said;
    note.setAttribute("aria-live", frame.plugged && frame.asked?.length === 1 && !frame.over ? "off" : "polite");
    const can = frame.running && !frame.over;
    plug.textContent = can && !frame.plugged ? "Put the plug in" : "Pull the plug";
    plug.setAttribute("aria-disabled", String(!can));
    line.dataset.plugged = String(!frame.run || frame.over || Boolean(frame.plugged));
    line.dataset.flows = String(Boolean(can && frame.plugged));
    light.textContent = can && !written(frame) ? "● at work" : frame.run ? "○ done" : "○ waits for a question";
    light.dataset.on = String(Boolean(can && !written(frame)));
    cursor.textContent = `cursor ${frame.cursor ?? 0}`;
    asked.replaceChildren(...(frame.asked ?? []).map((from) => make("li", { textContent: `GET …/events?cursor=${from}` })));
  };
  ask.onclick = () => model.send({ type: "ask", pause: Number(slider.value) });
  plug.onclick = () => {
    const frame = model.get("frame");
    if (!frame.running || frame.over) return;
    model.send(frame.plugged ? { type: "pull" } : { type: "plug in", way: way() });
  };
  const root = make("div", { className: "chatlab-live chatlab-demo pp" },
    make("div", { className: "pp-bar" }, ask, knob), choice, note,
    make("section", { className: "pp-box" },
      make("h4", {}, make("span", { textContent: "The server's log" }), light), log.list),
    line,
    make("section", { className: "pp-box pp-alice" },
      make("h4", {}, make("span", { textContent: "Alice's phone" }), cursor), alice.text, asked));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:frame", paint);
  paint();
  el.append(root);
  return () => model.off("change:frame", paint);
}

export default { render };
