// A workbook takes a while to be written: the button says so, how long it has been, and what went wrong. Without this file it is a link.
"use strict";
(() => {
  const named = (answer) => decodeURIComponent((answer.headers.get("Content-Disposition") || "").split("filename*=UTF-8''")[1] || "export.xlsx");

  const fetched = async (link) => {
    const answer = await fetch(link.href, { headers: { Accept: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" } });
    if (!answer.ok || answer.redirected) { location.assign(link.href); return; } // the page that says why, or the sign-in
    const file = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await answer.blob()), download: named(answer) });
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 60_000);
  };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-export]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy") === "true") return;
    const words = link.innerHTML;
    const began = Date.now();
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    const say = () => { said.textContent = `${link.dataset.export} ${Math.round((Date.now() - began) / 1000)} s`; };
    say();
    link.replaceChildren(Object.assign(document.createElement("span"), { className: "spinner-border spinner-border-sm me-2" }), said);
    link.setAttribute("aria-busy", "true");
    const ticking = setInterval(say, 1000);
    try { await fetched(link); } catch { location.assign(link.href); } finally {
      clearInterval(ticking);
      link.removeAttribute("aria-busy");
      link.innerHTML = words;
    }
  });
})();
