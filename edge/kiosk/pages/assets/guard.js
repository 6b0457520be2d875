// The guard's desk: find a confirmed worker, look at the lane, say why, let through once; hold the gate open. The gate's answer is shown.
import { $, clock, phrase, put, say } from "./words.js";
import { listen } from "./stream.js";
import { signInScreen } from "./sign_in.js";
import { people } from "./worker.js";

let view = null;
let heard = 0; // the number of the newest view that came by itself: an answer that was overtaken is not shown
let why = null;
let holding = null;
let gate = "dead";
let searched = "";

const restart = listen("/api/guard/events", (now) => { heard = now.number; show(now); }, (lost) => { $("lost").hidden = !lost; });
listen("/lane/events", (now) => { gate = now.state; stand(); }, () => {});
const signIn = signInScreen(press);

async function press(action, body) {
  const answer = await fetch(`/api/guard/${action}`, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": view.csrf }, body: JSON.stringify(body ?? {}) });
  const data = await answer.json();
  if (answer.ok) {
    complain("");
    const other = data.csrf !== view.csrf;
    if (other || data.number > heard) show(data);
    if (other) restart();
    return true;
  }
  const row = say(data.code, data.values);
  complain(`${row.say}${row.do ? "。" : ""}${row.do}`);
  if (answer.status === 401 || answer.status === 403) restart();
  return false;
}

function complain(text) {
  $("problem").hidden = !text;
  put($("problem").lastElementChild, text);
}

function show(now) {
  const before = view?.step;
  view = now;
  document.body.dataset.step = now.step;
  put($("project"), now.site.project_name);
  const off = now.site.offline_since_ms != null;
  $("net").classList.toggle("off", off);
  put($("net"), off ? phrase("offline_since", { time: clock(now.site.offline_since_ms) }) : phrase("online"));
  $("sign-out").hidden = !now.operator;
  put($("operator"), now.operator ?? "");
  for (const screen of document.querySelectorAll("[data-screen]")) screen.hidden = screen.dataset.screen !== now.step;
  if (now.step === "sign_in") return signIn(now, before !== now.step);
  people($("people"), now.found, (person) => press("choose", { person }), now.chosen?.person);
  if (searched !== now.searched) { searched = now.searched; $("find-text").value = searched; }
  $("people-empty").hidden = now.found.length > 0 || !now.searched;
  chosen(now.chosen);
  $("laid").hidden = !now.laid;
  if (now.laid) { put($("laid"), phrase("guard_laid", { name: now.laid.shown_name })); $("laid").onclick = () => press("choose", { person: now.laid.person }); }
  acts(now.acts);
  if (before !== now.step) watch();
  return stand();
}

function chosen(worker) {
  $("chosen").hidden = !worker;
  $("nobody").hidden = Boolean(worker);
  if ($("chosen").dataset.person !== (worker?.person ?? "")) { $("chosen").dataset.person = worker?.person ?? ""; why = null; }
  if (!worker) return;
  put($("chosen-name"), worker.shown_name);
  put($("chosen-more"), [worker.team, worker.trade, worker.employer].filter(Boolean).join(" · "));
  reasons($("whys"), view.reasons.admit, why, (code) => { why = code; chosen(view.chosen); });
  $("admit").disabled = !why;
}

function reasons(place, codes, now, choose) {
  const key = `${codes}|${now}`;
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.replaceChildren(...codes.map((code) => {
    const button = Object.assign(document.createElement("button"), { type: "button", role: "radio", textContent: say(`WHY_${code}`).say });
    button.setAttribute("aria-checked", String(code === now));
    button.dataset.why = code;
    button.onclick = () => choose(code);
    return button;
  }));
}

function acts(done) {
  $("acts-empty").hidden = done.length > 0;
  const key = JSON.stringify(done);
  if ($("acts").dataset.key === key) return;
  $("acts").dataset.key = key;
  $("acts").replaceChildren(...done.map((act) => {
    const item = document.createElement("li");
    const kind = act.answer == null ? "" : act.answer === "" ? "good" : "bad";
    item.className = kind;
    const what = act.kind === "admit" ? phrase("act_admit", { name: act.shown_name }) : phrase(`act_${act.kind}_${act.method}`);
    const result = act.answer == null ? phrase("act_waits") : act.answer === "" ? phrase("act_done") : phrase("act_refused", { why: say(act.answer).say });
    for (const [name, text] of [["sign", kind === "good" ? "✓" : kind === "bad" ? "✕" : "…"], ["what", what], ["result", result],
      ["why", `${clock(act.at_ms, true)} · ${say(`WHY_${act.why}`).say} · ${view.operator}${act.reference ? ` · ${act.reference}` : ""}`]]) {
      item.append(Object.assign(document.createElement("span"), { className: name, textContent: text }));
    }
    return item;
  }));
}

// What the gate itself says it does, not what was asked of it.
function stand() {
  const now = gate === "open" || gate === "emergency" || gate === "dead" ? gate : "closed";
  $("gate-now").dataset.now = now;
  put($("gate-now").querySelector("strong"), phrase(`lane_${now}_now`));
  const asked = { open: held("008"), emergency: held("009") };
  for (const what of ["open", "emergency"]) {
    const on = asked[what] || gate === what;
    document.querySelector(`[data-hold="${what}"]`).hidden = on;
    document.querySelector(`[data-close="${what}"]`).hidden = !on;
  }
}

const held = (method) => view?.acts?.find((act) => act.method === method && act.kind !== "admit" && act.answer === "")?.kind === "open";

document.querySelectorAll("[data-hold]").forEach((button) => { button.onclick = () => { holding = button.dataset.hold; ask(holding === "emergency" ? "OTHER" : null); $("confirm").showModal(); }; });
document.querySelectorAll("[data-close]").forEach((button) => { button.onclick = () => press("close", { what: button.dataset.close }); });
function ask(code) {
  put($("confirm").querySelector("h2"), phrase(`guard_${holding}_ask`));
  put($("confirm").querySelector("p"), phrase(`guard_${holding}_ask_more`));
  reasons($("hold-whys"), view.reasons[holding], code, ask);
  $("hold-yes").disabled = !code;
  $("hold-yes").dataset.why = code ?? "";
}
$("hold-no").onclick = () => $("confirm").close();
$("hold-yes").onclick = () => { $("confirm").close(); press("hold", { what: holding, why: $("hold-yes").dataset.why }); };
$("admit").onclick = () => { $("admit").disabled = true; press("admit", { person: $("chosen").dataset.person, why }); };
$("find-form").onsubmit = (event) => { event.preventDefault(); press("find", { text: $("find-text").value }); };
$("sign-out").onclick = () => press("sign-out");

async function watch() {
  const live = $("live");
  while (view.step === "guard") {
    let pause = 120;
    try {
      const answer = await fetch("/lane/frame.jpg", { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const last = live.src;
      live.src = URL.createObjectURL(await answer.blob());
      if (last.startsWith("blob:")) URL.revokeObjectURL(last);
      await live.decode();
      live.hidden = false;
    } catch {
      live.hidden = true;
      pause = 1000;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
  live.hidden = true;
}
