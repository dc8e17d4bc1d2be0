// What hands and fate can do: cards, labels, devices, what is around, scenarios. Each draws itself into its tab.

import { eye, grip } from "./eye.js";
import { about, act, button, draw, el, handled } from "./parts.js";
import { spoken, t, told } from "./words.js";

let filter = "";
let drawn = "";
let aside = null;  // whether camera and pads are unfolded, once somebody chose

// Doors have words for these, too, of another meaning.
const saying = (fault) => t(["cut", "slow"].includes(fault) ? `say_${fault}` : fault);

const named = (state, ...kinds) => state.devices.filter((device) => kinds.includes(device.kind));

export function people(place, state) {
  const readers = named(state, "card");
  draw(place, [spoken(), state.cards, readers.map((reader) => [reader.name, reader.shows])], () => [
    ...readers.map((reader) => el("div", { class: "card" },
      el("div", { class: "head" }, el("h3", {}, reader.name), el("span", { class: "quietly" }, reader.driver)),
      el("p", { class: "quietly" }, reader.shows ? t("lies", whose(state, reader)) : t("nothing")),
      el("div", { class: "row" }, ...other(reader), reader.shows ? button(t("lift"), () => act("lift", { device: reader.name }), { class: "main", "data-key": `lift-${reader.name}` }) : ""))),
    el("ul", {}, ...state.cards.map((card) => el("li", { class: card.on ? "line lying" : "line" },
      el("span", {}, el("b", {}, card.id), ` ${card.name} `, el("span", { class: card.role === "patron" ? "mark good" : "mark wait" }, t(card.role))),
      el("span", { class: "acts" }, ...(card.on
        ? [button(t("lift"), () => act("lift", { device: card.on }), { class: "main", "data-key": `card-${card.id}`, ...about(t("lift"), `${card.id} ${card.name}`) })]
        : readers.map((reader) => button(t("lay", reader.name), () => act("tap", { device: reader.name, card: card.id }), { "data-key": `card-${card.id}`, ...about(t("lay", reader.name), `${card.id} ${card.name}`) }))))))),
  ]);
}

function whose(state, reader) {
  const card = state.cards.find((one) => one.on === reader.name);
  return card ? `${card.id} ${card.name}` : reader.shows;
}

function other(reader) {
  const input = el("input", { placeholder: t("own_card"), "aria-label": t("own_card"), "data-key": `own-${reader.name}`, maxlength: 20 });
  const lay = () => { if (input.value.trim()) act("tap", { device: reader.name, card: input.value.trim() }); };
  input.onkeydown = (event) => { if (event.key === "Enter") lay(); };
  return [input, button(t("lay", reader.name), lay, { "data-key": `lay-own-${reader.name}`, ...about(t("lay", reader.name), t("own_card")) })];
}

export function labels(place, state) {
  const scanners = named(state, "scanner");
  const cameras = named(state, "camera");
  const pads = named(state, "pad");
  const where = Object.fromEntries(state.items.map((item) => [item.barcode, item.where]));
  const found = state.labels.filter((label) => [label.text, label.title, told(label.title), where[label.text], told(where[label.text])].join(" ").toLowerCase().includes(filter));
  draw(place, [spoken(), found.map((label) => [label, where[label.text]]), [...cameras, ...pads].map((one) => [one.shows, one.grip]), scanners.length, state.service.speaks, drawn], () => {
    const input = el("input", { type: "search", placeholder: t("filter"), "aria-label": t("filter"), "data-key": "filter", value: filter });
    const sift = () => { filter = input.value.toLowerCase(); labels(place, state); };
    input.oninput = (event) => { if (!event.isComposing) sift(); };
    input.addEventListener("compositionend", sift);
    return [
      el("div", { class: "row" }, input),
      ...scanners.map((scanner) => own(scanner)),
      state.service.speaks === "rest" ? el("div", { class: "row" }, button(t("for_anybody"), () => act("for_anybody"), { "data-key": "for-anybody" })) : "",
      cameras.length + pads.length ? el("details", { open: aside ?? [...cameras, ...pads].some((one) => one.shows), class: "aside", ontoggle: (event) => { aside = event.target.open; } },
        el("summary", {}, [...cameras, ...pads].map((one) => one.name).join(", ")), ...cameras.map((camera) => eye(camera)), ...pads.map((pad) => lying(pad))) : "",
      found.length ? el("ul", {}, ...found.slice(0, 80).map((label) => line(label, where[label.text], scanners, cameras, pads, () => labels(place, state)))) : el("p", { class: "quietly" }, t("none")),
    ];
  });
}

function own(scanner) {
  const input = el("input", { placeholder: t("own"), "aria-label": t("own"), "data-key": `code-${scanner.name}`, maxlength: 512 });
  const scan = () => { if (input.value) act("scan", { device: scanner.name, code: input.value }); };
  input.onkeydown = (event) => { if (event.key === "Enter") scan(); };
  return el("div", { class: "row" }, input, button(t("scan", scanner.name), scan, { "data-key": `scan-own-${scanner.name}`, ...about(t("scan", scanner.name), t("own")) }));
}

