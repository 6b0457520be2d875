// How the box is, every two seconds; nothing personal.
import { $, clock, phrase, put, say } from "./words.js";

const SILENT_MS = 30000;

function card(title, rows, words, good, said = []) {
  const panel = document.createElement("section");
  panel.className = "panel";
  const head = document.createElement("h2");
  head.append(title);
  const badge = document.createElement("span");
  badge.className = `mark ${good ? "good" : "attention"}`;
  badge.textContent = `${good ? "✓" : "!"} ${words}`;
  head.append(badge);
  const list = document.createElement("dl");
  list.className = "facts small";
  for (const [name, value] of rows) {
    const row = document.createElement("div");
    row.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
    list.append(row);
  }
  panel.append(head);
  for (const { text, note } of said) {
    const line = Object.assign(document.createElement("p"), { className: "said" });
    line.append(Object.assign(document.createElement("strong"), { textContent: text }), Object.assign(document.createElement("small"), { textContent: note ?? "" }));
    panel.append(line);
  }
  if (rows.length) panel.append(list);
  return panel;
}

function faultsOf(report) {
  return Object.entries(report).flatMap(([key, value]) => {
    if (Array.isArray(value) && (key === "faults" || key.endsWith("alarms"))) return value;
    return key.endsWith("fault") && value ? [value] : [];
  });
}

function processes(reports) {
  return ["gate", "kiosk", "sync"].map((name) => {
    const report = reports[name];
    const title = phrase(`process_${name}`);
    if (!report) return card(title, [], phrase("missing"), false, [{ text: phrase("no_report") }]);
    const silent = Date.now() - report.at_ms > SILENT_MS;
    const faults = [...new Set(faultsOf(report))];
    const said = faults.map((code) => ({ text: [say(code).say, say(code).do].filter(Boolean).join("。"), note: code }));
    said.push({ text: "", note: phrase(silent ? "silent_since" : "reported", { time: clock(report.at_ms, true) }) });
    return card(title, [], phrase(silent || faults.length ? "bad" : "good"), !silent && !faults.length, said);
  });
}

async function look() {
  try {
    const { site, processes: reports } = await (await fetch("/api/health", { cache: "no-store" })).json();
    $("lost").hidden = true;
    put($("project"), site.project_name);
    const off = site.offline_since_ms != null;
    const net = off ? phrase("offline_since", { time: clock(site.offline_since_ms) }) : phrase("online");
    const engine = site.engine_fault ? say(site.engine_fault) : null;
    $("cards").replaceChildren(
      card(phrase("box"), [[phrase("box"), site.box], [phrase("lane_name", { lane: site.lane }), site.project_name || "–"], [phrase("people"), String(site.people)]], phrase("good"), true),
      card(phrase("network"), [], off ? phrase("bad") : phrase("good"), !off, [{ text: net }]),
      card(phrase("engine"), [], engine ? phrase("bad") : phrase("good"), !engine, [engine ? { text: `${engine.say}。${engine.do}`, note: site.engine_fault } : { text: phrase("engine_well") }]),
      ...processes(reports),
    );
  } catch {
    $("lost").hidden = false;
  }
}
setInterval(look, 2000);
look();
