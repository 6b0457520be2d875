// Who signs in, and the PIN: by touch or keyboard, the same at the enrolment and at the guard's desk.
import { $, put, say } from "./words.js";

export function signInScreen(press) {
  let chosen = null;

  function choose(operator, focus = true) {
    chosen = operator;
    document.querySelectorAll("#names button").forEach((button) => button.setAttribute("aria-checked", String(button.dataset.operator === operator)));
    if (focus) $("pin").focus();
  }
  $("pad").onclick = (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    $("pin").value = key === "delete" ? $("pin").value.slice(0, -1) : $("pin").value + key;
  };
  $("pin-form").onsubmit = async (event) => {
    event.preventDefault();
    const pin = $("pin").value;
    $("pin").value = "";
    if (pin && chosen) await press("sign-in", { operator: chosen, pin });
  };

  return ({ operators, site }, fresh) => {
    const names = $("names");
    const key = JSON.stringify(operators);
    if (names.dataset.key !== key) {
      names.dataset.key = key;
      if (!operators.some((one) => one.operator === chosen)) chosen = operators[0]?.operator ?? null;
      names.replaceChildren(...operators.map((one) => {
        const button = document.createElement("button");
        button.type = "button";
        button.role = "radio";
        button.textContent = one.name;
        button.dataset.operator = one.operator;
        button.onclick = () => choose(one.operator);
        return button;
      }));
      choose(chosen, false);
    }
    $("no-operators").hidden = operators.length > 0;
    $("pin-form").hidden = operators.length === 0;
    const words = say(site.people === 0 && !site.project_name ? "NO_ROSTER" : "NO_OPERATORS");
    put($("no-operators").lastElementChild, `${words.say}。${words.do}`);
    if (fresh) $("pin").value = "";
  };
}