function lying(pad) {
  const tag = el("input", { placeholder: t("own_tag"), "aria-label": t("own_tag"), "data-key": `tag-${pad.name}`, maxlength: 40 });
  const kind = el("select", { "aria-label": t("kind"), "data-key": `kind-${pad.name}` },
    ...["book", "patron", "foreign", "blank"].map((one) => el("option", { value: one }, t(`tag_${one}`))));
  const lay = () => { if (tag.value) act("lay", { device: pad.name, tag: tag.value.trim(), kind: kind.value }); };
  tag.onkeydown = (event) => { if (event.key === "Enter") lay(); };
  return el("div", { class: "card" },
    el("div", { class: "head" }, el("h3", {}, pad.name), el("span", { class: "quietly" }, pad.driver)),
    pad.shows ? "" : el("p", { class: "quietly" }, t("nothing")),
    ...pad.lies.map((one) => el("div", { class: "row" }, el("span", { class: "quietly" }, one),
      button(t("lift"), () => act("remove", { device: pad.name, tag: one }), { "data-key": `remove-${one}`, ...about(t("lift"), one) }))),
    el("div", { class: "row" }, tag, kind, button(t("lay", pad.name), lay, { "data-key": `lay-own-${pad.name}`, ...about(t("lay", pad.name), t("own_tag")) })));
}

function line(label, where, scanners, cameras, pads, again) {
  const shown = drawn === label.text;
  const what = label.kind === "qr" ? told(label.title) : `${label.text} ${label.title}`;
  const had = (what, more) => { handled(label.text); act(what, more); };
  return el("li", { class: "line tall" },
    el("span", {}, el("b", {}, told(label.title) || label.text.slice(0, 24)), el("br"), el("span", { class: "quietly" }, `${label.kind === "qr" ? "QR " : ""}${label.text.slice(0, 28)}${where ? ` · ${told(where)}` : ""}`)),
    el("span", { class: "acts" },
      ...scanners.map((one) => button(t("scan", one.name), () => had("scan", { device: one.name, code: label.text }), { "data-key": `scan-${label.text}-${one.name}`, ...about(t("scan", one.name), what) })),
      ...cameras.map((one) => button(t("hold", one.name), () => had("hold", { device: one.name, kind: label.kind, text: label.text, ...grip(one.name) }), { "data-key": `hold-${label.text}-${one.name}`, ...about(t("hold", one.name), what) })),
      ...(label.kind === "code128" ? pads : []).map((one) => button(t("lay", one.name), () => had("lay", { device: one.name, tag: label.text }), { "data-key": `lay-${label.text}-${one.name}`, ...about(t("lay", one.name), what) })),
      button(t("show"), () => { drawn = shown ? "" : label.text; again(); }, { class: "quiet", "aria-expanded": String(shown), "data-key": `show-${label.text}`, ...about(t("show"), what) })),
    shown ? el("div", { class: "label" }, el("img", { alt: label.text, src: `api/label.svg?kind=${label.kind}&text=${encodeURIComponent(label.text)}` })) : "");
}

export function devices(place, state) {
  draw(place, [spoken(), state.devices], () => state.devices.map((device) => {
    const { name } = device;
    const which = el("select", { "aria-label": t("faults"), "data-key": `which-${name}` }, ...device.fault_names.map((fault) => el("option", { value: fault }, saying(fault))));
    const times = el("input", { type: "number", min: 1, max: 999, value: 1, "aria-label": t("times"), "data-key": `times-${name}` });
    return el("div", { class: "card" },
      el("div", { class: "head" }, el("h3", {}, name), el("span", { class: "quietly" }, `${t(`kind_${device.kind}`)} · ${device.driver}`)),
      el("p", { class: "quietly" }, device.port),
      device.shows ? el("p", {}, device.shows) : "",
      el("div", { class: "marks" }, ...Object.entries(device.faults).map(([fault, left]) => el("span", { class: "mark" }, `${saying(fault)} ×${left}`))),
      device.fault_names.length ? el("div", { class: "row" }, which, times,
        button(t("fault"), () => act("fault", { device: name, fault: which.value, times: Number(times.value) || 1 }), { "data-key": `fault-${name}`, ...about(t("fault"), name) })) : "",
      el("div", { class: "row" },
        toggle(device.plugged, t("plugged"), device.back_in_s === null ? t("unplugged") : t("back_in", device.back_in_s), () => act(device.plugged ? "unplug" : "plug", { device: name }), `plug-${name}`, name),
        device.plugged ? button(t("blink"), () => act("unplug", { device: name, for_s: 5 }), { "data-key": `blink-${name}`, ...about(t("blink"), name) }) : "",
        button(t("repair"), () => act("mend", { device: name }), { "data-key": `mend-${name}`, ...about(t("repair"), name) })));
  }));
}

