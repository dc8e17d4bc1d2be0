// The cabinet as one stands before it: doors that swing, what lies behind them, and what can be done with the chosen one.

import { act, button, byId, draw, el, handled, latest, say } from "./parts.js";
import { t, told } from "./words.js";

const SPINES = ["#7a4b2a", "#2f5d62", "#8c2f39", "#4a5a2b", "#5a4a78", "#9a6a1f", "#33526e"];
const cells = new Map();
let chosen = null;
let last = null;

export function cabinet(state) {
  const place = byId("doors");
  const names = state.doors.map((door) => door.name).join();
  if (place.dataset.names !== names) {
    place.dataset.names = names;
    cells.clear();
    place.replaceChildren(...state.doors.map(build));
  }
  const before = last?.doors || [];
  const sprung = state.doors.find((door) => door.open && before.some((one) => one.name === door.name && !one.open));
  if (sprung) chosen = sprung.name;  // so that a click on it pushes, and what goes in is at hand
  last = state;
  for (const door of state.doors) update(cells.get(door.name), door, state);
  detail(state);
}

cabinet.forget = () => { delete byId("doors").dataset.names; byId("door").dataset.shown = ""; };

function build(door) {
  const leaf = el("button", { type: "button", class: "leaf" });
  const books = el("div", { class: "books", "aria-hidden": "true" });
  // What is behind an open door takes clicks as its leaf does, which then covers little of the cell.
  const cell = el("div", { class: door.height > 1 ? "cell" : "cell low", "data-door": door.name, onclick: () => pressed(door.name) }, books, leaf);
  cell.style.gridRow = `${door.row + 1} / span ${door.height}`;
  cell.style.gridColumn = `${door.column + 1} / span ${door.width}`;
  cells.set(door.name, { cell, leaf, books, shown: "" });
  return cell;
}

function update(drawn, door, state) {
  const titles = Object.fromEntries(state.items.map((item) => [item.barcode, item.title]));
  const shown = JSON.stringify([door, chosen === door.name, t("door", door.name)]);
  if (drawn.shown === shown) return;
  drawn.shown = shown;
  drawn.cell.classList.toggle("open", door.open);
  drawn.cell.classList.toggle("chosen", chosen === door.name);
  const marks = marksOf(door);
  drawn.leaf.replaceChildren(
    el("span", {}, el("b", {}, door.name), " ", el("small", {}, door.size)),
    el("span", { class: "marks" }, ...marks, door.inside.length && !door.open ? el("span", { class: "mark good" }, t("holds", door.inside.length)) : ""),
  );
  const words = [t("door", door.name), t(door.open ? "opened" : "shut"), ...marks.map((mark) => mark.textContent), door.inside.join(", ") || t("empty")];
  drawn.leaf.setAttribute("aria-label", words.join(", "));
  drawn.leaf.setAttribute("aria-pressed", String(chosen === door.name));
  drawn.books.replaceChildren(...door.inside.map((item, n) => {
    const book = el("span", { class: "book", title: item }, titles[item] || item);
    book.style.background = SPINES[hash(item) % SPINES.length];
    book.style.height = `${74 + ((hash(item) + n) % 4) * 6}%`;
    return book;
  }));
}

function marksOf(door) {
  const mark = (words, kind = "") => el("span", { class: `mark ${kind}` }, words);
  return [
    door.jammed && mark(t("jammed") + left(door, "jammed")),
    door.stuck && mark(t("stuck", t(door.stuck === "open" ? "opened" : "shut")) + left(door, "stuck")),
    door.cut && mark(t("cutmark") + left(door, "cut")),
    door.slow_s > 0 && mark(t("slowmark", door.slow_s) + left(door, "slow_s"), "wait"),
    door.bounces > 0 && mark(t("bounces", door.bounces), "wait"),
  ].filter(Boolean);
}

const left = (door, fault) => (fault in door.left ? ` ×${door.left[fault]}` : "");

function pressed(name) {
  const door = last.doors.find((one) => one.name === name);
  const before = chosen;
  chosen = name;
  cabinet(last);
  if (door.open) act("push", { door: name });
  else if (before === name) say(t("locked", name));
}

function detail(state) {
  const door = state.doors.find((one) => one.name === chosen);
  const put = state.items.filter((item) => !state.doors.some((one) => one.inside.includes(item.barcode)))
    .sort((one, other) => latest(one.barcode) - latest(other.barcode));
  draw(byId("door"), [door, put.map((item) => [item.barcode, item.where]), t("door", "")], () => {
    if (!door) return [el("p", { class: "quietly" }, t("choose"))];
    const name = door.name;
    const lasting = el("select", { "aria-label": t("lasting"), "data-key": "lasting" },
      ...[0, 1, 2, 3, 5].map((times) => el("option", { value: times }, times ? t("lasts", times) : t("lasts_on"))));
    const wears = ["jam", "slow", "stick", "cut"];
    const doing = (words, what, more = {}) => button(t(words), () => act(what, { door: name, ...(wears.includes(what) ? { times: Number(lasting.value) } : {}), ...more }), { "data-key": `${words}-${name}` });
    const select = el("select", { "aria-label": t("what"), "data-key": `what-${name}` },
      ...put.map((item) => el("option", { value: item.barcode }, `${item.barcode} · ${item.title}${item.where ? ` · ${told(item.where)}` : ""}`)));
    return [
      el("div", { class: "head" }, el("h3", {}, `${t("door", name)} · ${t(door.open ? "opened" : "shut")}`),
        el("span", { class: "quietly" }, `${door.board} ${door.channel}`)),
      el("div", { class: "marks" }, ...marksOf(door)),
      ...door.inside.map((item) => el("div", { class: "row" }, el("span", { class: "quietly" }, item),
        button(t("take"), () => { handled(item); act("take", { door: name, item }); }, { disabled: !door.open, "data-key": `take-${item}` }))),
      el("div", { class: "row" }, select,
        button(t("put"), () => act("put", { door: name, item: select.value }), { disabled: !door.open || !put.length, class: "main", "data-key": "put" }),
        door.open ? doing("push", "push") : doing("pull", "pull")),
      el("fieldset", {}, el("legend", {}, t("faults")),
        el("div", { class: "row" }, lasting, doing("jam", "jam"), doing("slow", "slow", { seconds: 5 }), doing("stick_open", "stick", { state: "open" }),
          doing("stick_shut", "stick", { state: "shut" }), doing("cut", "cut"), doing("bounce", "bounce", { times: 3 }), doing("mend", "mend_door"))),
    ];
  });
}

function hash(text) {
  let sum = 7;
  for (const sign of text) sum = (sum * 31 + sign.codePointAt(0)) >>> 0;
  return sum;
}
