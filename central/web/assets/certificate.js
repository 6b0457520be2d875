// Signing in by certificate: ask for a challenge, have it signed where the key is, send certificate and signature.
//
// Middleware of a USB key adds itself before this page's scripts have run their course, or at any time later:
//   window.gongmenCertificate.add({ name: "…", open: async () => ({ certificate, chain, sign }) })
// with `certificate` and each of `chain` as DER in a Uint8Array, and `sign(text)` giving the signature as a Uint8Array.
"use strict";
(() => {
  const form = document.getElementById("certificate");
  if (!form) return;
  const part = (name) => document.getElementById(`certificate-${name}`);
  const providers = [];

  const add = (provider) => {
    providers.push(provider);
    part("sources").hidden = false;
    part("source").add(new Option(provider.name, String(providers.length)));
    part("source").value = String(providers.length);
    choose();
  };
  const choose = () => { part("soft").hidden = part("source").value !== ""; };
  const early = window.gongmenCertificate?.waiting || [];
  window.gongmenCertificate = { add };
  early.forEach(add);
  part("source").addEventListener("change", choose);

  const say = (text) => {
    part("message").textContent = text;
    part("message").hidden = !text;
  };
  const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const failed = (code, text = "") => Object.assign(new Error(code), { code, text });

  const post = async (path, body) => {
    let answer;
    try {
      const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": form.dataset.csrf };
      answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
    } catch { throw failed("network"); }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw failed("refused", (form.dataset.language === "en" ? told.detail_en : told.detail) || form.dataset.network);
    return told;
  };

  const open = async () => {
    const provider = providers[Number(part("source").value) - 1];
    if (provider) return provider.open();
    if (!window.crypto?.subtle) throw failed("no-crypto");
    const [file] = part("file").files;
    if (!file) throw failed("no-file");
    return window.gongmenCertificateFile.open(await file.text(), part("password").value);
  };
  const textOf = (code) => form.dataset[code.replace(/-(.)/g, (_, letter) => letter.toUpperCase())];

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();  // this form is sent from here, and may be sent again
    const button = form.querySelector("button");
    const label = button.textContent;
    say("");
    button.disabled = true;
    button.textContent = form.dataset.working;
    try {
      const source = await open();
      const { nonce, text } = await post("/sign-in/certificate/challenge", {});
      const signature = base64(await source.sign(text));
      const chain = (source.chain || []).map(base64);
      const { location: to } = await post("/sign-in/certificate", { nonce, certificate: base64(source.certificate), chain, signature, next: form.dataset.next });
      part("password").value = "";
      location.assign(to);
    } catch (error) {
      say(error.text || textOf(error.code || "") || error.message);
      button.disabled = false;
      button.textContent = label;
    }
  });
})();
