// The lane screen: shows what the gate says, nothing else. Whoever looks has half a second.
import { $, clock, date, phrase, put, say } from "./words.js";
import { listen } from "./stream.js";
import { chime, wakeSound } from "./sound.js";

let view = { state: "starting" };
let sounded = null;

// The gate says what it shows every 1.5 s at least. A verdict is for one person and for as long as the gate shows it: it never outlives
// them on a screen that hears nothing more, where the next one would walk in on it.
const SILENCE_MS = 4000;
const LONGEST_MS = { pass: 2500, refuse: 5500 };
let told = { number: null, at: 0 };

listen("/lane/events", (now) => { view = now; show(); }, (lost) => { if (lost) { view = { state: "lost" }; show(); } }, SILENCE_MS);
setInterval(() => { if (isOver()) show(); }, 250);

function isOver() {
  return view.state in LONGEST_MS && view.number === told.number && performance.now() - told.at > LONGEST_MS[view.state];
}

function show() {
  if (view.state in LONGEST_MS && view.number !== told.number) told = { number: view.number, at: performance.now() };
  if (isOver()) view = { ...view, state: "idle" };
  document.body.dataset.state = view.state;
  if (view.state !== "dead" && view.state !== "lost") head();
  verdict();
  stage();
  sound();
}

function head() {
  if (view.project_name) put($("project"), view.project_name);
  const way = view.direction ? ` · ${phrase(`way_${view.direction}`)}` : "";
  put($("lane-name"), phrase("lane_name", { lane: view.lane ?? "" }) + way);
  $("count").hidden = view.on_site == null;
  if (view.on_site != null) put($("on-site"), String(view.on_site));
  const asOf = view.on_site_as_of_ms;
  $("as-of").hidden = asOf == null;
  if (asOf != null) put($("as-of"), phrase("as_of", { time: clock(asOf) }));
  const offline = view.offline_since_ms;
  $("banner-offline").hidden = offline == null;
  if (offline != null) put($("banner-offline").lastElementChild, phrase("banner_offline", { time: clock(offline) }));
  $("banner-stale").hidden = !view.stale_roster;
  $("banner-lent").hidden = !view.lent;
  const faults = view.state === "fault" ? [] : view.faults ?? [];
  $("banner-fault").hidden = faults.length === 0;
  put($("banner-fault").lastElementChild, faults.map((code) => say(code).say).join(" · "));
}

// What a liveness challenge asks. The picture is a mirror: the worker's own left is the screen's left.
const MOVES = ["TURN_LEFT", "TURN_RIGHT", "BLINK"];

function stage() {
  const move = (view.state === "challenge" || MOVES.includes(view.hint)) && !VERDICTS[view.state] ? view.hint ?? "LOOK_STRAIGHT" : null;
  $("challenge").hidden = !move;
  $("challenge").dataset.move = move ?? "";
  if (move) put($("challenge-word"), say(move).say);
  const hint = move ? "" : view.hint ? say(view.hint).say : view.state === "looking" ? phrase("looking") : "";
  put($("hint"), hint);
  const box = view.state === "looking" || view.state === "challenge" ? view.face_box : null;
  const face = $("face");
  face.hidden = !box;
  if (box) ["left", "top", "width", "height"].forEach((side, i) => { face.style[side] = `${(box[i] * 100).toFixed(2)}%`; });
}

