// The enrolment: one screen a step. The box holds where it stands; this page shows it and presses its buttons.
import { $, clock, day, language, phrase, put, say } from "./words.js";
import { listen } from "./stream.js";
import { signInScreen } from "./sign_in.js";
import { workerScreens } from "./worker.js";

const STEPS = ["card", "who", "consent", "capture", "approve", "done"];
const ORDER = { try_card: "capture" };
let view = null;
let heard = 0; // the number of the newest view that came by itself: an answer that was overtaken is not shown
let spoken = null;

const restart = listen("/api/events", (now) => { heard = now.number; show(now); }, (lost) => { $("lost").hidden = !lost; });

async function press(action, body) {
  const answer = await fetch(`/api/${action}`, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": view.csrf }, body: JSON.stringify(body ?? {}) });
  const data = await answer.json();
  if (answer.ok) {
    const other = data.csrf !== view.csrf;
    if (other || data.number > heard) show(data);
    if (other) restart();
    return true;
  }
  const row = say(data.code, data.values);
  complain(`${row.say}${row.do ? "。" : ""}${row.do}`, data.code);
  if (answer.status === 401 || answer.status === 403) restart();
  return false;
}

function complain(text, code = "") {
  $("problem").hidden = !text;
  $("problem").dataset.code = code;
  put($("problem").lastElementChild, text ?? "");
  spoken = view?.step ?? null;
}

function show(now) {
  const before = view?.step;
  view = now;
  document.body.dataset.step = now.step;
  if (spoken !== null && spoken !== now.step) complain("");
  head(now);
  for (const screen of document.querySelectorAll("[data-screen]")) screen.hidden = screen.dataset.screen !== now.step;
  if (before !== now.step) scrollTo(0, 0);
  SCREENS[now.step]?.(now, before !== now.step);
}

function head({ site, operator, step, way }) {
  put(document.querySelector('#steps [data-step="capture"] span'), phrase(way === "card" ? "step_try_card" : "step_capture"));
  put($("project"), site.project_name);
  const off = site.offline_since_ms != null;
  $("net").classList.toggle("off", off);
  put($("net"), off ? phrase("offline_since", { time: clock(site.offline_since_ms) }) : phrase("online"));
  $("sign-out").hidden = $("open-today").hidden = !operator;
  $("open-find").hidden = !operator || !["card", "find", "worker", "withdrawn", "pass"].includes(step);
  put($("operator"), operator ?? "");
  const at = STEPS.indexOf(ORDER[step] ?? step);
  $("steps").hidden = at < 0;
  document.querySelectorAll("#steps li").forEach((item, i) => {
    item.className = i < at || step === "done" ? "done" : i === at ? "now" : "";
    if (i === at) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
  });
}

function state(node, kind, words) {
  node.className = `state ${kind}`;
  put(node.querySelector("strong"), words.say);
  put(node.querySelector("p"), words.do ?? "");
}

function person(now) {
  document.querySelectorAll("[data-person]").forEach((node) => put(node, now.person?.[node.dataset.person] || "–"));
}

const SCREENS = {
  card({ reader, drafts, wanted }) {
    $("wanted").hidden = !wanted;
    put($("wanted").lastElementChild, phrase("card_of", { name: wanted ?? "" }));
    const kind = reader.state === "fault" ? "attention" : reader.code === "CARD_LIFT" ? "attention" : "";
    state($("reader"), kind, reader.code ? say(`reader.${reader.code}`).say === `reader.${reader.code}` ? say(reader.code) : say(`reader.${reader.code}`) : say("CARD_READING"));
    $("reader").dataset.code = reader.code ?? "";
    $("drafts-panel").hidden = drafts.length === 0;
    rows($("drafts"), drafts, (draft) => {
      const item = document.createElement("li");
      const text = document.createElement("span");
      text.innerHTML = "<strong></strong> <small></small>";
      text.firstChild.textContent = draft.shown_name;
      text.lastChild.textContent = `${phrase(`step_${ORDER[draft.step] ?? draft.step}`)} · ${clock(draft.at_ms)}`;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "big";
      button.textContent = phrase("resume");
      button.onclick = () => press("resume", { person: draft.person });
      item.append(text, button);
      return item;
    });
  },
  who(now) {
    document.querySelectorAll("[data-card]").forEach((node) => put(node, now.card?.[node.dataset.card] || "–"));
    person(now);
    chip($("chip"), now);
    cautions(now.card?.cautions ?? []);
    $("person-facts").hidden = !now.person;
    const standing = now.standing;
    if (!standing) return;
    for (const { step, state: word } of standing.line) {
      document.querySelector(`#line [data-step="${step}"]`).className = word + (standing.may_enrol ? " ready" : "");
    }
    const cause = standing.cause ? `（${say(`END_${standing.cause}`).say}）` : "";
    const words = say(standing.code, { who: standing.who, contact: now.site.contact });
    const kind = standing.may_enrol ? "good" : standing.code === "STANDS_ENDED" ? "bad" : ["LOOKUP_ASKING", "STANDS_JUST_CONFIRMED"].includes(standing.code) ? "" : "attention";
    state($("standing"), kind, { say: words.say + cause, do: words.do });
    $("standing").dataset.code = standing.code;
    $("begin").disabled = !standing.may_enrol;
  },
  consent(_now, fresh) {
    if (!fresh) return;
    document.querySelectorAll("[data-tick]").forEach((box) => { box.checked = false; });
    notice(language);
  },
  capture({ capture }, fresh) {
    if (fresh) watch();
    if (!capture) return;
    const asks = capture.asks_helmet;
    $("helmet").hidden = !asks;
    put($("capture-title"), phrase(capture.helmet ? "helmet_title" : "capture_title"));
    $("capture-more").hidden = asks || capture.helmet;
    const good = ["KEPT", "ENOUGH", "TURN_SLIGHTLY", "TURN_LEFT", "TURN_RIGHT"].includes(capture.hint);
    $("camera").classList.toggle("good", good && !capture.fault && !asks);
    put($("hint"), capture.fault ? "" : say(asks ? "PUT_HELMET" : capture.hint).say);
    $("hint").dataset.code = asks ? "PUT_HELMET" : capture.hint;
    $("camera-fault").hidden = !capture.fault;
    if (capture.fault) { const words = say(capture.fault); put($("camera-fault").lastElementChild, `${words.say}。${words.do}`); }
    const all = capture.helmet ? capture.bare + capture.kept : capture.bare;
    document.querySelectorAll("#slots li").forEach((slot, i) => {
      if (slot.classList.contains("capped")) slot.hidden = !capture.helmet;
      const full = i < all;
      if (full && !slot.classList.contains("full")) picture(slot.querySelector("img"), i);
      slot.classList.toggle("full", full);
      if (!full) slot.querySelector("img").hidden = true;
    });
  },
  try_card({ card_trial, reader }) {
    const fault = reader.state === "fault" && reader.code;
    const words = fault ? say(`reader.${reader.code}`) : say(card_trial);
    state($("trial"), fault || card_trial === "CARD_TRY_OTHER" ? "attention" : card_trial === "CARD_TRY_GOOD" ? "good" : "", words);
  },
  approve(now, fresh) {
    const { shots, checking, looks_alike: alike, unchecked, helmet_known: known } = now.approval;
    chip($("chip-again"), now);
    $("helmet-said").hidden = known == null;
    $("helmet-said").classList.toggle("calm", known === true);
    $("helmet-said").classList.toggle("attention", known === false);
    put($("helmet-said").lastElementChild, phrase(known ? "helmet_known" : "helmet_unclear"));
    const face = now.way === "face";
    if (fresh) document.querySelectorAll("#shots li").forEach((item, i) => { item.hidden = i >= shots; if (i < shots) picture(item.querySelector("img"), i); });
    $("shots").hidden = $("retake").hidden = !face;
    $("card-way").hidden = face;
    put($("approve-lead"), phrase(face ? "approve_face" : "approve_card"));
    put($("approve-way"), phrase(`way_${now.way}`));
    person(now);
    $("checking").hidden = !checking;
    $("alike").hidden = !alike && !unchecked;
    if (unchecked) { const words = say("UNCHECKED"); put($("alike").lastElementChild, `${words.say}。${words.do}`); }
    if (alike) { const words = say("LOOKS_ALIKE"); put($("alike").lastElementChild, `${words.say}：${alike.shown_name} · ${alike.team}。${words.do}`); }
    $("approve").disabled = checking;
    put($("approve"), phrase(alike || unchecked ? "approve_anyway" : "approve"));
  },
  done({ receipt }) {
    if (!receipt) return;
    const shown = { ...receipt, way: phrase(`way_${receipt.way}`), time: `${day(receipt.at_ms)} ${clock(receipt.at_ms, true)}` };
    document.querySelectorAll("[data-receipt]").forEach((node) => put(node, shown[node.dataset.receipt] || "–"));
    put($("done-name"), receipt.shown_name);
    put($("done-way"), phrase(`done_${receipt.way}`));
    const works = receipt.way === "card" ? ["done_all_card", "done_face_later"] : ["done_here", receipt.transfer ? "done_elsewhere" : "done_elsewhere_card", "done_always_card", receipt.twin && "twin_done", "done_withdraw"].filter(Boolean);
    if ($("receipt-code").dataset.reference !== receipt.reference) {
      $("receipt-code").dataset.reference = receipt.reference;
      $("receipt-code").innerHTML = receipt.code;
    }
    rows($("works"), works, (key) => { const item = document.createElement("li"); item.textContent = phrase(key); return item; });
  },
};

Object.assign(SCREENS, workerScreens(press), { sign_in: signInScreen(press) });

// The photo in the card's chip, where it can be decoded; else how to do without.
function chip(place, { chip_photo: code, card, step }) {
  place.hidden = !code || !card;
  if (place.hidden) return;
  const words = say(code);
  put(place.querySelector("strong"), words.say);
  put(place.querySelector("span"), words.do ?? "");
  place.dataset.code = code;
  const image = place.querySelector("img");
  const shown = ["CHIP_PHOTO_SHOWN", "CHIP_PHOTO_SIMILAR", "CHIP_PHOTO_UNCLEAR"].includes(code);
  const key = shown ? `${step}-${card.number}` : "";
  if (image.dataset.key === key) return;
  image.dataset.key = key;
  image.hidden = true;
  if (shown) load(image, "/api/chip.jpg");
}

function cautions(codes) {
  rows($("cautions"), codes, (code) => {
    const words = say(code);
    return Object.assign(document.createElement("li"), { textContent: `${words.say}。${words.do ?? ""}` });
  });
}

function rows(list, values, made) {
  const key = JSON.stringify(values);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...values.map(made));
}

