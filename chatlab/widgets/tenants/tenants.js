// Panes side by side, each with its owner's name and colour, and a table of who sees what.

const COLOURS = 4;

async function hang(model, id, place) {
  const child = await model.widget_manager.get_model(id);
  const view = await model.widget_manager.create_view(child);
  place.append(view.el);
  return view;
}

function answer({ who, whose, items }) {
  const own = who === whose;
  const count = `${items} ${items === 1 ? "item" : "items"}`;
  const text = items === null ? "there is no such thread" : own ? count : `${count}: a leak`;
  const sign = items === null ? "—" : own ? "✓" : "⚠";
  const cell = make("td", {}, make("b", { textContent: sign, aria: { hidden: "true" } }), ` ${text}`);
  cell.dataset.state = items === null ? "none" : own ? "own" : "leak";
  return cell;
}

function tag(names, name) {
  const place = names.indexOf(name);
  const letter = make("span", { className: "tn-letter", textContent: name.slice(0, 1).toUpperCase(), aria: { hidden: "true" } });
  letter.dataset.colour = String(place % COLOURS);
  return make("span", { className: "tn-name" }, letter, name);
}

function render({ model, el }) {
  const names = model.get("names");
  const hung = [];
  const panes = model.get("panes").map((id, place) => {
    const head = make("h4", {}, tag(names, names[place]), make("small"));
    const section = make("section", { className: "tn-pane", aria: { label: `${names[place]}'s chat` } }, head);
    section.dataset.colour = String(place % COLOURS);
    hung.push(hang(model, id, section));
    return { section, where: head.lastChild };
  });
  const status = make("p", { className: "tn-status", aria: { role: "status" } });
  const table = make("table");
  const scroll = make("div", { className: "tn-doors", tabIndex: 0, aria: { role: "region", label: "Who sees what" } }, table);
  const root = make("div", { className: "chatlab-live tn" },
    make("div", { className: "tn-panes" }, ...panes.map(({ section }) => section)), scroll, status);

  const paint = () => {
    const doors = model.get("doors");
    const threads = [...new Map(doors.map(({ whose, thread }) => [whose, thread]))];
    panes.forEach(({ where }, place) => {
      const mine = threads.find(([whose]) => whose === names[place]);
      where.textContent = mine ? `thread ${mine[1]}` : "no thread yet";
    });
    scroll.hidden = !doors.length;
    const head = make("tr", {}, make("th", { scope: "col", textContent: "who is asking" }),
      ...threads.map(([whose, thread]) =>
        make("th", { scope: "col" }, tag(names, whose), make("small", { textContent: ` ${thread}` }))));
    const rows = names.map((who) => make("tr", {}, make("th", { scope: "row" }, tag(names, who)),
      ...doors.filter((door) => door.who === who).map(answer)));
    table.replaceChildren(
      make("caption", { textContent: "Everybody asks for every thread. The server says:" }),
      make("thead", {}, head), make("tbody", {}, ...rows));
    const leaks = doors.filter(({ who, whose, items }) => who !== whose && items !== null).length;
    status.textContent = model.get("trouble") || (leaks ? `${leaks} ${leaks === 1 ? "leak" : "leaks"}.` : "");
  };
  model.on("change:doors", paint);
  model.on("change:trouble", paint);
  paint();
  el.append(root);
  return () => {
    model.off("change:doors", paint);
    model.off("change:trouble", paint);
    for (const one of hung) one.then((view) => view.remove());
  };
}

export default { render };
