// The place for an office's card reader beside the ID number. A bridge script provides one:
//   window.officeReader.provide({ find: async () => true, read: async () => ({ fields, read }) })
// `find` says whether a paired reader answers; `read` resolves to the chip's fields and the signed read (an object as the API takes it),
// or rejects with an Error whose message is shown. What was read fills the form and is locked until it is typed over by hand.
"use strict";
(() => {
  const slot = document.querySelector('[data-slot="reader"]');
  const held = document.querySelector("[data-chip-read]");
  if (!slot || !held) return;
  const words = document.documentElement.lang === "en"
    ? { read: "Read card", reading: "Put the card on the reader…", done: "Read from the card" }
    : { read: "读卡", reading: "请把证件放在读卡器上……", done: "已从证件读取" };
  const say = (text, isWrong) => {
    let note = slot.parentElement.parentElement.querySelector(".reader-note");
    if (!note) { note = document.createElement("div"); note.setAttribute("role", "status"); slot.parentElement.after(note); }
    note.className = `reader-note ${isWrong ? "field-error" : "form-hint"}`;
    note.textContent = text;
  };
  const put = (form, fields) => {
    for (const name of ["name", "id_number", "nation", "address", "birth_date", "id_type"]) {
      const field = form.elements[name];
      if (field && fields[name]) { field.value = fields[name]; field.dispatchEvent(new Event("input", { bubbles: true })); }
    }
  };
  window.officeReader = {
    async provide(bridge) {
      if (!(await bridge.find())) return;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.read });
      slot.replaceChildren(button);
      slot.hidden = false;
      button.addEventListener("click", async () => {
        button.disabled = true;
        say(words.reading, false);
        try {
          const { fields, read } = await bridge.read();
          put(held.form, fields);
          held.value = JSON.stringify(read);
          say(words.done, false);
        } catch (error) { say(error.message, true); }
        button.disabled = false;
      });
    },
  };
  // A number or name typed over by hand is not what the chip said.
  held.form.addEventListener("input", (event) => {
    if (event.isTrusted && ["name", "id_number", "id_type"].includes(event.target.name)) held.value = "";
  });
})();
