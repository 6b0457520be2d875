// The bridge on this desk (`gongmen reader bridge`): it reads the ID card beside this PC and signs what the chip holds, over a nonce from
// the centre. The page looks for it on loopback only where this employer has paired a reader, and nowhere else; the CSP names the address.
"use strict";
(() => {
  const home = "http://127.0.0.1:8463";
  const isEnglish = document.documentElement.lang === "en";
  const csrf = document.querySelector("form input[name=csrf]")?.value;
  if (!window.officeReader || !csrf) return;
  const words = isEnglish
    ? { gone: "The reader program on this PC does not answer: start it and try again.", centre: "The page could not reach the centre: try again." }
    : { gone: "本机读卡程序没有应答，请启动后再试。", centre: "网络不通，请稍后再试。" };

  const json = async (address, options, lost) => {
    let answer;
    try { answer = await fetch(address, { cache: "no-store", ...options }); } catch { throw new Error(lost); }
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const said = isEnglish ? [told.en || told.detail_en, told.en_next] : [told.zh || told.detail, told.zh_next];
    throw new Error(said.filter(Boolean).join(isEnglish ? ". " : "，") || lost);
  };

  window.officeReader.provide({
    async find() {
      try {
        const { readers } = await json("/readers/known", {}, "");
        if (!readers) return false;
        await json(`${home}/v1/hello`, { signal: AbortSignal.timeout(2000) }, "");
        return true;
      } catch { return false; }
    },
    async read() {
      const { nonce } = await json("/readers/nonce", { method: "POST", headers: { "X-CSRF-Token": csrf } }, words.centre);
      const body = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ nonce }) };
      const read = await json(`${home}/v1/read`, body, words.gone);
      return { fields: read.fields, read };
    },
  });
})();