const VERDICTS = {
  pass: () => ({
    name: view.shown_name ?? "",
    word: phrase(`pass_${view.direction ?? "01"}`),
    more: phrase(`pass_word_${view.direction ?? "01"}`),
    facts: [clock(view.at_ms ?? Date.now(), true), view.method && phrase(`method_${view.method}`), view.team].filter(Boolean).join("  ·  "),
  }),
  refuse: () => {
    // A face that nobody here has may be a confirmed worker's under a mask: the card tells, before anybody is sent away.
    const reason = say(view.reason === "NOT_CONFIRMED" && view.method === "001" ? "FACE_UNKNOWN" : view.reason ?? "NOT_CONFIRMED");
    return { name: view.shown_name ?? "", word: phrase("refused"), more: reason.say, facts: reason.do, contact: true };
  },
  card: () => {
    const told = view.hint ? say(view.hint) : { say: phrase("card_please_more"), do: "" };
    if (view.hint === "CARD_READING" || view.hint === "ASK_GUARD") return { word: told.say, more: told.do };
    // A card that cannot be read: the desk's long advice is not for somebody in a queue.
    if (/^CARD_/.test(view.hint ?? "")) return { word: phrase("card_unread"), more: told.say, facts: phrase("card_unread_more"), contact: true };
    return { word: phrase("card_please"), more: told.say, facts: told.do };
  },
  closed: () => ({ word: phrase("closed"), more: view.reason ? say(view.reason).say : "", facts: phrase("closed_more"), contact: true }),
  fault: () => {
    const codes = view.faults?.length ? view.faults : ["DEVICE_FAULT"];
    // What mends a camera is for the guard and the office; a worker in the queue needs to know that the card opens.
    const isBlind = codes.every((code) => /^(CAMERA|MODEL)_/.test(code));
    return {
      word: phrase(isBlind ? "blind" : "fault"),
      more: isBlind ? phrase("blind_more") : codes.map((code) => say(code).say).join(" · "),
      facts: isBlind ? codes.map((code) => say(code).say).join(" · ") : say(codes[0]).do,
      contact: true,
    };
  },
  open: () => ({ word: phrase("open"), more: phrase("open_more"), facts: phrase("open_facts") }),
  emergency: () => ({ word: phrase("emergency"), more: phrase("emergency_more"), facts: phrase("emergency_facts") }),
  lost: () => ({ kind: "fault", word: phrase("lost"), more: phrase("lost_more") }),
  dead: () => ({ kind: "fault", word: phrase("dead"), more: phrase("dead_more"), contact: true }),
};

function verdict() {
  const made = VERDICTS[view.state]?.();
  $("verdict").hidden = !made;
  if (!made) return;
  $("verdict").dataset.kind = made.kind ?? view.state;
  put($("verdict-name"), made.name ?? "");
  $("verdict-name").classList.toggle("long", (made.name ?? "").length > 14);
  put($("verdict-word"), made.word);
  clauses($("verdict-more"), made.more ?? "");
  clauses($("verdict-facts"), made.facts ?? "");
  put($("verdict-contact"), made.contact && view.contact ? `${phrase("ask")}  ${view.contact}` : "");
}

// Chinese has no blanks to break a line at: it breaks between clauses instead of within a word.
function clauses(node, text) {
  if (node.textContent === text) return;
  node.replaceChildren(...text.split(/(?<=[，；。、]|· +)/).map((part) => {
    const span = document.createElement("span");
    span.className = "clause";
    span.textContent = part;
    return span;
  }));
}

function sound() {
  if (view.state !== "pass" && view.state !== "refuse") return;
  if (sounded === view.number) return;
  sounded = view.number;
  if (chime(view.state)) document.body.dataset.sounded = `${view.state}-${view.number}`;
}

function tick() {
  const now = Date.now();
  document.querySelectorAll("[data-clock]").forEach((node) => put(node, clock(now)));
  put($("date"), date(now));
}
setInterval(tick, 1000);
tick();

const live = $("live");
async function picture() {
  let pause = 90;
  try {
    const answer = await fetch("/lane/frame.jpg", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = URL.createObjectURL(await answer.blob());
    const last = live.src;
    live.src = next;
    await live.decode();
    live.hidden = false;
    $("stage").style.setProperty("--ratio", (live.naturalWidth / live.naturalHeight).toFixed(4));
    if (last.startsWith("blob:")) URL.revokeObjectURL(last);
  } catch {
    live.hidden = true;
    pause = 1000;
  }
  setTimeout(picture, document.hidden ? 1000 : pause);
}
picture();
wakeSound((silent) => { $("sound").hidden = !silent; });
