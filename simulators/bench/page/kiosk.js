// The kiosk's own screen, live. A click on it is a touch (bench.js).

import { byId } from "./parts.js";
import { t } from "./words.js";

let streamed = false;

export function kiosk(state) {
  const { power, kiosk: shown } = state;
  const screen = byId("screen");
  screen.width = shown.width;
  screen.height = shown.height;
  screen.alt = t("alt");
  if (!streamed) {
    streamed = true;
    screen.src = `api/screen?${Date.now()}`;
    screen.onerror = () => { screen.dataset.none = "yes"; };
  }
  const words = !power ? t("power_off") : shown.status ? `${t("ended")}\n${shown.status}` : !shown.running || !shown.screen ? t("starting") : screen.dataset.none ? t("no_screen") : "";
  byId("dark").textContent = words;
  byId("dark").hidden = !words;
  byId("panel").classList.toggle("playing", state.scenarios.some((one) => one.running));
  byId("showing").textContent = shown.screen ? `${t("shows")} ${shown.screen}` : "";
}

// After the bench was away its stream of pictures has ended.
kiosk.again = () => {
  streamed = false;
  delete byId("screen").dataset.none;
};
