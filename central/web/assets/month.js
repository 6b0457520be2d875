// The month: a choice narrows at once, arrows move from cell to cell, paper comes by a button. All of it also works without.
"use strict";
(() => {
  document.querySelectorAll("[data-submits]").forEach((one) => one.addEventListener("change", () => one.value !== undefined && one.form.requestSubmit()));
  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!cell || !step) return;
    let row = cell.parentElement.rowIndex;
    let column = cell.cellIndex;
    for (;;) {
      row += step[0];
      column += step[1];
      const next = grid.rows[row]?.cells[column];
      if (!next) return;
      const link = next.querySelector("a");
      if (link) {
        event.preventDefault();
        event.stopPropagation();
        link.focus();
        return;
      }
    }
  });
  // A month under way opens where it has got to; one that is over at its beginning.
  const scroll = grid.parentElement;
  const heads = [...grid.tHead.rows[0].cells].slice(1, -3);
  const told = heads.filter((head) => head.classList.contains("told"));
  const last = told[told.length - 1];
  if (last && last !== heads[heads.length - 1] && last.offsetLeft > scroll.clientWidth) scroll.scrollLeft = last.offsetLeft - scroll.clientWidth / 2;
})();
