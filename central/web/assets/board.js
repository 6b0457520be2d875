// The board: pieces come by server-sent events and replace their namesakes; silence is shown as such, a lost session asks for signing in.
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

  // Where nothing can be pushed (a proxy that holds answers back, too many screens), the board asks by itself and goes on listening.
  const asking = board.querySelector("[data-asking]");
  const ASK_MS = 10000;
  let timer = 0;

  const ask = async () => {
    try {
      const answer = await fetch(board.dataset.asked, { headers: { "X-By-Itself": "1", Accept: "text/html" }, cache: "no-store" });
      if (answer.redirected || answer.status === 401 || answer.status === 403) return location.reload();
      if (!answer.ok) return;
      const pieces = document.createElement("div");
      pieces.innerHTML = await answer.text();
      if (!pieces.querySelector("[data-piece]")) return location.reload();
      heard = Date.now();
      stalled.hidden = true;
      asking.hidden = false;
      place(pieces);
    } catch { /* the next turn may be better; the silence is shown */ }
  };
  const askOn = () => {
    if (timer) return;
    timer = setInterval(ask, ASK_MS);
    ask();
  };
  const askNoMore = () => {
    clearInterval(timer);
    timer = 0;
    asking.hidden = true;
  };

  let stream;
  const listen = () => {
    stream = new EventSource(board.dataset.stream);
    stream.addEventListener("board", (event) => {
      heard = Date.now();
      stalled.hidden = true;
      askNoMore();
      const pieces = document.createElement("div");
      pieces.innerHTML = JSON.parse(event.data);
      place(pieces);
    });
    stream.addEventListener("over", () => {
      stream.close();
      location.reload();
    });
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      askOn();
      setTimeout(listen, 60000);
    });
  };
  listen();
  setInterval(() => {
    const silent = Date.now() - heard >= SILENT_MS;
    if (silent) askOn();
    stalled.hidden = !silent;
  }, 5000);
  addEventListener("pagehide", () => { stream.close(); askNoMore(); });
})();
