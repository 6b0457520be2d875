// The page's words, in the page's language: phrases by key, codes with what to say and what to do.
const words = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.dataset.language;

export function phrase(key, values = {}) {
  return fill(words.phrases[key] ?? key, values);
}

export function say(code, values = {}) {
  const row = words.codes[code] ?? { say: code, do: "" };
  return { say: fill(row.say, values), do: fill(row.do, values) };
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? "");
}

const zone = "Asia/Shanghai";
const locale = language === "en" ? "en-GB" : "zh-CN";
export const clock = (ms, seconds = false) =>
  new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }), hour12: false, timeZone: zone }).format(ms);
export const date = (ms) => new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", weekday: "long", timeZone: zone }).format(ms);
export const day = (ms) => new Intl.DateTimeFormat(locale, { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(ms);

export const $ = (id) => document.getElementById(id);

export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
