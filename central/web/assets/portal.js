// Keys, the chosen row, and honesty about stale figures. Everything also works without this file, except the keys.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  let chosen = null;
  let missed = 0;

  const choose = (row, scroll = true) => {
    rows().forEach((other) => other.classList.toggle("chosen", other === row));
    chosen = row ? row.dataset.row : null;
    if (row && scroll) row.scrollIntoView({ block: "nearest" });
  };
  const open = (row) => (row.matches("a") ? row : row.querySelector("a.open"))?.click();
  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.getElementById("q");
    if (event.key === "/" && search && !isTyping(event.target)) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && !isTyping(event.target)) {
      document.getElementById("keys")?.showModal();
    } else if (event.key === "x" && chosen && !isTyping(event.target)) {
      rows().find((one) => one.dataset.row === chosen)?.querySelector("[data-mark]")?.click();
    } else if (event.key === "Escape" && event.target === search) {
      search.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (isTyping(event.target) && event.target !== search) return;
      const all = rows();
      if (!all.length) return;
      event.preventDefault();
      if (event.target === search) search.blur();
      const at = all.findIndex((row) => row.dataset.row === chosen);
      const to = event.key === "ArrowDown" ? at + 1 : at < 0 ? all.length - 1 : at - 1;
      choose(all[Math.max(0, Math.min(all.length - 1, to))]);
    } else if (event.key === "Enter" && chosen && !isTyping(event.target) && !event.target.closest("a, button")) {
      const row = rows().find((one) => one.dataset.row === chosen);
      if (row) open(row);
    }
  });

  document.addEventListener("click", (event) => {
    const reveal = event.target.closest("[data-reveal]");
    if (reveal) {
      const field = document.getElementById(reveal.dataset.reveal);
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      reveal.setAttribute("aria-pressed", String(shown));
      reveal.firstElementChild.className = shown ? "ti ti-eye-off" : "ti ti-eye";
      return;
    }
    const back = event.target.closest("[data-back]");
    if (back && document.referrer.split("?")[0] === back.href) {
      event.preventDefault();
      history.back();
      return;
    }
    const row = event.target.closest("tr[data-row]");
    if (row && !event.target.closest("a, button, input, label, select, form, summary") && !String(getSelection())) open(row);
  });

  // A refresh swaps the rows: the chosen one stays chosen. Fresh rows also mean that the connection is well.
  const live = document.getElementById("live");
  if (!live) return;
  new MutationObserver(() => {
    missed = 0;
    const row = rows().find((one) => one.dataset.row === chosen);
    if (row) choose(row, false);
  }).observe(live, { childList: true });

  const every = () => Number(document.getElementById("fresh")?.dataset.every || 10) * 1000;
  const look = () => {
    missed += 1;
    const banner = document.getElementById("stalled");
    const fresh = document.getElementById("fresh");
    if (missed > 2 && banner && fresh && document.visibilityState === "visible") {
      banner.querySelector("span").textContent = fresh.dataset.stalled;
      banner.hidden = false;
    }
  };
  setInterval(look, every());
  for (const lost of ["htmx:sendError", "htmx:timeout", "htmx:responseError", "htmx:error"]) {
    document.addEventListener(lost, () => { missed = 2; look(); });
  }
})();
