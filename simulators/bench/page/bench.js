// The bench's page: the state comes by server-sent events, acts go by POST. See /docs for both.

import { cabinet } from "./cabinet.js";
import { kiosk } from "./kiosk.js";
import { act, byId, el, onTrouble } from "./parts.js";
import { devices, labels, people, scenarios, world } from "./tray.js";
import { speak, spoken, t } from "./words.js";

const TABS = { people, labels, devices, world, scenarios };
let state = null;
let tab = "people";

function show() {
  if (!state) return;
  document.title = `${state.point[spoken()] || state.point.id} · ${t("title")}`;
  byId("point").textContent = state.point[spoken()] || state.point.id;
  byId("standing").textContent = standing();
  kiosk(state);
  cabinet(state);
  TABS[tab](byId(tab), state);
  const said = byId("said");
  const text = state.said.join("\n");
  if (said.dataset.said !== text) {
    said.dataset.said = text;
    said.replaceChildren(...state.said.slice(-80).reverse().map((one) => el("li", {}, one)));
  }
}

function standing() {
  const wrong = ["power", "network", "library"].filter((name) => !state[name]).map((name) => `${t(name)}: ${t("off")}`);
  if (state.scenarios.some((one) => one.running)) wrong.push(t("playing"));
  return wrong.join(" · ");
}

function words() {
  document.documentElement.lang = spoken() === "zh" ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = t(one.dataset.word);
  byId("language").textContent = t("language");
  byId("first-steps").replaceChildren(...t("steps").map((step) => el("li", {}, step)));
  byId("gone").textContent = t("gone");
  byId("tabs").replaceChildren(
    ...Object.keys(TABS).map((name) =>
      el("button", {
        type: "button", role: "tab", id: `tab-${name}`, "aria-controls": name, "aria-selected": String(name === tab),
        tabindex: name === tab ? "0" : "-1", onclick: () => choose(name), onkeydown: (event) => sideways(event, name),
      }, t(name))),
  );
  for (const name of Object.keys(TABS)) {
    byId(name).setAttribute("aria-labelledby", `tab-${name}`);
    byId(name).dataset.shown = "";
    byId(name).hidden = name !== tab;
  }
  show();
}

function choose(name) {
  tab = name;
  words();
  byId(`tab-${name}`).focus();
}

function sideways(event, name) {
  const names = Object.keys(TABS);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) choose(names[(names.indexOf(name) + step + names.length) % names.length]);
}

let events = null;

function listen() {
  events?.close();
  events = new EventSource("api/events");
  events.onopen = () => { byId("gone").hidden = true; kiosk.again(); };
  events.onmessage = (event) => { state = JSON.parse(event.data); show(); };
  events.onerror = () => { byId("gone").hidden = false; };  // the browser tries again by itself
}

let hide = 0;
onTrouble((words) => {
  const toast = byId("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { toast.hidden = true; }, 6000);
});

byId("language").onclick = () => { speak(spoken() === "zh" ? "en" : "zh"); cabinet.forget(); words(); };
byId("first").hidden = localStorage.getItem("bench-understood") === "yes";
byId("first-away").onclick = () => { byId("first").hidden = true; localStorage.setItem("bench-understood", "yes"); };
byId("screen").onclick = (event) => {
  const shown = event.target.getBoundingClientRect();
  if (!state) return;
  const scale = Math.min(shown.width / state.kiosk.width, shown.height / state.kiosk.height);
  const x = (event.clientX - shown.left - (shown.width - state.kiosk.width * scale) / 2) / scale;
  const y = (event.clientY - shown.top - (shown.height - state.kiosk.height * scale) / 2) / scale;
  if (x >= 0 && y >= 0 && x < state.kiosk.width && y < state.kiosk.height) act("touch", { x: Math.round(x), y: Math.round(y) });
};
// Not Tab: it leaves the picture as it came.
const KEYS = { ArrowUp: "Up", ArrowDown: "Down", ArrowLeft: "Left", ArrowRight: "Right", Enter: "Return", " ": "space", Escape: "Escape", Backspace: "BackSpace" };
byId("screen").onkeydown = (event) => {
  const name = KEYS[event.key] ?? (/^[0-9a-z]$/i.test(event.key) ? event.key.toLowerCase() : "");
  if (!name || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  if (!event.repeat) act("key", { name });
};
byId("again").onclick = kiosk.restart;
// A browser has six connections to one place, and each page takes two that do not end: none while nobody looks.
document.onvisibilitychange = () => {
  if (!document.hidden) { listen(); return; }
  events?.close();
  kiosk.rest();
};
words();
if (!document.hidden) listen();
