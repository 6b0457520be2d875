// The worker's own phone works out whether the records lead to the published root: SHA-256 over 00 and the leaf's msgpack, nodes over 01.
// Where the browser offers no SHA-256 (no TLS), the links stay what they are and the server works it out.
"use strict";
(() => {
  const card = document.querySelector("[data-proofs]");
  if (!card || !globalThis.crypto?.subtle) return;

  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const sha = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const big = (value, width) => Uint8Array.from({ length: width }, (_, n) => Number((BigInt(value) >> BigInt(8 * (width - 1 - n))) & 255n));

  // msgpack, as far as a leaf needs it: short arrays, text, whole numbers from 0 on, bytes.
  const whole = (value) => {
    if (value < 128) return Uint8Array.of(value);
    const [mark, width] = value < 2 ** 8 ? [0xcc, 1] : value < 2 ** 16 ? [0xcd, 2] : value < 2 ** 32 ? [0xce, 4] : [0xcf, 8];
    return joined([mark], big(value, width));
  };
  const text = (value) => {
    const data = new TextEncoder().encode(value);
    return joined(data.length < 32 ? [0xa0 | data.length] : [0xd9, data.length], data);
  };
  const binary = (data) => joined([0xc4, data.length], data);
  const leaf = (proof) =>
    joined([0x97], text(proof.box), text(proof.epoch), whole(proof.seq), whole(proof.at_ms), text(proof.direction), text(proof.method), binary(bytes(proof.chained)));

  const rootOf = async (proof) => {
    let found = await sha([0], leaf(proof));
    if (hex(found) !== proof.leaf) return "";
    for (const step of proof.path) {
      const beside = bytes(step.hash);
      found = step.is_left ? await sha([1], beside, found) : await sha([1], found, beside);
    }
    return hex(found);
  };

  const shown = (date) => [...card.querySelectorAll("[data-passage]")].filter((line) => new Date(Number(line.dataset.at) + 8 * 3600e3).toISOString().startsWith(date));

  const verify = async (date) => {
    const answer = await fetch(`/own/proofs/${date}.json`, { headers: { Accept: "application/json" } });
    if (answer.status === 404) return ["", card.dataset.notYet];
    const told = await answer.json();
    if (!answer.ok) return ["", document.documentElement.lang === "en" ? told.detail_en || told.detail : told.detail];
    const root = told.published;
    const at = new Date(root.published_at).toLocaleString(document.documentElement.lang);
    card.querySelector(`[data-root-of="${date}"]`).textContent = `${card.dataset.root.replace("{version}", root.version).replace("{at}", at)} ${root.root}`;
    for (const proof of told.proofs) if ((await rootOf(proof)) !== root.root) return ["bad", card.dataset.bad];
    const proved = new Map(told.proofs.map((proof) => [proof.passage, proof.at_ms]));
    for (const line of shown(date)) {
      if (proved.get(line.dataset.passage) !== Number(line.dataset.at)) return ["bad", card.dataset.missing];
      line.querySelector("i").className = "ti ti-circle-check text-green";
    }
    return ["good", card.dataset.good.replace("{n}", told.proofs.length)];
  };

  card.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-verify]");
    if (!button) return;
    event.preventDefault();
    const state = card.querySelector(`[data-state="${button.dataset.verify}"]`);
    state.className = "proof-state mt-2 mb-0";
    state.textContent = card.dataset.working;
    try {
      const [tone, words] = await verify(button.dataset.verify);
      if (tone) state.classList.add(tone);
      state.textContent = words;
    } catch {
      location.assign(button.href);
    }
  });
})();