const toggle = (on, yes, no, onclick, key, what) => el("span", { class: "switch" }, button(on ? yes : no, onclick, { role: "switch", "aria-checked": String(on), "data-key": key, ...about(on ? yes : no, what) }));

export function world(place, state) {
  const clocks = { 0: "right", 3600: "hour_ahead", [-86400]: "day_back" };
  const to2000 = Math.round(Date.UTC(2000, 0, 1) / 1000 - Date.now() / 1000);
  const year = state.clock_ahead_s < -5e8 ? state.clock_ahead_s : to2000;
  draw(place, [spoken(), state.power, state.network, state.library, state.service, state.clock_ahead_s, state.paper || []], () => [
    el("div", { class: "card" }, ...["power", "network", "library"].map((name) => el("div", { class: "switch" }, el("span", { id: `w-${name}` }, t(name)),
      button(t(state[name] ? "on" : "off"), () => act(name, { on: !state[name] }), { role: "switch", "aria-checked": String(state[name]), "aria-labelledby": `w-${name}`, "data-key": name })))),
    libraryFaults(state.service),
    el("div", { class: "card switch" }, el("label", { for: "clock" }, t("clock")),
      el("select", { id: "clock", "data-key": "clock", onchange: (event) => act("clock", { ahead_s: Number(event.target.value) }) },
        ...Object.entries(clocks).map(([ahead, word]) => el("option", { value: ahead, selected: Number(ahead) === state.clock_ahead_s }, t(word))),
        el("option", { value: year, selected: state.clock_ahead_s === year }, t("year_2000")))),
    ...(state.paper || []).map((paper) => el("div", { class: "card" },
      el("div", { class: "head" }, el("h3", {}, t("paper", paper.device)),
        el("select", { "aria-label": t("paper", paper.device), "data-key": `paper-${paper.device}`, onchange: (event) => act("paper", { device: paper.device, state: event.target.value }) },
          ...["ok", "near_end", "out", "cover_open", "fault"].map((one) => el("option", { value: one, selected: one === paper.state }, t(`paper_${one}`))))),
      paper.lines.length ? el("img", { class: "slip", alt: paper.lines.join("\n"), src: `api/paper/${encodeURIComponent(paper.device)}.png?${paper.lines.length}-${Date.now()}` }) : el("p", { class: "quietly" }, t("no_paper")),
      el("div", { class: "row" }, button(t("tear"), () => act("tear", { device: paper.device }), { disabled: !paper.lines.length, "data-key": `tear-${paper.device}` })))),
  ]);
}

function libraryFaults(service) {
  const which = el("select", { "aria-label": t("faults"), "data-key": "which-library" }, ...service.fault_names.map((fault) => el("option", { value: fault }, saying(fault))));
  const times = el("input", { type: "number", min: 1, max: 999, value: 1, "aria-label": t("times"), "data-key": "times-library" });
  const faults = Object.entries(service.faults);
  return el("div", { class: "card" },
    el("div", { class: "head" }, el("h3", {}, t("library_speaks")), el("span", { class: "quietly" }, service.speaks === "sip2" ? `SIP2 · ${service.quirks}` : "REST")),
    el("div", { class: "marks" }, ...faults.map(([fault, left]) => el("span", { class: "mark" }, `${saying(fault)} ×${left}`))),
    el("div", { class: "row" }, which, times,
      button(t("fault"), () => act("library_fault", { fault: which.value, times: Number(times.value) || 1 }), { "data-key": "fault-library" }),
      faults.length ? button(t("repair"), () => act("mend_library"), { "data-key": "mend-library" }) : ""));
}

export function scenarios(place, state) {
  const ours = (one, words) => (spoken() === "zh" && one[words === "title" ? "zh" : "says_zh"]) || one[words];
  draw(place, [spoken(), state.scenarios], () => [el("p", { class: "quietly" }, t("fresh")), ...state.scenarios.map((one) => el("div", { class: "card" },
    el("div", { class: "head" }, el("h3", {}, ours(one, "title")),
      one.running ? button(t("stop"), () => act("stop_scenario"), { "data-key": `play-${one.name}` })
        : button(t("play"), () => act("scenario", { name: one.name }), { class: "main", "data-key": `play-${one.name}` })),
    one.running || one.step ? el("progress", { value: one.step, max: one.of, "aria-label": ours(one, "title") }) : "",
    one.running && one.says ? el("p", {}, ours(one, "says")) : "",
    one.running ? el("p", { class: "quietly" }, t("step", one.step, one.of)) : "",
    !one.running && one.step === one.of && !one.failed ? el("p", {}, el("span", { class: "mark good" }, t("done"))) : "",
    one.failed ? el("p", { class: "quietly" }, el("span", { class: "mark" }, t("failed")), ` ${one.failed}`) : ""))]);
}
