// One worker outside an enrolment: find, cards, withdrawal, pass. Each screen gets the whole view.
import { $, clock, day, phrase, put, say } from "./words.js";

// A list of workers as large buttons; the guard's page shows the same.
export function people(list, found, choose, chosen = "") {
  const key = JSON.stringify([found, chosen]);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...found.map((one) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", String(one.person === chosen));
    for (const [name, text] of [["name", one.shown_name], ["team", `${one.team} · ${one.trade}`], ["more", one.employer], ["way", phrase(`way_${one.way}`)]]) {
      button.append(Object.assign(document.createElement("span"), { className: name, textContent: text }));
    }
    button.onclick = () => choose(one.person);
    item.append(button);
    return item;
  }));
}

export function workerScreens(press) {
  $("open-find").onclick = () => press("find", { text: "" });
  $("find-form").onsubmit = (event) => { event.preventDefault(); press("find", { text: $("find-text").value }); };
  $("ask-withdraw").onclick = () => $("withdraw").showModal();
  $("withdraw-no").onclick = () => $("withdraw").close();
  $("withdraw-yes").onclick = () => { $("withdraw").close(); press("withdraw"); };
  document.querySelectorAll("[data-print]").forEach((button) => { button.onclick = () => print(); });

  const named = (now) => document.querySelectorAll(".worker-name").forEach((node) => put(node, now.worker.shown_name));

  return {
    find(now, fresh) {
      if (fresh) { $("find-text").value = now.searched; $("find-text").focus(); }
      people($("people"), now.found, (person) => press("worker", { person }));
      $("people-empty").hidden = now.found.length > 0;
      $("people-many").hidden = now.found.length < now.most;
      put($("people-many"), phrase("find_many", { n: now.most }));
    },
    worker(now) {
      named(now);
      document.querySelectorAll("[data-worker]").forEach((node) => {
        const field = node.dataset.worker;
        put(node, field === "way" ? phrase(`way_${now.worker.way}`) : now.worker[field] || "–");
      });
      put($("anew").lastElementChild, phrase(now.worker.way === "none" ? "enrol_this" : "anew"));
      $("ask-withdraw").hidden = now.worker.way !== "face" && now.worker.face !== "granted";
      put($("withdraw-more"), phrase("withdraw_more", { name: now.worker.shown_name }));
      $("told").hidden = !now.told;
      if (now.told) { const words = say(now.told, now.told_values); put($("told").lastElementChild, `${words.say}。${words.do}`); }
      const list = $("work-cards");
      const key = JSON.stringify(now.cards);
      if (list.dataset.key === key) return;
      list.dataset.key = key;
      list.replaceChildren(...now.cards.map((card) => {
        const item = document.createElement("li");
        const button = Object.assign(document.createElement("button"), { type: "button", className: "big", textContent: phrase("release") });
        button.onclick = () => press("release", { card: card.card });
        item.append(Object.assign(document.createElement("strong"), { textContent: `No. ${card.shown}` }), button);
        return item;
      }));
      if (!now.cards.length) list.append(Object.assign(document.createElement("li"), { className: "empty", textContent: phrase("cards_empty") }));
    },
    bind(now) {
      named(now);
      const words = say(now.told, now.told_values);
      $("binding").className = `state ${now.told === "CARD_BIND" ? "" : "attention"}`;
      put($("binding").querySelector("strong"), words.say);
      put($("binding").querySelector("p"), words.do ?? "");
    },
    withdrawn(now) {
      named(now);
      const done = now.withdrawal;
      if (!done) return;
      const lines = [phrase(done.template_gone ? "withdrawn_here" : "withdrawn_none"), phrase(done.safe ? "withdrawn_sent" : "withdrawn_waits"),
        done.boxes ? phrase("withdrawn_boxes", { n: done.boxes }) : phrase("withdrawn_alone")];
      $("withdrawn-here").replaceChildren(...lines.map((text, i) => Object.assign(document.createElement("li"), { textContent: text, className: i === 1 && !done.safe ? "waits" : "" })));
      put(document.querySelector('[data-withdrawn="time"]'), `${day(done.at_ms)} ${clock(done.at_ms, true)}`);
      put(document.querySelector('[data-withdrawn="reference"]'), done.reference);
    },
    pass(now, fresh) {
      named(now);
      if (!now.pass) return;
      if (fresh) $("qr").innerHTML = now.pass.svg;
      put($("pass-until"), phrase("pass_until", { time: `${day(now.pass.until_ms)} ${clock(now.pass.until_ms)}` }));
    },
  };
}