// --- consent ---
let noticeLanguage = language;
function notice(code) {
  noticeLanguage = code;
  document.querySelectorAll(".notice-text").forEach((text) => { text.hidden = text.dataset.language !== code; });
  document.querySelectorAll("[data-notice]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.notice === code)));
  ticked();
}
const shownNotice = () => document.querySelector(`.notice-text[data-language="${noticeLanguage}"]`);
const tick = (key) => shownNotice().querySelector(`[data-tick="${key}"]`).checked;
function ticked() {
  const face = shownNotice().querySelector('[data-choose="face"]');
  face.disabled = !tick("template");
  const count = shownNotice().querySelectorAll("[data-tick]:checked").length;
  const said = face.querySelector("small");
  put(said, tick("template") ? said.dataset.ticked.replace("{n}", count) : said.dataset.unticked);
}
document.querySelectorAll("[data-notice]").forEach((button) => { button.onclick = () => notice(button.dataset.notice); });
document.querySelectorAll("[data-tick]").forEach((box) => {
  box.onchange = () => {
    document.querySelectorAll(`[data-tick="${box.dataset.tick}"]`).forEach((other) => { other.checked = box.checked; });
    ticked();
  };
});
document.querySelectorAll("[data-choose]").forEach((button) => {
  button.onclick = () => {
    const said = { language: noticeLanguage, text_hash: shownNotice().dataset.hash };
    if (button.dataset.choose === "card") return press("card-only", said);
    return press("consent", { ...said, template: tick("template"), transfer: tick("transfer"), pictures: tick("pictures"), helmet: true });
  };
});

// --- pictures: they live in this page only as long as they are shown ---
const picture = (image, index) => load(image, `/api/shots/${index}.jpg`);
async function load(image, address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) return;
  swap(image, await answer.blob());
  await image.decode();
  image.hidden = false;
}
function swap(image, blob) {
  const last = image.src;
  image.src = URL.createObjectURL(blob);
  if (last.startsWith("blob:")) URL.revokeObjectURL(last);
}
async function watch() {
  const preview = $("preview");
  while (view.step === "capture") {
    try {
      const answer = await fetch("/api/preview.jpg", { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      swap(preview, await answer.blob());
      await preview.decode();
      preview.hidden = false;
      await new Promise((done) => setTimeout(done, 60));
    } catch {
      preview.hidden = true;
      await new Promise((done) => setTimeout(done, 700));
    }
  }
  preview.hidden = true;
  if (preview.src.startsWith("blob:")) URL.revokeObjectURL(preview.src);
  preview.removeAttribute("src");
}

// --- buttons ---
document.querySelectorAll("[data-do]").forEach((button) => { button.onclick = () => press(button.dataset.do); });
$("sign-out").onclick = () => press("sign-out");
$("print").onclick = () => print();
$("open-today").onclick = async () => {
  const answer = await fetch("/api/today");
  const found = answer.ok ? (await answer.json()).enrolments : [];
  $("today").querySelector("tbody").replaceChildren(...found.map((row) => {
    const line = document.createElement("tr");
    for (const text of [clock(row.at_ms), row.shown_name, row.team, phrase(`way_${row.way}`), row.operator]) line.insertCell().textContent = text || "–";
    return line;
  }));
  $("today").querySelector(".empty").hidden = found.length > 0;
  $("today").querySelector(".scroll").hidden = found.length === 0;
  $("today").showModal();
};
$("close-today").onclick = () => $("today").close();
