// The kiosk's own screen, live, a click on it a touch (bench.js); where there is no display its words, and touches by name.

import { act, button, byId, draw, el } from "./parts.js";
import { spoken, t, told } from "./words.js";

let streamed = false;

export function kiosk(state) {
  const { power, kiosk: shown } = state;
  const screen = byId("screen");
  screen.width = shown.width;
  screen.height = shown.height;
  screen.alt = t("alt");
  if (!streamed && !shown.no_display) {
    streamed = true;
    screen.src = `api/screen?${Date.now()}`;
    screen.onerror = () => { screen.dataset.none = "yes"; };
  }
  const words = !power ? t("power_off") : shown.status ? `${t("ended")}\n${told(shown.status)}` : !shown.running || !shown.screen ? t("starting") : shown.no_display || screen.dataset.none ? t("no_screen") : "";
  byId("dark-words").textContent = words;
  byId("dark").hidden = !words;
  byId("again").hidden = !(power && shown.status);
  byId("panel").classList.toggle("playing", state.scenarios.some((one) => one.running));
  byId("showing").textContent = shown.screen ? `${t("shows")} ${shown.screen}` : "";
  byId("kiosk").classList.toggle("blind", Boolean(shown.no_display));
  byId("blind").hidden = !shown.no_display;
  if (shown.no_display) draw(byId("blind"), [spoken(), shown], () => blind(shown));
}

function blind(shown) {
  const target = el("input", { placeholder: t("touch_what"), "aria-label": t("touch_what"), "data-key": "target", maxlength: 80 });
  const touch = () => { if (target.value.trim()) act("touch_named", { target: target.value.trim() }); };
  target.onkeydown = (event) => { if (event.key === "Enter") touch(); };
  const words = (value) => (typeof value === "object" ? JSON.stringify(value).replace(/^\[|\]$|"/g, "") : String(value));
  return [
    el("div", { class: "row" }, target, button(t("touch"), touch, { "data-key": "touch" })),
    el("dl", {}, ...Object.entries(shown.fields).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, words(value))])),
  ];
}

// It died: the power goes and comes back.
kiosk.restart = async () => { if (await act("power", { on: false })) await act("power", { on: true }); };

// After the bench was away, or the page out of sight, its stream of pictures has ended.
kiosk.again = () => {
  streamed = false;
  delete byId("screen").dataset.none;
};

kiosk.rest = () => {
  byId("screen").onerror = null;
  byId("screen").removeAttribute("src");
};
