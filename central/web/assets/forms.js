// Forms that lose nothing and do nothing twice; questions before what cannot be taken back; rows marked for one deed.
"use strict";
(() => {
  const account = document.body.dataset.account;
  const stored = (key) => `gongmen:${account}:${key}`;
  const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith("gongmen:"));
  const isSecret = (field) => ["csrf", "once", "version"].includes(field.name) || ["password", "file", "hidden"].includes(field.type);

  // What was typed stays in this tab until it is saved, thrown away, or somebody else signs in.
  if (account) drafts().filter((key) => !key.startsWith(`gongmen:${account}:`)).forEach((key) => sessionStorage.removeItem(key));
  const fields = (form) => [...form.elements].filter((field) => field.name && !isSecret(field));
  const keep = (form) => {
    const held = fields(form).map((field) => [field.name, field.value, field.checked]);
    try { sessionStorage.setItem(stored(form.dataset.draft), JSON.stringify({ path: location.pathname, held })); } catch { /* a full store keeps nothing */ }
  };
  const put = (form, held) => {
    for (const [name, value, checked] of held) {
      for (const field of fields(form).filter((one) => one.name === name)) {
        if (["radio", "checkbox"].includes(field.type)) { if (field.value === value) field.checked = checked; }
        else field.value = value;
      }
    }
  };
  const isChanged = (form, held) => held.some(([name, value, checked]) => fields(form).some((field) =>
    field.name === name && (["radio", "checkbox"].includes(field.type) ? field.value === value && field.checked !== checked : field.value !== value)));

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = stored(form.dataset.draft);
    const draft = JSON.parse(sessionStorage.getItem(key) || "null");
    if (draft && !form.querySelector(".errors") && isChanged(form, draft.held)) {
      put(form, draft.held);
      const note = document.createElement("div");
      note.className = "alert alert-info draft-note";
      note.setAttribute("role", "status");
      note.append(form.dataset.restored);
      const discard = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: form.dataset.discard });
      discard.addEventListener("click", () => { sessionStorage.removeItem(key); form.reset(); note.remove(); show(form); });
      note.append(discard);
      form.prepend(note);
    }
    form.addEventListener("input", () => { keep(form); show(form); });
    show(form);
  }
  // Saved: the page that says so is the end of the draft that led there.
  if (document.querySelector(".notice")) drafts().forEach((key) => sessionStorage.removeItem(key));

  function show(form) {
    for (const block of form.querySelectorAll("[data-show]")) {
      const [name, values] = block.dataset.show.split("=");
      const field = [...form.elements].find((one) => one.name === name && (one.type !== "radio" || one.checked));
      block.hidden = !values.split(",").includes(field ? (field.type === "checkbox" ? String(field.checked) : field.value) : "");
    }
  }

  // Once: the second press of the same button sends nothing.
  const busy = (form, button) => {
    form.dataset.sent = "yes";
    setTimeout(() => {
      for (const one of form.querySelectorAll("button")) one.disabled = true;
      if (button?.dataset.busy) button.textContent = button.dataset.busy;
    });
  };
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  const confirm = document.getElementById("confirm");
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("hx-get") || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    const needed = event.submitter?.dataset.needs && form.elements[event.submitter.dataset.needs];
    if (needed && !needed.value.trim()) { event.preventDefault(); needed.required = true; needed.reportValidity(); return; }
    const words = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (words && form.dataset.asked !== "yes") {
      event.preventDefault();
      const button = event.submitter;
      document.getElementById("confirm-what").textContent = words.replaceAll("{n}", String(marked().length));
      confirm.returnValue = "no";
      confirm.showModal();
      confirm.addEventListener("close", () => {
        if (confirm.returnValue !== "yes") return;
        form.dataset.asked = "yes";
        form.requestSubmit(button);
      }, { once: true });
      return;
    }
    if (form.method === "post") busy(form, event.submitter);
    if ("forgets" in form.dataset) drafts().forEach((key) => sessionStorage.removeItem(key));
  });

  // Marked rows and the bar that says how many.
  const marks = () => [...document.querySelectorAll("[data-mark]")];
  const marked = () => marks().filter((mark) => mark.checked);
  const count = () => {
    const bar = document.querySelector("[data-bulk-bar]");
    if (!bar) return;
    const words = bar.querySelector(".bulk-count");
    words.textContent = words.dataset.words.replace("{n}", String(marked().length));
    bar.classList.toggle("up", marked().length > 0);
    const all = document.querySelector("[data-mark-all]");
    if (all) { all.checked = marks().length > 0 && marked().length === marks().length; all.indeterminate = marked().length > 0 && !all.checked; }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-mark-all]")) marks().forEach((mark) => { mark.checked = event.target.checked; });
    if (event.target.matches("[data-goes]")) event.target.form.requestSubmit();
    if (event.target.name === "project_id") offerTeams(event.target);
    count();
  });
  // The teams on offer are those of the chosen project.
  const offerTeams = async (select) => {
    const teams = select.form.elements.team_id;
    if (!teams) return;
    const answer = select.value ? await fetch(`/projects/${select.value}/team-options`, { headers: { Accept: "text/html" } }) : null;
    teams.innerHTML = answer?.ok ? await answer.text() : "<option value=''>—</option>";
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-mark-none]")) { marks().forEach((mark) => { mark.checked = false; }); count(); }
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog).showModal();
    if (event.target.closest("[data-print]")) print();
    for (const drop of document.querySelectorAll("details.drop[open]")) if (!drop.contains(event.target)) drop.open = false;
  });
  count();
})();
