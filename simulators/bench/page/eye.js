// A camera: what it sees, and how the hand holds a label or a phone before it.

import { act, button, el } from "./parts.js";
import { t } from "./words.js";

// name: lowest, highest, step, where it is right
const GRIP = { distance: [0.3, 6, 0.1, 1], blur: [0, 12, 0.5, 0], angle: [-180, 180, 5, 0], tilt: [-80, 80, 5, 0], shake: [0, 0.3, 0.01, 0] };
const SEEN_EVERY_MS = 300;
const grips = new Map();

export function eye(camera) {
  const { name, shows } = camera;
  if (shows) grips.set(name, camera.grip);
  const seen = el("img", { class: "seen", alt: shows ? t("held", shows) : t("nothing") });
  look(seen, name);
  return el("div", { class: "card" },
    el("div", { class: "head" }, el("h3", {}, name), el("span", { class: "quietly" }, shows ? t("held", shows) : t("nothing"))),
    seen,
    ...Object.keys(GRIP).map((what) => slider(camera, what)),
    el("div", { class: "row" },
      button(t("hold_well"), () => { grips.delete(name); again(camera); redraw(name); }, { "data-key": `well-${name}` }),
      shows ? button(t("lift"), () => act("take_away", { device: name }), { class: "main", "data-key": `away-${name}` }) : ""));
}

// As the next label will be held; while one is held, as it is, whoever holds it.
export const grip = (name) => grips.get(name) || Object.fromEntries(Object.entries(GRIP).map(([what, range]) => [what, range[3]]));

function slider(camera, what) {
  const [min, max, step] = GRIP[what];
  const value = grip(camera.name)[what];
  const shown = el("output", {}, String(value));
  const input = el("input", { type: "range", min, max, step, value, "data-key": `${what}-${camera.name}`, "aria-label": t(`grip_${what}`) });
  input.oninput = () => { shown.textContent = input.value; };
  input.onchange = () => { grips.set(camera.name, { ...grip(camera.name), [what]: Number(input.value) }); again(camera); };
  return el("label", { class: "slider" }, el("span", {}, t(`grip_${what}`)), input, shown);
}

// What is held there is held in the new way.
function again(camera) {
  if (camera.shows) act("grip", { device: camera.name, ...grip(camera.name) });
}

function redraw(name) {
  for (const [what, value] of Object.entries(grip(name))) {
    const input = document.querySelector(`[data-key="${CSS.escape(`${what}-${name}`)}"]`);
    if (input) { input.value = value; input.nextSibling.textContent = String(value); }
  }
}

// One picture after another while it is on the page and in view.
function look(seen, name) {
  const next = () => {
    if (!seen.isConnected && seen.src) return;
    if (seen.offsetParent || !seen.src) seen.src = `api/eye/${encodeURIComponent(name)}.jpg?${Date.now()}`;
    else setTimeout(next, SEEN_EVERY_MS);
  };
  seen.onload = seen.onerror = () => setTimeout(next, SEEN_EVERY_MS);
  next();
}
