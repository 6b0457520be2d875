// The live board: pieces come by server-sent events and replace their namesakes; silence is shown as such, a lost session asks for signing in.
"use strict";
(() => {
  const board = document.querySelector("[data-stream]");
  if (!board) return;
  const stalled = board.querySelector("[data-stalled]");
  const SILENT_MS = 25000;
  let heard = Date.now();

  const place = (pieces) => {
    for (const piece of pieces.querySelectorAll("[data-piece]")) {
      const name = piece.dataset.piece;
      for (const slot of board.querySelectorAll(`[data-slot-of="${name}"]`)) {
        const before = new Set([...slot.querySelectorAll(".pass-line")].map((line) => line.textContent));
        slot.className = piece.className;
        slot.innerHTML = piece.innerHTML;
        if (name === "passages" && before.size) {
          for (const line of slot.querySelectorAll(".pass-line")) if (!before.has(line.textContent)) line.classList.add("new");
        }
      }
      const chart = board.querySelector(`[data-chart][data-of="${name}"]`);
      const table = piece.querySelector("[data-chart-table]");
      if (chart && table) window.gongmenCharts?.draw(chart, table);
    }
  };

  const first = board.querySelector("[data-pieces]");
  board.classList.add("following");
  place(first);

  const stream = new EventSource(board.dataset.stream);
  stream.addEventListener("board", (event) => {
    heard = Date.now();
    stalled.hidden = true;
    const pieces = document.createElement("div");
    pieces.innerHTML = JSON.parse(event.data);
    place(pieces);
  });
  stream.addEventListener("over", () => {
    stream.close();
    location.reload();
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) {
      stalled.hidden = false;
      setTimeout(() => location.reload(), 15000);
    }
  });
  setInterval(() => { stalled.hidden = Date.now() - heard < SILENT_MS && stream.readyState !== EventSource.CLOSED; }, 5000);
  addEventListener("pagehide", () => stream.close());
})();
