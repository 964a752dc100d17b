// The page of the sandbox: whoever tries a payment says here what becomes of it, and goes back.
import { get, post } from "../model/api.js";
import { money } from "../model/money.js";
import { t } from "../model/text.js";
import { form, open, refuse } from "./door.js";

const asked = new URLSearchParams(location.search);
const path = `/sandbox/${encodeURIComponent(asked.get("payment"))}/${encodeURIComponent(asked.get("token"))}`;
const at = (id) => document.getElementById(id);

async function show() {
  await open();
  const page = await get(path);
  at("name").textContent = page.name;
  // What the gateways are told is in English; here somebody reads it.
  const [, kind, number] = /^(Order|Payment) (.+)$/.exec(page.text) ?? [];
  at("text").textContent = kind ? `${t(kind)} ${number}` : page.text;
  if (page.amount) at("amount").textContent = money(page.amount);
  else put();
  at("what").hidden = false;
  // What was paid otherwise meanwhile is not paid twice.
  if (page.state === "canceled") return refuse({ message: t("Nothing is to be paid here any more: it is paid already, or was called off.") });
  form.hidden = false;
}

// Where no money is asked for, a card is put on file: what is only about a payment is left out.
function put() {
  at("amount").textContent = t("A card is put on file");
  for (const it of form.querySelectorAll("button")) it.hidden = ["three_d", "pay_twice", "pay_late", "silence", "method_expired", "called_off"].includes(it.value);
  form.querySelector("[value=pay]").textContent = t("A card that pays");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const outcome = event.submitter.value;
  if (outcome === "three_d") {
    at("first").hidden = true;
    at("second").hidden = false;
    return;
  }
  try {
    // It is served by who it leads back to, by whatever name one has come.
    const back = new URL((await post(path, { outcome })).back);
    location.assign(back.pathname + back.search);
  } catch (problem) {
    refuse(problem);
  }
});
show().catch(refuse);
