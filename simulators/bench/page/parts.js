// Small helpers: elements, acts, and lists that are drawn anew only when they changed.

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

export const button = (words, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, words);

export async function act(name, what = {}) {
  try {
    const answer = await fetch("api/act", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ act: name, ...what }),
    });
    if (answer.ok) return true;
    const { detail } = await answer.json();
    trouble(typeof detail === "string" ? detail : JSON.stringify(detail));
  } catch (error) {
    trouble(String(error.message || error));
  }
  return false;
}

export const say = (words) => trouble(words);

// What hands have had last, the latest first: it is what a door is for next.
const hands = [];
export const handled = (code) => { hands.splice(0, hands.length, code, ...hands.filter((one) => one !== code).slice(0, 20)); };
export const latest = (code) => (hands.includes(code) ? hands.indexOf(code) : hands.length);

// Draw into a place when what it shows has changed; the focused thing, known by its data-key, keeps the focus.
export function draw(place, shown, make) {
  const text = JSON.stringify(shown);
  if (place.dataset.shown === text) return;
  const within = place.contains(document.activeElement) ? document.activeElement : null;
  if (within && (within.tagName === "INPUT" || within.tagName === "SELECT") && place.dataset.shown) {
    const typed = within.value;
    const key = within.dataset.key;
    place.replaceChildren(...make());
    place.dataset.shown = text;
    const again = key && place.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (again) { again.value = typed; again.focus(); }
    return;
  }
  const key = within?.dataset.key;
  const scrolled = place.scrollTop;
  place.replaceChildren(...make());
  place.dataset.shown = text;
  place.scrollTop = scrolled;
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}
