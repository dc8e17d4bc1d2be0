// Small helpers: elements, acts, and lists that are drawn anew only when they changed.

import { t } from "./words.js";

const ANSWER_MS = 15000;
let trouble = () => {};

export const onTrouble = (say) => { trouble = say; };

export const byId = (id) => document.getElementById(id);

export function el(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) made[name] = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// Of many buttons with the same words, each says to those who hear it what it is for.
export const about = (words, what) => ({ "aria-label": `${words}: ${what}` });

export const button = (words, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, words);

export async function act(name, what = {}) {
  try {
    const answer = await fetch("api/act", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ act: name, ...what }), signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (answer.ok) return true;
    const { detail } = await answer.json();
    trouble(typeof detail === "string" ? detail : JSON.stringify(detail));
  } catch (error) {
    trouble(error.name === "TimeoutError" ? t("no_answer") : String(error.message || error));
  }
  return false;
}

export const say = (words) => trouble(words);

// What hands have had last, the latest first: it is what a door is for next.
const hands = [];
export const handled = (code) => { hands.splice(0, hands.length, code, ...hands.filter((one) => one !== code).slice(0, 20)); };
export const latest = (code) => (hands.includes(code) ? hands.indexOf(code) : hands.length);

const find = (place, key) => place.querySelector(`[data-key="${CSS.escape(key)}"]`);

const first = (one) => (one.tagName === "SELECT" ? ([...one.options].find((option) => option.defaultSelected) || one.options[0])?.value : one.defaultValue);

// What somebody chose or typed and has not used yet. What acts at once shows the state instead, unless it is in hand.
const chosen = (place) => [...place.querySelectorAll("input[data-key], select[data-key]")]
  .filter((one) => one === document.activeElement || (!one.onchange && one.value !== first(one)))
  .map((one) => [one.dataset.key, one.value]);

// Where an input method is about to make a word of what is typed: in another input it would begin anew.
let composing = null;
document.addEventListener("compositionstart", (event) => { composing = event.target; }, true);
document.addEventListener("compositionend", () => { composing = null; }, true);

// Draw into a place when what it shows has changed; what was chosen there stays, and the focused thing keeps the focus.
export function draw(place, shown, make) {
  const text = JSON.stringify(shown);
  if (place.dataset.shown === text || place.contains(composing)) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : "";
  const caret = document.activeElement?.selectionStart;
  const kept = chosen(place);
  const scrolled = place.scrollTop;
  place.replaceChildren(...make());
  place.dataset.shown = text;
  for (const [key, value] of kept) {
    const one = find(place, key);
    if (one && (one.tagName !== "SELECT" || [...one.options].some((option) => option.value === value))) one.value = value;
  }
  place.scrollTop = scrolled;
  const again = focused && find(place, focused);
  if (again) again.focus();
  if (again && Number.isInteger(caret)) again.setSelectionRange(caret, caret);
}
