// Paints what was worked out before: one brick an item. All text goes in as text.

const WIDE = 4;
const HIGH = 4;
const EDGE = 4;
const NAMES = { u: "user", a: "assistant", t: "tool" };
const number = (n) => n.toLocaleString("en");

function paintWall(canvas, scene, view) {
  const width = canvas.clientWidth;
  if (!width) return;
  const colour = (name) => getComputedStyle(canvas).getPropertyValue(`--${name}`).trim();
  const columns = Math.floor((width - WIDE / 2) / WIDE);
  const height = Math.ceil(scene.roles.length / columns) * HIGH + 2 * EDGE;
  const scale = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const place = (i) => {
    const row = Math.floor(i / columns);
    return [(i % columns) * WIDE + (row % 2 ? WIDE / 2 : 0), row * HIGH + EDGE];
  };
  const paints = { u: colour("user"), a: colour("assistant"), t: colour("tool") };
  const out = colour("out");
  for (let i = 0; i < scene.roles.length; i += 1) {
    const [x, y] = place(i);
    pen.fillStyle = i < view.start ? out : paints[scene.roles[i]];
    pen.fillRect(x, y, WIDE - 1, HIGH - 1);
  }
  pen.font = "600 12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  for (const [i, text] of scene.marks) {
    const [x, y] = place(i);
    const wide = pen.measureText(text).width + 10;
    const left = Math.min(Math.max(x + 10, 0), width - wide);
    const top = Math.max(y - 21, 0);
    pen.fillStyle = pen.strokeStyle = colour("ink");
    pen.lineWidth = 2;
    pen.strokeRect(x - 3, y - 3, WIDE + 5, HIGH + 5);
    pen.fillRect(left, top, wide, 17);
    pen.fillStyle = colour("paper");
    pen.fillText(text, left + 5, top + 9);
  }
}

function answer(question) {
  const said = make("p", { className: "bw-said" });
  const card = make("div", { className: "bw-card" },
    make("p", { className: "bw-asked", textContent: question }), said);
  const paint = (text, knows) => {
    if (said.textContent !== text) {
      said.textContent = text;
      said.getAnimations?.().forEach((one) => one.cancel());
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (!still) said.animate?.([{ opacity: 0.2 }, { opacity: 1 }], 250);
    }
    card.dataset.knows = String(knows);
  };
  return { card, paint };
}

function render({ model, el }) {
  const scene = model.get("scene");
  const total = scene.roles.length;
  const whole = scene.alone[scene.alone.length - 1].tokens;
  const first = total - scene.close.length;
  const slider = make("input", { type: "range", min: 0, max: scene.alone.length - 1, step: 1 });
  slider.value = String(scene.alone.findIndex((view) => view.budget >= 500));
  const fold = make("input", { type: "checkbox" });
  const budget = make("output", { className: "bw-budget" });
  const seen = make("p", { className: "bw-seen" });
  const bar = make("div", { className: "bw-fill" });
  const canvas = make("canvas", { className: "bw-wall" });
  canvas.setAttribute("role", "img");
  const summary = make("p", { className: "bw-summary" });
  const bricks = scene.close.map(({ text, label }, n) => {
    const brick = make("span", { className: "bw-brick", title: text, textContent: label });
    brick.dataset.role = scene.roles[first + n];
    return brick;
  });
  const close = make("div", { className: "bw-close" }, ...bricks);
  close.setAttribute("aria-hidden", "true");
  const its = answer(scene.question);
  const baker = answer("What is the baker's name?");
  const gone = make("i");
  gone.dataset.out = "true";
  const goneName = make("span");
  const spoken = make("p", { className: "bw-unseen" });
  spoken.setAttribute("role", "status");
  let later = 0;

  const paint = () => {
    const view = (fold.checked ? scene.summed : scene.alone)[Number(slider.value)];
    const kept = total - view.start;
    budget.textContent = `${number(view.budget)} tokens`;
    slider.setAttribute("aria-valuetext", budget.textContent);
    const what = `The model sees ${number(kept)} of ${number(total)} items`
      + (view.summary ? " and a summary" : "");
    seen.textContent = `${what}: ${number(view.tokens)} tokens, again with every message.`;
    bar.style.width = `max(3px, ${(100 * view.tokens) / whole}%)`;
    summary.hidden = !fold.checked;
    summary.replaceChildren(...(view.summary
      ? [make("b", { textContent: `One brick for ${number(view.start)} items: ` }), view.summary]
      : ["Everything fits: nothing to summarise."]));
    root.dataset.folded = String(fold.checked && view.summary !== "");
    goneName.textContent = root.dataset.folded === "true" ? "in the summary" : "not seen";
    bricks.forEach((brick, n) => { brick.dataset.out = String(first + n < view.start); });
    its.paint(view.its, !view.its.startsWith("Which"));
    baker.paint(view.baker, !view.baker.startsWith("Nobody"));
    canvas.setAttribute("aria-label", `A wall of ${number(total)} bricks; the newest ${
      number(kept)} are in colour, the others are grey.`);
    paintWall(canvas, scene, view);
    clearTimeout(later);
    later = setTimeout(() => {
      spoken.textContent = `${seen.textContent} ${scene.question} ${view.its}`;
    }, 600);
  };
  slider.oninput = paint;
  fold.onchange = paint;

  const key = Object.entries(NAMES).map(([role, name]) => {
    const swatch = make("i");
    swatch.dataset.role = role;
    return make("span", {}, swatch, name);
  });
  const root = make("div", { className: "chatlab-live chatlab-demo bw" },
    make("div", { className: "bw-bar" },
      make("label", { className: "bw-slide" }, make("b", { textContent: "Token budget" }), slider, budget),
      make("label", {}, fold, "a summary for what falls out")),
    seen, make("div", { className: "bw-meter" }, bar),
    make("div", { className: "bw-cards" }, its.card, baker.card),
    make("div", { className: "bw-key" }, make("b", { textContent: "All items, oldest first" }),
      ...key, make("span", {}, gone, goneName)),
    canvas, summary,
    make("p", { className: "bw-title", textContent: `The newest ${scene.close.length}, larger` }),
    close, spoken);
  root.addEventListener("keydown", (event) => event.stopPropagation());
  el.append(root);
  const sizes = new ResizeObserver(paint);
  sizes.observe(root);
  const themes = new MutationObserver(paint);
  themes.observe(document.body, { attributes: true });
  paint();
  return () => { sizes.disconnect(); themes.disconnect(); clearTimeout(later); };
}

export default { render };
